//! The laws of the sandbox: what AWS does when asked, derived from the facts of the kinds.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::world::{Thing, World, strings};
use crate::{
    aws::TagChange,
    kinds::{self, Existing, Facts, Order, Outputs, TAG_ADDRESS, TAG_STACK, Tagging},
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
    if facts.token
        && let Some(former) =
            world.of_kind(facts.name).find(|thing| thing.token.as_ref() == Some(&order.owner.token))
    {
        return Ok(former.clone());
    }
    let fields = facts.normal(order.fields.clone());
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
        token: (facts.token || facts.marked).then(|| order.owner.token.clone()),
    };
    world.put(thing.clone());
    Ok(thing)
}

/// Those of `known` that exist, and those that live in the same parents.
pub(super) fn shown<'a>(
    world: &'a World,
    facts: &'static Facts,
    known: &[Identity],
) -> Vec<&'a Thing> {
    let asked: BTreeSet<&Identity> = known.iter().collect();
    if facts.homes().next().is_none() {
        return asked.into_iter().filter_map(|id| world.get(facts.name, id)).collect();
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
    world
        .of_kind(facts.name)
        .filter(|thing| {
            asked.contains(&thing.id)
                || parent(thing).is_some_and(|parent| parents.contains(&parent))
        })
        .collect()
}

/// Whether something may be what a lost create made for `order`: by its ownership tags, the mark in its description, or
/// as the only one that there can be.
pub(super) fn may_be(thing: &Thing, facts: &Facts, order: &Order) -> bool {
    let owner = &order.owner;
    if facts.tags != Tagging::None {
        let is = |key: &str, value: &str| thing.tags.get(key).is_some_and(|found| found == value);
        return is(TAG_STACK, &owner.stack) && is(TAG_ADDRESS, owner.address.as_str());
    }
    (facts.marked && thing.token.as_ref() == Some(&owner.token))
        || facts.rivals(&facts.normal(order.fields.clone()), &thing.fields)
}

/// Everything that agrees with `fields` in what one of its kind is found by.
pub(super) fn alike<'a>(
    world: &'a World,
    facts: &'static Facts,
    fields: &'a Value,
) -> impl Iterator<Item = &'a Thing> {
    let same =
        |thing: &&Thing| facts.found_by.iter().all(|field| thing.fields[*field] == fields[*field]);
    world.of_kind(facts.name).filter(same)
}

/// Makes something exist that a stack uses without owning it.
pub(super) fn grant(world: &mut World, account: &Account, existing: &Existing) {
    let Some(facts) = kinds::get(existing.kind).map(|kind| kind.facts()) else { return };
    let there = match &existing.id {
        Some(id) => world.get(facts.name, id).is_some(),
        None => alike(world, facts, &existing.fields).next().is_some(),
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

/// Deletes something, or says who holds it. What lives in it goes with it.
pub(super) fn delete(
    world: &mut World,
    account: &Account,
    facts: &'static Facts,
    id: &Identity,
    time: f64,
) -> Result<(), Problem> {
    world.pass_time(time);
    let mut thing = existing(world, facts, id)?;
    if thing.gone_at.is_some() {
        return Ok(());
    }
    if facts.guarded(&thing.fields) {
        let message = format!("{id} cannot be deleted because deletion protection is enabled");
        return Err(Problem::new(Class::Invalid, "OperationNotPermitted", message));
    }
    let (along, holders) = bound(world, account, &thing);
    if let Some((kind, holder)) = holders.difference(&along).next() {
        let message = format!("{id} is in use by {kind} {holder} and cannot be deleted");
        return Err(Problem::new(Class::InUse, "DependencyViolation", message));
    }
    let mut going = along;
    while let Some((kind, id)) = going.pop_first() {
        if let Some(thing) = world.get(&kind, &id).cloned() {
            going.extend(bound(world, account, &thing).0);
            world.remove(&kind, &id);
        }
    }
    if facts.timing.delete == 0 {
        world.remove(facts.name, id);
    } else {
        thing.gone_at = Some(time + f64::from(facts.timing.delete));
        world.put(thing);
    }
    Ok(())
}

/// A thing by its kind and id.
type Named = (String, Identity);

/// What goes along with `thing` when it is deleted, and who keeps it from that.
fn bound(world: &World, account: &Account, thing: &Thing) -> (BTreeSet<Named>, BTreeSet<Named>) {
    let mut names: Vec<String> = thing.outputs.values().cloned().collect();
    names.push(thing.id.0.clone());
    if let Some(facts) = kinds::get(&thing.kind).map(|kind| kind.facts()) {
        let outputs = facts.derived_outputs(&thing.id, &thing.fields, account);
        names.extend(outputs.into_values());
    }
    let (mut along, mut holders) = (BTreeSet::new(), BTreeSet::new());
    let holding = names.iter().flat_map(|name| world.holders(name).map(move |who| (name, who)));
    for (name, (kind, holder, field)) in holding {
        let Some(facts) = kinds::get(kind).map(|kind| kind.facts()) else { continue };
        let named = (kind.to_owned(), holder.clone());
        let itself = kind == thing.kind && *holder == thing.id;
        if itself || (*name == thing.id.0 && !means(field, &thing.kind, &thing.id)) {
            continue;
        } else if facts.vanishes_with.contains(&field) {
            along.insert(named);
        } else if !facts.loose.contains(&field) {
            holders.insert(named);
        }
    }
    (along, holders)
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

fn missing(id: &Identity) -> Problem {
    Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
}

/// Whether `field` of something else means the thing of `kind` whose identity stands in it. A plain name, such as a
/// cluster's or a role's, may be anybody's word: it means the thing only in a field that is called after the kind.
fn means(field: &str, kind: &str, id: &Identity) -> bool {
    let plain = kinds::get(kind)
        .is_some_and(|kind| kind.facts().key(&Value::Null).is_some() && !id.0.contains(['|', ':']));
    !plain || kind.ends_with(field)
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

/// Whether `text` fits the pattern by which the sandbox mints ids of a kind. Digits alone look like too much else.
fn looks_like(facts: &Facts, text: &str) -> bool {
    (facts.id.contains('|') || !facts.id.starts_with('{')) && facts.mints(text)
}

/// What lives in something needs that to be there, whatever its ids look like.
fn no_orphan(world: &World, facts: &Facts, fields: &Value) -> Result<(), Problem> {
    let homes = facts.vanishes_with.iter().filter_map(|field| fields.get(field)?.as_str());
    let mut gone = homes.filter(|home| !world.holds(home) && !world.gave_out(home));
    gone.next().map_or(Ok(()), |home| Err(missing(&home.into())))
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
        Some(field) => fields.get(field).and_then(Value::as_str).map_or(0, |scope| {
            let holders = world.holders(scope);
            holders.filter(|(kind, _, held)| *kind == facts.name && *held == field).count()
        }),
    };
    if count < quota.default as usize {
        return Ok(());
    }
    let message = format!("{}: {} are allowed ({})", quota.name, quota.default, quota.code);
    Err(Problem::new(Class::Quota, "LimitExceeded", message))
}
