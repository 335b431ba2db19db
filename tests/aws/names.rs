//! Zones, records and certificates over AWS's protocols: how many calls they take, what belongs to others, and what is
//! found again.

use serde_json::{Value, json};

use super::{eksnet::Folder, moto::Moto};

const HEAD: &str = "[stack]\nname = \"names\"\nregion = \"ap-southeast-1\"\n\n[vpc]\ncidr = \"10.0.0.0/16\"\n\n\
                    [vpc.subnets]\npublic-a = \"10.0.1.0/24\"\npublic-b = \"10.0.2.0/24\"\n\n\
                    [dns.\"example.com\"]\n";

/// A stack with these lines in the section of its zone.
fn stack(lines: &str) -> String {
    format!("{HEAD}{lines}\n")
}

/// So many records, each with the number `last` at the end of its answer.
fn many(count: usize, last: usize) -> String {
    let record = |n| format!("n{n} = \"A 192.0.2.{last}\"\n");
    let records: String = (0..count).map(record).collect();
    format!("zone = \"create\"\n[dns.\"example.com\".records]\n{records}")
}

/// How often an operation was called since the last look.
fn calls(moto: &Moto, operation: &str) -> u64 {
    let counts = moto.get("calls")["counts"].clone();
    moto.post("calls/clear", &json!({}));
    counts[format!("route53.{operation}")].as_u64().unwrap_or(0)
}

/// What stands in a zone: names, types and values.
fn contents(moto: &Moto, zone: &str) -> Vec<String> {
    let answer = moto.call("route53", "ListResourceRecordSets", &json!({ "HostedZoneId": zone }));
    let sets = answer["ResourceRecordSets"].as_array().expect("records");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    sets.iter()
        .filter(|set| !["NS", "SOA"].contains(&set["Type"].as_str().unwrap_or_default()))
        .map(|set| {
            let values = set["ResourceRecords"].as_array().into_iter().flatten();
            let values: Vec<String> = values.map(|value| text(&value["Value"])).collect();
            format!("{} {} {}", text(&set["Name"]), text(&set["Type"]), values.join(" "))
        })
        .collect()
}

/// Changes a record of somebody.
fn change(moto: &Moto, zone: &str, action: &str, name: &str, address: &str) {
    let set = json!({
        "Name": name, "Type": "A", "TTL": 300, "ResourceRecords": [{ "Value": address }],
    });
    let batch = json!({ "Changes": [{ "Action": action, "ResourceRecordSet": set }] });
    let params = json!({ "HostedZoneId": zone, "ChangeBatch": batch });
    moto.call("route53", "ChangeResourceRecordSets", &params);
}

#[test]
fn all_that_changes_at_a_moment_is_one_call() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack(&many(20, 1)));
    // A busy machine makes two moments of one.
    let few = || (1..=2).contains(&calls(&moto, "ChangeResourceRecordSets"));
    folder.apply();
    assert!(few(), "created");
    folder.write(&stack(&many(20, 2)));
    folder.apply();
    assert!(few(), "changed");
    folder.destroy();
    assert!(few(), "deleted");
    assert_eq!(moto.counts(), []);
    moto.assert_well_spoken();
}

#[test]
fn what_others_made_is_taken_over_only_when_asked() {
    let moto = Moto::start();
    let zone = moto.zone("example.com");
    change(&moto, &zone, "CREATE", "www.example.com", "192.0.2.1");
    change(&moto, &zone, "CREATE", "theirs.example.com", "192.0.2.9");
    let records = "records = { www = \"A 192.0.2.2\", new = \"A 192.0.2.3\" }";
    let folder = Folder::new(&moto.url, &stack(&format!("zone = \"adopt\"\n{records}")));
    for command in ["plan", "apply"] {
        let ran = folder.run(&[command]);
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        assert!(ran.err.contains("record.www.example.com/A exists already"), "{}", ran.err);
        assert!(ran.err.contains("values [192.0.2.1]"), "{}", ran.err);
    }
    folder.write(&stack(&format!("zone = \"adopt\"\nadopt = [\"www A\"]\n{records}")));
    let planned = folder.planned();
    assert!(planned.contains(&"update record.www.example.com/A".to_owned()), "{planned:?}");
    folder.apply();
    assert_eq!(folder.planned(), [""; 0]);
    // Named once, it need not be named again.
    folder.write(&stack(&format!("zone = \"{zone}\"\n{records}")));
    assert_eq!(folder.planned(), [""; 0]);
    folder.destroy();
    assert_eq!(contents(&moto, &zone), ["theirs.example.com. A 192.0.2.9"]);
    moto.assert_well_spoken();
}

