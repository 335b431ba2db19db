//! What the sandbox refuses whoever asks: references to nothing, second copies of what may exist once, blocks of addresses
//! that overlap, and counts beyond a quota.

use ipnet::Ipv4Net;
use serde_json::Value;

use super::world::{Thing, World, strings};
use crate::{
    kinds::{self, Facts},
    model::{Class, Identity, Problem},
};

pub(super) fn missing(id: &Identity) -> Problem {
    Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
}

/// Every string that looks like an id the sandbox mints has to be one that exists.
pub(super) fn no_dangling(world: &World, fields: &Value) -> Result<(), Problem> {
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
    // Most kinds are told by the letters before the first minted digit.
    let (letters, _) = facts.id.split_once('{').unwrap_or((facts.id, ""));
    (facts.id.contains('|') || !letters.is_empty())
        && text.starts_with(letters)
        && facts.mints(text)
}

/// What lives in something needs that to be there, whatever its ids look like.
pub(super) fn no_orphan(world: &World, facts: &Facts, fields: &Value) -> Result<(), Problem> {
    let homes = facts.vanishes_with.iter().filter_map(|field| fields.get(field)?.as_str());
    let mut gone = homes.filter(|home| !world.holds(home) && !world.gave_out(home));
    gone.next().map_or(Ok(()), |home| Err(missing(&home.into())))
}

/// AWS holds only one of it.
pub(super) fn no_second(
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
pub(super) fn no_overlap(world: &World, facts: &Facts, fields: &Value) -> Result<(), Problem> {
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
pub(super) fn within_quota(world: &World, facts: &Facts, fields: &Value) -> Result<(), Problem> {
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
