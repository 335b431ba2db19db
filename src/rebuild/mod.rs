//! Rebuild: the memory of a stack, restored from what exists when its state is lost.
//!
//! What carries the stack's tags says itself for which address it was made. What takes no tags lives in something that
//! does, and is told by what makes it the only one of its sort in there. Choices that the stack file leaves open are
//! told by what was made of them. Reads only.

mod claims;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use serde_json::Value;

use crate::{
    blueprint::{self, Choices},
    kinds::{self, Facts, TAG_ADDRESS, Tagging},
    model::{Address, Desired, Diagnostic, Identity, value},
    plan::Foreign,
    provider::{Found, Phase, Provider},
    refresh,
    stack::Stack,
    state::Record,
};
use claims::Claims;

/// What is known of a stack again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rebuilt {
    /// What exists, by address.
    pub resources: BTreeMap<Address, Record>,
    /// The choices that were made for it.
    pub choices: Choices,
    /// Those of it that the stack file does not have any more.
    pub former: BTreeSet<Address>,
    /// What the stack file has and nobody has found, with its section.
    pub missing: BTreeMap<Address, String>,
    /// What lives in resources of the stack and is not known to be its own.
    pub foreign: Vec<Foreign>,
}

/// Looks for everything that the stack owns.
///
/// # Errors
/// Several things carry the tags of one address, what the stack uses without owning it is not to be found, or AWS
/// refuses to be read.
pub async fn rebuild(provider: &dyn Provider, stack: &Stack) -> Result<Rebuilt, Diagnostic> {
    let seen = tagged(provider, &stack.name).await?;
    let mut choices = blueprint::recall(stack, &seen);
    refresh::look_up(provider, &blueprint::existing(stack), &mut choices).await?;
    let (desired, choices) = blueprint::blueprint(stack, &choices);
    let mut claims = Claims::new(provider, &desired, seen);
    claims.add(named(provider, stack, &claims).await?);
    let mut inside = untagged(provider, &desired, &claims).await?;
    claims.settle(&mut inside);
    claims.take_along(&mut inside);
    Ok(claims.close(choices, inside))
}

/// Everything that carries the tags of the stack called `stack`, by the address in them.
async fn tagged(
    provider: &dyn Provider,
    stack: &str,
) -> Result<BTreeMap<Address, Found<Value>>, Diagnostic> {
    let kinds = kinds::all().iter().map(|kind| kind.facts());
    let told = kinds.filter(|facts| facts.tags != Tagging::None && facts.found_by.is_empty());
    let reads = told.map(|facts| async move {
        let found = provider.of_stack(facts, stack).await;
        let found = found.map_err(|problem| refresh::unreadable(facts.name, &problem))?;
        Ok::<_, Diagnostic>(found.into_iter().map(|found| (facts, found)).collect::<Vec<_>>())
    });
    by_address(provider, try_join_all(reads).await?.concat())
}

/// What was found, by the address in its tags.
fn by_address(
    provider: &dyn Provider,
    all: Vec<(&'static Facts, Found<Value>)>,
) -> Result<BTreeMap<Address, Found<Value>>, Diagnostic> {
    let mut by_address: BTreeMap<Address, Vec<Found<Value>>> = BTreeMap::new();
    for (facts, found) in all {
        // Resources of one type in AWS's eyes may be of two kinds in ours.
        if let Some(address) = at(&found).filter(|address| address.kind() == facts.name) {
            let found = refresh::told(provider, facts.name, found);
            by_address.entry(address).or_default().push(found);
        }
    }
    let only = |(address, found)| only(&address, found).map(|found| Some((address, found?)));
    by_address.into_iter().filter_map(|entry| only(entry).transpose()).collect()
}

/// The address that the tags of something name.
fn at(found: &Found<Value>) -> Option<Address> {
    found.tags.as_ref()?.get(TAG_ADDRESS)?.parse().ok()
}

/// The one of `found` that has the address now: what is on its way down has it no more, if another has.
fn only(
    address: &Address,
    mut found: Vec<Found<Value>>,
) -> Result<Option<Found<Value>>, Diagnostic> {
    let stays = |found: &Found<Value>| found.phase != Phase::Deleting;
    if found.iter().any(stays) {
        found.retain(stays);
    } else {
        found.truncate(1);
    }
    if found.len() > 1 {
        let ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
        return Err(Diagnostic::error(format!("{} things carry the tags of {address}", found.len()))
            .note(ids.join(", "))
            .note("a run that replaced it may have died between the two; nothing has been changed")
            .help("take the tag eksnet:address from the one that is not in use, or delete that one, and run this again"));
    }
    Ok(found.pop())
}

/// What carries the stack's tags and did not show under them: it is there under its natural key, or is an account's and
/// found among others of its name, for another Region may have a stack of this name.
async fn named(
    provider: &dyn Provider,
    stack: &Stack,
    claims: &Claims<'_>,
) -> Result<BTreeMap<Address, Found<Value>>, Diagnostic> {
    let mut keys: BTreeMap<&'static str, Vec<Identity>> = BTreeMap::new();
    let mut found: Vec<(&'static Facts, Found<Value>)> = Vec::new();
    for (address, fields) in claims.open() {
        let facts = kinds::facts_at(address)?;
        if facts.tags == Tagging::None || value::has_reference(&fields) {
            continue;
        }
        let refused = |problem| refresh::unreadable(facts.name, &problem);
        if !facts.found_by.is_empty() {
            let alike = provider.alike(facts, &fields).await.map_err(refused)?;
            found.extend(alike.into_iter().map(|found| (facts, found)));
        } else if let Some(key) = facts.key(&fields) {
            keys.entry(facts.name).or_default().push(key);
        }
    }
    for (kind, keys) in keys {
        let Some(facts) = kinds::get(kind).map(|kind| kind.facts()) else { continue };
        let read = provider.read(facts, &keys).await;
        let read = read.map_err(|problem| refresh::unreadable(kind, &problem))?;
        found.extend(read.into_iter().map(|found| (facts, found)));
    }
    found.retain(|(_, found)| {
        let ours = found.tags.as_ref().is_some_and(|tags| kinds::of_stack(tags, &stack.name));
        ours && at(found).is_some_and(|address| !claims.has(&address))
    });
    by_address(provider, found)
}

/// What takes no tags and lives in what was found, by kind.
async fn untagged(
    provider: &dyn Provider,
    desired: &Desired,
    claims: &Claims<'_>,
) -> Result<BTreeMap<&'static str, Vec<Found<Value>>>, Diagnostic> {
    let kinds = kinds::all().iter().map(|kind| kind.facts());
    let reads = kinds.filter(|facts| facts.lives_in.is_some()).map(|facts| async move {
        let mut homes: BTreeSet<Identity> = claims.homes(facts).into_keys().collect();
        // What AWS makes with a resource, or the stack uses without owning it, is a home as well.
        let of_kind = desired.iter().filter(|(address, _)| address.kind() == facts.name);
        homes.extend(of_kind.filter_map(|(_, it)| facts.home(&claims.resolved(&it.fields))));
        let homes: Vec<Identity> = homes.into_iter().collect();
        if homes.is_empty() {
            return Ok((facts.name, Vec::new()));
        }
        let found = provider.inside(facts, &homes).await;
        let found = found.map_err(|problem| refresh::unreadable(facts.name, &problem))?;
        let told = found.into_iter().map(|found| refresh::told(provider, facts.name, found));
        Ok((facts.name, told.collect()))
    });
    Ok(try_join_all(reads).await?.into_iter().collect())
}
