//! Refresh: what is really there, read in as few calls as each kind's Describe allows, all kinds at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::try_join_all;
use serde_json::Value;

use crate::{
    kinds::{self, Existing, Facts},
    model::{Address, Desired, Diagnostic, Identity, Problem, Shared, value},
    plan::{Foreign, Observed, Sight},
    provider::{Found, Outputs, Provider},
    state::{Deposed, Entry, Record, State},
};

/// Reads everything that `state` remembers.
///
/// # Errors
/// AWS refuses to be read, or the state holds a kind that this version does not know.
pub async fn refresh(provider: &dyn Provider, state: &State) -> Result<Observed, Diagnostic> {
    see(provider, state, |_, _| true).await
}

/// What a destroy has to see; for the rest what `state` remembers is taken for the truth. A delete finds out by itself
/// whether there is still something to delete. It does not tell what others have beside ours in something that goes, is
/// too late to tell that AWS must not delete it, and need not be asked for where a run died after its home had gone.
///
/// # Errors
/// The same as those of [`refresh`].
pub async fn glance(provider: &dyn Provider, state: &State) -> Result<Observed, Diagnostic> {
    let matters = |facts: &Facts, record: &Record| {
        !facts.within.is_empty()
            || facts.guarded(&record.fields)
            || is_homeless(state, facts, record)
    };
    let seen = see(provider, state, matters).await?;
    let mut observed = Observed::trusting(state);
    observed.resources.extend(seen.resources);
    observed.foreign = seen.foreign;
    Ok(observed)
}

/// Whether something that it goes with is not remembered any more.
fn is_homeless(state: &State, facts: &Facts, record: &Record) -> bool {
    let homes =
        record.needs.iter().filter(|(_, field)| facts.vanishes_with.contains(&field.as_str()));
    homes.map(|(home, _)| home).any(|home| {
        match (state.resources.get(home), kinds::get(home.kind())) {
            (Some(record), Some(kind)) => is_homeless(state, kind.facts(), record),
            (None, _) | (_, None) => true,
        }
    })
}

