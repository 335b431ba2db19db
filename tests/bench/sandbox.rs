//! What the sandbox tells without a clock: how close a run comes to the longest chain of steps, what is throttled, and
//! how much is written down on the way. And what the sandbox itself costs.

use std::{cell::RefCell, rc::Rc};

use eksnet::{
    apply::{self, Outcome, Stop},
    blueprint::{self, Choices},
    model::{Account, Desired},
    plan::{self, Wish},
    provider::{
        Provider,
        sandbox::{ACCOUNT, Faults, Sandbox, World},
    },
    refresh, stack,
    state::{Holder, Journal, State, Store},
};

use crate::{
    process, shown, synthetic,
    table::{Bound, Table, Unit},
};

const GROUP: &str = "sandbox: virtual time over the critical path";
const CLERK: &str = "sandbox: bytes written over size of the state, apply";
const COST: &str = "sandbox: processor time";

pub fn measure(table: &mut Table) {
    let mut throttled = 0;
    let mut clerk = Vec::new();
    for (name, text) in shown() {
        let site = Site::of(&text);
        for (verb, run) in [("apply", site.apply()), ("destroy", site.destroy())] {
            let ratio = run.outcome.elapsed.as_secs_f64() / run.outcome.critical_path.as_secs_f64();
            table.add(
                GROUP,
                format!("{name}, {verb}"),
                ratio,
                Unit::Pure,
                Bound::AtMost(bound(&name)),
            );
            throttled += run.throttled;
            if verb == "apply" {
                clerk.push((name.clone(), run.written as f64 / run.size as f64));
            }
        }
    }
    table.add(
        GROUP,
        "throttled answers, all of them",
        f64::from(throttled),
        Unit::Answers,
        Bound::AtMost(0.0),
    );
    for (name, ratio) in clerk {
        table.add(CLERK, name, ratio, Unit::Pure, Bound::AtMost(3.0));
    }
    let text = synthetic::stack_text(200);
    let site = Site::of(&text);
    for (verb, bound, run) in
        [("apply", 100.0, Site::apply as fn(&Site) -> Run), ("destroy", 100.0, Site::destroy)]
    {
        let before = process::own_cpu();
        let run = run(&site);
        let cpu = process::own_cpu() - before;
        let name = format!("{verb} of a full VPC, 200 subnets, {} steps", run.outcome.done);
        table.add(COST, name, cpu, Unit::Milliseconds, Bound::AtMost(bound));
    }
}

/// A run takes as long as its longest chain, and a moment for calls and polls. The nine endpoints of `private-only` take
/// longer: the bucket that AWS serves them from holds 4 calls and gains 0.3 a second, which is 17 s more each way.
fn bound(name: &str) -> f64 {
    if name == "private-only" { 1.25 } else { 1.05 }
}

/// A stack with a world of its own.
struct Site {
    desired: Desired,
    choices: Choices,
    name: String,
    region: String,
    world: Rc<RefCell<World>>,
    folder: tempfile::TempDir,
}

struct Run {
    outcome: Outcome,
    throttled: u32,
    written: u64,
    size: u64,
}

impl Site {
    fn of(text: &str) -> Self {
        let (stack, _) = stack::parse("stack.toml", text)
            .unwrap_or_else(|errors| panic!("mistakes: {errors:#?}"));
        let (desired, choices) = blueprint::blueprint(&stack, &Choices::new());
        let folder =
            tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        Self {
            desired,
            choices,
            name: stack.name,
            region: stack.region,
            world: Rc::default(),
            folder,
        }
    }

    fn apply(&self) -> Run {
        self.run(&self.desired)
    }

    fn destroy(&self) -> Run {
        self.run(&Desired::new())
    }

    fn run(&self, desired: &Desired) -> Run {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let sandbox = Sandbox::new(&self.region, Rc::clone(&self.world), Faults::default());
            sandbox.grant(&self.desired);
            let path = self.folder.path().join("state.json");
            let account = Account { id: ACCOUNT.to_owned(), region: self.region.clone() };
            let born = || State::new(&self.name, "sandbox", account, "lineage".to_owned());
            let journal = Journal::open(Store::file(&path), &Holder::here("bench"), born).await;
            let mut journal = journal.expect("a journal");
            let observed = refresh::refresh(&sandbox, journal.state()).await.expect("a refresh");
            let plan =
                plan::plan(desired, &observed, journal.state(), &Wish::default()).expect("a plan");
            let chosen = eksnet::state::Entry::Chosen { choices: self.choices.clone() };
            journal.write([chosen]).await.expect("the journal is written");
            let steps = plan::steps(&plan, journal.state());
            let stop = Stop::default();
            let outcome =
                apply::apply(&plan, steps, &sandbox as &dyn Provider, &mut journal, &|_| {}, &stop);
            let outcome = outcome.await.expect("the run ends");
            assert!(outcome.failures.is_empty(), "{:#?}", outcome.failures);
            journal.fold().await.expect("the state is written");
            let size = std::fs::metadata(&path).expect("the state").len();
            Run { outcome, throttled: sandbox.throttled(), written: journal.written(), size }
        })
    }
}
