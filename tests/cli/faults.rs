//! `--sandbox-fault` of the real binary: it dies where it is told to, and the next run finds everything.

use serde_json::Value;

use super::{SMALL, lines, offline};
use crate::aws::eksnet::{Folder, Ran};

const APPLY: [&str; 3] = ["apply", "--sandbox", "--auto-approve"];

fn with<'a>(command: &[&'a str], faults: &[&'a str]) -> Vec<&'a str> {
    let faults = faults.iter().flat_map(|fault| ["--sandbox-fault", fault]);
    command.iter().copied().chain(faults).collect()
}

/// Everything that exists: kind and id.
fn inventory(folder: &Folder) -> Vec<(String, String)> {
    let out = folder.done(&["sandbox", "inventory", "--json"]);
    let document: Value = serde_json::from_str(&out).expect("a document");
    let things = document.as_array().or(document["things"].as_array()).expect("things");
    let word = |thing: &Value, name: &str| thing[name].as_str().unwrap_or_default().to_owned();
    things.iter().map(|thing| (word(thing, "kind"), word(thing, "id"))).collect()
}

fn kinds(folder: &Folder) -> Vec<String> {
    inventory(folder).into_iter().map(|(kind, _)| kind).collect()
}

/// The kinds of what the stack is made of.
fn whole() -> Vec<String> {
    let folder = offline(SMALL);
    folder.done(&APPLY);
    kinds(&folder)
}

fn assert_died(ran: &Ran) {
    // No exit code: a signal ended it.
    assert_eq!(ran.code, None, "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("The process dies here, as --sandbox-fault asks."), "{}", ran.err);
    assert!(!ran.out.contains("Applied:"), "{}", ran.out);
}

fn assert_nothing_to_do(folder: &Folder) {
    let ran = folder.run(&["plan", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
}

#[test]
fn it_dies_at_every_moment_and_the_next_run_goes_on() {
    let whole = whole();
    for moment in ["before-call", "after-effect", "after-answer", "after-journal"] {
        let folder = offline(SMALL);
        for call in [1, 4, 3] {
            let fault = format!("die:{moment}@{call}");
            assert_died(&folder.run(&with(&APPLY, &[&fault])));
        }
        folder.done(&APPLY);
        assert_eq!(kinds(&folder), whole, "{moment}");
        assert_nothing_to_do(&folder);
        let destroy = ["destroy", "--sandbox", "--auto-approve"];
        let fault = format!("die:{moment}@3");
        assert_eq!(folder.run(&with(&destroy, &[&fault])).code, None, "{moment}");
        folder.done(&destroy);
        assert_eq!(inventory(&folder), [], "{moment}");
    }
}

/// The same faults with the same seed are the same run, to the last event; with another seed they are not.
#[test]
fn a_seed_is_a_run() {
    let whole = whole();
    let run = |seed: &str| {
        let folder = offline(SMALL);
        let faults = ["throttle:30%", "error:20%", "lag:60s", "refuse-delete:30s", seed];
        let out = folder.done(&with(&["apply", "--sandbox", "--auto-approve", "--json"], &faults));
        assert_eq!(kinds(&folder), whole);
        assert_nothing_to_do(&folder);
        folder.done(&with(&["destroy", "--sandbox", "--auto-approve"], &faults));
        assert_eq!(inventory(&folder), []);
        let mut events = lines(&out);
        // Time on the wall is nobody's to repeat.
        events.iter_mut().for_each(|event| {
            drop(event.as_object_mut().map(|event| event.remove("real_seconds")))
        });
        events
    };
    assert_eq!(run("seed:7"), run("seed:7"));
    assert_ne!(run("seed:7"), run("seed:8"));
}

#[test]
fn a_disk_that_is_full_is_said_and_nothing_is_lost() {
    let whole = whole();
    for fault in ["disk-full@9", "disk-error@9", "disk-full@1"] {
        let folder = offline(SMALL);
        let ran = folder.run(&with(&APPLY, &[fault]));
        assert_eq!(ran.code, Some(1), "{fault}: {}\n{}", ran.out, ran.err);
        assert!(ran.err.contains("cannot be read or written"), "{fault}: {}", ran.err);
        assert!(ran.err.contains("free space or fix permissions, then run again"), "{}", ran.err);
        folder.done(&APPLY);
        assert_eq!(kinds(&folder), whole, "{fault}");
        assert_nothing_to_do(&folder);
    }
}

#[test]
fn a_destroy_whose_effects_show_late_says_that_nothing_is_left() {
    let folder = offline(SMALL);
    folder.done(&APPLY);
    let destroy = ["destroy", "--sandbox", "--auto-approve"];
    for late in [["lag:60s"], ["stale-tags:60s"]] {
        folder.done(&APPLY);
        let out = folder.done(&with(&destroy, &late));
        assert!(out.contains("Nothing tagged eksnet:stack=shop is left"), "{out}");
    }
}

#[test]
fn what_cannot_go_wrong_is_told_what_can() {
    let folder = offline(SMALL);
    for wrong in ["die@3", "throttle:30", "lag:5m", "disk-full"] {
        let ran = folder.run(&with(&APPLY, &[wrong]));
        assert_eq!(ran.code, Some(1), "{wrong}");
        let forms = ["die:after-journal@N", "error:before:10%", "stale-tags:60s", "seed:7"];
        assert!(forms.iter().all(|form| ran.err.contains(form)), "{wrong}: {}", ran.err);
    }
    let ran = folder.run(&["apply", "--auto-approve", "--sandbox-fault", "lag:60s"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("--sandbox"), "{}", ran.err);
    for command in ["plan", "apply", "destroy"] {
        let help = folder.done(&[command, "--help"]);
        assert!(help.contains("refuse-delete:30s"), "{help}");
    }
}
