//! One step: the calls that change or delete a resource, and what to do when AWS does not simply say yes. Creates have a
//! file of their own.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use serde_json::Value;
use tokio::time::Instant;

use super::{Event, Run};
use crate::{
    aws::{Gather, backoff},
    kinds::{self, Facts},
    model::{Address, Class, Diagnostic, Identity, Problem, Shared, Tags, value},
    plan::{Change, Reason, Step, StepId, Verb},
    provider::{Stray, TagChange},
    state::{Entry, Record},
};

/// How long a refusal that may pass by itself (something not visible yet, in use for a moment longer) is borne.
pub(super) const PATIENCE: Duration = Duration::from_secs(150);

/// Why a step does not go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// AWS refuses: nothing happened.
    Refused(Problem),
    /// AWS refuses to let go what these hold.
    Held(Problem, Vec<Stray>),
    /// Nobody can tell whether it happened. The intent stays open, and the next run finds out.
    Unclear(Problem),
    /// The run was asked to stop.
    Stopped,
    /// The journal cannot be written: nothing more may be asked of AWS.
    Forgetful(Diagnostic),
}

impl Trouble {
    /// Whether AWS said that what was asked for did not happen.
    pub(super) fn says_that_nothing_happened(&self) -> bool {
        match self {
            Self::Refused(problem) => problem.class != Class::Unavailable,
            Self::Held(..) => true,
            Self::Unclear(_) | Self::Stopped | Self::Forgetful(_) => false,
        }
    }
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Forgetful(diagnostic)
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// How a step comes back.
pub(super) enum Turn {
    /// It exists; becoming ready takes time.
    Created(Pending),
    Done,
    Trouble(Trouble),
}

impl From<Trouble> for Turn {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Something that exists and is not ready yet.
pub(super) struct Pending {
    pub(super) address: Address,
    pub(super) record: Record,
}

/// Tag changes of the same moment: those of one service that agree share a call.
#[derive(Default)]
pub(super) struct Tagging {
    open: RefCell<BTreeMap<TagKey, Rc<Gather<()>>>>,
}

/// A service and the change that its resources share.
type TagKey = (kinds::Tagging, TagChange);

impl Run<'_> {
    /// Does the first part of several steps that are one call, or of one.
    pub(super) async fn begin(&self, batch: Vec<(StepId, Step)>) -> Vec<(StepId, Turn)> {
        let Some((id, step)) = batch.first() else { return Vec::new() };
        let facts = kinds::get(step.address.kind()).map(|kind| kind.facts());
        let turn = match (step.verb, facts) {
            (Verb::Sweep, _) => self.sweep(step).await.map(|()| Turn::Done),
            (Verb::Create, Some(facts)) => return self.create(facts, batch).await,
            (Verb::Update, Some(facts)) => self.update(facts, step).await,
            (Verb::Delete, Some(facts)) => self.delete(facts, step).await.map(|()| Turn::Done),
            (Verb::Vanish, Some(facts)) => self.forget(facts, step).await.map(|()| Turn::Done),
            (Verb::Create | Verb::Update | Verb::Delete | Verb::Vanish, None) => return Vec::new(),
        };
        vec![(*id, turn.unwrap_or_else(Turn::from))]
    }

    /// Sees that something becomes ready.
    pub(super) async fn become_ready(&self, pending: Pending) -> Turn {
        let Pending { address, mut record } = pending;
        let Some(facts) = kinds::get(address.kind()).map(|kind| kind.facts()) else {
            return Turn::Done;
        };
        match self.until_ready(facts, &record.id).await {
            Ok(found) => record.outputs.extend(found.outputs),
            Err(trouble) => return trouble.into(),
        }
        let settled = Entry::Settled { address, record: Box::new(record) };
        self.log
            .write([settled])
            .await
            .map_or_else(|diagnostic| Trouble::from(diagnostic).into(), |()| Turn::Done)
    }

