//! `eksnet output`: ids, ARNs and addresses of the stack's resources.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Exit, args::Place, one, screen, setting::Setting, wait_for};
use crate::{blueprint, model::Diagnostic, render, state::State};

pub(super) fn output(name: Option<&str>, place: &Place, json: bool) -> Answer {
    let setting = Setting::of_state(place)?;
    let state = wait_for(&setting, async { setting.remembered().await.map_err(one) })?;
    let outputs = outputs(&state);
    let Some(name) = name else {
        if json {
            screen::say_json(&json!(outputs));
        } else {
            screen::say(&render::outputs(&outputs));
        }
        return Ok(Exit::Done);
    };
    let Some(value) = outputs.get(name) else { return Err(one(unknown(name, &outputs))) };
    match value {
        value if json => screen::say_json(value),
        Value::Array(items) => {
            for item in items {
                screen::say_line(&render::clean(item.as_str().unwrap_or_default()));
            }
        }
        value => screen::say_line(&render::clean(value.as_str().unwrap_or_default())),
    }
    Ok(Exit::Done)
}

/// Every output by name: `egress_ips`, the id of each resource under its address, and what AWS gave it under
/// `<address>.<output>`.
fn outputs(state: &State) -> BTreeMap<String, Value> {
    let mut outputs =
        BTreeMap::from([("egress_ips".to_owned(), json!(blueprint::addresses(state)))]);
    for (address, record) in &state.resources {
        outputs.insert(address.to_string(), json!(record.id));
        for (name, value) in &record.outputs {
            outputs.insert(format!("{address}.{name}"), json!(value));
        }
    }
    outputs
}

fn unknown(name: &str, outputs: &BTreeMap<String, Value>) -> Diagnostic {
    let error = Diagnostic::error(format!("there is no output {name}"));
    let distance = |known: &&String| strsim::damerau_levenshtein(known, name);
    match outputs.keys().min_by_key(distance).filter(|nearest| distance(nearest) <= 5) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("`eksnet output` shows all of them"),
    }
}
