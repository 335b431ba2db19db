//! What scripts and pipelines rely on: JSON documents, exit codes, signals, pipes, locks, and which account a run is for.

mod document;
mod endpoint;
mod events;
mod faults;
mod guard;
mod lock;
mod stop;
mod terminal;

use serde_json::Value;

use crate::aws::eksnet::Folder;

/// Two public subnets: the fewest resources that are a road.
const SMALL: &str = r#"
[stack]
name   = "shop"
region = "ap-southeast-1"
tags   = { team = "platform" }

[vpc]
cidr = "10.0.0.0/16"
nat  = "none"

[vpc.subnets]
public-a = "10.0.1.0/24"
public-b = "10.0.4.0/24"
"#;

/// A folder whose stack nobody can reach AWS with: for the sandbox.
fn offline(stack: &str) -> Folder {
    Folder::new("http://127.0.0.1:9", stack)
}

/// Every line of a `--json` run.
fn lines(out: &str) -> Vec<Value> {
    let parsed = |line: &str| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON ({error}): {line}"))
    };
    out.lines().map(parsed).collect()
}

/// The words of a JSON array of strings.
fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
