//! What others made: it is neither overwritten nor made homeless.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    model::{Address, Desired, Diagnostic, value},
    plan::{Action, Observed, Plan, Reason, drift::home, observed::Foreign},
};

/// As many as one finding tells of.
const TOLD: usize = 10;

/// Refuses a plan that would take over something that the stack file does not say may be taken over.
pub(super) fn not_overwritten(plan: &Plan, desired: &Desired) -> Result<(), Diagnostic> {
    let unasked = plan.changes.iter().filter(|(address, change)| {
        change.reasons.contains(&Reason::Adopted)
            && !desired.get(*address).is_some_and(|resource| resource.adopt)
    });
    let unasked: Vec<_> = unasked.collect();
    let Some((first, _)) = unasked.first() else { return Ok(()) };
    let message = match unasked.len() {
        1 => format!("{first} exists already, and somebody else made it"),
        count => {
            format!("{first} and {} more exist already, and somebody else made them", count - 1)
        }
    };
    let words = |(address, change): &(&Address, &crate::plan::Change)| {
        (address.to_string(), change.before.as_deref().cloned().unwrap_or_default())
    };
    let told = told(Diagnostic::error(message), unasked.iter().map(words).collect());
    Err(told.help("delete what is there, or leave it out of the stack file").help(
        "to take it over, and change it as the stack file says, name it in `adopt` under the \
             `[dns.…]` of its zone",
    ))
}

/// Refuses a plan that deletes what others live in.
pub(super) fn not_homeless(plan: &Plan, observed: &Observed) -> Result<(), Diagnostic> {
    let going = plan.changes.iter().filter(|(_, change)| change.action == Action::Delete);
    let ids: BTreeMap<&str, &Address> = going
        .filter_map(|(address, change)| Some((change.id.as_ref()?.as_str(), address)))
        .collect();
    let stays = |foreign: &&Foreign| {
        crate::kinds::get(&foreign.kind).is_some_and(|kind| !kind.facts().within.is_empty())
    };
    let mut guests: BTreeMap<&Address, Vec<(String, Value)>> = BTreeMap::new();
    for foreign in observed.foreign.iter().filter(stays) {
        if let Some(address) = home(foreign, &ids) {
            let name = format!("{} {}", foreign.kind, foreign.id);
            guests.entry(address).or_default().push((name, foreign.fields.clone()));
        }
    }
    let Some((address, guests)) = guests.into_iter().next() else { return Ok(()) };
    let message = format!("{address} holds what eksnet did not make, and cannot be deleted");
    Err(told(Diagnostic::error(message), guests)
        .help("delete these first, or keep it: name it in `protect` under `[stack]`"))
}

fn told(mut diagnostic: Diagnostic, things: Vec<(String, Value)>) -> Diagnostic {
    for (name, fields) in things.iter().take(TOLD) {
        diagnostic = diagnostic.note(format!("{name}: {}", shown(fields)));
    }
    if things.len() > TOLD {
        diagnostic = diagnostic.note(format!("and {} more", things.len() - TOLD));
    }
    diagnostic
}

/// The fields that say something.
fn shown(fields: &Value) -> String {
    let none = Map::new();
    let telling = fields.as_object().unwrap_or(&none).iter().filter(|(_, value)| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => true,
    });
    let telling: Vec<String> =
        telling.map(|(field, value)| format!("{field} {}", value::show(value))).collect();
    telling.join(", ")
}
