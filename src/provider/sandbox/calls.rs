//! One call to the sandbox: paced, admitted, counted, and as long as a call takes.

use std::time::Duration;

use tokio::time::Instant;

use super::{Moment, Sandbox, World};
use crate::{
    aws::{backoff, rates},
    model::{Class, Problem},
};

/// How long a call takes, there and back.
const CALL: Duration = Duration::from_millis(200);

impl Sandbox {
    /// One call: paced by us, admitted by the buckets, as long as a call takes.
    pub(super) async fn call(&self, action: &str) -> Result<(), Problem> {
        for attempt in 1..=10 {
            let delay = self.pacing.borrow_mut().take(action);
            tokio::time::sleep(delay + CALL).await;
            *self.counts.borrow_mut().entry(action.to_owned()).or_default() += 1;
            if self.buckets.borrow_mut().admits(action) {
                return Ok(());
            }
            self.throttled.set(self.throttled.get() + 1);
            self.pacing.borrow_mut().throttled(action);
            tokio::time::sleep(backoff(attempt)).await;
        }
        Err(Problem::new(Class::Throttled, "RequestLimitExceeded", "Request limit exceeded."))
    }

    /// The calls that read a kind. One that another kind makes in the same moment is made once.
    pub(super) async fn call_reads(&self, actions: &'static [&'static str]) -> Result<(), Problem> {
        for action in actions {
            let now = Instant::now();
            let shared = self.reads.borrow_mut().insert(action, now) == Some(now);
            if shared {
                tokio::time::sleep(CALL).await;
            } else {
                self.call(action).await?;
            }
        }
        Ok(())
    }

    /// A mutating call: the place where a process may die before, after the effect, or after the answer.
    pub(super) async fn mutate<T>(
        &self,
        action: &str,
        effect: impl FnOnce(&mut World, f64) -> T,
    ) -> Result<T, Problem> {
        let number = self.faults.next_mutation();
        self.faults.strike(number, Moment::BeforeCall).await;
        self.call(action).await?;
        let time = self.time();
        let answer = {
            let mut world = self.world.borrow_mut();
            world.now = time;
            effect(&mut world, time)
        };
        self.faults.strike(number, Moment::AfterEffect).await;
        self.faults.announce(number, Moment::AfterAnswer);
        Ok(answer)
    }

    /// Mutating and reading calls made so far.
    pub fn call_counts(&self) -> (u32, u32) {
        let counts = self.counts.borrow();
        let reading =
            |action: &str| rates::reads(action.split_once(':').map_or(action, |(_, name)| name));
        counts.iter().fold((0, 0), |(mutating, read), (action, count)| {
            if reading(action) { (mutating, read + count) } else { (mutating + count, read) }
        })
    }
}
