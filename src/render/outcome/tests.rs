//! How runs end.

use super::*;
use crate::{
    model::{Address, Problem},
    provider::{Standing, Stray, Whose},
};

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn tally(steps: &[(&str, Verb)]) -> Tally {
    let mut tally = Tally::default();
    for (text, verb) in steps {
        tally.take(&Event::Done { address: address(text), verb: *verb, seconds: 1.0 });
    }
    tally
}

fn ended_as(outcome: &Outcome, command: Command, clock: Clock) -> (String, Value) {
    let tally =
        tally(&[("vpc.main", Verb::Create), ("eip.a", Verb::Create), ("subnet.a", Verb::Update)]);
    let calls =
        BTreeMap::from([("ec2:CreateVpc".to_owned(), 1), ("ec2:DescribeVpcs".to_owned(), 56)]);
    let ended = Ended { command, outcome, tally: &tally, calls: &calls, clock };
    (super::outcome(&ended, Style::Plain), outcome_json(&ended))
}

fn times() -> Outcome {
    Outcome {
        elapsed: Duration::from_millis(107_200),
        critical_path: Duration::from_secs(106),
        ..Outcome::default()
    }
}

#[test]
fn all_done() {
    let clock = Clock::Virtual { real: Duration::from_millis(100) };
    let (text, json) = ended_as(&times(), Command::Apply, clock);
    assert_eq!(
        text,
        "Applied: 2 created, 1 updated in 1 min 47 s (virtual; 0.1 s on the clock), critical path 1 min 46 s, 57 calls.\n"
    );
    let expected = json!({
        "event": "outcome", "command": "apply", "complete": true, "interrupted": false,
        "created": 2, "updated": 1, "deleted": 0, "vanished": 0, "swept": 0, "failures": [], "skipped": [],
        "seconds": 107.2, "real_seconds": 0.1, "critical_path_seconds": 106,
        "calls": { "ec2:CreateVpc": 1, "ec2:DescribeVpcs": 56 },
    });
    assert_eq!(json, expected);
}

#[test]
fn failures_in_the_words_of_aws() {
    let problem = Problem::new(
        Class::Quota,
        "AddressLimitExceeded",
        "The maximum number of addresses has been reached.",
    );
    let held_by = Vec::new();
    let failure = Failure { address: address("eip.nat-b"), verb: Verb::Create, problem, held_by };
    let outcome = Outcome {
        failures: vec![failure],
        skipped: vec![address("route.b"), address("nat_gateway.b"), address("nat_gateway.b")],
        ..times()
    };
    let (text, json) = ended_as(&outcome, Command::Apply, Clock::Real);
    let (head, rest) = text.split_once('\n').expect("several lines");
    assert_eq!(head, "error: eip.nat-b: AWS refused to create it");
    assert!(
        rest.contains(
            "AWS: AddressLimitExceeded: The maximum number of addresses has been reached."
        ),
        "{text}"
    );
    assert!(rest.contains("help: ask AWS to raise this quota"), "{text}");
    assert!(
        rest.ends_with(
            "
Not begun, because something they need failed (2):
  nat_gateway.b
  route.b

Applied in part: 2 created, 1 updated, 1 failed in 1 min 47 s, critical path 1 min 46 s, 57 calls.
What is done is remembered; run `eksnet apply` again for the rest.
"
        ),
        "{text}"
    );
    assert_eq!(json["failures"][0]["verb"], "create");
    assert_eq!(json["failures"][0]["problem"]["class"], "quota");
}

#[test]
fn who_is_in_the_way_is_named() {
    let problem = Problem::new(Class::InUse, "DependencyViolation", "It has dependencies.");
    let whose = |owner: &str, advice: &str| {
        Standing::Foreign(Whose { owner: owner.to_owned(), advice: advice.to_owned() })
    };
    let stray = |id: &str, standing| Stray {
        kind: "network_interface".to_owned(),
        id: id.into(),
        label: id.to_owned(),
        names: ["subnet-0a".to_owned()].into(),
        standing,
    };
    let held_by = vec![
        stray("eni-1", whose("instance i-0a (bastion)", "terminate the instance")),
        stray("eni-2", whose("instance i-0b", "terminate the instance")),
    ];
    let failure = Failure { address: address("subnet.a"), verb: Verb::Delete, problem, held_by };
    let outcome = Outcome { failures: vec![failure], ..times() };
    let (text, json) = ended_as(&outcome, Command::Destroy, Clock::Real);
    let said = "
 = note: AWS: DependencyViolation: It has dependencies.
 = note: network_interface.eni-1 holds it: instance i-0a (bastion)
 = note: network_interface.eni-2 holds it: instance i-0b
 = help: terminate the instance; then run it again
";
    assert!(text.contains(said), "{text}");
    let held_by = &json["failures"][0]["held_by"];
    assert_eq!(held_by[0]["owner"], "instance i-0a (bastion)");
    assert_eq!(held_by[1]["in_the_way"], true);
}

#[test]
fn interrupted() {
    let outcome = Outcome { interrupted: true, ..times() };
    let (text, json) = ended_as(&outcome, Command::Destroy, Clock::Real);
    assert_eq!(
        text,
        "\
Interrupted: 2 created, 1 updated in 1 min 47 s, critical path 1 min 46 s, 57 calls.
Run `eksnet destroy` again to go on; nothing is lost.
"
    );
    assert_eq!(json["complete"], false);
}

#[test]
fn events_are_one_object_each() {
    let event = Event::Done { address: address("eip.a"), verb: Verb::Delete, seconds: 0.5 };
    let expected = json!({ "event": "done", "address": "eip.a", "verb": "delete", "seconds": 0.5 });
    assert_eq!(event_json(&event), expected);
}
