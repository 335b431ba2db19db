//! One state, one writer: who comes second is told at once who is at work, and who died leaves no lock behind.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;

use super::SMALL;
use crate::aws::{eksnet::Folder, moto::Moto};

#[test]
fn the_second_writer_is_told_who_the_first_is() {
    let moto = Moto::start();
    moto.post("fault", &json!({ "operation": "mutating", "mode": "hold-before", "nth": 2 }));
    let folder = Folder::new(&moto.url, SMALL);
    let mut first = folder.command(&["apply", "--auto-approve"]);
    first
        .env("USER", "ada")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut first = first.spawn().expect("eksnet starts");
    let patience = Instant::now();
    while moto.get("held") == json!(0) {
        assert!(patience.elapsed() < Duration::from_secs(30), "the first run makes no calls");
        sleep(Duration::from_millis(5));
    }
    for command in ["apply", "destroy"] {
        let began = Instant::now();
        let second = folder.run(&[command, "--auto-approve"]);
        let took = began.elapsed();
        assert_eq!(second.code, Some(1), "{second:?}");
        // The first run is held for half a minute: this one does not wait for it.
        assert!(took < Duration::from_secs(5), "{command} took {took:?}");
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a host");
        let process = format!("process {}", first.id());
        for word in ["in use", "`eksnet apply`", "of ada", host.trim(), &process, "since 20"] {
            assert!(second.err.contains(word), "{command} does not say {word}: {}", second.err);
        }
    }
    let moved = folder.run(&["state", "rm", "vpc.shop"]);
    assert_eq!(moved.code, Some(1), "the state is written to while it is in use: {moved:?}");
    // Looking is free.
    folder.done(&["state", "list"]);
    folder.done(&["plan"]);
    first.kill().expect("the first run is killed");
    first.wait().expect("the first run ends");
    folder.apply();
    assert_eq!(folder.planned(), [""; 0]);
    folder.destroy();
    assert_eq!(moto.counts(), []);
}
