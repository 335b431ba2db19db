//! What a plan costs as networks grow: the whole process, and each stage of it by itself, so that a stage that grows
//! faster than the network shows.

use std::{hint::black_box, path::Path, process::Command};

use eksnet::{
    apply::Schedule,
    blueprint::{self, Choices},
    model::{Account, Desired},
    plan::{self, Observed, Plan, Wish},
    provider::sandbox::ACCOUNT,
    render::{self, Compared, PlanFacts, Purpose, Style},
    stack,
    state::{Entry, Holder, Journal, State, Store},
};

use crate::{
    Effort, process,
    synthetic::{copied, desired, drawn, settled, stack_text, unborn},
    table::{Bound, Table, Unit, median},
};

const PROCESS: &str = "plan --no-refresh, the process";
const GROWTH: &str = "growth, processor time as a power of the size";
const STAGES: &str = "stages, processor time at the largest size";

/// The whole process, with a state on disk.
pub fn processes(table: &mut Table, effort: Effort) {
    let text = stack_text(490);
    let (small, choices) = drawn(&text);
    one_process(table, effort, &text, &settled(&small, choices), [(120.0, 60.0), (40.0, 25.0)]);
    // A /16 is full before 10,000: the rest is in the state alone, as when a large part of a stack file was removed.
    let text = stack_text(4096);
    let (mut full, choices) = drawn(&text);
    let former = copied(&desired(10_000 - full.len()), "former-");
    full.extend(former);
    one_process(table, effort, &text, &settled(&full, choices), [(1000.0, 400.0), (200.0, 100.0)]);
}

fn one_process(
    table: &mut Table,
    effort: Effort,
    text: &str,
    state: &State,
    [cpu, peak]: [(f64, f64); 2],
) {
    let folder =
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    std::fs::create_dir_all(folder.path().join("stacks")).expect("a folder");
    std::fs::create_dir_all(folder.path().join("state/sandbox")).expect("a folder");
    std::fs::write(folder.path().join("stacks/big.toml"), text).expect("a stack file");
    let path = folder.path().join("state/sandbox/big.json");
    save(&path, state);
    read(&path, state.resources.len());
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eksnet"));
        process::cost(
            command.args(["plan", "--sandbox", "--no-refresh"]).current_dir(folder.path()),
        )
    };
    let costs: Vec<_> = (0..effort.samples(7)).map(|_| run()).collect();
    let of = |each: fn(&process::Cost) -> f64| median(costs.iter().map(each).collect());
    let name = format!("{} resources", state.resources.len());
    table.add(
        PROCESS,
        format!("{name}, wall"),
        of(|cost| cost.wall),
        Unit::Milliseconds,
        Bound::None,
    );
    table.add(
        PROCESS,
        format!("{name}, processor"),
        of(|cost| cost.cpu),
        Unit::Milliseconds,
        Bound::AtMost(cpu.0, cpu.1),
    );
    table.add(
        PROCESS,
        format!("{name}, peak memory"),
        of(|cost| cost.peak),
        Unit::Mebibytes,
        Bound::AtMost(peak.0, peak.1),
    );
}

/// Leaves `state` on disk, as a run does that learned one thing more.
fn save(path: &Path, state: &State) {
    waited_for(async {
        let holder = Holder::here("bench");
        let journal = Journal::open(Store::file(path), &holder, || state.clone());
        let mut journal = journal.await.expect("a journal");
        let chosen = Entry::Chosen { choices: state.choices.clone() };
        journal.write([chosen]).await.expect("a journal on disk");
        journal.fold().await.expect("a state on disk");
    });
}

fn waited_for<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// The state on disk; one that is not whole would make every figure look good.
fn read(path: &Path, resources: usize) -> State {
    let recalled = waited_for(Store::file(path).recall()).expect("the state reads");
    let state = recalled.expect("there is a state").state;
    assert_eq!(state.resources.len(), resources, "{} is not whole", path.display());
    state
}

