//! Runs that are killed, and answers that are lost, at every mutating call of a real run, over AWS's protocols. Whatever
//! it was, the run or the next one ends well, without an orphan and without a duplicate.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use serde_json::json;

use super::{eksnet::Folder, life_cycle::in_singapore, moto::Moto};

const SMALL: &str = include_str!("../../examples/single-nat.toml");
const SHOP: &str = include_str!("../../stacks/shop.toml");

/// How many points are tried at a time: most of the time each waits.
const WORKERS: usize = 3;

/// By operation, how often it was the one that was struck.
type Struck = BTreeMap<String, u32>;

/// An account as it is before a command, and what the command makes of it when nothing goes wrong.
struct Start {
    moto: Moto,
    folder: Folder,
    command: &'static str,
    end: Vec<(String, usize)>,
}

impl Start {
    fn before(command: &'static str, stack: &str) -> Self {
        let moto = Moto::start();
        let folder = Folder::new(&moto.url, &moto.prepared(&in_singapore(stack)));
        if command == "destroy" {
            folder.apply();
        }
        moto.snapshot();
        folder.twin().done(&[command, "--auto-approve"]);
        Self { end: moto.counts(), moto, folder, command }
    }

    /// The start anew, with a fault at the n-th mutating call.
    fn again(&self, mode: &str, nth: u32) -> Folder {
        self.moto.restore();
        self.moto.post("fault", &json!({ "operation": "mutating", "mode": mode, "nth": nth }));
        self.folder.twin()
    }

    /// The operation that the fault has struck, if it has.
    fn struck(&self) -> Option<String> {
        let faults = self.moto.get("faults");
        faults["faults"][0]["struck"][0].as_str().map(str::to_owned)
    }

    /// Kills the run when the server holds its n-th mutating call, and runs again.
    fn killed(&self, mode: &str, nth: u32) -> Option<String> {
        let folder = self.again(mode, nth);
        let mut child = folder.spawn(&[self.command, "--auto-approve"]);
        let began = Instant::now();
        while self.moto.get("held") == json!(0) {
            if child.try_wait().expect("the run can be asked").is_some() {
                return None;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the run hangs");
            sleep(Duration::from_millis(5));
        }
        child.kill().expect("the run is killed");
        child.wait().expect("the run ends");
        let struck = self.struck();
        self.ends_well(&folder, &format!("{mode} {nth}, {struck:?}"));
        struck
    }

    /// The process lives: it has to find out by itself what became of its n-th call.
    fn unanswered(&self, mode: &str, nth: u32) -> Option<String> {
        let folder = self.again(mode, nth);
        self.ends_well(&folder, &format!("{mode} {nth}"));
        self.struck()
    }

    fn ends_well(&self, folder: &Folder, case: &str) {
        let ran = folder.run(&[self.command, "--auto-approve"]);
        assert_eq!(ran.code, Some(0), "{case}: {}\n{}", ran.out, ran.err);
        assert_eq!(self.moto.counts(), self.end, "{case}: {:#}", self.moto.inventory());
        if self.command == "apply" {
            assert_eq!(folder.planned(), [""; 0], "{case}: a second plan is not empty");
        }
        self.moto.assert_well_spoken();
    }
}

/// Tries a command out at its first mutating call, its second, and so on until it makes none, some points at a time and
/// each in an account of its own.
fn at_each_call(
    command: &'static str,
    stack: &str,
    point: impl Fn(&Start, u32) -> Option<String> + Sync,
) -> Struck {
    let began = Instant::now();
    let next = AtomicU32::new(1);
    let struck = Mutex::new(Struck::new());
    let work = || {
        let start = Start::before(command, stack);
        while let Some(operation) = point(&start, next.fetch_add(1, Ordering::Relaxed)) {
            let mut struck = struck.lock().unwrap_or_else(PoisonError::into_inner);
            *struck.entry(operation).or_default() += 1;
        }
    };
    scope(|scope| (0..WORKERS).for_each(|_| drop(scope.spawn(work))));
    let struck = struck.into_inner().unwrap_or_else(PoisonError::into_inner);
    let points: u32 = struck.values().sum();
    println!("{points} points of {command} in {:?}: {struck:#?}", began.elapsed());
    struck
}

fn killed(command: &'static str, stack: &str, mode: &str) -> Struck {
    at_each_call(command, stack, |start, nth| start.killed(mode, nth))
}

fn unanswered(command: &'static str, stack: &str, mode: &str) -> Struck {
    at_each_call(command, stack, |start, nth| start.unanswered(mode, nth))
}

/// Creates of what has neither a natural key nor a token that AWS would know again are the ones that leave orphans.
fn assert_covers(struck: &Struck) {
    for operation in [
        "acm.RequestCertificate",
        "apigatewayv2.CreateApi",
        "apigatewayv2.CreateIntegration",
        "apigatewayv2.CreateVpcLink",
        "ec2.AllocateAddress",
        "ec2.CreateInternetGateway",
        "ec2.CreateNatGateway",
        "ec2.CreateVpc",
        "eks.CreateCluster",
        "elbv2.CreateLoadBalancer",
        "elbv2.CreateTargetGroup",
        "route53.CreateHostedZone",
    ] {
        assert!(struck.contains_key(operation), "{operation} was never struck: {struck:#?}");
    }
}

#[test]
fn killed_before_each_call_of_a_create() {
    killed("apply", SMALL, "hold-before");
}

#[test]
fn killed_after_the_effect_of_each_call_of_a_create() {
    assert_covers(&killed("apply", SHOP, "hold"));
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
    assert_covers(&unanswered("apply", SHOP, "drop-answer"));
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
