//! Who holds whom in the sandbox: what a reference does to what it refers to, and what that means for a delete.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    eyes::Eyes,
    refusals::missing,
    world::{Thing, World},
};
use crate::{
    kinds,
    model::{Account, Class, Identity, Problem},
};

/// Deletes something, or says who holds it. What lives in it goes with it.
pub(super) fn delete(
    world: &mut World,
    account: &Account,
    kind: &str,
    id: &Identity,
    eyes: &Eyes<'_>,
) -> Result<(), Problem> {
    let time = eyes.time;
    world.pass_time(time);
    let mut thing = world.get(kind, id).cloned().ok_or_else(|| missing(id))?;
    if !eyes.has_come(&thing) {
        return Err(missing(id));
    }
    if thing.gone_at.is_some() {
        return Ok(());
    }
    let facts = kinds::get(kind).map(|kind| kind.facts());
    if facts.is_some_and(|facts| facts.guarded(&thing.fields)) {
        let message = format!("{id} cannot be deleted because deletion protection is enabled");
        return Err(Problem::new(Class::Invalid, "OperationNotPermitted", message));
    }
    let (along, holders) = bound(world, account, &thing, time);
    if let Some((kind, holder)) = holders.difference(&along).next() {
        return Err(in_use(id, &format!("{kind} {holder}")));
    }
    if lately_held(world, account, &thing, time - eyes.faults.refuse_delete()) {
        return Err(in_use(id, "something that is gone already"));
    }
    let mut going = along;
    while let Some((kind, id)) = going.pop_first() {
        if let Some(mut thing) = world.get(&kind, &id).filter(|one| one.gone_at.is_none()).cloned()
        {
            going.extend(bound(world, account, &thing, time).0);
            let lingers = thing.wild.as_ref().map_or(0.0, |wild| wild.lingers);
            leave(world, &mut thing, time, lingers);
        }
    }
    let timing = facts.map_or(0.0, |facts| f64::from(facts.timing.delete));
    let lingers = thing.wild.as_ref().map_or(timing, |wild| wild.lingers);
    leave(world, &mut thing, time, lingers);
    Ok(())
}

fn leave(world: &mut World, thing: &mut Thing, time: f64, lingers: f64) {
    if lingers > 0.0 {
        thing.gone_at = Some(time + lingers);
        world.put(thing.clone());
    } else {
        world.remove(&thing.kind, &thing.id);
    }
}

/// A thing by its kind and id.
type Named = (String, Identity);

/// What goes along with `thing` when it is deleted, and who keeps it from that.
fn bound(
    world: &World,
    account: &Account,
    thing: &Thing,
    time: f64,
) -> (BTreeSet<Named>, BTreeSet<Named>) {
    let (mut along, mut holders) = (BTreeSet::new(), BTreeSet::new());
    for (_, holder, hold) in holding(world, account, thing, time) {
        let named = (holder.kind.clone(), holder.id.clone());
        match hold {
            Hold::Along => along.insert(named),
            Hold::Fast => holders.insert(named),
            Hold::Not => continue,
        };
    }
    (along, holders)
}

/// What a reference does to what it refers to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Hold {
    /// Who refers goes along.
    Along,
    /// Nothing.
    Not,
    /// It keeps it from going.
    Fast,
}

/// Who refers to `thing` at `time`, by which of its names, and what that does to it.
pub(super) fn holding<'a>(
    world: &'a World,
    account: &Account,
    thing: &Thing,
    time: f64,
) -> Vec<(String, &'a Thing, Hold)> {
    let mut holding = Vec::new();
    for name in names(account, thing) {
        for (kind, id, field) in world.holders(&name) {
            let itself = kind == thing.kind && *id == thing.id;
            if itself || !means(field, &name, thing) {
                continue;
            }
            if let Some(holder) = world.get(kind, id).filter(|holder| holder.is_there(time)) {
                holding.push((name.clone(), holder, hold(holder, field)));
            }
        }
    }
    holding
}

/// What it does to something that `field` of `holder` refers to it.
fn hold(holder: &Thing, field: &str) -> Hold {
    let facts = kinds::get(&holder.kind).map(|kind| kind.facts());
    let among = |fields: &[String]| fields.iter().any(|each| each == field);
    let (along, loose) = match (&holder.wild, facts) {
        (Some(wild), _) => (among(&wild.vanishes_with), among(&wild.loose)),
        (None, Some(facts)) => (facts.vanishes_with.contains(&field), facts.loose.contains(&field)),
        (None, None) => (false, true),
    };
    match (along, loose) {
        (true, _) => Hold::Along,
        (false, true) => Hold::Not,
        (false, false) => Hold::Fast,
    }
}

/// Whether somebody who held `thing` went after `since`.
fn lately_held(world: &World, account: &Account, thing: &Thing, since: f64) -> bool {
    names(account, thing).iter().any(|name| {
        world.released(name).any(|(field, gone)| gone > since && means(field, name, thing))
    })
}

/// Everything that others may name `thing` by.
fn names(account: &Account, thing: &Thing) -> Vec<String> {
    let mut names: Vec<String> = thing.outputs.values().cloned().collect();
    names.push(thing.id.0.clone());
    if let Some(facts) = kinds::get(&thing.kind).map(|kind| kind.facts()) {
        let outputs = facts.derived_outputs(&thing.id, &thing.fields, account);
        names.extend(outputs.into_values());
    }
    names
}

fn in_use(id: &Identity, holder: &str) -> Problem {
    let message = format!("{id} is in use by {holder} and cannot be deleted");
    Problem::new(Class::InUse, "DependencyViolation", message)
}

/// Whether `field` of something else means `thing`, one of whose names stands in it. A plain identity, such as a
/// cluster's or a role's, may be anybody's word: it means the thing only in a field that is called after the kind.
fn means(field: &str, name: &str, thing: &Thing) -> bool {
    let plain = kinds::get(&thing.kind)
        .is_some_and(|kind| kind.facts().key(&Value::Null).is_some() && !name.contains(['|', ':']));
    !plain || name != thing.id.0 || thing.kind.ends_with(field)
}
