//! Recovery: creates that a former run began and whose outcome it did not live to write down.
//!
//! Each is found by natural key or ownership tags; failing that, repeated with its own client token, where AWS takes
//! one, which answers the same resource; failing that too, waited for until anything made at that time must show. Only
//! then it is taken never to have happened. What is gone may show for a while as if it were not: an id that is known to
//! be gone is never what a create made, and a natural key that was gone before is asked for by creating it again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::Value;

use super::Event;
use crate::{
    aws::backoff,
    kinds::{self, Facts, Order, Owner},
    model::{Address, Class, Diagnostic, Identity, Problem},
    provider::{Found, Phase, Provider},
    state::{Doomed, Entry, Intent, Journal, State},
};

/// Ids that can not be what a lost create made.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// They belong to an address already.
    taken: BTreeSet<Identity>,
    /// They are gone, though they may show.
    buried: BTreeSet<Identity>,
}

impl Known {
    pub(super) fn of(state: &State) -> Self {
        let deposed = state.deposed.iter().map(|old| &old.record);
        Self {
            taken: state
                .resources
                .values()
                .chain(deposed)
                .map(|record| record.id.clone())
                .collect(),
            buried: state.buried.iter().cloned().collect(),
        }
    }
}

/// The order that an intent stands for.
pub(super) fn order(state: &State, address: &Address, intent: &Intent) -> Order {
    Order { fields: (*intent.fields).clone(), owner: Owner::of(state, address, intent) }
}

/// What a create that began at `begun` made, if anything. Kinds of which a repeated create cannot make a second one are
/// looked for once.
pub(super) async fn find(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
    begun: i64,
    known: &Known,
) -> Result<Option<Found<Value>>, Problem> {
    if facts.repeatable(&order.fields) {
        ours(provider, facts, order, known).await
    } else {
        in_the_end(provider, facts, order, begun, known).await
    }
}

/// The same, looked for until it would have to show.
async fn in_the_end(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
    begun: i64,
    known: &Known,
) -> Result<Option<Found<Value>>, Problem> {
    let mut wait = 1;
    loop {
        let found = ours(provider, facts, order, known).await?;
        let left = begun + provider.visible_after() - provider.now();
        if found.is_some() || left <= 0 {
            return Ok(found);
        }
        // What shows late shows later still: twice as long each time costs few calls.
        tokio::time::sleep(Duration::from_secs(left.min(wait).unsigned_abs())).await;
        wait *= 2;
    }
}

/// What there is with the natural key or the ownership tags of `order`: no other's, and not gone.
async fn ours(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
    known: &Known,
) -> Result<Option<Found<Value>>, Problem> {
    let mut candidates = provider.find(facts, order).await?;
    candidates.retain(|id| !known.taken.contains(id) && !known.buried.contains(id));
    if candidates.is_empty() {
        return Ok(None);
    }
    // Tags show for things that are gone.
    let found = provider.read(facts, &candidates).await?;
    Ok(found.into_iter().find(|found| {
        candidates.contains(&found.id)
            && found.phase != Phase::Deleting
            && (found.tags.as_ref().is_none_or(|tags| order.owner.owns(tags))
                // Before they are tagged by a call of their own, such things are found by what only our create knew.
                || !facts.tags.with_create())
            && (facts.within.is_empty() || asked_for(facts, order, &found.fields))
    }))
}

/// What AWS says exists already, if it is ours: it carries our ownership tags; or, for what takes no tags, it is exactly
/// what was asked for, or a create for it went without an answer where nobody else makes any. What there can be only one
/// of must show in the end.
pub(super) async fn taken(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
    unanswered: Option<i64>,
    known: &Known,
) -> Result<Option<Found<Value>>, Problem> {
    let keyed = facts.key(&order.fields).is_some();
    let since = unanswered.or_else(|| facts.single(&order.fields).then(|| provider.now()));
    let mut wait = 1;
    loop {
        let left = since.map_or(0, |since| since + provider.visible_after() - provider.now());
        let mut candidates = provider.find(facts, order).await?;
        // What is gone ceases to show in the end. What shows then was only forgotten (`state rm`), and is taken up again.
        let buried = |id: &Identity| !keyed && left > 0 && known.buried.contains(id);
        candidates.retain(|id| !known.taken.contains(id) && !buried(id));
        let mut found = Vec::new();
        if !candidates.is_empty() {
            found = provider.read(facts, &candidates).await?;
        }
        if let Some(found) = found.into_iter().find(|found| candidates.contains(&found.id)) {
            let ours = match &found.tags {
                Some(tags) => order.owner.owns(tags),
                None => {
                    (unanswered.is_some() && facts.within.is_empty())
                        || asked_for(facts, order, &found.fields)
                }
            };
            return Ok(ours.then_some(found));
        }
        if left <= 0 {
            return Ok(None);
        }
        tokio::time::sleep(Duration::from_secs(left.min(wait).unsigned_abs())).await;
        wait *= 2;
    }
}

/// Whether `fields` are what was asked for, or what the create call alone makes of it.
fn asked_for(facts: &Facts, order: &Order, fields: &Value) -> bool {
    let newborn = kinds::get(facts.name).map(|kind| kind.newborn(&order.fields));
    let fields = facts.normal(fields.clone());
    [Some(order.fields.clone()), newborn]
        .into_iter()
        .flatten()
        .any(|one| facts.normal(one) == fields)
}

