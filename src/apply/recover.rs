//! Recovery: creates that a former run began and whose outcome it did not live to write down.
//!
//! Each is found by natural key or ownership tags; failing that, repeated with its own client token, where AWS takes
//! one, which answers the same resource; failing that too, waited for until anything made at that time must show. Only
//! then it is taken never to have happened.

use std::{collections::BTreeSet, time::Duration};

use super::Event;
use crate::{
    aws::backoff,
    kinds::{self, Facts, Order, Owner, TAG_ADDRESS, TAG_STACK},
    model::{Address, Class, Diagnostic, Identity, Problem, Tags},
    provider::Provider,
    state::{Entry, Intent, Journal, State},
};

/// Ids that belong to an address already and can not be what a lost create made.
pub(super) type Known = BTreeSet<Identity>;

pub(super) fn known(state: &State) -> Known {
    let deposed = state.deposed.iter().map(|old| &old.record);
    state.resources.values().chain(deposed).map(|record| record.id.clone()).collect()
}

/// The order that an intent stands for.
pub(super) fn order(state: &State, address: &Address, intent: &Intent) -> Order {
    Order { fields: intent.fields.clone(), owner: Owner::of(state, address, intent) }
}

/// Whether tags name `owner`.
pub(super) fn owned(tags: &Tags, owner: &Owner) -> bool {
    tags.get(TAG_STACK) == Some(&owner.stack)
        && tags.get(TAG_ADDRESS).map(String::as_str) == Some(owner.address.as_str())
}

/// What a create that began at `begun` made, if anything: looked for until it would have to show. Kinds of which
/// a repeated create cannot make a second one are looked for once.
pub(super) async fn find(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
    begun: i64,
    known: &Known,
) -> Result<Option<Identity>, Problem> {
    let mut attempt = 0;
    loop {
        if let Some(id) = ours(provider, facts, order, known).await? {
            return Ok(Some(id));
        }
        if facts.repeatable(&order.fields) || provider.now() - begun >= provider.visible_after() {
            return Ok(None);
        }
        attempt += 1;
        tokio::time::sleep(backoff(attempt).max(Duration::from_secs(1))).await;
    }
}

/// A candidate that no address has yet and that is not somebody else's.
async fn ours(
    provider: &dyn Provider,
    facts: &'static Facts,
    order: &Order,
    known: &Known,
) -> Result<Option<Identity>, Problem> {
    let candidates = provider.find(facts, order).await?;
    let Some(id) = candidates.into_iter().find(|id| !known.contains(id)) else { return Ok(None) };
    if facts.key(&order.fields).is_none() {
        return Ok(Some(id));
    }
    let found = provider.read(facts, std::slice::from_ref(&id)).await?;
    let ours = found.iter().any(|found| {
        found.id == id && found.tags.as_ref().is_none_or(|tags| owned(tags, &order.owner))
    });
    Ok(ours.then_some(id))
}

/// What a plan may assume of open creates without asking anything of AWS but reads: found ones exist, others do not.
///
/// # Errors
/// AWS refuses to be read.
pub async fn look(provider: &dyn Provider, state: &State) -> Result<Vec<Entry>, Diagnostic> {
    let mut entries = Vec::new();
    let known = known(state);
    for (address, intent) in &state.open {
        let facts = kinds::facts_at(address)?;
        let order = order(state, address, intent);
        let found = ours(provider, facts, &order, &known)
            .await
            .map_err(|problem| Diagnostic::refused(address, "be looked for", &problem))?;
        entries.push(outcome(provider, facts, address, intent, found));
    }
    Ok(entries)
}

/// Settles every open create and writes down what became of it.
///
/// # Errors
/// AWS refuses to be read, or the journal cannot be written.
pub async fn settle(
    provider: &dyn Provider,
    journal: &mut Journal,
    tell: &dyn Fn(Event),
) -> Result<(), Diagnostic> {
    let open: Vec<(Address, Intent)> = journal
        .state()
        .open
        .iter()
        .map(|(address, intent)| (address.clone(), intent.clone()))
        .collect();
    for (address, intent) in open {
        let facts = kinds::facts_at(&address)?;
        let order = order(journal.state(), &address, &intent);
        let known = known(journal.state());
        let refused = |problem: Problem| Diagnostic::refused(&address, "be looked for", &problem);
        let mut id = find(provider, facts, &order, intent.begun, &known).await.map_err(refused)?;
        if id.is_none() && facts.token {
            journal.hold().await?;
            id = repeat(provider, facts, &order).await.map_err(refused)?;
        }
        journal.write([outcome(provider, facts, &address, &intent, id.clone())]).await?;
        tell(Event::Recovered { address, id });
    }
    Ok(())
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
