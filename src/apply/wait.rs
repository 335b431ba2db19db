//! Waiting until something is ready or gone: polls are rare before the kind's usual duration and close together after
//! it. They come on the beats of one clock, so that one poll answers every resource of a kind that waits, though each
//! began to wait at a moment of its own.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use tokio::time::Instant;

use super::Run;
use super::step::Trouble;
use crate::{
    aws::Gather,
    kinds::{Facts, Found, Outputs, Phase},
    model::{Class, Identity, Problem},
};

/// The open poll of each kind, and the clock that all polls keep to.
pub(super) struct Polls {
    by_kind: RefCell<BTreeMap<&'static str, Rc<Gather<Found<()>>>>>,
    began: Instant,
}

impl Default for Polls {
    fn default() -> Self {
        Self { by_kind: RefCell::default(), began: Instant::now() }
    }
}

impl Polls {
    const BEAT: Duration = Duration::from_millis(500);

    /// `wait`, or a little longer: until a beat.
    fn to_the_beat(&self, wait: Duration) -> Duration {
        let elapsed = self.began.elapsed();
        let beats = (elapsed + wait).as_nanos().div_ceil(Self::BEAT.as_nanos());
        // 2^32 beats are 68 years.
        Self::BEAT.saturating_mul(beats.try_into().unwrap_or(u32::MAX)).saturating_sub(elapsed)
    }
}

/// When to look: soon once, in case it is much faster than usual; then shortly before the usual duration, and from then
/// on every fiftieth part of it. The later it is, the rarer: what is late by a minute may well be late by two. What does
/// not show yet, or shows still, is looked for rarer yet: nobody waits long for the news. What others have to do something
/// for is ready soon after they have, whenever that is: each look comes twice as late as the one before.
struct Looks {
    began: Instant,
    usual: Duration,
    count: u32,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// It shows, and is not ready.
    Ready,
    /// The same, and it may be that others have to do something for it first.
    Deed,
    /// It does not show yet.
    Sight,
    /// It shows, and is to be gone.
    End,
}

impl Looks {
    const FIRST: Duration = Duration::from_millis(250);
    const RAREST: Duration = Duration::from_secs(30);

    fn new(usual_seconds: u32) -> Self {
        Self {
            began: Instant::now(),
            usual: Duration::from_secs(u64::from(usual_seconds)),
            count: 0,
        }
    }

    fn next(&mut self, awaited: Awaited) -> Duration {
        self.count += 1;
        let elapsed = self.began.elapsed();
        let often = (self.usual / 50).clamp(Duration::from_secs(1), Duration::from_secs(5));
        let nearly = self.usual.mul_f64(0.8);
        let late = match awaited {
            Awaited::Ready | Awaited::Deed => elapsed.saturating_sub(self.usual) / 2,
            Awaited::Sight => elapsed,
            Awaited::End => elapsed.saturating_sub(self.usual),
        };
        match self.count {
            1 => Self::FIRST,
            _ if elapsed < nearly && awaited == Awaited::Deed => elapsed.min(nearly - elapsed),
            _ if elapsed < nearly => nearly - elapsed,
            _ => late.clamp(often, Self::RAREST),
        }
    }

    /// Nothing takes six times its usual duration and ten minutes more; AWS has forgotten about it.
    fn hopeless(&self) -> bool {
        self.began.elapsed() > self.usual * 6 + Duration::from_secs(600)
    }
}

impl Run<'_> {
    /// Ends when the resource is ready, with what was seen of it.
    pub(super) async fn until_ready(
        &self,
        facts: &'static Facts,
        id: &Identity,
    ) -> Result<Found<()>, Trouble> {
        self.until(facts, id, facts.timing.create, |_| false).await
    }

    /// Ends when everything is known that others need of the resource before it is ready.
    pub(super) async fn until_known(
        &self,
        facts: &'static Facts,
        id: &Identity,
    ) -> Result<Found<()>, Trouble> {
        const USUAL: u32 = 5;
        let known = |found: &Found<()>| knows_early(facts, &found.outputs);
        self.until(facts, id, USUAL, known).await
    }

    /// Ends when the resource is ready, or as much as is `enough`.
    async fn until(
        &self,
        facts: &'static Facts,
        id: &Identity,
        usual_seconds: u32,
        enough: impl Fn(&Found<()>) -> bool,
    ) -> Result<Found<()>, Trouble> {
        let mut looks = Looks::new(usual_seconds);
        let mut awaited = Awaited::Ready;
        loop {
            self.pause(self.wait.to_the_beat(looks.next(awaited))).await?;
            // What was made a moment ago may not show yet.
            awaited = Awaited::Sight;
            if let Some(found) = self.look(facts, id).await? {
                awaited = if facts.early.is_empty() { Awaited::Ready } else { Awaited::Deed };
                match found.phase {
                    Phase::Ready => return Ok(found),
                    Phase::Failed(reason) => {
                        return Err(Trouble::Refused(Problem::new(
                            Class::Invalid,
                            "Failed",
                            reason,
                        )));
                    }
                    Phase::Pending if enough(&found) => return Ok(found),
                    Phase::Pending | Phase::Deleting => {}
                }
            }
            if looks.hopeless() {
                return Err(late("is not ready", &looks, facts.stuck));
            }
        }
    }

    /// Ends when the resource is gone.
    pub(super) async fn until_gone(
        &self,
        facts: &'static Facts,
        id: &Identity,
    ) -> Result<(), Trouble> {
        let mut looks = Looks::new(facts.timing.delete);
        loop {
            self.pause(self.wait.to_the_beat(looks.next(Awaited::End))).await?;
            if self.look(facts, id).await?.is_none() {
                return Ok(());
            }
            if looks.hopeless() {
                return Err(late("is not gone", &looks, ""));
            }
        }
    }

    async fn look(
        &self,
        facts: &'static Facts,
        id: &Identity,
    ) -> Result<Option<Found<()>>, Trouble> {
        let gather = Rc::clone(self.wait.by_kind.borrow_mut().entry(facts.name).or_default());
        let load = |ids: Vec<String>| async move {
            let ids: Vec<Identity> = ids.into_iter().map(Identity).collect();
            self.provider.look(facts, &ids).await
        };
        let found = gather.ask([id.0.clone()], load).await.map_err(Trouble::Refused)?;
        Ok(found.iter().find(|found| found.id == *id).cloned())
    }

    /// Waits, unless the run is asked to stop.
    pub(super) async fn pause(&self, duration: Duration) -> Result<(), Trouble> {
        tokio::select! {
            biased;
            () = self.stop.wait() => Err(Trouble::Stopped),
            () = tokio::time::sleep(duration) => Ok(()),
        }
    }
}

/// Whether `outputs` hold everything that others need before it is ready.
pub(super) fn knows_early(facts: &Facts, outputs: &Outputs) -> bool {
    facts.early.iter().all(|output| outputs.contains_key(*output))
}

fn late(what: &str, looks: &Looks, why: &str) -> Trouble {
    let minutes = looks.began.elapsed().as_secs() / 60;
    let usual = looks.usual.as_secs();
    let mut message = format!("it {what} after {minutes} minutes; usual are {usual} seconds");
    if !why.is_empty() {
        message.extend([". ", why]);
    }
    Trouble::Refused(Problem::new(Class::Unavailable, "TooSlow", message))
}
