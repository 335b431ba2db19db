//! What must change, resource by resource.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    kinds::{self, Facts},
    model::{Address, Diagnostic, Resource, Shared, Tags, Until, value},
    plan::{
        Action, Change, Edge, Observed, Reason, Replacement, Sight, Wish,
        collide::{collisions, early, loose},
        order::{Order, beside},
    },
    provider::{Found, Phase},
    state::{Record, State},
};

/// What a first look at the resources does not show and a further look has to take for given.
#[derive(Default, PartialEq, Clone)]
struct Given {
    /// Replace these, for this reason.
    replace: BTreeMap<Address, Reason>,
    /// Of what is replaced, these go before their successors come.
    first: BTreeSet<Address>,
}

/// Every change, by address, of what is desired in this `order`.
pub(super) fn changes(
    order: &Order,
    observed: &Observed,
    state: &State,
    wish: &Wish,
) -> Result<BTreeMap<Address, Change>, Diagnostic> {
    let mut given = Given::default();
    for address in &wish.replace {
        if order.place(address).is_none() {
            return Err(Diagnostic::error(format!("there is no {address} to replace"))
                .help("`eksnet state list` shows every address"));
        }
        given.replace.insert(address.clone(), Reason::Asked);
    }
    // What is replaced may force what holds it to be replaced too, which may force others: each round settles at least
    // one more resource, and all but the rarest plans need a single round.
    loop {
        let changes = look(order, observed, state, &given)?;
        let further = consequences(&changes, state, &given);
        if further == given {
            return Ok(changes);
        }
        given = further;
    }
}

/// What is remembered and what was seen of a desired resource.
#[derive(Clone, Copy)]
struct Known<'a> {
    record: Option<&'a Record>,
    sight: Option<&'a Sight>,
}

impl Known<'_> {
    /// What AWS knows it by, or one of its outputs: as seen, or else as remembered.
    fn value(&self, output: Option<&str>) -> Option<String> {
        let Some(Sight::There(found)) = self.sight else { return None };
        match output {
            None => Some(found.id.0.clone()),
            Some(output) => {
                let remembered = || self.record?.outputs.get(output);
                found.outputs.get(output).or_else(remembered).cloned()
            }
        }
    }
}

fn look(
    order: &Order,
    observed: &Observed,
    state: &State,
    given: &Given,
) -> Result<BTreeMap<Address, Change>, Diagnostic> {
    let addresses = || order.resources.iter().map(|(address, _)| *address);
    let known: Vec<Known> = beside(addresses(), &state.resources)
        .zip(beside(addresses(), &observed.resources))
        .map(|(record, sight)| Known { record, sight })
        .collect();
    let mut changes: Vec<Option<Change>> = vec![None; known.len()];
    for place in &order.turns {
        let (address, resource) = order.resources[*place];
        let facts = kinds::facts_at(address)?;
        let value = |address: &Address, output: Option<&str>| {
            let place = order.place(address)?;
            let stays = changes[place]
                .as_ref()
                .is_some_and(|change| matches!(change.action, Action::Keep | Action::Update));
            if stays { known[place].value(output) } else { None }
        };
        let after = facts.normal(value::resolve(&resource.fields, &value));
        changes[*place] = Some(match (known[*place].record, known[*place].sight) {
            (Some(record), Some(Sight::There(found))) => {
                compare(facts, resource, after, record, found, given.replace.get(address))
            }
            (Some(_), Some(Sight::Gone)) => {
                Change { reasons: vec![Reason::Vanished], ..create(facts, resource, after) }
            }
            (Some(_) | None, _) => match observed.taken.get(address) {
                Some(found) => take_over(facts, resource, after, found),
                None => create(facts, resource, after),
            },
        });
    }
    let mut all: Vec<(Address, Change)> = Vec::with_capacity(changes.len());
    all.extend(
        addresses().cloned().zip(changes).filter_map(|(address, change)| Some((address, change?))),
    );
    for (address, record) in &state.resources {
        if order.place(address).is_none() {
            kinds::facts_at(address)?;
            all.push((address.clone(), farewell(record, observed.there(address))));
        }
    }
    let mut changes = all.into_iter().collect();
    order_replacements(&mut changes, given);
    Ok(changes)
}

fn create(facts: &Facts, resource: &Resource, after: Value) -> Change {
    Change {
        action: Action::Create,
        reasons: Vec::new(),
        id: None,
        before: None,
        after: Some(after.into()),
        tags_before: Shared::default(),
        tags_after: resource.tags.clone().into(),
        needs: needs(facts, resource),
        section: resource.section.clone(),
    }
}

/// Something that exists and becomes ours. Whether it may is for the whole plan to say.
fn take_over(facts: &Facts, resource: &Resource, after: Value, found: &Found<Value>) -> Change {
    Change {
        action: Action::Update,
        reasons: vec![Reason::Adopted],
        id: Some(found.id.clone()),
        before: Some(facts.normal(found.fields.clone()).into()),
        ..create(facts, resource, after)
    }
}

fn farewell(record: &Record, found: Option<&Found<Shared<Value>>>) -> Change {
    Change {
        action: if found.is_some() { Action::Delete } else { Action::Forget },
        reasons: Vec::new(),
        id: Some(record.id.clone()),
        before: Some(found.map_or_else(|| record.fields.clone(), |found| found.fields.clone())),
        after: None,
        tags_before: record.tags.clone(),
        tags_after: Shared::default(),
        needs: BTreeMap::new(),
        section: record.section.clone(),
    }
}

