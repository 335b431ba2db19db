//! One step: the calls that make, change or delete a resource, and what to do when AWS does not simply say yes.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use futures_util::future::join_all;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{Event, Run, recover};
use crate::{
    aws::{Gather, backoff},
    kinds::{self, Facts, Made, Order, Outputs, Owner},
    model::{Address, Class, Diagnostic, Identity, Problem, Tags, value},
    plan::{Change, Step, StepId, Verb},
    provider::TagChange,
    state::{Entry, Intent, Record},
};

/// How long a refusal that may pass by itself (something not visible yet, in use for a moment longer) is borne.
const PATIENCE: Duration = Duration::from_secs(150);

/// Why a step does not go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// AWS refuses.
    Refused(Problem),
    /// The run was asked to stop.
    Stopped,
    /// The journal cannot be written: nothing more may be asked of AWS.
    Forgetful(Diagnostic),
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
    address: Address,
    record: Record,
}

/// Tag changes of the same moment: those of one service that agree share a call.
#[derive(Default)]
pub(super) struct Tagging {
    open: RefCell<BTreeMap<TagKey, Rc<Gather<()>>>>,
}

/// A service and the change that its resources share.
type TagKey = (&'static str, TagChange);

impl Run<'_> {
    /// Does the first part of several steps that are one call, or of one.
    pub(super) async fn begin(&self, batch: Vec<(StepId, Step)>) -> Vec<(StepId, Turn)> {
        let facts = batch.first().and_then(|(_, step)| kinds::get(step.address.kind())).map(|kind| kind.facts());
        let Some(facts) = facts else { return Vec::new() };
        if let [(id, step)] = &batch[..]
            && step.verb != Verb::Create
        {
            let turn = match step.verb {
                Verb::Create | Verb::Update => self.update(facts, step).await,
                Verb::Delete => self.delete(facts, step).await,
                Verb::Vanish => self.forget(step).await,
            };
            return vec![(*id, turn.map_or_else(Turn::from, |()| Turn::Done))];
        }
        self.create(facts, batch).await
    }

    /// Sees that something becomes ready.
    pub(super) async fn become_ready(&self, pending: Pending) -> Turn {
        let Pending { address, mut record } = pending;
        let Some(facts) = kinds::get(address.kind()).map(|kind| kind.facts()) else { return Turn::Done };
        match self.until_ready(facts, &record.id).await {
            Ok(found) => record.outputs.extend(found.outputs),
            Err(trouble) => return trouble.into(),
        }
        let settled = Entry::Settled { address, record: Box::new(record) };
        self.log.write([settled]).await.map_or_else(|diagnostic| Trouble::from(diagnostic).into(), |()| Turn::Done)
    }

    async fn create(&self, facts: &'static Facts, batch: Vec<(StepId, Step)>) -> Vec<(StepId, Turn)> {
        let mut entries = Vec::new();
        let mut orders = Vec::new();
        for (_, step) in &batch {
            let change = &self.plan.changes[&step.address];
            let intent = self.intent(&step.address, change);
            orders.push(recover::order(&step.address, &intent));
            entries.extend(self.make_room(&step.address, change));
            entries.push(Entry::Intend { address: step.address.clone(), intent: Box::new(intent) });
        }
        if let Err(diagnostic) = self.log.write(entries).await {
            let trouble = |(id, _)| (id, Trouble::from(diagnostic.clone()).into());
            return batch.into_iter().map(trouble).collect();
        }
        let answers = self.provider.create(facts, &orders).await;
        let each = batch.into_iter().zip(orders).zip(answers).map(|(((id, _), order), answer)| async move {
            let turn = self.complete(facts, &order, answer).await;
            (id, turn.unwrap_or_else(Turn::from))
        });
        join_all(each).await
    }

    /// What is to be created, with a client token that no other create ever carries.
    fn intent(&self, address: &Address, change: &Change) -> Intent {
        let after = change.after.clone().unwrap_or_default();
        let (fields, token) = self.log.state(|state| {
            let known = |address: &Address, output: Option<&str>| state.value(address, output);
            let seed = format!("{}/{}/{address}/{}", state.lineage, state.serial, self.provider.now());
            (value::resolve(&after, &known), seed)
        });
        let digest = Sha256::digest(token.as_bytes());
        Intent {
            token: digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
            fields,
            tags: change.tags_after.clone(),
            needs: needs(change),
            section: change.section.clone(),
            begun: self.provider.now(),
        }
    }

    /// What happens to a record that is still at the address of something new.
    fn make_room(&self, address: &Address, change: &Change) -> Option<Entry> {
        let id = self.log.state(|state| state.resources.get(address).map(|record| record.id.clone()))?;
        Some(match change.action {
            crate::plan::Action::Replace(_) => Entry::Deposed { address: address.clone() },
            crate::plan::Action::Keep
            | crate::plan::Action::Create
            | crate::plan::Action::Update
            | crate::plan::Action::Delete
            | crate::plan::Action::Forget => Entry::Gone { address: address.clone(), id },
        })
    }

    /// From the answer to a create to something that exists as it should.
    async fn complete(
        &self,
        facts: &'static Facts,
        order: &Order,
        answer: Result<Made, Problem>,
    ) -> Result<Turn, Trouble> {
        let address = &order.owner.address;
        let made = match self.insist(facts, order, answer).await {
            Ok(made) => made,
            Err(Trouble::Refused(problem)) => {
                self.log.write([Entry::Unmade { address: address.clone() }]).await?;
                return Err(problem.into());
            }
            Err(trouble) => return Err(trouble),
        };
        let Made { id, outputs, ready } = made;
        let Some(id) = id else {
            return Err(Problem::new(Class::Unavailable, "EmptyAnswer", "a create without an id").into());
        };
        let mut all = facts.derived_outputs(&id, &order.fields, self.provider.account());
        all.extend(outputs);
        let created = Entry::Created { address: address.clone(), id: id.clone(), outputs: all };
        self.log.write([created]).await?;
        self.say(Event::Created { address: address.clone(), id: id.clone() });
        let newborn = kinds::get(facts.name).map(|kind| kind.newborn(&order.fields));
        if let Some(newborn) = newborn.filter(|newborn| *newborn != order.fields) {
            self.change_fields(facts, address, &id, &order.fields, &newborn).await?;
        }
        if ready || facts.timing.create == 0 {
            return Ok(Turn::Done);
        }
        let record = self.log.state(|state| state.resources.get(address).cloned());
        Ok(record.map_or(Turn::Done, |record| Turn::Created(Pending { address: address.clone(), record })))
    }

    /// Creates until AWS has said yes or a no that will stay.
    async fn insist(
        &self,
        facts: &'static Facts,
        order: &Order,
        mut answer: Result<Made, Problem>,
    ) -> Result<Made, Trouble> {
        let began = Instant::now();
        let mut attempt = 0;
        let mut unclear = false;
        loop {
            let problem = match answer {
                Ok(made) => return Ok(made),
                Err(problem) => problem,
            };
            attempt += 1;
            match problem.class {
                Class::Invalid | Class::Denied | Class::Quota => return Err(problem.into()),
                Class::Taken => {
                    return match self.already_ours(facts, order, unclear).await? {
                        Some(id) => Ok(Made { id: Some(id), ..Made::default() }),
                        None => Err(problem.into()),
                    };
                }
                Class::Unavailable => {
                    unclear = true;
                    self.retrying(&order.owner.address, &problem);
                    let begun = self.provider.now() - began.elapsed().as_secs().cast_signed();
                    if let Some(id) = recover::find(self.provider, facts, order, begun, &self.known()).await? {
                        return Ok(Made { id: Some(id), ..Made::default() });
                    }
                }
                Class::Missing | Class::InUse | Class::Busy | Class::Throttled => {
                    self.retrying(&order.owner.address, &problem);
                }
            }
            if began.elapsed() > PATIENCE {
                return Err(problem.into());
            }
            self.pause(backoff(attempt)).await?;
            let mut answers = self.provider.create(facts, std::slice::from_ref(order)).await;
            answer = answers.pop().unwrap_or(Err(problem));
        }
    }

    /// AWS says that it exists already. It is ours if it carries our ownership tags; or, for what takes no tags, if it
    /// is exactly what was asked for, inside something of ours.
    async fn already_ours(
        &self,
        facts: &'static Facts,
        order: &Order,
        unclear: bool,
    ) -> Result<Option<Identity>, Trouble> {
        let candidates = self.provider.find(facts, order).await?;
        let known = self.known();
        let Some(id) = candidates.into_iter().find(|id| !known.contains(id)) else { return Ok(None) };
        let found = self.provider.read(facts, std::slice::from_ref(&id)).await?;
        let ours = found.into_iter().filter(|found| found.id == id).any(|found| match found.tags {
            Some(tags) => recover::owned(&tags, &order.owner),
            None => unclear || facts.normal(found.fields) == facts.normal(order.fields.clone()),
        });
        Ok(ours.then_some(id))
    }

    async fn update(&self, facts: &'static Facts, step: &Step) -> Result<(), Trouble> {
        let address = &step.address;
        let change = &self.plan.changes[address];
        let (Some(id), Some(before), Some(after)) = (&change.id, &change.before, &change.after) else {
            return Ok(());
        };
        let fields = self.log.state(|state| value::resolve(after, &|address, output| state.value(address, output)));
        if *before != fields {
            self.change_fields(facts, address, id, &fields, before).await?;
        }
        let tags = tag_change(&change.tags_before, &change.tags_after);
        if tags != TagChange::default() {
            self.change_tags(facts, address, id, tags).await?;
        }
        let mut outputs = Outputs::new();
        if change.reasons.contains(&crate::plan::Reason::Unfinished) {
            outputs = self.until_ready(facts, id).await?.outputs;
        }
        let remembered = self.log.state(|state| state.resources.get(address).cloned());
        let made = remembered.as_ref().map_or(0, |record| record.made);
        let mut all = remembered.map(|record| record.outputs).unwrap_or_default();
        all.extend(facts.derived_outputs(id, &fields, self.provider.account()));
        all.extend(outputs);
        let record = Record {
            id: id.clone(),
            fields,
            tags: change.tags_after.clone(),
            outputs: all,
            needs: needs(change),
            section: change.section.clone(),
            made,
        };
        self.log.write([Entry::Settled { address: address.clone(), record: Box::new(record) }]).await?;
        Ok(())
    }

    /// Changes fields, repeating what may be repeated: an update is always safe to ask for twice.
    async fn change_fields(
        &self,
        facts: &'static Facts,
        address: &Address,
        id: &Identity,
        fields: &Value,
        prior: &Value,
    ) -> Result<(), Trouble> {
        self.patiently(address, || self.provider.update(facts, id, fields, prior)).await
    }

    async fn change_tags(
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

    async fn delete(&self, facts: &'static Facts, step: &Step) -> Result<(), Trouble> {
        let Some(id) = &step.id else { return Ok(()) };
        let deleted = self.patiently(&step.address, || self.provider.delete(facts, id)).await;
        match deleted {
            Err(Trouble::Refused(problem)) if problem.class == Class::Missing => {}
            Err(trouble) => return Err(trouble),
            Ok(()) if facts.timing.delete > 0 => self.until_gone(facts, id).await?,
            Ok(()) => {}
        }
        self.forget(step).await
    }

    async fn forget(&self, step: &Step) -> Result<(), Trouble> {
        if let Some(id) = &step.id {
            let gone = Entry::Gone { address: step.address.clone(), id: id.clone() };
            self.log.write([gone]).await?;
        }
        Ok(())
    }

    /// Asks until AWS has said yes or a no that will stay. For calls that are safe to ask for twice.
    async fn patiently<F>(&self, address: &Address, ask: impl Fn() -> F) -> Result<(), Trouble>
    where
        F: Future<Output = Result<(), Problem>>,
    {
        let began = Instant::now();
        let mut attempt = 0;
        loop {
            let Err(problem) = ask().await else { return Ok(()) };
            attempt += 1;
            let passing = match problem.class {
                Class::InUse | Class::Busy | Class::Throttled | Class::Unavailable => true,
                Class::Missing | Class::Taken | Class::Invalid | Class::Denied | Class::Quota => false,
            };
            if !passing || began.elapsed() > PATIENCE {
                return Err(problem.into());
            }
            self.retrying(address, &problem);
            self.pause(backoff(attempt)).await?;
        }
    }

    fn known(&self) -> recover::Known {
        self.log.state(recover::known)
    }

    fn retrying(&self, address: &Address, problem: &Problem) {
        self.say(Event::Retrying { address: address.clone(), problem: problem.clone() });
    }
}

fn needs(change: &Change) -> BTreeMap<Address, String> {
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

impl Owner {
    /// The owner that a journalled intent stands for.
    pub(super) fn of(address: &Address, intent: &Intent) -> Self {
        Self {
            stack: intent.tags.get(kinds::TAG_STACK).cloned().unwrap_or_default(),
            address: address.clone(),
            token: intent.token.clone(),
            tags: intent.tags.clone(),
        }
    }
}