    async fn update(&self, facts: &'static Facts, step: &Step) -> Result<Turn, Trouble> {
        let address = &step.address;
        let change = &self.plan.changes[address];
        let (Some(id), Some(before), Some(after)) = (&change.id, &change.before, &change.after)
        else {
            return Ok(Turn::Done);
        };
        // In the normal form of what is known by now: a list that is sorted by ids differs from one sorted by addresses.
        let known = self
            .log
            .state(|state| value::resolve(after, &|address, output| state.value(address, output)));
        let fields = facts.normal(known);
        if **before != fields {
            self.change_fields(facts, address, id, &fields, before).await?;
        }
        let tags = tag_change(&change.tags_before, &change.tags_after);
        if tags != TagChange::default() {
            self.change_tags(facts, address, id, tags).await?;
        }
        let remembered = self.log.state(|state| state.resources.get(address).cloned());
        let made = remembered.as_ref().map_or(0, |record| record.made);
        let mut all = remembered.map(|record| record.outputs).unwrap_or_default();
        all.extend(facts.derived_outputs(id, &fields, self.provider.account()));
        let record = Record {
            id: id.clone(),
            fields: Shared::beside(fields, after),
            tags: change.tags_after.clone(),
            outputs: all,
            needs: needs(change),
            section: change.section.clone(),
            made,
        };
        let settled = Entry::Settled { address: address.clone(), record: Box::new(record) };
        self.log.write([settled]).await?;
        if change.reasons.contains(&Reason::Unfinished) {
            // The run that made it may not have lived to hear what others need of it.
            self.unheard(facts, address).await
        } else {
            Ok(Turn::Done)
        }
    }

    /// Changes fields, repeating what may be repeated: an update is always safe to ask for twice.
    pub(super) async fn change_fields(
        &self,
        facts: &'static Facts,
        address: &Address,
        id: &Identity,
        fields: &Value,
        prior: &Value,
    ) -> Result<(), Trouble> {
        self.patiently(address, || self.provider.update(facts, id, fields, prior)).await
    }

    pub(super) async fn change_tags(
        &self,
        facts: &'static Facts,
        address: &Address,
        id: &Identity,
        change: TagChange,
    ) -> Result<(), Trouble> {
        let key = (facts.tags.service(), change);
        let gather = Rc::clone(self.tagging.open.borrow_mut().entry(key.clone()).or_default());
        let change = &key.1;
        self.patiently(address, || {
            let load = |ids: Vec<String>| async move {
                let ids: Vec<Identity> = ids.into_iter().map(Identity).collect();
                self.provider.tag(facts, &ids, change).await.map(|()| Vec::new())
            };
            let gather = Rc::clone(&gather);
            async move { gather.ask([id.0.clone()], load).await.map(|_| ()) }
        })
        .await
    }

    /// Asks until AWS has said yes or a no that will stay. For calls that are safe to ask for twice.
    pub(super) async fn patiently<F>(
        &self,
        address: &Address,
        ask: impl Fn() -> F,
    ) -> Result<(), Trouble>
    where
        F: Future<Output = Result<(), Problem>>,
    {
        let began = Instant::now();
        let mut attempt = 0;
        loop {
            self.log.hold().await?;
            let Err(problem) = ask().await else { return Ok(()) };
            attempt += 1;
            let passing = match problem.class {
                Class::InUse | Class::Busy | Class::Throttled | Class::Unavailable => true,
                Class::Missing | Class::Taken | Class::Invalid | Class::Denied | Class::Quota => {
                    false
                }
            };
            if !passing || began.elapsed() > PATIENCE {
                return Err(problem.into());
            }
            self.retrying(address, &problem);
            self.pause(backoff(attempt)).await?;
        }
    }

    pub(super) fn retrying(&self, address: &Address, problem: &Problem) {
        self.say(Event::Retrying { address: address.clone(), problem: problem.clone() });
    }
}

pub(super) fn needs(change: &Change) -> BTreeMap<Address, String> {
    change.needs.iter().map(|(address, edge)| (address.clone(), edge.field.clone())).collect()
}

fn tag_change(before: &Tags, after: &Tags) -> TagChange {
    let set = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
    let unset = before.keys().filter(|key| !after.contains_key(*key));
    TagChange {
        set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
        unset: unset.cloned().collect(),
    }
}
