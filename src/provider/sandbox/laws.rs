//! The laws of the sandbox: what AWS does when asked, derived from the facts of the kinds.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::{
    eyes::Eyes,
    world::{Thing, World, strings},
};
use crate::{
    aws::TagChange,
    kinds::{self, Facts, Order, Outputs, Tagging},
    model::{Account, Class, Identity, Problem, Tags},
};

/// Creates something, or says why not.
pub(super) fn create(
    world: &mut World,
    account: &Account,
    facts: &'static Facts,
    order: &Order,
    time: f64,
) -> Result<Thing, Problem> {
    world.pass_time(time);
    let fields = facts.normal(order.fields.clone());
    if facts.token
        && let Some(former) =
            world.of_kind(facts.name).find(|thing| thing.token.as_ref() == Some(&order.owner.token))
    {
        if facts.replaces.iter().any(|field| former.fields.get(field) != fields.get(field)) {
            let message = "the client token was used for something else";
            return Err(Problem::new(Class::Invalid, "IdempotentParameterMismatch", message));
        }
        return Ok(former.clone());
    }
    no_dangling(world, &fields)?;
    no_second(world, facts, &fields, None)?;
    no_overlap(world, facts, &fields)?;
    within_quota(world, facts, &fields)?;
    let id = match facts.key(&fields) {
        Some(key) => key,
        None => facts.stamped(&mut world.mint, facts.id, &fields, account).into(),
    };
    let mut outputs = Outputs::new();
    for (name, pattern) in facts.invented() {
        let stamped = facts.stamped(&mut world.mint, pattern, &fields, account);
        outputs.insert(name.to_owned(), stamped);
    }
    let newborn =
        kinds::get(facts.name).map_or_else(|| fields.clone(), |kind| kind.newborn(&fields));
    let thing = Thing {
        kind: facts.name.to_owned(),
        id,
        fields: newborn,
        tags: if facts.tags == Tagging::None { Tags::new() } else { order.owner.tags.clone() },
        outputs,
        born: time,
        ready_at: time + f64::from(facts.timing.create),
        gone_at: None,
        token: facts.token.then(|| order.owner.token.clone()),
    };
    world.put(thing.clone());
    Ok(thing)
}

/// Those of `known` that can be seen, and those that live in the same parents.
pub(super) fn shown<'a>(
    world: &'a World,
    facts: &'static Facts,
    known: &[Identity],
    eyes: &Eyes<'_>,
) -> Vec<&'a Thing> {
    let asked: BTreeSet<&Identity> = known.iter().collect();
    if facts.vanishes_with.is_empty() {
        return asked.into_iter().filter_map(|id| world.seen(facts.name, id, eyes)).collect();
    }
    let parent = |thing: &Thing| {
        facts
            .vanishes_with
            .iter()
            .find_map(|field| thing.fields.get(field)?.as_str().map(str::to_owned))
    };
    // A keyed identity begins with its parent's, so that one that is gone still tells whose children to show.
    let parents: BTreeSet<String> = asked
        .iter()
        .flat_map(|id| {
            let named = world.get(facts.name, id).and_then(parent);
            named.into_iter().chain([id.part(0).to_owned()])
        })
        .collect();
    let mut things = world.seen_of_kind(facts.name, eyes);
    things.retain(|thing| {
        asked.contains(&thing.id) || parent(thing).is_some_and(|parent| parents.contains(&parent))
    });
    things
}

/// Changes something in place, or says why not.
pub(super) fn update(
    world: &mut World,
    facts: &'static Facts,
    id: &Identity,
    fields: &Value,
    prior: &Value,
    time: f64,
) -> Result<(), Problem> {
    world.pass_time(time);
    let mut thing = existing(world, facts, id)?;
    let fields = facts.normal(fields.clone());
    for field in facts.replaces {
        let same =
            fields.get(field) == thing.fields.get(field) || fields.get(field) == prior.get(field);
        if !same {
            let message = format!("{field} of {id} cannot be changed");
            return Err(Problem::new(Class::Invalid, "InvalidParameterCombination", message));
        }
    }
    no_dangling(world, &fields)?;
    no_second(world, facts, &fields, Some(id))?;
    thing.fields = fields;
    world.put(thing);
    Ok(())
}

