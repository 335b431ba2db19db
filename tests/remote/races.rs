//! Eight runs at once on one state, a holder that is killed, and one that is paused and wakes up.

use std::{
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{REMOTE, TERM, end, make_bucket, remote, run, run_when_free, start, until, whole};
use crate::aws::{
    eksnet::{Folder, Ran},
    moto::Moto,
};

/// Eight runs at once: one makes everything; whoever finds the state in use says by whom.
fn eight(moto: &Moto, folder: &Folder, whole: &[(String, usize)]) {
    moto.post("delay", &json!({ "ms": 60 }));
    let runs: Vec<Child> = (0..8).map(|_| start(folder, &["apply", "--auto-approve"])).collect();
    let ended: Vec<Ran> = runs.into_iter().map(end).collect();
    moto.post("delay", &json!({ "ms": 0 }));
    let applied = ended.iter().filter(|ran| ran.code == Some(0)).count();
    assert!(applied >= 1, "nobody has got it: {ended:#?}");
    assert!(applied < 8, "nobody was in anybody's way");
    for loser in ended.iter().filter(|ran| ran.code != Some(0)) {
        assert_eq!(loser.code, Some(1), "{loser:?}");
        for word in ["in use by `eksnet apply` of ada on ", "process ", "since 20"] {
            assert!(loser.err.contains(word), "{word} is not said: {}", loser.err);
        }
    }
    let made = ended.iter().filter(|ran| ran.out.contains("Applied: 9 created")).count();
    assert_eq!(made, 1, "{ended:#?}");
    assert_eq!(moto.counts(), whole, "{:#}", moto.inventory());
    assert_eq!(folder.planned(), [""; 0]);
}

#[test]
fn eight_at_once_on_a_state_in_a_bucket() {
    let (moto, folder) = remote();
    let whole = whole(&moto, &folder);
    eight(&moto, &folder, &whole);
    moto.assert_well_spoken();
}

#[test]
fn eight_at_once_on_a_state_file() {
    let moto = Moto::start();
    make_bucket(&moto);
    let text = REMOTE.replace("s3://memory/prod/shop", "state/shop.json");
    let first = Folder::new(&moto.url, &text);
    let whole = whole(&moto, &first);
    eight(&moto, &Folder::new(&moto.url, &text), &whole);
}

/// The second writer does not wait while the first one lives, however long that is.
#[test]
fn who_comes_second_is_told_at_once() {
    let (moto, folder) = remote();
    moto.post("fault", &json!({ "operation": "ec2.CreateSubnet", "mode": "hold-before" }));
    let mut first = start(&folder, &["apply", "--auto-approve"]);
    until("a call is held", || moto.get("held") != json!(0));
    // Longer than a lease lasts: it is alive because it says so.
    sleep(Duration::from_secs(3 * TERM));
    let began = Instant::now();
    let second = run(&folder, &["apply", "--auto-approve"]);
    assert!(began.elapsed() < Duration::from_secs(1), "it took {:?}", began.elapsed());
    let process = format!("(process {}, since 20", first.id());
    assert!(second.err.contains(&process), "{}", second.err);
    // Looking is free.
    folder.done(&["state", "list"]);
    first.kill().expect("the first run is killed");
    first.wait().expect("it ends");
}

/// Nobody has to break the lock of a run that was killed.
#[test]
fn a_holder_that_is_killed() {
    let (moto, folder) = remote();
    let whole = whole(&moto, &folder);
    moto.post("fault", &json!({ "operation": "ec2.CreateSubnet", "mode": "hold" }));
    let mut first = start(&folder, &["apply", "--auto-approve"]);
    until("a call is held", || moto.get("held") != json!(0));
    first.kill().expect("the first run is killed");
    first.wait().expect("it ends");
    let others: Vec<Child> = (0..7).map(|_| start(&folder, &["apply", "--auto-approve"])).collect();
    others.into_iter().map(end).for_each(drop);
    let last = run_when_free(&folder, &["apply", "--auto-approve"]);
    assert_eq!(last.code, Some(0), "{last:?}");
    assert_eq!(moto.counts(), whole, "{:#}", moto.inventory());
    assert_eq!(folder.planned(), [""; 0]);
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.expect("`kill` runs").success(), "the signal is not sent");
}

/// A run is paused in the middle, another one takes over and ends; the first one wakes up and can do no harm.
#[test]
fn a_holder_that_is_paused_and_wakes_up() {
    let (moto, folder) = remote();
    let whole = whole(&moto, &folder);
    for calls in [3, 6, 9, 14, 20] {
        moto.post("reset", &json!({}));
        make_bucket(&moto);
        moto.post("delay", &json!({ "ms": 40 }));
        let first = start(&folder, &["apply", "--auto-approve"]);
        until("the first run is in the middle", || {
            moto.get("calls")["mutating"].as_u64() >= Some(calls)
        });
        signal(&first, "STOP");
        moto.post("delay", &json!({ "ms": 0 }));
        let second = run_when_free(&folder, &["apply", "--auto-approve"]);
        assert_eq!(second.code, Some(0), "{calls}: {second:?}");
        assert_eq!(moto.counts(), whole, "{calls}: {:#}", moto.inventory());
        moto.post("calls/clear", &json!({}));
        signal(&first, "CONT");
        let first = end(first);
        assert_eq!(first.code, Some(1), "{calls}: {first:?}");
        assert!(first.err.contains("the state was taken over by"), "{calls}: {}", first.err);
        let list = moto.get("calls")["list"].clone();
        let changing = list.as_array().into_iter().flatten().filter(|call| {
            call[0] != "s3"
                && !["Describe", "Get", "List"]
                    .iter()
                    .any(|word| call[1].as_str().is_some_and(|name| name.starts_with(word)))
        });
        assert_eq!(changing.count(), 0, "{calls}: it went on: {list:#}");
        assert_eq!(moto.counts(), whole, "{calls}: {:#}", moto.inventory());
        assert_eq!(folder.planned(), [""; 0], "{calls}");
    }
}

/// A lease that is not held is nothing to be released.
#[test]
fn nothing_to_unlock_where_nothing_is_held() {
    let (_moto, folder) = remote();
    folder.apply();
    assert!(folder.done(&["state", "unlock"]).contains("nothing to release"));
}
