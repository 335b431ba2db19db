//! Outlines: values with parts, one part a line. Unlike JSON no line depends on its neighbours (no commas, no closing
//! brackets), so that a line diff shows what changed and nothing else.

use std::fmt::Write;

use serde_json::Value;

use crate::model::value;

/// `value` over as many lines as it has parts, each with its line end; nothing for null. Not cleaned yet.
pub(super) fn outline(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Null => {}
        Value::String(text) => match document(text) {
            Some(document) => out = outline(&document),
            None => text.lines().for_each(|line| push(&mut out, line)),
        },
        Value::Array(items) if items.iter().all(is_leaf) => {
            items.iter().for_each(|item| push(&mut out, &value::show(item)));
        }
        Value::Array(_) | Value::Object(_) => parts(&mut out, value, 0),
        Value::Bool(_) | Value::Number(_) => push(&mut out, &value::show(value)),
    }
    out
}

/// The JSON document that a text is.
pub(super) fn document(text: &str) -> Option<Value> {
    text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok())?
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty() || value::as_reference(value).is_some(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// The parts of a list or an object, `indent` deep.
fn parts(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Array(items) => {
            for item in items {
                part(out, "-", item, indent);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                part(out, &format!("{key}:"), item, indent);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn part(out: &mut String, label: &str, item: &Value, indent: usize) {
    if is_leaf(item) {
        let _ = writeln!(out, "{:indent$}{label} {}", "", value::show(item));
    } else {
        let _ = writeln!(out, "{:indent$}{label}", "");
        parts(out, item, indent + 2);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_part_has_a_line() {
        let policy = json!({
            "Statement": [{ "Action": ["a", "b"], "Resource": { "ref": "role.x", "output": "arn" } }],
            "Version": "2012-10-17",
        });
        let lines = "\
Statement:
  -
    Action:
      - a
      - b
    Resource: role.x.arn
Version: 2012-10-17
";
        assert_eq!(outline(&policy), lines);
        assert_eq!(outline(&json!(["a", { "ref": "vpc.main" }])), "a\nvpc.main\n");
        assert_eq!(outline(&json!("{\"a\": [1]}")), "a:\n  - 1\n");
        assert_eq!(outline(&json!(null)), "");
    }
}
