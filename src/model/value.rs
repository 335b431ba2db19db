//! Walking serialised fields: references in them, and where two of them differ.

use serde_json::{Map, Value};

use crate::model::Address;

/// The reference that `value` is, if it is one: an address and, unless the id is meant, an output's name.
pub fn as_reference(value: &Value) -> Option<(Address, Option<&str>)> {
    let map = value.as_object()?;
    // Most objects are a resource's fields, and whether one is longer than a reference is told at once.
    if map.len() > 2 {
        return None;
    }
    let address = map.get("ref")?.as_str()?;
    match (map.len(), map.get("output")) {
        (1, None) => Some((address.parse().ok()?, None)),
        (2, Some(output)) => Some((address.parse().ok()?, Some(output.as_str()?))),
        _ => None,
    }
}

/// Calls `visit` for every reference inside `value`.
pub fn each_reference(value: &Value, visit: &mut impl FnMut(Address, Option<&str>)) {
    if let Some((address, output)) = as_reference(value) {
        return visit(address, output);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        Value::Object(map) => map.values().for_each(|item| each_reference(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Calls `visit` for every text inside `value`.
pub fn each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Object(map) => map.values().for_each(|item| each_text(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `value` with every reference replaced by what `known` says of it; where it says nothing the reference stays.
pub fn resolve(value: &Value, known: &impl Fn(&Address, Option<&str>) -> Option<String>) -> Value {
    if let Some((address, output)) = as_reference(value) {
        return known(&address, output).map_or_else(|| value.clone(), Value::String);
    }
    match value {
        Value::Array(items) => items.iter().map(|item| resolve(item, known)).collect(),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, item)| (key.clone(), resolve(item, known)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Whether any reference is left in `value`.
pub fn has_reference(value: &Value) -> bool {
    let mut found = false;
    each_reference(value, &mut |_, _| found = true);
    found
}

/// The top-level fields in which two serialised kinds differ. An absent field equals `null`: a kind that gained a
/// field in a newer version does not differ from what an older version wrote.
pub fn differing_fields(before: &Value, after: &Value) -> Vec<String> {
    if before == after {
        return Vec::new();
    }
    let empty = Map::new();
    let before = before.as_object().unwrap_or(&empty);
    let after = after.as_object().unwrap_or(&empty);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let differs = |name: &&String| {
        before.get(*name).unwrap_or(&Value::Null) != after.get(*name).unwrap_or(&Value::Null)
    };
    names.into_iter().filter(differs).cloned().collect()
}

/// A scalar as a person would write it; anything else as JSON. References show as their address.
pub fn show(value: &Value) -> String {
    if let Some((address, output)) = as_reference(value) {
        return match output {
            Some(output) => format!("{address}.{output}"),
            None => address.to_string(),
        };
    }
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(key, item)| format!("{key} = {}", show(item)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
