//! Collisions: what AWS would refuse to hold beside something that is about to go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    kinds::{self, Facts},
    model::{Address, value},
    plan::{Action, Change},
};

/// For each resource about to be created, those about to go that have to go first: they agree in fields of which AWS
/// holds only one. A resource that is replaced may collide with itself.
pub(super) fn collisions(
    changes: &BTreeMap<Address, Change>,
) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut going: BTreeMap<String, &Address> = BTreeMap::new();
    for (address, change) in changes {
        if matches!(change.action, Action::Delete | Action::Replace(_))
            && let (Some(facts), Some(before)) = (facts(address), &change.before)
        {
            going.extend(keys(facts, before).into_iter().map(|key| (key, address)));
        }
    }
    let mut collisions: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for (address, change) in changes {
        if matches!(change.action, Action::Create | Action::Replace(_))
            && let (Some(facts), Some(after)) = (facts(address), &change.after)
        {
            for key in keys(facts, after) {
                if let Some(holder) = going.get(&key) {
                    collisions.entry(address.clone()).or_default().insert((*holder).clone());
                }
            }
        }
    }
    collisions
}

fn facts(address: &Address) -> Option<&'static Facts> {
    kinds::get(address.kind()).map(|kind| kind.facts())
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
