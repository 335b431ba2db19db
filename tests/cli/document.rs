//! `plan --json`: the document's keys, that its parts agree with each other, and that it says what the text says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{SMALL, offline, words};
use crate::{aws::eksnet::Folder, sandbox::examples};

/// The document of a plan in the sandbox, checked for everything that holds for every plan.
fn plan(folder: &Folder, args: &[&str]) -> Value {
    let with = |more: &[&'static str]| [&["plan", "--sandbox"], more, args].concat();
    let document: Value =
        serde_json::from_str(&folder.done(&with(&["--json"]))).expect("one JSON document");
    has_its_keys(&document);
    counts_agree(&document);
    for entry in changes(&document) {
        sides_agree(entry);
        let change = &entry["change"];
        assert_unknown(&change["after"], &change["after_unknown"], &entry["address"].to_string());
    }
    assert_eq!(rows(&folder.done(&with(&[]))), changing(&document), "text and JSON disagree");
    document
}

fn changes(document: &Value) -> impl Iterator<Item = &Value> {
    document["resource_changes"].as_array().expect("a list of changes").iter()
}

fn has_its_keys(document: &Value) {
    assert_eq!(document["format_version"], "1.0");
    assert_eq!(document["provider"], "sandbox");
    assert_eq!(document["account"], "123456789012");
    for key in ["stack", "region"] {
        assert!(document[key].is_string(), "{key}: {document:#}");
    }
    assert!(document["drift"].is_array(), "{document:#}");
    for key in ["create", "update", "replace", "delete", "keep"] {
        assert!(document["summary"][key].is_u64(), "summary.{key}: {document:#}");
    }
    for entry in changes(document) {
        let address = entry["address"].as_str().expect("an address");
        let (kind, name) = address.split_once('.').expect("a kind and a name");
        assert_eq!((entry["type"].as_str(), entry["name"].as_str()), (Some(kind), Some(name)));
        let keys: BTreeSet<&str> =
            entry["change"].as_object().expect("a change").keys().map(String::as_str).collect();
        for key in ["actions", "before", "after", "after_unknown", "replace_paths"] {
            assert!(keys.contains(key), "{address} lacks {key}: {entry:#}");
        }
    }
}

/// The word of the summary that counts a change.
fn counted(entry: &Value) -> &'static str {
    match words(&entry["change"]["actions"])[..] {
        ["no-op"] => "keep",
        ["create"] => "create",
        ["update"] => "update",
        ["delete"] => "delete",
        ["create", "delete"] | ["delete", "create"] => "replace",
        _ => panic!("unknown actions: {entry:#}"),
    }
}

fn counts_agree(document: &Value) {
    let mut counts: BTreeMap<&str, u64> =
        ["create", "update", "replace", "delete", "keep"].map(|word| (word, 0)).into();
    for entry in changes(document) {
        *counts.entry(counted(entry)).or_default() += 1;
    }
    let swept = document["swept"].as_array().expect("what is swept").len();
    counts.insert("sweep", swept as u64);
    assert_eq!(document["summary"], json!(counts), "the summary does not count the changes");
}

/// What is created was not, what is deleted will not be, what stays differs in nothing.
fn sides_agree(entry: &Value) {
    let change = &entry["change"];
    let (before, after) = (&change["before"], &change["after"]);
    match counted(entry) {
        "create" => assert!(before.is_null() && after.is_object(), "{entry:#}"),
        "delete" => assert!(before.is_object() && after.is_null(), "{entry:#}"),
        "keep" => assert_eq!(before, after, "{entry:#}"),
        "update" => assert_ne!(before, after, "{entry:#}"),
        _ => assert!(before.is_object() && after.is_object(), "{entry:#}"),
    }
    let paths = change["replace_paths"].as_array().expect("paths");
    assert!(paths.is_empty() || counted(entry) == "replace", "{entry:#}");
    for path in paths {
        let field = path[0].as_str().expect("a field");
        assert_ne!(before[field], after[field], "{field} forces a replacement: {entry:#}");
    }
}

/// `unknown` is true exactly where `after` holds a reference.
fn assert_unknown(after: &Value, unknown: &Value, place: &str) {
    let is_reference =
        after.as_object().is_some_and(|map| map.len() == 1 && map.contains_key("ref"));
    match after {
        _ if is_reference => assert_eq!(unknown, &json!(true), "{place} holds a reference"),
        Value::Object(map) => {
            for (key, item) in map {
                assert_unknown(item, &unknown[key], &format!("{place}.{key}"));
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                assert_unknown(item, &unknown[at], &format!("{place}[{at}]"));
            }
        }
        _ => assert_ne!(unknown, &json!(true), "{place} holds no reference"),
    }
}

/// What the text of a plan shows: addresses and their signs.
fn rows(text: &str) -> BTreeSet<(String, String)> {
    let row = |line: &str| {
        let (sign, rest) = line.trim_start().split_once("  ")?;
        let known = ["+", "~", "-", "+/-", "-/+"].contains(&sign);
        let address = rest.split_whitespace().next()?;
        known.then(|| (address.to_owned(), sign.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

/// What the JSON of a plan shows: addresses and the signs that the text has for their actions.
fn changing(document: &Value) -> BTreeSet<(String, String)> {
    let entry = |entry: &Value| {
        let sign = match words(&entry["change"]["actions"])[..] {
            ["create"] => "+",
            ["update"] => "~",
            ["delete"] => "-",
            ["create", "delete"] => "+/-",
            ["delete", "create"] => "-/+",
            _ => return None,
        };
        Some((entry["address"].as_str()?.to_owned(), sign.to_owned()))
    };
    changes(document).filter_map(entry).collect()
}

#[test]
fn every_example_plans_the_same_in_text_and_json() {
    for (name, text) in examples() {
        let document = plan(&offline(&text), &[]);
        assert!(document["summary"]["create"].as_u64() > Some(0), "{name}");
    }
}

#[test]
fn a_plan_of_everything_that_can_happen() {
    let folder = offline(SMALL);
    folder.done(&["apply", "--sandbox", "--auto-approve"]);
    let kept = plan(&folder, &[]);
    assert_eq!(kept["summary"]["keep"], json!(changes(&kept).count()));
    assert_eq!(kept["drift"], json!([]));
    // A subnet moves, a subnet goes, a subnet comes, and a tag changes.
    let changed = SMALL
        .replace("public-a = \"10.0.1.0/24\"", "public-a = \"10.0.2.0/24\"")
        .replace("public-b = \"10.0.4.0/24\"", "public-c = \"10.0.5.0/24\"")
        .replace("platform", "network");
    folder.write(&changed);
    let document = plan(&folder, &[]);
    for word in ["create", "update", "replace", "delete", "keep"] {
        assert!(document["summary"][word].as_u64() > Some(0), "nothing to {word}: {document:#}");
    }
    let subnet = changes(&document).find(|entry| entry["address"] == "subnet.public-a");
    assert_eq!(subnet.expect("a subnet")["change"]["replace_paths"], json!([["cidr"]]));
}

#[test]
fn a_plan_to_destroy() {
    let folder = offline(SMALL);
    folder.done(&["apply", "--sandbox", "--auto-approve"]);
    let document = plan(&folder, &["--destroy"]);
    assert_eq!(document["summary"]["delete"], json!(changes(&document).count()));
}

#[test]
fn a_plan_that_did_not_look_says_so() {
    let folder = offline(SMALL);
    assert_eq!(plan(&folder, &[])["refreshed"], json!(true));
    assert_eq!(plan(&folder, &["--no-refresh"])["refreshed"], json!(false));
}