/// Every stage at every size: the slope of its time over its size, both as logarithms, and its time at the largest.
pub fn stages(table: &mut Table, effort: Effort) {
    let sizes: &[usize] = match effort {
        Effort::Full => &[100, 1_000, 10_000, 100_000],
        Effort::Quick => &[100, 1_000, 10_000],
    };
    let mut points: Vec<(&'static str, Vec<(f64, f64)>)> = Vec::new();
    let mut take = |size: usize, measured: Vec<(&'static str, f64)>| {
        for (name, cpu) in measured {
            match points.iter_mut().find(|(known, _)| *known == name) {
                Some((_, points)) => points.push((size as f64, cpu)),
                None => points.push((name, vec![(size as f64, cpu)])),
            }
        }
    };
    for subnets in [45, 490, 4096] {
        let text = stack_text(subnets);
        take(drawn(&text).0.len(), reading(&text));
    }
    for size in sizes {
        let desired = desired(*size);
        take(desired.len(), planning(&desired));
    }
    let alone: Vec<(f64, f64)> = sizes.iter().map(|size| alone(*size, effort)).collect();
    let bound = Bound::AtMost(1.10, 1.02);
    table.add(GROWTH, format!("{WHOLE}, once in a process"), slope(&alone), Unit::Pure, bound);
    if let Some((size, cpu)) = alone.last() {
        let name = format!("{WHOLE}, once in a process, {size}");
        table.add(STAGES, name, *cpu, Unit::Milliseconds, Bound::None);
    }
    // Done over and over, what is small stays in the processor's caches and what is large does not.
    for (name, points) in &points {
        table.add(GROWTH, *name, slope(points), Unit::Pure, Bound::None);
    }
    for (name, points) in points {
        let (size, cpu) = points.last().copied().unwrap_or_default();
        table.add(STAGES, format!("{name}, {size}"), cpu, Unit::Milliseconds, Bound::None);
    }
}

/// The size and the processor time of a plan of about `size` resources in a process of its own: what a process takes that
/// reads the state and plans, less what one takes that only draws what is desired.
fn alone(size: usize, effort: Effort) -> (f64, f64) {
    let desired = desired(size);
    let folder =
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let path = folder.path().join("big.json");
    save(&path, &settled(&desired, Choices::new()));
    let cost = |what: &str| {
        let run = || {
            let mut command = Command::new(std::env::current_exe().expect("this program"));
            command.args([what, &size.to_string()]).arg(&path);
            process::cost(&mut command).cpu
        };
        median((0..effort.samples(9)).map(|_| run()).collect())
    };
    (desired.len() as f64, cost(ALONE[1]) - cost(ALONE[0]))
}

/// What this program is started with to do no more than this: draw, or draw and plan.
const ALONE: [&str; 2] = ["--draw-only", "--plan-only"];

/// Does what [`alone`] asks for; nothing if `args` ask for figures.
pub fn is_done_alone(args: &[String]) -> bool {
    let [_, what, size, path] = args else { return false };
    let Ok(size) = size.parse() else { return false };
    let desired = black_box(desired(size));
    if what == ALONE[1] {
        let state = read(Path::new(path), desired.len());
        let seen = Observed::trusting(&state);
        let plan = plan::plan(&desired, &seen, &state, &Wish::default()).expect("a plan");
        black_box(plan::steps(&plan, &state));
        black_box(render::plan(&plan, &facts(), Style::Plain));
    }
    true
}

/// The sum of what `plan --no-refresh` does with a state that agrees.
const WHOLE: &str = "a plan as a whole, state file to text";

fn reading(text: &str) -> Vec<(&'static str, f64)> {
    let parse = || stack::parse("big.toml", text).expect("no mistakes").0;
    let stack = parse();
    let draw = || blueprint::blueprint(&stack, &Choices::new());
    vec![("parse a stack file", cpu(parse)), ("blueprint", cpu(draw))]
}

fn planning(desired: &Desired) -> Vec<(&'static str, f64)> {
    let nothing = (unborn(), Observed::default(), Desired::new());
    let (unborn, blank, none) = (&nothing.0, &nothing.1, &nothing.2);
    let full = settled(desired, Choices::new());
    let seen = Observed::trusting(&full);
    let plan = |desired: &Desired, observed: &Observed, state: &State| {
        plan::plan(desired, observed, state, &Wish::default()).expect("a plan")
    };
    let folder =
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let path = folder.path().join("big.json");
    let write = cpu(|| save(&path, &full));
    let read = cpu(|| read(&path, full.resources.len()));
    let trust = cpu(|| Observed::trusting(&full));
    let (kept, created, deleted) =
        (plan(desired, &seen, &full), plan(desired, blank, unborn), plan(none, &seen, &full));
    assert!(kept.is_empty(), "nothing changes");
    let diff = cpu(|| plan(desired, &seen, &full));
    let all = Wish { replace: desired.keys().cloned().collect(), ..Wish::default() };
    let replace = || plan::plan(desired, &seen, &full, &all).expect("a plan");
    let replaced = replace();
    let (ups, downs) = (plan::steps(&created, unborn), plan::steps(&deleted, &full));
    let text = cpu(|| render::plan(&kept, &facts(), Style::Plain));
    vec![
        (WHOLE, read + trust + diff + cpu(|| plan::steps(&kept, &full)) + text),
        ("state, opened, one entry, folded", write),
        ("state, read", read),
        ("diff, nothing changes", diff),
        ("diff, all new", cpu(|| plan(desired, blank, unborn))),
        ("diff, all go", cpu(|| plan(none, &seen, &full))),
        ("diff, all replaced", cpu(replace)),
        ("steps, all replaced", cpu(|| plan::steps(&replaced, &full))),
        ("steps, all new", cpu(|| plan::steps(&created, unborn))),
        ("steps, all go", cpu(|| plan::steps(&deleted, &full))),
        (
            "schedule, all new, to the end",
            cpu(|| carried_out(Schedule::new(ups.clone()).expect("no circle"))),
        ),
        (
            "schedule, all go, to the end",
            cpu(|| carried_out(Schedule::new(downs.clone()).expect("no circle"))),
        ),
        ("text, all new", cpu(|| render::plan(&created, &facts(), Style::Plain))),
        ("JSON, all new", cpu(|| render::plan_json(&created, &facts()).to_string())),
        ("egress, all new", cpu(|| egress(&created, unborn))),
    ]
}

fn egress(plan: &Plan, state: &State) -> usize {
    blueprint::egress(plan, state).after.len()
}

/// A run in which everything succeeds.
fn carried_out(mut schedule: Schedule) -> usize {
    loop {
        let started = schedule.start();
        if started.is_empty() {
            return schedule.count_done();
        }
        for step in started {
            schedule.created(step);
            schedule.done(step);
        }
    }
}

fn facts() -> PlanFacts {
    PlanFacts {
        stack: "big".to_owned(),
        account: Account { id: ACCOUNT.to_owned(), region: "us-east-1".to_owned() },
        provider: "sandbox".to_owned(),
        compared: Compared::Remembered,
        purpose: Purpose::Apply,
        egress_before: Vec::new(),
        egress_after: Vec::new(),
        critical_path_seconds: 0,
        critical_chain: Vec::new(),
    }
}

/// Milliseconds on a processor of one `work`, what it makes taken away again: the mean of as many runs as make up for
/// Linux bringing its count up to date once in a few milliseconds.
fn cpu<T>(work: impl Fn() -> T) -> f64 {
    drop(black_box(work()));
    let before = process::own_cpu();
    let mut runs = 0;
    loop {
        drop(black_box(work()));
        runs += 1;
        let spent = process::own_cpu() - before;
        if spent > 200.0 {
            return spent / f64::from(runs);
        }
    }
}

/// The exponent of growth: least squares over logarithms.
fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(size, cpu)| (size.ln(), cpu.ln())).collect();
    let count = logs.len() as f64;
    let (x, y) = (
        logs.iter().map(|log| log.0).sum::<f64>() / count,
        logs.iter().map(|log| log.1).sum::<f64>() / count,
    );
    let over = logs.iter().map(|log| (log.0 - x) * (log.1 - y)).sum::<f64>();
    over / logs.iter().map(|log| (log.0 - x).powi(2)).sum::<f64>()
}