/// Reads what `state` remembers of those that `matter`.
async fn see(
    provider: &dyn Provider,
    state: &State,
    matter: impl Fn(&Facts, &Record) -> bool,
) -> Result<Observed, Diagnostic> {
    let deposed = state.deposed.iter().map(|old| (&old.address, &old.record));
    let all: Vec<(&Address, &Record)> = state.resources.iter().chain(deposed).collect();
    // Kinds are read as a whole, so that what a read shows beside is nobody's of ours. One that this version does not know
    // has to come to light.
    let matters = all.iter().filter(|(address, record)| {
        facts(address.kind()).map_or(true, |facts| matter(facts, record))
    });
    let kinds: BTreeSet<&str> = matters.map(|(address, _)| address.kind()).collect();
    let mut known: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for (address, record) in all.iter().filter(|(address, _)| kinds.contains(address.kind())) {
        known.entry(address.kind()).or_default().push(record);
    }
    let reads = known.into_iter().map(|(kind, records)| async move {
        let facts = facts(kind)?;
        let found =
            read(provider, facts, &records).await.map_err(|problem| unreadable(kind, &problem))?;
        Ok::<_, Diagnostic>((facts, found))
    });
    let mut observed = Observed::default();
    let mut there: BTreeMap<(&str, Identity), Found<Value>> = BTreeMap::new();
    for (facts, found) in try_join_all(reads).await? {
        there.extend(found.into_iter().map(|found| ((facts.name, found.id.clone()), found)));
    }
    for (address, record) in
        state.resources.iter().filter(|(address, _)| kinds.contains(address.kind()))
    {
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

/// Looks whether something exists already in the place of what `desired` asks for anew, inside something that others use
/// as well: it is never overwritten unasked.
///
/// # Errors
/// AWS refuses to be read.
pub async fn meet(
    provider: &dyn Provider,
    desired: &Desired,
    state: &State,
    observed: &mut Observed,
) -> Result<(), Diagnostic> {
    let known = |address: &Address, output: Option<&str>| match output {
        None => observed.there(address).map(|found| found.id.0.clone()),
        Some(output) => observed.there(address)?.outputs.get(output).cloned(),
    };
    let mut places: BTreeMap<&str, BTreeMap<Identity, &Address>> = BTreeMap::new();
    for (address, resource) in desired {
        let facts = facts(address.kind())?;
        let fields = value::resolve(&resource.fields, &known);
        if !facts.within.is_empty()
            && !state.resources.contains_key(address)
            && !value::has_reference(&fields)
            && let Some(key) = facts.key(&fields)
        {
            places.entry(facts.name).or_default().insert(key, address);
        }
    }
    let mut taken = BTreeMap::new();
    for (kind, places) in places {
        // Where something of ours stands the refresh has seen everything else.
        let seen: BTreeSet<&str> = state
            .resources
            .iter()
            .filter(|(address, _)| address.kind() == kind)
            .map(|(_, record)| record.id.part(0))
            .collect();
        let unseen = places.keys().filter(|key| !seen.contains(key.part(0)));
        let unseen: Vec<Identity> = unseen.cloned().collect();
        let mut there: Vec<Found<Value>> = Vec::new();
        if !unseen.is_empty() {
            let found = provider.read(facts(kind)?, &unseen).await;
            there = found.map_err(|problem| unreadable(kind, &problem))?;
        }
        let foreign = observed.foreign.iter().filter(|foreign| foreign.kind == kind);
        there.extend(
            foreign.map(|foreign| Found::ready(foreign.id.clone(), foreign.fields.clone())),
        );
        for found in there {
            let Some(address) = places.get(&found.id) else { continue };
            // What was ours and is gone may still show. If it is somebody's after all, its create is refused.
            if desired[*address].adopt || !state.buried.contains(&found.id) {
                taken.insert((*address).clone(), found);
            }
        }
    }
    let ids: BTreeSet<&Identity> = taken.values().map(|found| &found.id).collect();
    observed.foreign.retain(|foreign| !ids.contains(&foreign.id));
    observed.taken = taken;
    Ok(())
}

/// Finds what the stack uses without owning it, and adds which ones they are to `choices`. One that a former choice names
/// stays the one for as long as it is there.
///
/// # Errors
/// There is none or there are several, or AWS refuses to be read.
pub async fn look_up(
    provider: &dyn Provider,
    existing: &[Existing],
    choices: &mut BTreeMap<String, String>,
) -> Result<(), Diagnostic> {
    for one in existing {
        let facts = facts(one.kind)?;
        let refused = |problem: Problem| unreadable(one.kind, &problem);
        let agrees = |found: &Found<Value>| {
            facts.found_by.iter().all(|field| found.fields[*field] == one.fields[*field])
        };
        let former = one.id.clone().or_else(|| choices.get(&one.question).cloned().map(Identity));
        let mut found = match &former {
            Some(id) => provider.read(facts, std::slice::from_ref(id)).await.map_err(refused)?,
            None => Vec::new(),
        };
        found.retain(|found| former.as_ref() == Some(&found.id));
        if one.id.is_none() && !found.iter().any(agrees) {
            found = provider.alike(facts, &one.fields).await.map_err(refused)?;
        }
        match &found[..] {
            [only] if agrees(only) => {
                choices.insert(one.question.clone(), only.id.0.clone());
            }
            all => return Err(not_one(one, facts, all)),
        }
    }
    Ok(())
}

fn not_one(one: &Existing, facts: &Facts, found: &[Found<Value>]) -> Diagnostic {
    let wanted: Vec<&str> =
        facts.found_by.iter().filter_map(|field| one.fields[*field].as_str()).collect();
    let (kind, wanted) = (facts.name.replace('_', " "), wanted.join(" "));
    let names: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
    match (&one.id, found) {
        (Some(id), []) => Diagnostic::error(format!("there is no {kind} {id} in this account"))
            .help("correct the id in the stack file"),
        (Some(id), [other, ..]) => {
            let is: Vec<&str> =
                facts.found_by.iter().filter_map(|field| other.fields[*field].as_str()).collect();
            Diagnostic::error(format!("{kind} {id} is not {wanted} but {}", is.join(" ")))
                .help("correct the id in the stack file")
        }
        (None, []) => Diagnostic::error(format!("there is no {kind} {wanted} in this account"))
            .help("use the credentials of the account that it is in, or let the stack create it"),
        (None, _) => Diagnostic::error(format!(
            "there are {} times {kind} {wanted} in this account",
            found.len()
        ))
        .note(names.join(", "))
        .help("write the id of the one that is meant in the stack file"),
    }
}

pub(crate) fn unreadable(kind: &str, problem: &Problem) -> Diagnostic {
    Diagnostic::error(format!("AWS refused to show resources of kind {kind}"))
        .note(format!("AWS: {problem}"))
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
) -> Found<Shared<Value>> {
    let mut outputs: Outputs = record.outputs.clone();
    let found = told(provider, address.kind(), found);
    outputs.extend(found.outputs);
    let Found { id, fields, tags, outputs: _, phase } = found;
    Found { id, fields: Shared::beside(fields, &record.fields), tags, outputs, phase }
}

/// Something that was found, with every output that follows from what it is.
pub(crate) fn told(provider: &dyn Provider, kind: &str, found: Found<Value>) -> Found<Value> {
    let derived = kinds::get(kind)
        .map(|kind| kind.facts().derived_outputs(&found.id, &found.fields, provider.account()));
    let mut outputs = derived.unwrap_or_default();
    outputs.extend(found.outputs);
    Found { outputs, ..found }
}
