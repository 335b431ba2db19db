//! Runs that are killed, and answers that are lost, at every mutating call of a real run, over AWS's protocols. Whatever
//! it was, the run or the next one ends well, without an orphan and without a duplicate.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    eksnet::Folder,
    moto::{Moto, in_singapore},
};

const SMALL: &str = include_str!("../../examples/single-nat.toml");
const SHOP: &str = include_str!("../../stacks/shop.toml");

/// How long a run may take that has to recover.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many points are tried at a time: most of the time each waits.
const WORKERS: usize = 3;

/// A mutating call of a run: the n-th of an operation.
type Point = (String, u64);

/// An account as it is before a command, and what the command does to it when nothing goes wrong.
struct Start {
    moto: Moto,
    folder: Folder,
    command: &'static str,
    end: Vec<(String, usize)>,
    points: Vec<Point>,
}

impl Start {
    fn before(command: &'static str, stack: &str) -> Self {
        let moto = Moto::start();
        let folder = Folder::new(&moto.url, &moto.prepared(&in_singapore(stack)));
        if command == "destroy" {
            folder.apply();
        }
        moto.snapshot();
        moto.post("calls/clear", &json!({}));
        folder.twin().done(&[command, "--auto-approve"]);
        let calls = moto.get("calls");
        let points =
            calls["changes"].as_object().expect("counts").iter().flat_map(|(operation, count)| {
                let count = count.as_u64().expect("a count");
                (1..=count).map(move |nth| (operation.clone(), nth))
            });
        Self { end: moto.counts(), points: points.collect(), moto, folder, command }
    }

    /// The start anew, with a fault at a point.
    fn again(&self, mode: &str, (operation, nth): &Point) -> Folder {
        self.moto.restore();
        self.moto.post("fault", &json!({ "operation": operation, "mode": mode, "nth": nth }));
        self.folder.twin()
    }

    /// Kills the run when the server holds the call, and runs again. Answers whether it came to that: calls that share
    /// what they do may be fewer another time.
    fn killed(&self, mode: &str, point: &Point) -> bool {
        let folder = self.again(mode, point);
        let mut child = folder.spawn(&[self.command, "--auto-approve"]);
        let began = Instant::now();
        while self.moto.get("held") == json!(0) {
            if child.try_wait().expect("the run can be asked").is_some() {
                return false;
            }
            assert!(began.elapsed() < PATIENCE, "{mode} {point:?}: the run hangs");
            sleep(Duration::from_millis(5));
        }
        child.kill().expect("the run is killed");
        child.wait().expect("the run ends");
        self.ends_well(&folder, &format!("{mode} {point:?}"));
        true
    }

    /// The process lives: it has to find out by itself what became of its call.
    fn unanswered(&self, mode: &str, point: &Point) -> bool {
        let folder = self.again(mode, point);
        self.ends_well(&folder, &format!("{mode} {point:?}"));
        self.moto.get("faults")["fired"] == json!(1)
    }

    fn ends_well(&self, folder: &Folder, case: &str) {
        let ran = folder.run_within(PATIENCE, &[self.command, "--auto-approve"]);
        assert_eq!(ran.code, Some(0), "{case}: {}\n{}", ran.out, ran.err);
        assert_eq!(self.moto.counts(), self.end, "{case}: {:#}", self.moto.inventory());
        if self.command == "apply" {
            assert_eq!(folder.planned(), [""; 0], "{case}: a second plan is not empty");
        }
        self.moto.assert_well_spoken();
    }
}

/// Tries a command out at each of its mutating calls, some at a time and each in an account of its own. Says how many
/// there were, and fails if there is an operation that was never struck.
fn at_each_call(
    command: &'static str,
    stack: &str,
    strikes: impl Fn(&Start, &Point) -> bool + Sync,
) {
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let work = || {
        let start = Start::before(command, stack);
        let mut tried = Vec::new();
        while let Some(point) = start.points.get(next.fetch_add(1, Ordering::Relaxed)) {
            tried.push((point.0.clone(), strikes(&start, point)));
        }
        tried
    };
    let tried: Vec<(String, bool)> = scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().expect("every point ends well"));
        ended.flatten().collect()
    });
    let struck = tried.iter().filter(|(_, struck)| *struck).map(|(operation, _)| operation);
    println!("{} points of {command} in {:.0?}", struck.clone().count(), began.elapsed());
    let all: BTreeSet<&String> = tried.iter().map(|(operation, _)| operation).collect();
    assert_eq!(all, struck.collect(), "an operation was never struck");
}

fn killed(command: &'static str, stack: &str, mode: &str) {
    at_each_call(command, stack, |start, point| start.killed(mode, point));
}

fn unanswered(command: &'static str, stack: &str, mode: &str) {
    at_each_call(command, stack, |start, point| start.unanswered(mode, point));
}

#[test]
fn killed_before_each_call_of_a_create() {
    killed("apply", SMALL, "hold-before");
}

#[test]
fn killed_after_the_effect_of_each_call_of_a_create() {
    killed("apply", SHOP, "hold");
}

#[test]
fn killed_before_each_call_of_a_destroy() {
    killed("destroy", SMALL, "hold-before");
}

#[test]
fn killed_after_the_effect_of_each_call_of_a_destroy() {
    killed("destroy", SHOP, "hold");
}

#[test]
fn an_answer_lost_at_each_call_of_a_create() {
    unanswered("apply", SHOP, "drop-answer");
}

#[test]
fn an_answer_lost_at_each_call_of_a_destroy() {
    unanswered("destroy", SHOP, "drop-answer");
}

#[test]
fn a_refusal_at_each_call_of_a_create() {
    for mode in ["drop-before", "error-500", "error-500-after", "throttle"] {
        unanswered("apply", SMALL, mode);
    }
}
