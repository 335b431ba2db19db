//! A plan for machines: one JSON document, in Terraform's words where Terraform has words, so that what reads plans
//! (policy checks, comments on pull requests) reads these too.

use serde_json::{Map, Value, json};

use crate::{
    model::{Address, Shared, Tags, value},
    plan::{Action, Change, Plan, Reason, Replacement},
    provider::Stray,
    render::PlanFacts,
    state::Deposed,
};

/// The version of the format. A new key is no new version; a changed meaning is.
pub const FORMAT_VERSION: &str = "1.0";

/// The whole plan. Resources that stay as they are stand in it with the action `no-op`.
pub fn plan_json(plan: &Plan, facts: &PlanFacts) -> Value {
    let mut changes: Vec<Value> =
        plan.changes.iter().map(|(address, change)| resource(address, change)).collect();
    changes.extend(plan.deposed.iter().map(deposed));
    let chain = facts.critical_chain.iter();
    let chain = chain.map(|(address, seconds)| json!({ "address": address, "seconds": seconds }));
    json!({
        "format_version": FORMAT_VERSION,
        "stack": facts.stack,
        "account": facts.account.id,
        "region": facts.account.region,
        "provider": facts.provider,
        "refreshed": facts.compared == super::Compared::Seen,
        "resource_changes": changes,
        "drift": plan.drift,
        "swept": plan.swept.iter().map(stray).collect::<Vec<_>>(),
        "others": plan.others.iter().map(stray).collect::<Vec<_>>(),
        "summary": plan.summary(),
        "egress": { "before": facts.egress_before, "after": facts.egress_after },
        "critical_path_seconds": facts.critical_path_seconds,
        "critical_path": chain.collect::<Vec<_>>(),
    })
}

/// What a run is going to sweep and what is in its way, as a line of `--json` output before it begins.
pub fn strays_json(plan: &Plan) -> Option<Value> {
    let list = |strays: &[Stray]| strays.iter().map(stray).collect::<Vec<_>>();
    let none = plan.swept.is_empty() && plan.others.is_empty();
    (!none).then(
        || json!({ "event": "strays", "swept": list(&plan.swept), "others": list(&plan.others) }),
    )
}

/// Something in our network that the stack does not have.
pub(super) fn stray(stray: &Stray) -> Value {
    json!({
        "address": stray.address(),
        "type": stray.kind,
        "id": stray.id,
        "names": stray.names,
        "mark": stray.mark(),
        "in_the_way": stray.is_foreign(),
        "owner": stray.whose().map(|whose| &whose.owner),
        "advice": stray.whose().map(|whose| &whose.advice),
    })
}

/// Terraform's words for an action.
fn actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::Keep => &["no-op"],
        Action::Create => &["create"],
        Action::Update => &["update"],
        Action::Replace(Replacement::DeleteFirst) => &["delete", "create"],
        Action::Replace(Replacement::CreateFirst) => &["create", "delete"],
        Action::Delete => &["delete"],
        Action::Forget => &["forget"],
    }
}

fn resource(address: &Address, change: &Change) -> Value {
    let tagged = !(change.tags_before.is_empty() && change.tags_after.is_empty());
    let side = |fields: &Option<Shared<Value>>, tags: &Tags| {
        fields
            .as_deref()
            .map(|fields| if tagged { with_tags(fields, tags) } else { fields.clone() })
    };
    let after = side(&change.after, &change.tags_after);
    // A resource that is recreated because it vanished, or replaced because it was asked for, has no path.
    let paths: Vec<[&String; 1]> = match change.action {
        Action::Replace(_) => change.replace_fields().iter().map(|field| [field]).collect(),
        Action::Keep | Action::Create | Action::Update | Action::Delete | Action::Forget => {
            Vec::new()
        }
    };
    let unknown = after.as_ref().and_then(unknown).unwrap_or_else(|| json!({}));
    json!({
        "address": address,
        "type": address.kind(),
        "name": address.name(),
        "section": change.section,
        "id": change.id,
        "change": {
            "actions": actions(change.action),
            "before": side(&change.before, &change.tags_before),
            "after": after,
            "after_unknown": unknown,
            "replace_paths": paths,
            "reasons": change.reasons,
        },
    })
}

/// What a former replacement left behind.
fn deposed(old: &Deposed) -> Value {
    let Deposed { address, record } = old;
    let tagged = !record.tags.is_empty();
    let none: [Reason; 0] = [];
    json!({
        "address": address,
        "type": address.kind(),
        "name": address.name(),
        "section": record.section,
        "id": record.id,
        "deposed": record.id,
        "change": {
            "actions": actions(Action::Delete),
            "before": if tagged { with_tags(&record.fields, &record.tags) } else { (*record.fields).clone() },
            "after": null,
            "after_unknown": {},
            "replace_paths": none,
            "reasons": none,
        },
    })
}

fn with_tags(fields: &Value, tags: &Tags) -> Value {
    let mut map = fields.as_object().cloned().unwrap_or_default();
    map.insert("tags".to_owned(), json!(tags));
    Value::Object(map)
}

/// The places of `value` that hold references, in Terraform's shape: objects show only such keys, lists keep their
/// length. Nothing if there is no reference in it.
fn unknown(value: &Value) -> Option<Value> {
    if value::as_reference(value).is_some() {
        return Some(Value::Bool(true));
    }
    match value {
        Value::Object(map) => {
            let entries = map.iter().filter_map(|(key, item)| Some((key.clone(), unknown(item)?)));
            let entries: Map<String, Value> = entries.collect();
            (!entries.is_empty()).then_some(Value::Object(entries))
        }
        Value::Array(items) => {
            let found: Vec<Option<Value>> = items.iter().map(unknown).collect();
            found.iter().any(Option::is_some).then(|| {
                let known = |item: &Value| match item {
                    Value::Object(_) => json!({}),
                    Value::Array(_) => json!([]),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        json!(false)
                    }
                };
                let items = found.into_iter().zip(items);
                items.map(|(found, item)| found.unwrap_or_else(|| known(item))).collect()
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests;
