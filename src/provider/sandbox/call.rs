//! Calls: what each costs in time, whether it is admitted, what becomes of it, and what its caller gets to see.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::{
    Sandbox, World,
    eyes::{Eyes, Through},
    faults::Fortune,
    laws,
    spec::Moment,
};
use crate::{
    aws::backoff,
    kinds::{Facts, Found},
    model::{Class, Identity, Problem},
};

/// How long a call takes, there and back.
const CALL: Duration = Duration::from_millis(200);

/// How often a call that is throttled, or a read that gets no answer, is made before its problem is believed.
const ATTEMPTS: u32 = 10;

impl Sandbox {
    /// One call: paced by us, admitted by the buckets, as long as a call takes.
    pub(super) async fn call(&self, action: &str) -> Result<Fortune, Problem> {
        for attempt in 1..=ATTEMPTS {
            let delay = self.pacing.borrow_mut().take(action);
            tokio::time::sleep(delay + CALL).await;
            *self.counts.borrow_mut().entry(action.to_owned()).or_default() += 1;
            if self.buckets.borrow_mut().admits(action) {
                let fortune = self.faults.fortune();
                if fortune != Fortune::Throttled {
                    return Ok(fortune);
                }
            }
            self.throttled.set(self.throttled.get() + 1);
            self.pacing.borrow_mut().throttled(action);
            tokio::time::sleep(backoff(attempt)).await;
        }
        Err(Problem::new(Class::Throttled, "RequestLimitExceeded", "Request limit exceeded."))
    }

    /// One call that changes nothing, repeated until it is answered.
    pub(super) async fn read_call(&self, action: &str) -> Result<(), Problem> {
        for attempt in 1..=ATTEMPTS {
            if self.call(action).await? == Fortune::Served {
                return Ok(());
            }
            tokio::time::sleep(backoff(attempt)).await;
        }
        Err(no_answer(0))
    }

    /// The calls that read a kind. One that another kind makes in the same moment is made once.
    pub(super) async fn call_reads(&self, actions: &'static [&'static str]) -> Result<(), Problem> {
        for action in actions {
            let now = Instant::now();
            let shared = self.reads.borrow_mut().insert(action, now) == Some(now);
            if shared {
                tokio::time::sleep(CALL).await;
            } else {
                self.read_call(action).await?;
            }
        }
        Ok(())
    }

    /// A mutating call: the place where a process may die, and a call or its answer be lost.
    pub(super) async fn mutate<T>(
        &self,
        kind: &str,
        action: &str,
        effect: impl FnOnce(&mut World, f64) -> T,
    ) -> Result<T, Problem> {
        let number = self.faults.next_mutation(kind, action);
        self.faults.strike(number, Moment::BeforeCall).await;
        let fortune = self.call(action).await?;
        if fortune == Fortune::Lost {
            return Err(no_answer(number));
        }
        let time = self.time();
        let answer = {
            let mut world = self.world.borrow_mut();
            world.now = time;
            effect(&mut world, time)
        };
        self.faults.strike(number, Moment::AfterEffect).await;
        if fortune == Fortune::Unanswered {
            return Err(no_answer(number));
        }
        self.faults.answered(number);
        Ok(answer)
    }

    /// What a read of `known` shows now.
    pub(super) fn shown(&self, facts: &'static Facts, known: &[Identity]) -> Vec<Found<Value>> {
        let (world, eyes) = (self.world.borrow(), self.eyes(Through::Reads));
        let things = laws::shown(&world, facts, known, &eyes).into_iter();
        things.map(|thing| thing.found(facts, eyes.time)).collect()
    }

    /// What shows now.
    pub(super) fn eyes(&self, through: Through) -> Eyes<'_> {
        Eyes { time: self.time(), through, faults: &self.faults }
    }
}

/// What a caller hears of a call that was lost, and of one whose answer was: the same.
fn no_answer(number: u64) -> Problem {
    if number.is_multiple_of(2) {
        let message = "the connection was closed before the answer came";
        Problem::new(Class::Unavailable, "ConnectionFailed", message)
    } else {
        let message = "The service is unavailable. Please try again shortly.";
        Problem::new(Class::Unavailable, "ServiceUnavailable", message)
    }
}
