//! The laws of the sandbox: what AWS does when asked, derived from the facts of the kinds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    eyes::Eyes,
    refusals::{missing, no_dangling, no_orphan, no_overlap, no_second, within_quota},
    world::{Thing, World},
};
use crate::{
    aws::TagChange,
    kinds::{self, Existing, Facts, Order, Outputs, Tagging},
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
    no_orphan(world, facts, &fields)?;
    no_second(world, facts, &fields, None)?;
    no_overlap(world, facts, &fields)?;
    within_quota(world, facts, &fields)?;
    let id = match facts.key(&fields) {
        Some(key) => key,
        None => facts.stamped(&mut world.mint, facts.id, &fields, None, account).into(),
    };
    let mut outputs = Outputs::new();
    for (name, pattern) in facts.invented() {
        let stamped = facts.stamped(&mut world.mint, pattern, &fields, Some(&id), account);
        outputs.insert(name.to_owned(), stamped);
    }
    let newborn =
        kinds::get(facts.name).map_or_else(|| fields.clone(), |kind| kind.newborn(&fields));
    let thing = Thing {
        kind: facts.name.to_owned(),
        id,
        fields: newborn,
        tags: if facts.tags.with_create() { order.owner.tags.clone() } else { Tags::new() },
        outputs,
        born: time,
        ready_at: time + f64::from(facts.timing.create),
        gone_at: None,
        token: if facts.marked {
            Some(order.owner.mark())
        } else {
            facts.token.then(|| order.owner.token.clone())
        },
        wild: None,
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
    if facts.homes().next().is_none() {
        return asked.into_iter().filter_map(|id| world.seen(facts.name, id, eyes)).collect();
    }
    let parent = |thing: &Thing| {
        facts.homes().find_map(|field| thing.fields.get(field)?.as_str().map(str::to_owned))
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

/// Whether something may be what a lost create made for `order`: by its ownership tags, the mark in its description, or
/// as the only one that there can be.
pub(super) fn may_be(thing: &Thing, facts: &Facts, order: &Order) -> bool {
    let owner = &order.owner;
    if facts.tags != Tagging::None {
        return owner.owns(&thing.tags);
    }
    (facts.marked && thing.token == Some(owner.mark()))
        || facts.rivals(&facts.normal(order.fields.clone()), &thing.fields)
}

/// Whether something agrees with `fields` in what one of its kind is found by.
pub(super) fn alike(thing: &Thing, facts: &Facts, fields: &Value) -> bool {
    facts.found_by.iter().all(|field| thing.fields[*field] == fields[*field])
}

/// Makes something exist that a stack uses without owning it.
pub(super) fn grant(world: &mut World, account: &Account, existing: &Existing) {
    let Some(facts) = kinds::get(existing.kind).map(|kind| kind.facts()) else { return };
    let there = match &existing.id {
        Some(id) => world.get(facts.name, id).is_some(),
        None => world.of_kind(facts.name).any(|thing| alike(thing, facts, &existing.fields)),
    };
    if there {
        return;
    }
    let fields = &existing.fields;
    let id = match &existing.id {
        Some(id) => id.clone(),
        None => facts.stamped(&mut world.mint, facts.id, fields, None, account).into(),
    };
    let outputs = facts.invented().map(|(name, pattern)| {
        let stamped = facts.stamped(&mut world.mint, pattern, fields, Some(&id), account);
        (name.to_owned(), stamped)
    });
    let outputs = outputs.collect();
    let given = Thing::given(facts, id, world.now);
    world.put(Thing { fields: fields.clone(), outputs, ..given });
}

/// One thing to change in place: which, to what, and from what.
pub(super) type Update = (Identity, Value, Value);

/// Changes things in place, or says why not: all of them or none.
pub(super) fn update(
    world: &mut World,
    facts: &'static Facts,
    updates: &[Update],
    time: f64,
) -> Result<(), Problem> {
    world.pass_time(time);
    let mut former: Vec<Thing> = Vec::with_capacity(updates.len());
    let mut refused = Ok(());
    for update in updates {
        refused = refused.and_then(|()| change(world, facts, update).map(|was| former.push(was)));
    }
    // Only when all are as they will be it shows whether two are one too many.
    for (id, fields, _) in updates {
        let fields = facts.normal(fields.clone());
        refused = refused.and_then(|()| no_second(world, facts, &fields, Some(id)));
    }
    if refused.is_err() {
        former.into_iter().for_each(|thing| world.put(thing));
    }
    refused
}

/// Changes one thing, whatever else there may be, and answers what it was.
fn change(
    world: &mut World,
    facts: &'static Facts,
    (id, fields, prior): &Update,
) -> Result<Thing, Problem> {
    let thing = existing(world, facts, id)?;
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
    world.put(Thing { fields, ..thing.clone() });
    Ok(thing)
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
