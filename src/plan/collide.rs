//! Collisions: what AWS would refuse to hold beside something that is about to go.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;
use serde_json::Value;

use crate::{
    kinds::{self, Facts},
    model::{Address, value},
    plan::{Action, Change, Replacement},
    state::State,
};

/// For each resource about to be created or changed, those about to go that have to go first: they agree in fields of
/// which AWS holds only one, or have addresses in common. A resource that is replaced may collide with itself.
pub(super) fn collisions(
    changes: &BTreeMap<Address, Change>,
) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut going: BTreeMap<String, &Address> = BTreeMap::new();
    let mut blocks: BTreeMap<String, Vec<(Ipv4Net, &Address)>> = BTreeMap::new();
    for (address, change) in changes {
        if matches!(change.action, Action::Delete | Action::Replace(_))
            && let (Some(facts), Some(before)) = (facts(address), &change.before)
        {
            going.extend(keys(facts, before).into_iter().map(|key| (key, address)));
            for (scope, block) in addresses(facts, before) {
                blocks.entry(scope).or_default().push((block, address));
            }
        }
    }
    let mut collisions: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for (address, change) in changes {
        let mut collides = |with: &Address| {
            collisions.entry(address.clone()).or_default().insert(with.clone());
        };
        taken(address, change)
            .iter()
            .filter_map(|key| going.get(key))
            .for_each(|holder| collides(holder));
        if matches!(change.action, Action::Create | Action::Replace(_))
            && let (Some(facts), Some(after)) = (facts(address), &change.after)
        {
            for (scope, block) in addresses(facts, after) {
                let others = blocks.get(&scope).into_iter().flatten();
                others
                    .filter(|(other, _)| overlap(*other, block))
                    .for_each(|(_, holder)| collides(holder));
            }
        }
    }
    collisions
}

/// What a change takes of which AWS holds only one, as comparable text.
fn taken(address: &Address, change: &Change) -> Vec<String> {
    let (Some(facts), Some(after)) = (facts(address), &change.after) else { return Vec::new() };
    match change.action {
        Action::Create | Action::Replace(_) => keys(facts, after),
        Action::Update => difference(facts, after, change.before.as_deref()),
        Action::Keep | Action::Delete | Action::Forget => Vec::new(),
    }
}

/// What `fields` have of which AWS holds only one and `others` have not.
fn difference(facts: &Facts, fields: &Value, others: Option<&Value>) -> Vec<String> {
    let others = others.map(|others| keys(facts, others)).unwrap_or_default();
    keys(facts, fields).into_iter().filter(|key| !others.contains(key)).collect()
}

/// For each resource about to be created or changed, those that have to change first because they hold what it takes.
pub(super) fn successions(
    changes: &BTreeMap<Address, Change>,
) -> BTreeMap<&Address, BTreeSet<&Address>> {
    let mut left: BTreeMap<String, &Address> = BTreeMap::new();
    for (address, change) in changes {
        if change.action == Action::Update
            && let (Some(facts), Some(before)) = (facts(address), &change.before)
        {
            let keys = difference(facts, before, change.after.as_deref());
            left.extend(keys.into_iter().map(|key| (key, address)));
        }
    }
    let mut successions: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    for (address, change) in changes {
        let holders: BTreeSet<&Address> =
            taken(address, change).iter().filter_map(|key| left.get(key).copied()).collect();
        if !holders.is_empty() {
            successions.insert(address, holders);
        }
    }
    successions
}

/// Resources that one call changes together, because they may exchange what AWS holds only one of.
pub(super) fn exchanges(changes: &BTreeMap<Address, Change>) -> Vec<BTreeSet<&Address>> {
    let mut exchanges: BTreeMap<String, BTreeSet<&Address>> = BTreeMap::new();
    for (address, change) in changes {
        let (Some(facts), Some(before), Some(after)) =
            (facts(address), &change.before, &change.after)
        else {
            continue;
        };
        let swaps = |name: &&&str| facts.swaps.contains(name);
        for names in facts.unique {
            let moves = names.iter().filter(swaps).any(|name| before[*name] != after[*name]);
            if change.action == Action::Update && moves {
                let scope = names.iter().filter(|name| !swaps(name)).map(|name| &after[*name]);
                let scope: Vec<String> = scope.map(Value::to_string).collect();
                let key = format!("{} {}", facts.name, scope.join(","));
                exchanges.entry(key).or_default().insert(address);
            }
        }
    }
    exchanges.into_values().collect()
}

/// Everything that goes early: before its own successor comes, before something that it collides with, or, deleted for
/// good, before something early that it needs.
pub(super) fn early<'a>(
    changes: &'a BTreeMap<Address, Change>,
    state: &State,
    collisions: &BTreeMap<Address, BTreeSet<Address>>,
) -> BTreeSet<&'a Address> {
    let colliding: BTreeSet<&Address> = collisions.values().flatten().collect();
    let first = Action::Replace(Replacement::DeleteFirst);
    let mut early: BTreeSet<&Address> = changes
        .iter()
        .filter(|(address, change)| change.action == first || colliding.contains(address))
        .map(|(address, _)| address)
        .collect();
    let mut before = 0;
    while before < early.len() {
        before = early.len();
        for (address, _) in changes.iter().filter(|(_, change)| change.action == Action::Delete) {
            let needs = state.resources.get(address).into_iter().flat_map(|record| &record.needs);
            let mut firm = needs.filter(|(_, field)| !loose(address, field));
            if firm.any(|(needed, _)| early.contains(needed)) {
                early.insert(address);
            }
        }
    }
    early
}

/// Whether a reference in `field` lets AWS delete what it names.
pub(super) fn loose(address: &Address, field: &str) -> bool {
    facts(address).is_some_and(|facts| facts.loose.contains(&field))
}

fn facts(address: &Address) -> Option<&'static Facts> {
    kinds::get(address.kind()).map(|kind| kind.facts())
}

/// The blocks of addresses that may not overlap others in their scope, each with that scope as comparable text.
fn addresses(facts: &Facts, fields: &Value) -> Vec<(String, Ipv4Net)> {
    let block = |(scope, block): &(&str, &str)| {
        let known = fields.get(scope).filter(|scope| !value::has_reference(scope))?;
        let block = fields.get(block)?.as_str()?.parse().ok()?;
        Some((format!("{} {known}", facts.name), block))
    };
    facts.disjoint.iter().filter_map(block).collect()
}

fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// Everything AWS holds only one of, as comparable text. Combinations with an empty or unresolved part collide with
/// nothing.
fn keys(facts: &Facts, fields: &Value) -> Vec<String> {
    let whole = |names: &&[&str]| {
        names.iter().all(|name| {
            fields.get(name).is_some_and(|part| !part.is_null() && !value::has_reference(part))
        })
    };
    let combined = |names: &[&str]| {
        let parts: Vec<String> = names.iter().map(|name| fields[*name].to_string()).collect();
        format!("{} {} {}", facts.name, names.join(","), parts.join(","))
    };
    let mut keys: Vec<String> =
        facts.unique.iter().copied().filter(|names| whole(names)).map(combined).collect();
    if let Some(key) = facts.key(fields)
        && !value::has_reference(fields)
    {
        keys.push(format!("{} {key}", facts.name));
    }
    keys
}
