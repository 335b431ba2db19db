//! Carrying a plan out: every step that may run runs, each fact is on disk before the next call relies on it, and
//! whatever the run was doing when it died is found again by the next one.

mod create;
mod delete;
mod event;
mod log;
mod recover;
mod schedule;
mod step;
mod stop;
mod wait;

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt, future::LocalBoxFuture, stream::FuturesUnordered};
use tokio::time::Instant;

pub use event::Event;
pub use recover::{look, settle};
pub use schedule::Schedule;
pub use stop::Stop;

use crate::{
    kinds,
    model::{Address, Diagnostic, Problem},
    plan::{self, Action, Plan, Step, StepId, Verb},
    provider::{Provider, Stray},
    state::{Entry, Journal, Record},
};
use log::Log;
use step::{Trouble, Turn};

/// What became of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Steps done.
    pub done: usize,
    /// Steps that failed, in the order in which they did.
    pub failures: Vec<Failure>,
    /// Resources that were not touched because something they need failed.
    pub skipped: Vec<Address>,
    /// What clusters had left behind and was taken away.
    pub swept: Vec<Stray>,
    /// What others have in our network and what clusters left elsewhere, as far as it is still there.
    pub others: Vec<Stray>,
    /// The run was asked to stop before everything was done.
    pub interrupted: bool,
    /// How long it took by the provider's clock.
    pub elapsed: Duration,
    /// How long the longest chain of steps takes by the kinds' usual durations.
    pub critical_path: Duration,
}

/// A step that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The resource.
    pub address: Address,
    /// What was tried.
    pub verb: Verb,
    /// What AWS said.
    pub problem: Problem,
    /// Who keeps it from going, where that is known.
    pub held_by: Vec<Stray>,
}

/// Everything the steps of a run share.
struct Run<'a> {
    plan: &'a Plan,
    provider: &'a dyn Provider,
    log: Log<'a>,
    tell: &'a dyn Fn(Event),
    stop: &'a Stop,
    wait: wait::Polls,
    tagging: step::Tagging,
    sweeping: delete::Sweeping,
}

/// Carries `plan` out.
///
/// # Errors
/// Only what keeps eksnet from remembering (the disk) ends a run early; what AWS refuses is in the [`Outcome`].
pub async fn apply(
    plan: &Plan,
    steps: Vec<Step>,
    provider: &dyn Provider,
    journal: &mut Journal,
    tell: &dyn Fn(Event),
    stop: &Stop,
) -> Result<Outcome, Diagnostic> {
    let mut schedule = Schedule::new(steps).map_err(|circle| {
        let names: Vec<String> = circle.iter().map(ToString::to_string).collect();
        Diagnostic::error(format!("the steps {} wait for each other", names.join(", ")))
            .help("make the change in two steps: first what others refer to, then the rest; and please report it")
    })?;
    journal.write(kept(plan, journal.state())).await?;
    let sweeping = delete::Sweeping::new(plan::ground(plan, journal.state()));
    let run = Run {
        plan,
        provider,
        log: Log::new(journal),
        tell,
        stop,
        wait: wait::Polls::default(),
        tagging: step::Tagging::default(),
        sweeping,
    };
    let began = Instant::now();
    let mut outcome = Outcome {
        critical_path: Duration::from_secs(schedule.critical_path()),
        ..Outcome::default()
    };
    run.all(&mut schedule, &mut outcome).await?;
    outcome.others = if outcome.failures.is_empty() || stop.asked() {
        plan.others.iter().filter(|stray| stop.asked() || !stray.is_foreign()).cloned().collect()
    } else {
        run.tidy().await?
    };
    outcome.elapsed = began.elapsed();
    outcome.done = schedule.count_done();
    let (swept, failures) = run.sweeping.end();
    outcome.swept = swept;
    outcome.failures.extend(failures);
    let failed: Vec<Address> =
        outcome.failures.iter().map(|failure| failure.address.clone()).collect();
    let skipped = schedule.skipped().into_iter().map(|id| schedule.steps()[id].address.clone());
    // The other half of a replacement that failed was touched.
    outcome.skipped = skipped.filter(|address| !failed.contains(address)).collect();
    outcome.interrupted = run.stop.asked() && schedule.unfinished() > 0;
    run.log.finish().await?;
    Ok(outcome)
}