/// What a plan may assume of open creates without asking anything of AWS but reads: found ones exist, others do not.
///
/// # Errors
/// AWS refuses to be read.
pub async fn look(provider: &dyn Provider, state: &State) -> Result<Vec<Entry>, Diagnostic> {
    let mut entries = Vec::new();
    let known = Known::of(state);
    for (address, intent) in &state.open {
        let facts = kinds::facts_at(address)?;
        let order = order(state, address, intent);
        let found = ours(provider, facts, &order, &known)
            .await
            .map_err(|problem| Diagnostic::refused(address, "be looked for", &problem))?;
        let id = found.map(|found| found.id);
        entries.push(outcome(provider, facts, address, intent, id));
    }
    Ok(entries)
}

/// Settles every open create and delete, and writes down what became of it.
///
/// # Errors
/// AWS refuses to be read, or the journal cannot be written.
pub async fn settle(
    provider: &dyn Provider,
    journal: &mut Journal,
    tell: &dyn Fn(Event),
) -> Result<(), Diagnostic> {
    settle_deletes(provider, journal).await?;
    let open: Vec<(Address, Intent)> = journal
        .state()
        .open
        .iter()
        .map(|(address, intent)| (address.clone(), intent.clone()))
        .collect();
    for (address, intent) in open {
        let facts = kinds::facts_at(&address)?;
        let order = order(journal.state(), &address, &intent);
        let known = Known::of(journal.state());
        let refused = |problem: Problem| Diagnostic::refused(&address, "be looked for", &problem);
        // Where others make things as well, the next plan takes what is there and not known for somebody else's.
        let found = if facts.within.is_empty() {
            find(provider, facts, &order, intent.begun, &known).await
        } else {
            in_the_end(provider, facts, &order, intent.begun, &known).await
        };
        let found = found.map_err(refused)?;
        let mut id = found.map(|found| found.id);
        if id.is_none() && facts.token {
            // What this makes need not show until so long after it.
            let intent = Box::new(Intent { begun: provider.now(), ..intent.clone() });
            journal.write([Entry::Intend { address: address.clone(), intent }]).await?;
            journal.hold().await?;
            id = repeat(provider, facts, &order).await.map_err(refused)?;
        }
        journal.write([outcome(provider, facts, &address, &intent, id.clone())]).await?;
        tell(Event::Recovered { address, id });
    }
    Ok(())
}

/// What was about to be deleted is gone, or shows for so long that it must be there.
async fn settle_deletes(provider: &dyn Provider, journal: &mut Journal) -> Result<(), Diagnostic> {
    let latest = journal.state().doomed.iter().map(|doomed| doomed.begun).max();
    let Some(latest) = latest else { return Ok(()) };
    let shown = deletes(provider, journal).await?;
    let left = latest + provider.visible_after() - provider.now();
    if !shown.is_empty() && left > 0 {
        tokio::time::sleep(Duration::from_secs(left.unsigned_abs())).await;
    }
    let shown = if left > 0 { deletes(provider, journal).await? } else { shown };
    journal
        .write(shown.into_iter().map(|Doomed { address, id, .. }| Entry::Spared { address, id }))
        .await
}

/// Writes down which deletes have shown their effect, and answers the others.
async fn deletes(
    provider: &dyn Provider,
    journal: &mut Journal,
) -> Result<Vec<Doomed>, Diagnostic> {
    let mut by_kind: BTreeMap<&str, Vec<Doomed>> = BTreeMap::new();
    let doomed = journal.state().doomed.clone();
    for each in &doomed {
        by_kind.entry(each.address.kind()).or_default().push(each.clone());
    }
    let mut shown = Vec::new();
    for doomed in by_kind.into_values() {
        let Some(first) = doomed.first() else { continue };
        let facts = kinds::facts_at(&first.address)?;
        let ids: Vec<Identity> = doomed.iter().map(|each| each.id.clone()).collect();
        let found = provider
            .read(facts, &ids)
            .await
            .map_err(|problem| Diagnostic::refused(&first.address, "be looked for", &problem))?;
        let mut entries = Vec::new();
        for each in doomed {
            let Doomed { address, id, begun: _ } = each.clone();
            match found.iter().find(|found| found.id == id).map(|found| &found.phase) {
                None => entries.push(Entry::Gone { address, id }),
                // It is on its way down: the delete had its effect, and that shows.
                Some(Phase::Deleting) => entries.push(Entry::Spared { address, id }),
                Some(Phase::Pending | Phase::Ready | Phase::Failed(_)) => shown.push(each),
            }
        }
        journal.write(entries).await?;
    }
    Ok(shown)
}

/// Repeats a create with its own client token. A no that will stay means that it never happened, or that nothing is
/// left of it.
async fn repeat(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
) -> Result<Option<Identity>, Problem> {
    let mut attempt = 0;
    loop {
        let answer = provider.create(facts, std::slice::from_ref(order)).await.pop();
        let problem = match answer {
            Some(Ok(made)) => return Ok(made.id),
            None => return Ok(None),
            Some(Err(problem)) => problem,
        };
        attempt += 1;
        match problem.class {
            Class::Throttled | Class::Unavailable | Class::Busy if attempt < 10 => {
                tokio::time::sleep(backoff(attempt)).await;
            }
            Class::Throttled | Class::Unavailable | Class::Busy | Class::Denied => {
                return Err(problem);
            }
            Class::Missing | Class::InUse | Class::Taken | Class::Invalid | Class::Quota => {
                return Ok(None);
            }
        }
    }
}

fn outcome(
    provider: &dyn Provider,
    facts: &'static Facts,
    address: &Address,
    intent: &Intent,
    id: Option<Identity>,
) -> Entry {
    let address = address.clone();
    match id {
        Some(id) => {
            let outputs = facts.derived_outputs(&id, &intent.fields, provider.account());
            Entry::Created { address, id, outputs }
        }
        None => Entry::Unmade { address },
    }
}