fn compare(
    facts: &Facts,
    resource: &Resource,
    mut after: Value,
    record: &Record,
    found: &Found<Shared<Value>>,
    forced: Option<&Reason>,
) -> Change {
    let mut before = facts.normal((*found.fields).clone());
    facts.narrow(&mut before, &after);
    let before = Shared::beside(before, &found.fields);
    for field in facts.chosen {
        if after.get(field).is_none_or(Value::is_null)
            && let (Some(fields), Some(value)) = (after.as_object_mut(), before.get(field))
        {
            fields.insert((*field).to_owned(), value.clone());
        }
    }
    let after = Shared::beside(after, &before);
    let differing = value::differing_fields(&before, &after);
    let (fixed, changing): (Vec<String>, Vec<String>) =
        differing.into_iter().partition(|field| facts.replaces.contains(&field.as_str()));
    let tags_before = ours(&resource.tags, record, found);
    let tags_after = if *tags_before == resource.tags {
        tags_before.clone()
    } else {
        resource.tags.clone().into()
    };
    let mut reasons: Vec<Reason> = Vec::new();
    if !fixed.is_empty() {
        reasons.push(Reason::Fields(fixed));
    }
    reasons.extend(Reason::of_phase(&found.phase));
    reasons.extend(forced.cloned());
    let replaces = reasons.iter().any(|reason| *reason != Reason::Unfinished);
    let action = if replaces {
        Action::Replace(Replacement::CreateFirst)
    } else if changing.is_empty() && tags_before == tags_after && found.phase == Phase::Ready {
        Action::Keep
    } else {
        Action::Update
    };
    Change {
        action,
        reasons,
        id: Some(found.id.clone()),
        before: Some(before),
        after: Some(after),
        tags_before,
        tags_after,
        needs: needs(facts, resource),
        section: resource.section.clone(),
    }
}

/// Of the tags that were seen, those that are ours: wanted now, or set by us before. Others are left alone.
fn ours(wanted: &Tags, record: &Record, found: &Found<Shared<Value>>) -> Shared<Tags> {
    let Some(seen) = &found.tags else { return record.tags.clone() };
    let ours = |key: &&String| wanted.contains_key(*key) || record.tags.contains_key(*key);
    let ours = seen.iter().filter(|(key, _)| ours(key));
    Shared::beside(ours.map(|(key, value)| (key.clone(), value.clone())).collect(), &record.tags)
}

/// What `resource` needs: through its fields, and as the blueprint says.
pub fn needs(facts: &Facts, resource: &Resource) -> BTreeMap<Address, Edge> {
    let mut needs: BTreeMap<Address, Edge> = BTreeMap::new();
    for (address, field) in resource.references() {
        let until =
            if facts.awaits.contains(&field.as_str()) { Until::Ready } else { Until::Created };
        let edge = needs.entry(address).or_insert_with(|| Edge { field: field.clone(), until });
        edge.until = edge.until.max(until);
        if facts.loose.contains(&edge.field.as_str()) {
            edge.field = field;
        }
    }
    for need in &resource.needs {
        let edge = needs
            .entry(need.address.clone())
            .or_insert_with(|| Edge { field: String::new(), until: need.until });
        edge.until = edge.until.max(need.until);
    }
    needs
}

/// Decides for every replacement whether the old one goes first.
fn order_replacements(changes: &mut BTreeMap<Address, Change>, given: &Given) {
    let colliding: BTreeSet<Address> = collisions(changes).into_values().flatten().collect();
    for (address, change) in changes {
        if let Action::Replace(order) = &mut change.action
            && (colliding.contains(address) || given.first.contains(address))
        {
            *order = Replacement::DeleteFirst;
        }
    }
}

/// What follows from changes: whatever holds something that goes before its successor comes has to go before that.
fn consequences(changes: &BTreeMap<Address, Change>, state: &State, given: &Given) -> Given {
    let mut further = given.clone();
    let early = early(changes, state, &collisions(changes));
    if early.is_empty() {
        return further;
    }
    for (address, record) in &state.resources {
        let Some(change) = changes.get(address) else { continue };
        let going = |counts: &dyn Fn(&str) -> bool| {
            let needs = record.needs.iter().filter(|(_, field)| counts(field));
            needs.map(|(needed, _)| needed).find(|needed| early.contains(needed))
        };
        match change.action {
            Action::Keep | Action::Update => {
                if let Some(held) = going(&|field| holds(address, field)) {
                    further.replace.insert(address.clone(), Reason::Holds(held.clone()));
                    further.first.insert(address.clone());
                }
            }
            // An edge that no field shows does not tell whether it holds; what goes anyway may as well go before.
            Action::Replace(_) => {
                if going(&|field| !loose(address, field)).is_some() {
                    further.first.insert(address.clone());
                }
            }
            Action::Create | Action::Delete | Action::Forget => {}
        }
    }
    further
}

/// Whether a reference in `field` keeps AWS from deleting what it names.
pub(super) fn holds(address: &Address, field: &str) -> bool {
    !field.is_empty() && !loose(address, field)
}
