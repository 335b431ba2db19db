//! Refresh: what is really there, read in as few calls as each kind's Describe allows, all kinds at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::try_join_all;
use serde_json::Value;

use crate::{
    kinds::{self, Facts},
    model::{Address, Diagnostic, Identity, Problem},
    plan::{Foreign, Observed, Sight},
    provider::{Found, Outputs, Provider},
    state::{Deposed, Entry, Record, State},
};

/// Reads everything that `state` remembers.
///
/// # Errors
/// AWS refuses to be read, or the state holds a kind that this version does not know.
pub async fn refresh(provider: &dyn Provider, state: &State) -> Result<Observed, Diagnostic> {
    let mut known: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    let deposed = state.deposed.iter().map(|old| (&old.address, &old.record));
    for (address, record) in state.resources.iter().chain(deposed) {
        known.entry(address.kind()).or_default().push(record);
    }
    let reads = known.into_iter().map(|(kind, records)| async move {
        let facts = facts(kind)?;
        let found = read(provider, facts, &records).await.map_err(|problem| {
            Diagnostic::error(format!("AWS refused to show resources of kind {kind}"))
                .note(format!("AWS: {problem}"))
        })?;
        Ok::<_, Diagnostic>((facts, found))
    });
    let mut observed = Observed::default();
    let mut there: BTreeMap<(&str, Identity), Found<Value>> = BTreeMap::new();
    for (facts, found) in try_join_all(reads).await? {
        there.extend(found.into_iter().map(|found| ((facts.name, found.id.clone()), found)));
    }
    for (address, record) in &state.resources {
        let sight = match there.remove(&(address.kind(), record.id.clone())) {
            Some(found) => Sight::There(complete(provider, address, record, found)),
            None => Sight::Gone,
        };
        observed.resources.insert(address.clone(), sight);
    }
    for old in &state.deposed {
        if there.remove(&(old.address.kind(), old.record.id.clone())).is_some() {
            observed.deposed.insert(old.record.id.clone());
        }
    }
    observed.foreign = there
        .into_iter()
        .map(|((kind, id), found)| Foreign { kind: kind.to_owned(), id, fields: found.fields })
        .collect();
    Ok(observed)
}

/// What a refresh teaches beside drift: outputs that the answer to a create did not hold, and former resources that a
/// run deleted without living to write it down.
pub fn learned(state: &State, observed: &Observed) -> Vec<Entry> {
    let news = |(address, record): (&Address, &Record)| {
        let found = observed.there(address)?;
        (found.outputs != record.outputs).then(|| {
            let record = Record { outputs: found.outputs.clone(), ..record.clone() };
            Entry::Settled { address: address.clone(), record: Box::new(record) }
        })
    };
    let gone = |old: &&Deposed| {
        let live = state.resources.get(&old.address);
        !observed.deposed.contains(&old.record.id)
            && live.is_none_or(|record| record.id != old.record.id)
    };
    let gone = state.deposed.iter().filter(gone);
    let gone =
        gone.map(|old| Entry::Gone { address: old.address.clone(), id: old.record.id.clone() });
    state.resources.iter().filter_map(news).chain(gone).collect()
}

fn facts(kind: &str) -> Result<&'static Facts, Diagnostic> {
    kinds::get(kind).map(|kind| kind.facts()).ok_or_else(|| {
        Diagnostic::error(format!(
            "the state holds a {kind}, a kind that this version of eksnet does not know"
        ))
        .help("use the version that wrote the state")
    })
}

/// Reads all `records` of one kind. One that does not show, though it was made so short a time ago that it need not show
/// yet, is looked for again until it would have to: taking it for gone would make a second one.
async fn read(
    provider: &dyn Provider,
    facts: &'static Facts,
    records: &[&Record],
) -> Result<Vec<Found<Value>>, Problem> {
    let ids: Vec<Identity> = records.iter().map(|record| record.id.clone()).collect();
    let mut found = provider.read(facts, &ids).await?;
    let mut wait = 1;
    loop {
        let shown: BTreeSet<&Identity> = found.iter().map(|found| &found.id).collect();
        let young = |record: &&&Record| provider.now() - record.made < provider.visible_after();
        let hidden: Vec<Identity> = records
            .iter()
            .filter(young)
            .filter(|record| !shown.contains(&record.id))
            .map(|record| record.id.clone())
            .collect();
        if hidden.is_empty() {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_secs(wait)).await;
        // Most shows within seconds; what does not may take a minute, and few looks are enough for that.
        wait = (wait * 4).min(30);
        found.extend(provider.read(facts, &hidden).await?);
    }
}

/// The sight of a resource with every output: those that follow from what it is, those that were seen, and for the
/// rest those that are remembered.
fn complete(
    provider: &dyn Provider,
    address: &Address,
    record: &Record,
    found: Found<Value>,
) -> Found<Value> {
    let derived = kinds::get(address.kind())
        .map(|kind| kind.facts().derived_outputs(&found.id, &found.fields, provider.account()));
    let mut outputs: Outputs = record.outputs.clone();
    outputs.extend(derived.unwrap_or_default());
    outputs.extend(found.outputs);
    Found { outputs, ..found }
}
