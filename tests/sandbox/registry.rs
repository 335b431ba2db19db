//! The registry and the examples cover each other, and what facts say of a kind fits the kind.

use std::collections::{BTreeMap, BTreeSet};

use eksnet::{
    kinds::{self, Facts, Tagging},
    model::value,
};
use serde_json::{Map, Value};

use super::examples;
use crate::lab::Lab;

/// The fields of resources of each kind, as some example has them: a field counts if any has it.
fn fields() -> BTreeMap<String, Map<String, Value>> {
    let mut fields: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (_, text) in examples() {
        for (address, resource) in Lab::new().draw(&text).desired {
            let kind = fields.entry(address.kind().to_owned()).or_default();
            for (field, value) in resource.fields.as_object().expect("fields are an object") {
                let seen = kind.entry(field.clone()).or_insert(Value::Null);
                if seen.is_null() {
                    *seen = value.clone();
                }
            }
        }
    }
    fields
}

fn all() -> impl Iterator<Item = &'static Facts> {
    kinds::all().iter().map(|kind| kind.facts())
}

/// The words in braces of a pattern that are neither minted nor said by account and identity.
fn fields_of(pattern: &str) -> Vec<&str> {
    let words = pattern.split('{').skip(1).filter_map(|part| part.split('}').next());
    let minted = |word: &str| {
        word == "ipv4" || word.strip_prefix("hex").is_some_and(|n| n.parse::<u8>().is_ok())
    };
    words
        .filter(|word| !minted(word) && !["id", "account", "region", "partition"].contains(word))
        .collect()
}

#[test]
fn every_kind_occurs_in_an_example() {
    let used: BTreeSet<String> = fields().into_keys().collect();
    let known: BTreeSet<String> = all().map(|facts| facts.name.to_owned()).collect();
    assert_eq!(used, known);
}

#[test]
fn names_are_sorted_and_unique() {
    let names: Vec<&str> = all().map(|facts| facts.name).collect();
    assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
    let plain =
        |name: &&str| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    assert!(names.iter().all(plain), "{names:?}");
    for name in names {
        assert_eq!(kinds::get(name).map(|kind| kind.facts().name), Some(name));
    }
}

#[test]
fn facts_name_fields_that_exist() {
    let fields = fields();
    for facts in all() {
        let fields = &fields[facts.name];
        let groups = [
            facts.replaces,
            facts.vanishes_with,
            facts.loose,
            facts.awaits,
            facts.pictures,
            facts.batch,
            facts.chosen,
            facts.partial,
            facts.swaps,
        ];
        let mut named: Vec<&str> = groups.concat();
        let inside = facts.guard.into_iter().chain(facts.drains.map(|drain| drain.seconds));
        named.extend(inside.filter_map(|pointer| pointer.split('/').nth(1)));
        named.extend(facts.sets.iter().filter_map(|path| path.split('.').next()));
        named.extend(facts.unique.iter().copied().flatten());
        named.extend(facts.disjoint.iter().flat_map(|(scope, block)| [*scope, *block]));
        named.extend(fields_of(facts.id));
        named.extend(facts.outputs.iter().flat_map(|(_, pattern)| fields_of(pattern)));
        named.extend(facts.quota.and_then(|quota| quota.per));
        for field in named {
            assert!(fields.contains_key(field), "{} has no field {field}", facts.name);
        }
        // What a natural key is made of cannot change in place: the identity would change with it.
        if !facts.id.contains("{hex") {
            for field in fields_of(facts.id) {
                assert!(
                    facts.replaces.contains(&field),
                    "{}: the key {field} changes in place",
                    facts.name
                );
            }
        }
        // A list inside a field may be there in one resource and not in another.
        for field in facts.sets.iter().filter(|path| !path.contains('.')) {
            assert!(fields[*field].is_array(), "{}: {field} is no list", facts.name);
        }
        for field in facts.partial {
            assert!(fields[*field].is_object(), "{}: {field} is no map", facts.name);
        }
        for field in facts.swaps {
            let unique = facts.unique.iter().any(|names| names.contains(field));
            assert!(unique, "{}: {field} is no part of anything unique", facts.name);
        }
        for field in facts.vanishes_with.iter().chain(facts.awaits).chain(facts.pictures) {
            assert!(
                value::has_reference(&fields[*field]),
                "{}: {field} refers to nothing",
                facts.name
            );
        }
        for (_, block) in facts.disjoint {
            let text = fields[*block].as_str().unwrap_or_default();
            assert!(text.parse::<ipnet::Ipv4Net>().is_ok(), "{}: {block} is no block", facts.name);
        }
    }
}