/// What a run learns without a call: resources that stay as they are may be remembered otherwise than they were seen.
fn kept(plan: &Plan, state: &crate::state::State) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (address, change) in &plan.changes {
        let (Action::Keep, Some(record), Some(after)) =
            (change.action, state.resources.get(address), &change.after)
        else {
            continue;
        };
        let kept = Record {
            fields: after.clone(),
            tags: change.tags_after.clone(),
            needs: change
                .needs
                .iter()
                .map(|(address, edge)| (address.clone(), edge.field.clone()))
                .collect(),
            section: change.section.clone(),
            ..record.clone()
        };
        if kept != *record {
            entries.push(Entry::Settled { address: address.clone(), record: Box::new(kept) });
        }
    }
    entries
}

impl<'a> Run<'a> {
    async fn all(&self, schedule: &mut Schedule, outcome: &mut Outcome) -> Result<(), Diagnostic> {
        let mut running: FuturesUnordered<LocalBoxFuture<'_, Vec<(StepId, Turn)>>> =
            FuturesUnordered::new();
        let mut began: BTreeMap<StepId, Instant> = BTreeMap::new();
        loop {
            if !self.stop.asked() {
                let started = schedule.start();
                for id in &started {
                    began.insert(*id, Instant::now());
                    let Step { address, verb, seconds, .. } = &schedule.steps()[*id];
                    self.say(Event::Started {
                        address: address.clone(),
                        verb: *verb,
                        usual_seconds: *seconds,
                    });
                }
                for batch in self.batches(&started, schedule.steps()) {
                    running.push(Box::pin(self.begin(batch)));
                }
            }
            let Some(turns) = running.next().await else { return Ok(()) };
            for (id, turn) in turns {
                let Step { address, verb, .. } = schedule.steps()[id].clone();
                match turn {
                    Turn::Created(pending) => {
                        schedule.created(id);
                        running.push(Box::pin(async move {
                            vec![(id, self.become_ready(pending).await)]
                        }));
                    }
                    Turn::Done => {
                        schedule.done(id);
                        let seconds = began[&id].elapsed().as_secs_f64();
                        self.say(Event::Done { address, verb, seconds });
                    }
                    Turn::Trouble(Trouble::Refused(problem) | Trouble::Unclear(problem)) => {
                        schedule.failed(id);
                        let held_by = Vec::new();
                        self.fail(outcome, Failure { address, verb, problem, held_by });
                    }
                    Turn::Trouble(Trouble::Held(problem, held_by)) => {
                        schedule.failed(id);
                        self.fail(outcome, Failure { address, verb, problem, held_by });
                    }
                    Turn::Trouble(Trouble::Stopped) => {}
                    Turn::Trouble(Trouble::Forgetful(diagnostic)) => return Err(diagnostic),
                }
            }
        }
    }

    /// Steps that one call can do together, and the others by themselves.
    fn batches(&self, started: &[StepId], steps: &[Step]) -> Vec<Vec<(StepId, Step)>> {
        let mut batches: Vec<Vec<(StepId, Step)>> = Vec::new();
        let mut open: BTreeMap<String, usize> = BTreeMap::new();
        for id in started {
            let step = &steps[*id];
            match self.batch_key(step) {
                Some(key) => {
                    let at = *open.entry(key).or_insert_with(|| {
                        batches.push(Vec::new());
                        batches.len() - 1
                    });
                    batches[at].push((*id, step.clone()));
                }
                None => batches.push(vec![(*id, step.clone())]),
            }
        }
        batches
    }

    /// What steps must agree in to be one call; `None` for those that are always a call of their own.
    fn batch_key(&self, step: &Step) -> Option<String> {
        let facts = kinds::get(step.address.kind())?.facts();
        if step.verb != Verb::Create || facts.batch.is_empty() {
            return None;
        }
        let after = self.plan.changes.get(&step.address)?.after.as_ref()?;
        let agreed: Vec<String> =
            facts.batch.iter().map(|field| after[*field].to_string()).collect();
        Some(format!("{} {}", facts.name, agreed.join(" ")))
    }

    fn fail(&self, outcome: &mut Outcome, failure: Failure) {
        let Failure { address, verb, problem, held_by: _ } = failure.clone();
        self.say(Event::Failed { address, verb, problem });
        outcome.failures.push(failure);
    }

    fn say(&self, event: Event) {
        (self.tell)(event);
    }
}
