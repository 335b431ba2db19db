//! Asked to stop, a run ends what it has begun, writes it down and says so; the next run goes on from there.

use std::{
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{SMALL, lines};
use crate::{
    aws::{eksnet::Folder, moto::Moto},
    lab::state_at,
};

/// How long each call takes, so that there is a middle to stop in.
const SLOW: u64 = 300;

/// A run that has made some calls and has more to make.
fn in_the_middle(moto: &Moto, folder: &Folder, args: &[&str], milliseconds: u64) -> Child {
    moto.post("calls/clear", &json!({}));
    moto.post("delay", &json!({ "ms": milliseconds }));
    let mut command = folder.command(args);
    let child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("eksnet starts");
    let patience = Instant::now();
    while moto.get("calls")["mutating"].as_u64() < Some(3) {
        assert!(patience.elapsed() < Duration::from_secs(30), "the run makes no calls");
        sleep(Duration::from_millis(10));
    }
    child
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.expect("`kill` runs").success(), "the signal is not sent");
}

fn end(child: Child) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = child.wait_with_output().expect("eksnet ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

/// What is there is remembered, and what is remembered is there.
fn assert_complete(moto: &Moto, folder: &Folder) {
    let state = state_at(&folder.path("state/shop.json")).expect("a state");
    assert!(state.open.is_empty(), "a create is open: {:?}", state.open);
    assert!(!folder.path("state/shop.journal").exists(), "the journal is not folded");
    let inventory = moto.inventory();
    for kind in ["vpc", "subnet", "internet_gateway", "route_table"] {
        let things = inventory[kind].as_array().into_iter().flatten();
        let mut there: Vec<&str> = things.filter_map(|thing| thing["id"].as_str()).collect();
        let of_kind = state.resources.iter().filter(|(address, _)| address.kind() == kind);
        let mut remembered: Vec<&str> = of_kind.map(|(_, record)| record.id.as_str()).collect();
        there.sort_unstable();
        remembered.sort_unstable();
        assert_eq!(remembered, there, "{kind}");
    }
}

/// Another apply makes the rest, and nothing twice.
fn assert_goes_on(moto: &Moto, folder: &Folder, whole: &[(String, usize)]) {
    moto.post("delay", &json!({ "ms": 0 }));
    folder.apply();
    assert_eq!(moto.counts(), whole, "{:#}", moto.inventory());
    assert_eq!(folder.planned(), [""; 0]);
    folder.destroy();
    assert_eq!(moto.counts(), [], "{:#}", moto.inventory());
    moto.assert_well_spoken();
}

/// What a run that nobody stops makes.
fn whole(moto: &Moto) -> Vec<(String, usize)> {
    let folder = Folder::new(&moto.url, SMALL);
    folder.apply();
    let counts = moto.counts();
    moto.post("reset", &json!({}));
    counts
}

#[test]
fn an_apply_that_is_asked_to_stop() {
    let moto = Moto::start();
    let whole = whole(&moto);
    for name in ["INT", "TERM", "HUP"] {
        let folder = Folder::new(&moto.url, SMALL);
        let child = in_the_middle(&moto, &folder, &["apply", "--auto-approve"], SLOW);
        signal(&child, name);
        let (code, out, err) = end(child);
        assert_eq!(code, Some(130), "{name}: {out}{err}");
        assert!(err.contains("Stopping"), "{name}: {err}");
        assert!(out.contains("Interrupted:") && out.contains("nothing is lost"), "{name}: {out}");
        assert!(moto.counts() != whole, "{name}: the run was not in the middle");
        assert_complete(&moto, &folder);
        assert_goes_on(&moto, &folder, &whole);
    }
}

#[test]
fn an_apply_that_is_asked_to_stop_says_so_in_json() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    let child = in_the_middle(&moto, &folder, &["apply", "--auto-approve", "--json"], SLOW);
    signal(&child, "INT");
    let (code, out, err) = end(child);
    assert_eq!(code, Some(130), "{out}{err}");
    let events = lines(&out);
    let outcome = events.last().expect("a last line");
    assert_eq!(outcome["event"], "outcome");
    assert_eq!((&outcome["interrupted"], &outcome["complete"]), (&json!(true), &json!(false)));
    let done = |line: &&Value| line["event"] == "done";
    assert_eq!(outcome["created"], json!(events.iter().filter(done).count()));
}

#[test]
fn a_destroy_that_is_asked_to_stop() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    folder.apply();
    let child = in_the_middle(&moto, &folder, &["destroy", "--auto-approve"], SLOW);
    signal(&child, "TERM");
    let (code, out, err) = end(child);
    assert_eq!(code, Some(130), "{out}{err}");
    assert!(out.contains("Interrupted:"), "{out}");
    assert_complete(&moto, &folder);
    moto.post("delay", &json!({ "ms": 0 }));
    folder.destroy();
    assert_eq!(moto.counts(), [], "{:#}", moto.inventory());
}

/// Twice is at once: a call is on its way, and the next run finds out what became of it.
#[test]
fn a_run_that_is_told_twice_to_stop() {
    let moto = Moto::start();
    let whole = whole(&moto);
    let folder = Folder::new(&moto.url, SMALL);
    // The fourth call has its effect, and no answer for longer than anybody would wait.
    moto.post("fault", &json!({ "operation": "mutating", "mode": "hold", "nth": 4 }));
    let child = in_the_middle(&moto, &folder, &["apply", "--auto-approve"], 0);
    let patience = Instant::now();
    while moto.get("held") == json!(0) {
        assert!(patience.elapsed() < Duration::from_secs(30), "no call is held");
        sleep(Duration::from_millis(10));
    }
    signal(&child, "INT");
    sleep(Duration::from_millis(300));
    signal(&child, "INT");
    let began = Instant::now();
    let (code, out, err) = end(child);
    assert_eq!(code, Some(130), "{out}{err}");
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    assert!(err.contains("Stopping") && err.contains("Nothing is lost"), "{err}");
    assert_goes_on(&moto, &folder, &whole);
}
