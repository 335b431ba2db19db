//! What a state remembers, outputs of a stack, and what exists in the sandbox: as tables and as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    model::{Address, value},
    provider::sandbox::Thing,
    render::{
        Style,
        ink::Ink,
        outline::outline,
        text::{clean, columns, padding, widest},
    },
    state::{Record, State},
};

/// Every address a state remembers, with what AWS knows it by and its section.
pub fn state_list(state: &State, style: Style) -> String {
    let note = |record: &Record, note: &str| {
        let section = clean(&record.section).into_owned();
        [section, note.to_owned()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("  ")
    };
    let live = state
        .resources
        .iter()
        .map(|(address, record)| (address, record.id.as_str(), note(record, "")));
    let old = state.deposed.iter();
    let old = old.map(|old| {
        (&old.address, old.record.id.as_str(), note(&old.record, "(former, to be deleted)"))
    });
    let open = state
        .open
        .keys()
        .map(|address| (address, "", "(begun; its outcome is not known)".to_owned()));
    let mut rows: Vec<_> = live.chain(old).chain(open).collect();
    rows.sort();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(address, id, note)| (clean(address.as_str()), clean(id), note))
        .collect();
    let addresses = widest(rows.iter().map(|(address, ..)| address.as_ref()));
    let ids = widest(rows.iter().map(|(_, id, _)| id.as_ref()));
    let mut out = String::new();
    for (address, id, note) in &rows {
        let (after_address, after_id) = (padding(address, addresses), padding(id, ids));
        let note = if note.is_empty() { String::new() } else { style.paint(Ink::Quiet, note) };
        out.push_str(format!("{address}{after_address}  {id}{after_id}  {note}").trim_end());
        out.push('\n');
    }
    out
}

/// One record: identity, fields, outputs, tags and what it needs.
pub fn state_show(address: &Address, record: &Record, style: Style) -> String {
    let mut out = style.paint(Ink::Strong, &clean(address.as_str()));
    out.push('\n');
    let row = |name: &str, text: &str| (clean(name).into_owned(), clean(text).into_owned());
    let mut rows = vec![row("id", record.id.as_str())];
    if !record.section.is_empty() {
        rows.push(row("section", &record.section));
    }
    out.push_str(&columns(&rows, 2));
    let fields = record.fields.as_object().into_iter().flatten();
    let fields = fields.map(|(name, value)| (clean(name).into_owned(), cleaned_lines(value)));
    part(&mut out, "fields", &fields.collect::<Vec<_>>(), style);
    let texts = |map: &BTreeMap<String, String>| {
        map.iter().map(|(key, text)| row(key, text)).collect::<Vec<_>>()
    };
    part(&mut out, "outputs", &texts(&record.outputs), style);
    part(&mut out, "tags", &texts(&record.tags), style);
    let needs = record.needs.iter().map(|(address, field)| row(address.as_str(), field));
    part(&mut out, "needs", &needs.collect::<Vec<_>>(), style);
    out
}

/// One record for machines.
pub fn state_show_json(address: &Address, record: &Record) -> Value {
    json!({
        "address": address,
        "kind": address.kind(),
        "name": address.name(),
        "id": record.id,
        "section": record.section,
        "fields": record.fields,
        "outputs": record.outputs,
        "tags": record.tags,
        "needs": record.needs,
        "made": record.made,
    })
}

/// Everything a state remembers for machines.
pub fn state_list_json(state: &State) -> Value {
    let resources =
        state.resources.iter().map(|(address, record)| state_show_json(address, record));
    let deposed = state.deposed.iter().map(|old| state_show_json(&old.address, &old.record));
    json!({
        "stack": state.stack,
        "provider": state.provider,
        "account": state.account.id,
        "region": state.account.region,
        "serial": state.serial,
        "resources": resources.collect::<Vec<_>>(),
        "deposed": deposed.collect::<Vec<_>>(),
        "open": state.open.keys().collect::<Vec<_>>(),
    })
}

/// Outputs as a table of names and values.
pub fn outputs(outputs: &BTreeMap<String, Value>) -> String {
    let rows = outputs.iter().map(|(name, value)| (clean(name).into_owned(), cleaned_lines(value)));
    columns(&rows.collect::<Vec<_>>(), 0)
}

/// Outputs for machines: one object.
pub fn outputs_json(outputs: &BTreeMap<String, Value>) -> Value {
    json!(outputs)
}

/// What exists in the sandbox, in the order given.
pub fn inventory_json<'a>(things: impl IntoIterator<Item = &'a Thing>) -> Value {
    let things = things.into_iter().map(|thing| {
        json!({
            "kind": thing.kind,
            "id": thing.id,
            "tags": thing.tags,
            "fields": thing.fields,
            "outputs": thing.outputs,
        })
    });
    things.collect()
}

fn part(out: &mut String, heading: &str, rows: &[(String, String)], style: Style) {
    if !rows.is_empty() {
        out.push_str(&format!("  {}\n", style.paint(Ink::Quiet, heading)));
        out.push_str(&columns(rows, 4));
    }
}

/// A value on one line if it is a scalar, else over as many lines as it has parts.
fn cleaned_lines(value: &Value) -> String {
    let lines = match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::Null => value::show(value),
        Value::Array(_)
        | Value::Object(_)
        | Value::String(_)
        | Value::Bool(_)
        | Value::Number(_) => outline(value),
    };
    lines.lines().map(clean).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
