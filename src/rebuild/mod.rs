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
    claims.add(named(provider, stack, &desired, &claims).await?);
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
    let reads = kinds.filter(|facts| facts.tags != Tagging::None).map(|facts| async move {
        let found = provider.of_stack(facts, stack).await;
        Ok((facts, found.map_err(|problem| refresh::unreadable(facts.name, &problem))?))
    });
    let mut by_address: BTreeMap<Address, Vec<Found<Value>>> = BTreeMap::new();
    for (facts, found) in try_join_all(reads).await? {
        for found in found {
            // Resources of one type in AWS's eyes may be of two kinds in ours.
            let address = at(&found).filter(|address| address.kind() == facts.name);
            if let Some(address) = address {
                by_address
                    .entry(address)
                    .or_default()
                    .push(refresh::told(provider, facts.name, found));
            }
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

/// What carries the stack's tags, did not show under them, and is there under its natural key.
async fn named(
    provider: &dyn Provider,
    stack: &Stack,
    desired: &Desired,
    claims: &Claims<'_>,
) -> Result<BTreeMap<Address, Found<Value>>, Diagnostic> {
    let mut wanted: BTreeMap<&'static str, (&'static Facts, Vec<Identity>)> = BTreeMap::new();
    for (address, resource) in desired {
        let facts = kinds::facts_at(address)?;
        let fields = claims.resolved(&resource.fields);
        if facts.tags != Tagging::None
            && !claims.has(address)
            && !value::has_reference(&fields)
            && let Some(key) = facts.key(&fields)
        {
            wanted.entry(facts.name).or_insert((facts, Vec::new())).1.push(key);
        }
    }
    let mut ours = BTreeMap::new();
    for (facts, keys) in wanted.into_values() {
        let found = provider.read(facts, &keys).await;
        for found in found.map_err(|problem| refresh::unreadable(facts.name, &problem))? {
            let mine = found.tags.as_ref().is_some_and(|tags| kinds::of_stack(tags, &stack.name));
            let address = at(&found).filter(|address| mine && address.kind() == facts.name);
            if let Some(address) = address.filter(|address| !claims.has(address)) {
                ours.insert(address, refresh::told(provider, facts.name, found));
            }
        }
    }
    Ok(ours)
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
