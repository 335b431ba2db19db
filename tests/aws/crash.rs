//! SIGKILL at every mutating call of a real run: before the effect, after it, and after an answer that was lost on the
//! way. The next run ends well, without an orphan and without a duplicate.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    eksnet::Folder,
    moto::{Moto, in_singapore},
};

const EXAMPLE: &str = include_str!("../../examples/single-nat.toml");

/// Kills the run when the server holds its n-th mutating call; answers whether it came to that.
fn kill_at(moto: &Moto, folder: &Folder, command: &str, mode: &str, nth: u32) -> bool {
    moto.post("fault", &json!({ "operation": "mutating", "mode": mode, "nth": nth }));
    let mut child = folder.spawn(&[command, "--auto-approve"]);
    let patience = Instant::now();
    loop {
        if moto.get("held") != json!(0) {
            child.kill().expect("the run is killed");
            child.wait().expect("the run ends");
            return true;
        }
        if child.try_wait().expect("the run can be asked").is_some() {
            return false;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "the run hangs");
        sleep(Duration::from_millis(5));
    }
}

/// Kills a create at every call.
fn create(mode: &str) -> u32 {
    let moto = Moto::start();
    let text = in_singapore(EXAMPLE);
    let whole = {
        let folder = Folder::new(&moto.url, &text);
        folder.apply();
        moto.counts()
    };
    for nth in 1.. {
        moto.post("reset", &json!({}));
        let folder = Folder::new(&moto.url, &text);
        if !kill_at(&moto, &folder, "apply", mode, nth) {
            return nth - 1;
        }
        folder.apply();
        assert_eq!(moto.counts(), whole, "{mode} {nth}: {:#}", moto.inventory());
        assert_eq!(folder.planned(), [""; 0], "{mode} {nth}");
    }
    0
}

/// Kills a destroy at every call.
fn destroy(mode: &str) -> u32 {
    let moto = Moto::start();
    let text = in_singapore(EXAMPLE);
    for nth in 1.. {
        moto.post("reset", &json!({}));
        let folder = Folder::new(&moto.url, &text);
        folder.apply();
        if !kill_at(&moto, &folder, "destroy", mode, nth) {
            return nth - 1;
        }
        folder.destroy();
        assert_eq!(moto.counts(), [], "{mode} {nth}: {:#}", moto.inventory());
    }
    0
}

#[test]
fn killed_before_each_call_of_a_create() {
    println!("killed before a call of a create: {}", create("hold-before"));
}

#[test]
fn killed_after_the_effect_of_each_call_of_a_create() {
    println!("killed after the effect of a call of a create: {}", create("hold"));
}

#[test]
fn killed_around_each_call_of_a_destroy() {
    println!("killed before a call of a destroy: {}", destroy("hold-before"));
    println!("killed after the effect of a call of a destroy: {}", destroy("hold"));
}

/// The answer is lost but the process lives: it has to find out by itself what became of its call.
#[test]
fn an_answer_lost_at_each_call_of_a_create() {
    let moto = Moto::start();
    let text = in_singapore(EXAMPLE);
    let folder = Folder::new(&moto.url, &text);
    folder.apply();
    let (whole, calls) = (moto.counts(), moto.get("calls")["mutating"].as_u64().expect("a count"));
    for mode in ["drop-answer", "drop-before", "error-500", "error-500-after", "throttle"] {
        for nth in 1..=calls {
            moto.post("reset", &json!({}));
            moto.post("fault", &json!({ "operation": "mutating", "mode": mode, "nth": nth }));
            let folder = Folder::new(&moto.url, &text);
            folder.apply();
            assert_eq!(moto.get("faults")["fired"], json!(1), "{mode} {nth} never struck");
            assert_eq!(moto.counts(), whole, "{mode} {nth}: {:#}", moto.inventory());
        }
    }
    println!("answers lost, refused or garbled: {}", 5 * calls);
}
