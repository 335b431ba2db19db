//! The schedule: which steps may start now. A pure value; the runner tells it what happened.
//!
//! Of the steps that may start, the one with the longest remaining path is first, by the kinds' usual durations.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

use crate::{
    model::Until,
    plan::{Step, StepId},
};

/// Seconds that a step counts for on a path though its kind is done when the call returns.
const CALL: u64 = 1;

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Waiting,
    Running,
    Created,
    Done,
    Failed,
    /// Something it waits for failed or was skipped.
    Skipped,
}

/// Steps, what each waits for, and how far each is.
#[derive(Clone, Debug)]
pub struct Schedule {
    steps: Vec<Step>,
    progress: Vec<Progress>,
    /// For each step, how many of its waits are still open.
    open: Vec<usize>,
    /// For each step, those that wait for it.
    waiting: Vec<Vec<(StepId, Until)>>,
    /// Seconds from the start of a step to the end of the longest chain that it begins.
    remaining: Vec<u64>,
    ready: BinaryHeap<(u64, Reverse<StepId>)>,
}

impl Schedule {
    /// The schedule of `steps`.
    ///
    /// # Errors
    /// The steps that wait for each other in a circle.
    pub fn new(steps: Vec<Step>) -> Result<Self, BTreeSet<StepId>> {
        let mut waiting = vec![Vec::new(); steps.len()];
        for (id, step) in steps.iter().enumerate() {
            for (on, until) in &step.waits {
                waiting[*on].push((id, *until));
            }
        }
        let open: Vec<usize> = steps.iter().map(|step| step.waits.len()).collect();
        let order = order(&open, &waiting)?;
        let mut remaining = vec![0; steps.len()];
        for id in order.into_iter().rev() {
            let own = u64::from(steps[id].seconds).max(CALL);
            let after = |(next, until): &(StepId, Until)| {
                remaining[*next]
                    + match until {
                        Until::Created => CALL,
                        Until::Ready => own,
                    }
            };
            remaining[id] = waiting[id].iter().map(after).max().unwrap_or(0).max(own);
        }
        let mut schedule = Self {
            progress: vec![Progress::Waiting; steps.len()],
            steps,
            open,
            waiting,
            remaining,
            ready: BinaryHeap::new(),
        };
        for id in 0..schedule.steps.len() {
            schedule.offer(id);
        }
        Ok(schedule)
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Seconds the whole takes at best, by the kinds' usual durations.
    pub fn critical_path(&self) -> u64 {
        self.remaining.iter().copied().max().unwrap_or(0)
    }

    /// The steps of the longest chain, first to last.
    pub fn critical_steps(&self) -> Vec<StepId> {
        let longest = |ids: &mut dyn Iterator<Item = StepId>| {
            ids.max_by_key(|id| (self.remaining[*id], Reverse(*id)))
        };
        let mut chain = Vec::new();
        let mut next = longest(&mut (0..self.steps.len()).filter(|id| self.open[*id] == 0));
        while let Some(id) = next {
            chain.push(id);
            next = longest(&mut self.waiting[id].iter().map(|(next, _)| *next));
        }
        chain
    }

    /// Every step that may start now, the most urgent first. They count as running from here on.
    pub fn start(&mut self) -> Vec<StepId> {
        let mut started = Vec::new();
        while let Some((_, Reverse(id))) = self.ready.pop() {
            if self.progress[id] == Progress::Waiting {
                self.progress[id] = Progress::Running;
                started.push(id);
            }
        }
        started
    }

    /// What `step` makes exists, though it is not ready.
    pub fn created(&mut self, step: StepId) {
        if self.progress[step] == Progress::Running {
            self.progress[step] = Progress::Created;
            self.release(step, |until| until == Until::Created);
        }
    }

    /// `step` is done.
    pub fn done(&mut self, step: StepId) {
        let created = self.progress[step] == Progress::Created;
        self.progress[step] = Progress::Done;
        self.release(step, |until| until == Until::Ready || !created);
    }

    /// `step` failed: nothing that waits for it can start.
    pub fn failed(&mut self, step: StepId) {
        let mut failed = vec![step];
        self.progress[step] = Progress::Failed;
        while let Some(id) = failed.pop() {
            for (next, _) in &self.waiting[id] {
                if self.progress[*next] == Progress::Waiting {
                    self.progress[*next] = Progress::Skipped;
                    failed.push(*next);
                }
            }
        }
    }

    /// Steps that are done.
    pub fn count_done(&self) -> usize {
        self.count(Progress::Done)
    }

    /// Steps that were not tried because of others that failed.
    pub fn skipped(&self) -> Vec<StepId> {
        (0..self.steps.len()).filter(|id| self.progress[*id] == Progress::Skipped).collect()
    }

    /// Steps that have neither ended nor been skipped.
    pub fn unfinished(&self) -> usize {
        self.count(Progress::Waiting)
            + self.count(Progress::Running)
            + self.count(Progress::Created)
    }

    fn count(&self, progress: Progress) -> usize {
        self.progress.iter().filter(|each| **each == progress).count()
    }

    fn release(&mut self, step: StepId, now: impl Fn(Until) -> bool) {
        for (next, until) in self.waiting[step].clone() {
            if now(until) {
                self.open[next] -= 1;
                self.offer(next);
            }
        }
    }

    fn offer(&mut self, id: StepId) {
        if self.open[id] == 0 && self.progress[id] == Progress::Waiting {
            self.ready.push((self.remaining[id], Reverse(id)));
        }
    }
}

/// Every step after all it waits for; or the steps of circles.
fn order(
    open: &[usize],
    waiting: &[Vec<(StepId, Until)>],
) -> Result<Vec<StepId>, BTreeSet<StepId>> {
    let mut open = open.to_vec();
    let mut order: Vec<StepId> = (0..open.len()).filter(|id| open[*id] == 0).collect();
    let mut next = 0;
    while let Some(id) = order.get(next).copied() {
        next += 1;
        for (waiting, _) in &waiting[id] {
            open[*waiting] -= 1;
            if open[*waiting] == 0 {
                order.push(*waiting);
            }
        }
    }
    if order.len() == open.len() {
        return Ok(order);
    }
    Err((0..open.len()).filter(|id| open[*id] > 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Address, plan::Verb};

    fn step(name: &str, seconds: u32, waits: &[(StepId, Until)]) -> Step {
        let address = Address::new("thing", name);
        Step { address, verb: Verb::Create, id: None, waits: waits.to_vec(), seconds, drain: 0 }
    }

    #[test]
    fn the_longest_path_starts_first() {
        let steps = vec![
            step("short", 1, &[]),
            step("long", 10, &[]),
            step("after-short", 100, &[(0, Until::Ready)]),
        ];
        let mut schedule = Schedule::new(steps).expect("no circle");
        assert_eq!(schedule.critical_path(), 101);
        assert_eq!(schedule.critical_steps(), [0, 2]);
        assert_eq!(schedule.start(), [0, 1]);
    }

    #[test]
    fn created_releases_those_that_need_no_more() {
        let steps = vec![
            step("cluster", 600, &[]),
            step("by-id", 1, &[(0, Until::Created)]),
            step("by-ready", 1, &[(0, Until::Ready)]),
        ];
        let mut schedule = Schedule::new(steps).expect("no circle");
        assert_eq!(schedule.start(), [0]);
        schedule.created(0);
        assert_eq!(schedule.start(), [1]);
        schedule.done(0);
        assert_eq!(schedule.start(), [2]);
    }

    #[test]
    fn a_failure_skips_what_needs_it_and_nothing_else() {
        let steps = vec![
            step("a", 1, &[]),
            step("b", 1, &[(0, Until::Ready)]),
            step("c", 1, &[(1, Until::Ready)]),
            step("d", 1, &[]),
        ];
        let mut schedule = Schedule::new(steps).expect("no circle");
        assert_eq!(schedule.start(), [0, 3]);
        schedule.failed(0);
        schedule.done(3);
        assert_eq!(schedule.skipped(), [1, 2]);
        assert_eq!((schedule.count_done(), schedule.unfinished()), (1, 0));
    }

    #[test]
    fn circles_are_named() {
        let steps = vec![
            step("a", 1, &[(1, Until::Ready)]),
            step("b", 1, &[(0, Until::Ready)]),
            step("c", 1, &[]),
        ];
        assert_eq!(Schedule::new(steps).expect_err("a circle"), BTreeSet::from([0, 1]));
    }
}