/// Deletes something, or says who holds it. What lives in it goes with it.
pub(super) fn delete(
    world: &mut World,
    account: &Account,
    facts: &'static Facts,
    id: &Identity,
    eyes: &Eyes<'_>,
) -> Result<(), Problem> {
    let time = eyes.time;
    world.pass_time(time);
    let mut thing = existing(world, facts, id)?;
    if !eyes.has_come(&thing) {
        return Err(missing(id));
    }
    if thing.gone_at.is_some() {
        return Ok(());
    }
    let mut names: Vec<String> = thing.outputs.values().cloned().collect();
    names.push(id.0.clone());
    names.extend(facts.derived_outputs(id, &thing.fields, account).into_values());
    let mut along: Vec<(String, Identity)> = Vec::new();
    for name in &names {
        for (kind, holder, field) in world.holders(name) {
            if kind == facts.name && holder == id {
                continue;
            }
            let Some(theirs) = kinds::get(kind).map(|kind| kind.facts()) else { continue };
            if theirs.vanishes_with.contains(&field) {
                along.push((kind.to_owned(), holder.clone()));
            } else if !theirs.loose.contains(&field) && !own_name(theirs, field) {
                return Err(in_use(id, &format!("{kind} {holder}")));
            }
        }
        if world
            .released(name)
            .is_some_and(|released| time < released + eyes.faults.refuse_delete())
        {
            return Err(in_use(id, "something that is gone already"));
        }
    }
    for (kind, holder) in along {
        world.remove(&kind, &holder);
    }
    if facts.timing.delete == 0 {
        world.remove(facts.name, id);
    } else {
        thing.gone_at = Some(time + f64::from(facts.timing.delete));
        world.put(thing);
    }
    Ok(())
}

/// Makes one change of tags on several things.
pub(super) fn tag(
    world: &mut World,
    facts: &'static Facts,
    ids: &[Identity],
    change: &TagChange,
    time: f64,
) -> Result<(), Problem> {
    world.pass_time(time);
    for id in ids {
        // One call tags resources of every kind that the service has.
        let kinds = kinds::all().iter().map(|kind| kind.facts());
        let mut same_service = kinds.filter(|each| each.tags.service() == facts.tags.service());
        let Some(mut thing) = same_service.find_map(|facts| world.get(facts.name, id).cloned())
        else {
            return Err(missing(id));
        };
        thing.tags.retain(|key, _| !change.unset.contains(key));
        thing.tags.extend(change.set.clone());
        world.put(thing);
    }
    Ok(())
}

fn existing(world: &World, facts: &Facts, id: &Identity) -> Result<Thing, Problem> {
    world.get(facts.name, id).cloned().ok_or_else(|| missing(id))
}

fn in_use(id: &Identity, holder: &str) -> Problem {
    let message = format!("{id} is in use by {holder} and cannot be deleted");
    Problem::new(Class::InUse, "DependencyViolation", message)
}

fn missing(id: &Identity) -> Problem {
    Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
}

/// A field that is the identity of what holds it names nothing else, though another kind may use the same word.
fn own_name(facts: &Facts, field: &str) -> bool {
    facts.id == format!("{{{field}}}")
}

/// Every string that looks like an id the sandbox mints has to be one that exists.
fn no_dangling(world: &World, fields: &Value) -> Result<(), Problem> {
    dangling(world, fields).first().map_or(Ok(()), |(_, id)| Err(missing(id)))
}