#[test]
fn a_zone_to_use_is_there_once() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack("zone = \"adopt\""));
    let refused = |words: &str| {
        let ran = folder.run(&["plan"]);
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        assert!(ran.err.contains(words), "{}", ran.err);
    };
    refused("there is no hosted zone example.com in this account");
    moto.zone("example.com.au");
    refused("there is no hosted zone example.com in this account");
    let first = moto.zone("example.com");
    assert_eq!(folder.run(&["plan"]).code, Some(0));
    let again = json!({ "Name": "example.com", "CallerReference": "again" });
    moto.call("route53", "CreateHostedZone", &again);
    refused("there are 2 times hosted zone example.com in this account");
    folder.write(&stack(&format!("zone = \"{first}\"")));
    assert_eq!(folder.run(&["plan"]).code, Some(0));
    folder.write(&stack("zone = \"Z0000000000\""));
    refused("there is no hosted zone Z0000000000 in this account");
    let other = moto.zone("example.net");
    folder.write(&stack(&format!("zone = \"{other}\"")));
    refused(&format!("hosted zone {other} is not example.com but example.net"));
}

#[test]
fn a_zone_that_holds_records_of_others_is_not_emptied() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack(&many(2, 1)));
    folder.apply();
    let zone = folder.done(&["output", "hosted_zone.example.com"]).trim().to_owned();
    change(&moto, &zone, "CREATE", "theirs.example.com", "192.0.2.9");
    let before = moto.counts();
    let ran = folder.run(&["destroy", "--auto-approve"]);
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    assert!(
        ran.err.contains("hosted_zone.example.com holds what eksnet did not make"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("theirs.example.com"), "{}", ran.err);
    assert_eq!(moto.counts(), before, "nothing was touched");
    change(&moto, &zone, "DELETE", "theirs.example.com", "192.0.2.9");
    folder.destroy();
    assert_eq!(moto.counts(), []);
}

#[test]
fn records_that_were_changed_are_set_right() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack(&many(3, 1)));
    folder.apply();
    let zone = folder.done(&["output", "hosted_zone.example.com"]).trim().to_owned();
    change(&moto, &zone, "UPSERT", "n0.example.com", "192.0.2.66");
    change(&moto, &zone, "DELETE", "n1.example.com", "192.0.2.1");
    assert_eq!(
        folder.planned(),
        ["update record.n0.example.com/A", "create record.n1.example.com/A"]
    );
    folder.apply();
    let all = ["n0", "n1", "n2"].map(|name| format!("{name}.example.com. A 192.0.2.1"));
    assert_eq!(contents(&moto, &zone), all);
    folder.destroy();
    assert_eq!(moto.counts(), []);
}

/// The answers to the creates of what has no natural key are lost; none is made twice.
#[test]
fn lost_answers_make_no_second_zone_and_no_second_certificate() {
    let moto = Moto::start();
    let text = include_str!("../../examples/https.toml");
    let folder = Folder::new(&moto.url, &super::moto::in_singapore(text));
    for operation in ["route53.CreateHostedZone", "acm.RequestCertificate"] {
        let fault = json!({ "operation": operation, "mode": "drop-answer", "nth": 1 });
        moto.post("fault", &fault);
    }
    folder.apply();
    let counts = moto.counts();
    assert!(counts.contains(&("hosted_zone".to_owned(), 1)), "{counts:?}");
    assert!(counts.contains(&("certificate".to_owned(), 3)), "{counts:?}");
    assert_eq!(folder.planned(), [""; 0]);
    folder.destroy();
    assert_eq!(moto.counts(), []);
    moto.assert_well_spoken();
}
