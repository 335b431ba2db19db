//! `apply --json` and `destroy --json`: a JSON object a line, the last of which sums the run up; and exit codes.

use serde_json::{Value, json};

use super::{SMALL, lines, offline};
use crate::aws::{eksnet::Folder, moto::Moto};

fn count(events: &[Value], event: &str, verb: &str) -> usize {
    events.iter().filter(|line| line["event"] == event && line["verb"] == verb).count()
}

#[test]
fn apply_and_destroy_tell_in_json_lines() {
    let folder = offline(SMALL);
    let events = lines(&folder.done(&["apply", "--sandbox", "--auto-approve", "--json"]));
    let outcome = events.last().expect("a last line");
    assert_eq!(outcome["event"], "outcome");
    assert_eq!(outcome["command"], "apply");
    assert_eq!(outcome["complete"], true);
    assert_eq!(outcome["interrupted"], false);
    assert_eq!(outcome["created"], json!(count(&events, "done", "create")));
    assert_eq!(outcome["created"], 9);
    assert_eq!(outcome["failures"], json!([]));
    assert_eq!(outcome["skipped"], json!([]));
    assert!(outcome["calls"]["ec2:CreateVpc"] == 1, "{outcome:#}");
    let outcomes = events.iter().filter(|line| line["event"] == "outcome").count();
    assert_eq!(outcomes, 1);

    let again = lines(&folder.done(&["apply", "--sandbox", "--auto-approve", "--json"]));
    assert_eq!(again.len(), 1, "{again:#?}");
    assert_eq!((&again[0]["event"], &again[0]["created"]), (&json!("outcome"), &json!(0)));

    let events = lines(&folder.done(&["destroy", "--sandbox", "--auto-approve", "--json"]));
    let outcome = events.last().expect("a last line");
    assert_eq!((&outcome["event"], &outcome["command"]), (&json!("outcome"), &json!("destroy")));
    let gone = count(&events, "done", "delete") + count(&events, "done", "vanish");
    assert_eq!(gone, 9, "{events:#?}");
    assert!(outcome["certificate"].is_object(), "{outcome:#}");
}

#[test]
fn a_refresh_tells_in_json_lines() {
    let folder = offline(SMALL);
    folder.done(&["apply", "--sandbox", "--auto-approve"]);
    let events =
        lines(&folder.done(&["apply", "--sandbox", "--auto-approve", "--refresh-only", "--json"]));
    assert_eq!(events, [json!({ "event": "refreshed", "resources": 0 })]);
}

/// Another subnet has the addresses already: this one cannot be made, and what needs it cannot begin.
#[test]
fn a_run_that_fails_says_what_failed_and_what_was_not_begun() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    folder.done(&["apply", "--auto-approve", "--target", "vpc.shop"]);
    let vpc = folder.done(&["output", "vpc.shop"]).trim().to_owned();
    let params = json!({ "VpcId": vpc, "CidrBlock": "10.0.4.0/24" });
    let foreign = moto.call("ec2", "CreateSubnet", &params);
    let ran = folder.run(&["apply", "--auto-approve", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let events = lines(&ran.out);
    let outcome = events.last().expect("a last line");
    assert_eq!((&outcome["event"], &outcome["complete"]), (&json!("outcome"), &json!(false)));
    assert_eq!(outcome["failures"][0]["address"], "subnet.public-b");
    assert_eq!(outcome["failures"][0]["verb"], "create");
    assert_eq!(outcome["failures"][0]["problem"]["code"], "InvalidSubnet.Conflict");
    assert_eq!(outcome["skipped"], json!(["route_table_association.public-b"]));
    assert_eq!(count(&events, "failed", "create"), 1);
    // What is in the way goes, and the rest is made.
    let subnet = foreign["Subnet"]["SubnetId"].as_str().expect("a subnet");
    moto.call("ec2", "DeleteSubnet", &json!({ "SubnetId": subnet }));
    folder.apply();
    assert_eq!(folder.planned(), [""; 0]);
}

#[test]
fn nobody_to_approve_is_an_error_and_leaves_standard_output_alone() {
    let folder = offline(SMALL);
    for command in ["apply", "destroy"] {
        folder.done(&["apply", "--sandbox", "--auto-approve"]);
        folder.write(&SMALL.replace("platform", "network"));
        let ran = folder.run(&[command, "--sandbox", "--json"]);
        assert_eq!((ran.code, &*ran.out), (Some(1), ""), "{ran:?}");
        assert!(ran.err.contains("--auto-approve"), "{ran:?}");
    }
}

#[test]
fn exit_codes() {
    let folder = offline(SMALL);
    let code = |args: &[&str]| folder.run(args).code;
    assert_eq!(code(&["plan", "--sandbox"]), Some(0));
    assert_eq!(code(&["plan", "--sandbox", "--detailed-exitcode"]), Some(2));
    assert_eq!(code(&["plan", "--sandbox", "--detailed-exitcode", "--json"]), Some(2));
    assert_eq!(code(&["apply", "--sandbox", "--auto-approve"]), Some(0));
    assert_eq!(code(&["plan", "--sandbox", "--detailed-exitcode"]), Some(0));
    assert_eq!(code(&["plan", "--sandbox", "--detailed-exitcode", "--destroy"]), Some(2));
    assert_eq!(code(&["plan", "--sandbox", "--detailed-exitcode", "--refresh-only"]), Some(0));
    assert_eq!(code(&["output", "--sandbox", "nothing"]), Some(1));
    assert_eq!(code(&["plan", "--sandbox", "nowhere.toml"]), Some(1));
    assert_eq!(code(&["plan", "--nothing"]), Some(1));
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--help"]), Some(0));
}
