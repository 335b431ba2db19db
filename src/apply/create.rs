//! Creates: from an intent on disk to something that exists as it should, whatever AWS answers on the way.

use futures_util::future::join_all;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{
    Event, Run, recover,
    step::{PATIENCE, Pending, Trouble, Turn, needs},
    wait::knows_early,
};
use crate::{
    aws::backoff,
    kinds::{self, Facts, Made, Order, Outputs, Owner},
    model::{Address, Class, Problem, Shared, value},
    plan::{Action, Change, Step, StepId},
    provider::{Found, Phase, TagChange},
    state::{Entry, Intent, State},
};

/// How it is known what a create made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// AWS answered.
    Answer,
    /// The answer was lost. What it would have told beside the id may not show before the thing is ready.
    Look,
}

/// How often a create is asked for that gets no answer.
const UNANSWERED: u32 = 8;

impl Run<'_> {
    pub(super) async fn create(
        &self,
        facts: &'static Facts,
        batch: Vec<(StepId, Step)>,
    ) -> Vec<(StepId, Turn)> {
        let mut entries = Vec::new();
        let mut orders = Vec::new();
        for (_, step) in &batch {
            let change = &self.plan.changes[&step.address];
            let intent = self.intent(&step.address, change);
            orders.push(self.log.state(|state| recover::order(state, &step.address, &intent)));
            entries.extend(self.make_room(&step.address, change));
            entries.push(Entry::Intend { address: step.address.clone(), intent: Box::new(intent) });
        }
        if let Err(diagnostic) = self.log.write(entries).await {
            let trouble = |(id, _)| (id, Trouble::from(diagnostic.clone()).into());
            return batch.into_iter().map(trouble).collect();
        }
        let asked = self.provider.now();
        let answers = self.provider.create(facts, &orders).await;
        let each = batch.into_iter().zip(orders).zip(answers).map(
            |(((id, _), order), answer)| async move {
                let turn = self.complete(facts, &order, asked, answer).await;
                (id, turn.unwrap_or_else(Turn::from))
            },
        );
        join_all(each).await
    }

    /// What is to be created, with a client token that no other create ever carries.
    fn intent(&self, address: &Address, change: &Change) -> Intent {
        let (fields, token) = self.log.state(|state| {
            let known = |address: &Address, output: Option<&str>| state.value(address, output);
            let seed =
                format!("{}/{}/{address}/{}", state.lineage, state.serial, self.provider.now());
            let resolve =
                |after: &Shared<Value>| Shared::beside(value::resolve(after, &known), after);
            (change.after.as_ref().map(resolve).unwrap_or_default(), seed)
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
        let id =
            self.log.state(|state| state.resources.get(address).map(|record| record.id.clone()))?;
        Some(match change.action {
            Action::Replace(_) => Entry::Deposed { address: address.clone() },
            Action::Keep | Action::Create | Action::Update | Action::Delete | Action::Forget => {
                Entry::Gone { address: address.clone(), id }
            }
        })
    }

    /// From the answer to a create to something that exists as it should.
    async fn complete(
        &self,
        facts: &'static Facts,
        order: &Order,
        asked: i64,
        answer: Result<Made, Problem>,
    ) -> Result<Turn, Trouble> {
        let address = &order.owner.address;
        let (made, heard) = match self.insist(facts, order, asked, answer).await {
            Ok(made) => made,
            Err(Trouble::Refused(problem)) => {
                self.log.write([Entry::Unmade { address: address.clone() }]).await?;
                return Err(problem.into());
            }
            Err(trouble) => return Err(trouble),
        };
        let Made { id, outputs, ready } = made;
        let Some(id) = id else {
            return Err(
                Problem::new(Class::Unavailable, "EmptyAnswer", "a create without an id").into()
            );
        };
        let mut all = facts.derived_outputs(&id, &order.fields, self.provider.account());
        all.extend(outputs);
        let created =
            Entry::Created { address: address.clone(), id: id.clone(), outputs: all.clone() };
        self.log.write([created]).await?;
        self.say(Event::Created { address: address.clone(), id: id.clone() });
        self.ask(facts, address, &all);
        let newborn = kinds::get(facts.name).map(|kind| kind.newborn(&order.fields));
        if let Some(newborn) = newborn.filter(|newborn| *newborn != order.fields) {
            self.change_fields(facts, address, &id, &order.fields, &newborn).await?;
        }
        if !facts.tags.with_create() && !order.owner.tags.is_empty() {
            let tags = TagChange { set: order.owner.tags.clone(), unset: Vec::new() };
            self.change_tags(facts, address, &id, tags).await?;
        }
        // An answer that was lost told nothing of what AWS invented.
        if ready || (facts.timing.create == 0 && knows_early(facts, &all)) {
            return Ok(Turn::Done);
        }
        if heard == Heard::Look && facts.invented().any(|(output, _)| !all.contains_key(output)) {
            return self.unheard(facts, address).await;
        }
        self.pending(facts, address).await
    }

    /// Something that exists and of which nobody has heard what others may need: they wait until it shows.
    pub(super) async fn unheard(
        &self,
        facts: &'static Facts,
        address: &Address,
    ) -> Result<Turn, Trouble> {
        let turn = self.pending(facts, address).await?;
        match turn {
            Turn::Created(pending) if facts.early.is_empty() => {
                Ok(self.become_ready(pending).await)
            }
            Turn::Created(_) | Turn::Done | Turn::Trouble(_) => Ok(turn),
        }
    }

    /// Something that exists and takes its time to become ready, as soon as everything is known of it that others need
    /// meanwhile.
    pub(super) async fn pending(
        &self,
        facts: &'static Facts,
        address: &Address,
    ) -> Result<Turn, Trouble> {
        let record = self.log.state(|state| state.resources.get(address).cloned());
        let Some(mut record) = record else { return Ok(Turn::Done) };
        if !knows_early(facts, &record.outputs) {
            let found = self.until_known(facts, &record.id).await?;
            record.outputs.extend(found.outputs);
            let settled = Box::new(record.clone());
            self.log.write([Entry::Settled { address: address.clone(), record: settled }]).await?;
        }
        Ok(Turn::Created(Pending { address: address.clone(), record }))
    }

    /// Says what somebody has to do outside of AWS now that this exists.
    fn ask(&self, facts: &Facts, address: &Address, outputs: &Outputs) {
        for (output, what) in facts.asks {
            if let Some(value) = outputs.get(*output) {
                self.say(Event::Asked {
                    address: address.clone(),
                    what: (*what).to_owned(),
                    value: value.clone(),
                });
            }
        }
    }

    /// Creates until AWS has said yes or a no that will stay.
    async fn insist(
        &self,
        facts: &'static Facts,
        order: &Order,
        asked: i64,
        mut answer: Result<Made, Problem>,
    ) -> Result<(Made, Heard), Trouble> {
        let began = Instant::now();
        let mut attempt = 0;
        // When a call was made that had no answer: it may have had its effect.
        let mut unanswered = None;
        let mut asked = asked;
        let made = |found: Found<Value>| {
            let ready = found.phase == Phase::Ready;
            (Made { id: Some(found.id), outputs: found.outputs, ready }, Heard::Look)
        };
        loop {
            let problem = match answer {
                Ok(made) => return Ok((made, Heard::Answer)),
                Err(problem) => problem,
            };
            attempt += 1;
            let patient = match problem.class {
                Class::Invalid | Class::Denied | Class::Quota => return Err(problem.into()),
                Class::Taken => {
                    let known = self.known();
                    let found =
                        recover::taken(self.provider, facts, order, unanswered, &known).await;
                    return match found.map_err(Trouble::Unclear)? {
                        Some(found) => Ok(made(found)),
                        None => Err(problem.into()),
                    };
                }
                Class::Unavailable => {
                    unanswered = Some(asked);
                    self.retrying(&order.owner.address, &problem);
                    let known = self.known();
                    let found = recover::find(self.provider, facts, order, asked, &known).await;
                    if let Some(found) = found.map_err(Trouble::Unclear)? {
                        return Ok(made(found));
                    }
                    attempt < UNANSWERED
                }
                Class::Missing | Class::InUse | Class::Busy | Class::Throttled => {
                    self.retrying(&order.owner.address, &problem);
                    began.elapsed() <= PATIENCE
                }
            };
            if !patient {
                let known = unanswered.is_none();
                return Err(if known { problem.into() } else { Trouble::Unclear(problem) });
            }
            self.pause(backoff(attempt)).await?;
            asked = self.provider.now();
            self.ask_again(&order.owner.address, asked).await?;
            self.log.hold().await?;
            let mut answers = self.provider.create(facts, std::slice::from_ref(order)).await;
            answer = answers.pop().unwrap_or(Err(problem));
        }
    }

    /// What the next call makes need not show until so long after it, whatever became of those before it.
    async fn ask_again(&self, address: &Address, begun: i64) -> Result<(), Trouble> {
        let intent = self.log.state(|state| state.open.get(address).cloned());
        let again = intent.map(|intent| Entry::Intend {
            address: address.clone(),
            intent: Box::new(Intent { begun, ..intent }),
        });
        Ok(self.log.write(again).await?)
    }

    fn known(&self) -> recover::Known {
        self.log.state(recover::Known::of)
    }
}

impl Owner {
    /// The owner that a journalled intent stands for.
    pub(super) fn of(state: &State, address: &Address, intent: &Intent) -> Self {
        Self {
            stack: state.stack.clone(),
            address: address.clone(),
            token: intent.token.clone(),
            tags: (*intent.tags).clone(),
        }
    }
}
