//! Words for values and reasons: ids become the addresses a reader knows, reasons become clauses.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    kinds::{self, Facts},
    model::{Address, value},
    plan::{Plan, Reason},
    render::text::clean,
};

/// The addresses behind the ids that AWS invented. They are only ever asked for one by one, so their order shows nowhere.
#[derive(Debug, Default)]
pub(super) struct Names<'a>(HashMap<&'a str, &'a Address>);

impl<'a> Names<'a> {
    /// Every id in `plan` that can be nothing else: those that follow from fields (a role's name) may stand in a field
    /// by chance.
    pub(super) fn of(plan: &'a Plan) -> Self {
        let minted = |address: &Address| {
            kinds::get(address.kind()).is_some_and(|kind| kind.facts().key(&Value::Null).is_none())
        };
        let ids = plan.changes.iter().filter(|(address, _)| minted(address));
        Self(
            ids.filter_map(|(address, change)| Some((change.id.as_ref()?.as_str(), address)))
                .collect(),
        )
    }

    /// `value` with addresses in the place of ids and references.
    pub(super) fn named(&self, value: &Value) -> Value {
        if value::as_reference(value).is_some() {
            return Value::String(value::show(value));
        }
        match value {
            Value::String(text) => match self.0.get(text.as_str()) {
                Some(address) => Value::String(address.to_string()),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.named(item)).collect(),
            Value::Object(map) => {
                let entries = map.iter().map(|(key, item)| (key.clone(), self.named(item)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// The address that `value` stands for, if it stands for one.
    fn address(&self, value: &Value) -> Option<Address> {
        match value {
            Value::String(text) => self.0.get(text.as_str()).map(|address| (*address).clone()),
            _ => value::as_reference(value).map(|(address, _)| address),
        }
    }
}

/// What is worth a glance in the fields of something: first what it cannot change, in the order in which its kind names
/// it, then what else is short. Empty fields and prose are left out, documents only mentioned.
pub(super) fn cells(kind: &str, fields: &Value, names: &Names) -> Vec<String> {
    let facts = kinds::get(kind).map_or(&Facts::DEFAULT, |kind| kind.facts());
    let Some(map) = fields.as_object() else { return Vec::new() };
    let fixed = facts.replaces.iter().filter_map(|field| Some((*field, map.get(*field)?)));
    let fixed = fixed.filter_map(|(field, value)| cell(field, value, names));
    let rest = map.iter().filter(|(field, _)| !facts.replaces.contains(&field.as_str()));
    let rest = rest.filter(|(_, value)| !value.as_str().is_some_and(|text| text.contains(' ')));
    fixed.chain(rest.filter_map(|(field, value)| cell(field, value, names))).collect()
}

/// One field in few characters, or nothing if it is empty.
fn cell(field: &str, value: &Value, names: &Names) -> Option<String> {
    const WIDTH: usize = 48;
    let text = |value: &Value| clean(&value::show(&names.named(value))).into_owned();
    let field = clean(field);
    let cell = match value {
        Value::Null | Value::Bool(false) => return None,
        Value::Bool(true) => field.into_owned(),
        Value::String(text) if text.is_empty() => return None,
        // `subnet subnet.public-a` says it twice.
        _ if names.address(value).is_some_and(|address| address.kind() == field) => text(value),
        Value::Object(_) if value::as_reference(value).is_none() => format!("{field} {{…}}"),
        Value::Array(items) if items.is_empty() => return None,
        Value::Array(items) if text(value).chars().count() > WIDTH => {
            format!("{field} ({})", items.len())
        }
        _ => format!("{field} {}", crate::render::text::shorten(&text(value), WIDTH)),
    };
    Some(cell)
}

/// The reasons as clauses; fields that force a replacement are marked where they stand.
pub(super) fn reasons(reasons: &[Reason]) -> String {
    let clause = |reason: &Reason| match reason {
        Reason::Fields(_) => None,
        Reason::Holds(other) => {
            Some(format!("holds {}, which has to go first", clean(other.as_str())))
        }
        Reason::Failed(why) => Some(format!("AWS gave up on it: {}", clean(why))),
        Reason::Deleting => Some("is on its way down; made again".to_owned()),
        Reason::Unfinished => Some("a former run did not see it become ready".to_owned()),
        Reason::Asked => Some("asked for".to_owned()),
        Reason::Adopted => Some("made by somebody else; taken over".to_owned()),
        Reason::Vanished => Some("deleted outside eksnet; made again".to_owned()),
    };
    reasons.iter().filter_map(clause).collect::<Vec<_>>().join("; ")
}