/// Strings that look like ids of a kind (the first that they could be of) and name nothing that exists.
pub(super) fn dangling(world: &World, fields: &Value) -> Vec<(&'static Facts, Identity)> {
    let mut dangling = Vec::new();
    strings(fields, None, &mut |_, text| {
        let alike =
            || kinds::all().iter().map(|kind| kind.facts()).filter(|facts| looks_like(facts, text));
        if let Some(facts) = alike().next()
            && !world.gave_out(text)
            && !alike().any(|facts| world.get(facts.name, &text.into()).is_some())
        {
            dangling.push((facts, text.into()));
        }
    });
    dangling
}

/// Whether `text` fits the pattern by which the sandbox mints ids of a kind.
fn looks_like(facts: &Facts, text: &str) -> bool {
    // Most kinds are told by the letters before the first minted digit.
    let (letters, _) = facts.id.split_once('{').unwrap_or((facts.id, ""));
    !letters.is_empty() && text.starts_with(letters) && facts.mints(text)
}

/// AWS holds only one of it.
fn no_second(
    world: &World,
    facts: &Facts,
    fields: &Value,
    own: Option<&Identity>,
) -> Result<(), Problem> {
    let taken = |thing: &Thing| {
        let message = format!("{} exists already, as {}", facts.name, thing.id);
        Err(Problem::new(Class::Taken, "AlreadyExists", message))
    };
    if let (Some(key), None) = (facts.key(fields), own)
        && let Some(thing) = world.get(facts.name, &key)
    {
        return taken(thing);
    }
    for names in facts.unique {
        let whole = names.iter().all(|name| fields.get(*name).is_some_and(|part| !part.is_null()));
        // Who holds the first part is soon told; a scan of the whole kind would make large worlds slow.
        let Some(text) = names.first().and_then(|name| fields.get(*name)).and_then(Value::as_str)
        else {
            continue;
        };
        let same = |thing: &&Thing| {
            Some(&thing.id) != own
                && names.iter().all(|name| thing.fields.get(*name) == fields.get(*name))
        };
        let holders = world.holders(text).filter(|(kind, ..)| *kind == facts.name);
        let mut things = holders.filter_map(|(kind, id, _)| world.get(kind, id));
        if let Some(thing) = things.find(same).filter(|_| whole) {
            return taken(thing);
        }
    }
    Ok(())
}

/// No two blocks of addresses overlap in one scope.
fn no_overlap(world: &World, facts: &Facts, fields: &Value) -> Result<(), Problem> {
    let block = |fields: &Value, field: &str| fields.get(field)?.as_str()?.parse::<Ipv4Net>().ok();
    for (scope, field) in facts.disjoint {
        let (Some(scope), Some(own)) =
            (fields.get(scope).and_then(Value::as_str), block(fields, field))
        else {
            continue;
        };
        let holders = world.holders(scope).filter(|(kind, ..)| *kind == facts.name);
        for thing in holders.filter_map(|(kind, id, _)| world.get(kind, id)) {
            if block(&thing.fields, field)
                .is_some_and(|other| own.contains(&other) || other.contains(&own))
            {
                let message = format!("{field} {own} conflicts with {}", thing.id);
                return Err(Problem::new(Class::Taken, "Conflict", message));
            }
        }
    }
    Ok(())
}

/// One more is within the default quota of an account.
fn within_quota(world: &World, facts: &Facts, fields: &Value) -> Result<(), Problem> {
    let Some(quota) = facts.quota else { return Ok(()) };
    let count = match quota.per {
        None => world.of_kind(facts.name).count(),
        Some(field) => match fields.get(field).and_then(Value::as_str) {
            Some(scope) => world
                .holders(scope)
                .filter(|(kind, _, held)| *kind == facts.name && *held == field)
                .count(),
            None => 0,
        },
    };
    if count < quota.default as usize {
        return Ok(());
    }
    let message = format!("{}: {} are allowed ({})", quota.name, quota.default, quota.code);
    Err(Problem::new(Class::Quota, "LimitExceeded", message))
}
