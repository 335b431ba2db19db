//! Whatever is changed behind eksnet's back is found: every field of every kind, every tag, and that something is gone.

use std::collections::{BTreeMap, BTreeSet};

use eksnet::{
    kinds,
    model::Address,
    plan::{Action, Finding, Plan},
    provider::sandbox::Thing,
};
use serde_json::Value;

use super::examples;
use crate::lab::{Lab, brief};

/// The first resource of each kind, in the stack with the fewest resources that has one.
fn one_of_each() -> BTreeMap<String, Vec<Address>> {
    let mut stacks: Vec<(String, Vec<Address>)> = examples()
        .into_iter()
        .map(|(_, text)| {
            let addresses = Lab::new().draw(&text).desired.into_keys().collect();
            (text, addresses)
        })
        .collect();
    stacks.sort_by_key(|(_, addresses): &(String, Vec<Address>)| addresses.len());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut chosen = BTreeMap::new();
    for (text, addresses) in stacks {
        let new: Vec<Address> = addresses
            .into_iter()
            .filter(|address| seen.insert(address.kind().to_owned()))
            .collect();
        if !new.is_empty() {
            chosen.insert(text, new);
        }
    }
    let known: BTreeSet<String> =
        kinds::all().iter().map(|kind| kind.facts().name.to_owned()).collect();
    assert_eq!(seen, known);
    chosen
}

/// Another value of the same shape; none where there is nothing to change.
fn other(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(yes) => Value::Bool(!yes),
        Value::Number(number) => Value::from(number.as_i64()? + 1),
        Value::String(text) => Value::String(format!("{text}0")),
        Value::Array(items) => {
            let (last, rest) = items.split_last()?;
            rest.iter().cloned().chain(other(last)).collect()
        }
        Value::Object(map) => {
            let mut map = map.clone();
            let (key, changed) =
                map.iter().find_map(|(key, value)| Some((key.clone(), other(value)?)))?;
            map.insert(key, changed);
            Value::Object(map)
        }
    })
}

fn finds(plan: &Plan, address: &Address, what: impl Fn(&Finding) -> bool) -> bool {
    plan.drift.iter().any(|drift| drift.address == *address && what(&drift.finding))
}

#[test]
fn any_change_of_any_kind_is_found() {
    let (mut fields, mut tags, mut gone) = (0, 0, 0);
    for (text, addresses) in one_of_each() {
        let lab = Lab::new();
        lab.apply(&text);
        let clean = lab.plan(&text);
        assert_eq!((brief(&clean), clean.drift.len()), (vec![], 0), "a false alarm");
        for address in addresses {
            let whole = lab.thing(address.as_str());
            for (field, value) in whole.fields.as_object().expect("fields") {
                let Some(other) = other(value) else { continue };
                let mut thing = whole.clone();
                thing.fields[field] = other;
                let plan = planned_with(&lab, &text, thing);
                let field = |finding: &Finding| matches!(finding, Finding::Field { field: it, .. } if it == field);
                assert!(
                    finds(&plan, &address, field),
                    "{address}: {:?} of {:?}",
                    plan.drift,
                    whole.fields
                );
                assert_ne!(plan.changes[&address].action, Action::Keep, "{address}");
                fields += 1;
            }
            if let Some(key) = whole.tags.keys().next() {
                let mut thing = whole.clone();
                thing.tags.insert(key.clone(), "another".to_owned());
                let plan = planned_with(&lab, &text, thing);
                let tag = |finding: &Finding| matches!(finding, Finding::Tag { key: it, .. } if it == key);
                assert!(finds(&plan, &address, tag), "{address}: {:?}", plan.drift);
                assert_ne!(plan.changes[&address].action, Action::Keep, "{address}");
                tags += 1;
            }
            lab.world.borrow_mut().remove(address.kind(), &whole.id);
            let plan = lab.plan(&text);
            assert!(
                finds(&plan, &address, |finding| matches!(finding, Finding::Gone)),
                "{address}"
            );
            assert_eq!(plan.changes[&address].action, Action::Create, "{address}");
            lab.world.borrow_mut().put(whole);
            gone += 1;
        }
    }
    println!("found: {fields} changed fields, {tags} changed tags, {gone} things that are gone");
}

/// The plan while `thing` stands in the place of what it was.
fn planned_with(lab: &Lab, text: &str, thing: Thing) -> Plan {
    let former = lab.world.borrow().get(&thing.kind, &thing.id).expect("it is there").clone();
    lab.world.borrow_mut().put(thing);
    let plan = lab.plan(text);
    lab.world.borrow_mut().put(former);
    plan
}