#[test]
fn facts_are_complete() {
    let fields = fields();
    for facts in all() {
        let calls = &facts.calls;
        let read = calls.read.iter().chain(calls.update).chain([&calls.create, &calls.delete]);
        for call in read {
            let (service, action) =
                call.split_once(':').unwrap_or_else(|| panic!("{}: {call}", facts.name));
            assert!(
                [
                    "acm",
                    "apigateway",
                    "apigatewayv2",
                    "autoscaling",
                    "ec2",
                    "eks",
                    "elasticloadbalancing",
                    "iam",
                    "kms",
                    "logs",
                    "route53"
                ]
                .contains(&service),
                "{}: {call}",
                facts.name
            );
            assert!(
                action.starts_with(|first: char| first.is_ascii_uppercase()),
                "{}: {call}",
                facts.name
            );
        }
        assert!(!calls.read.is_empty(), "{}", facts.name);
        // What has a field that changes in place has a call that changes it.
        let changes =
            fields[facts.name].keys().any(|field| !facts.replaces.contains(&field.as_str()));
        assert!(!changes || !calls.update.is_empty(), "{} cannot be changed", facts.name);
        assert!(!facts.id.is_empty(), "{}", facts.name);
        // One that takes no tags is found by its key, as the only one there can be, or by the mark in its description.
        let tagged = facts.tags != Tagging::None;
        let keyed = !facts.id.contains("{hex");
        let single = !facts.unique.is_empty();
        assert!(tagged || keyed || single || facts.marked, "{} could be lost", facts.name);
        assert!(!(tagged && facts.marked), "{} says twice whose it is", facts.name);
        if let Some(quota) = facts.quota {
            assert!(quota.default > 0 && !quota.name.is_empty(), "{}", facts.name);
        }
    }
}

#[test]
fn what_takes_no_tags_lives_in_what_does() {
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let lives_in = |name: &str| kinds::get(name).and_then(|kind| kind.facts().lives_in);
    for (_, text) in examples() {
        for (address, resource) in Lab::new().draw(&text).desired {
            let Some(field) = lives_in(address.kind())
                .and_then(|_| fields_of(kinds::get(address.kind())?.facts().id).first().copied())
            else {
                continue;
            };
            let Some((home, output)) = value::as_reference(&resource.fields[field]) else {
                continue;
            };
            // What lives in something that lives in a home has the home's id before its own.
            let home =
                lives_in(home.kind()).map_or(home.kind().to_owned(), |(home, _)| home.to_owned());
            let output = output.filter(|_| lives_in(&home).is_none()).unwrap_or_default();
            homes.entry(address.kind().to_owned()).or_default().insert(format!("{home} {output}"));
        }
    }
    for facts in all() {
        assert_eq!(facts.lives_in.is_some(), facts.tags == Tagging::None, "{}", facts.name);
        let Some((home, output)) = facts.lives_in else { continue };
        let named = format!("{home} {}", output.unwrap_or_default());
        let seen = homes.get(facts.name).unwrap_or_else(|| panic!("{} lives nowhere", facts.name));
        assert!(seen.contains(&named), "{} lives in {seen:?}, not in {named}", facts.name);
    }
}
