//! Drift: what is there against what was last made or seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    kinds::{self, Facts},
    model::{Address, Shared, value},
    plan::{Observed, Sight, observed::Foreign, order::beside},
    provider::Found,
    state::{Record, State},
};

/// One thing that changed behind our back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// The resource, or for something foreign the one it lives in.
    pub address: Address,
    /// What changed.
    #[serde(flatten)]
    pub finding: Finding,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// It is not there any more.
    Gone,
    /// A field has another value.
    Field {
        /// Which.
        field: String,
        /// As remembered.
        was: Value,
        /// As seen.
        is: Value,
    },
    /// A tag of ours has another value, or is missing (`is` is null).
    Tag {
        /// Its key.
        key: String,
        /// As set by us.
        was: String,
        /// As seen.
        is: Option<String>,
    },
    /// Something that is not ours lives inside it. It is never touched.
    Foreign {
        /// What.
        #[serde(flatten)]
        foreign: Foreign,
    },
}

/// Everything that changed, by address.
pub(super) fn drift(state: &State, observed: &Observed) -> Vec<Drift> {
    let mut drift = Vec::new();
    let sights = beside(state.resources.keys(), &observed.resources);
    for ((address, record), sight) in state.resources.iter().zip(sights) {
        let findings = match sight {
            Some(Sight::There(found)) => findings(address, record, found),
            Some(Sight::Gone) => vec![Finding::Gone],
            None => Vec::new(),
        };
        drift.extend(
            findings.into_iter().map(|finding| Drift { address: address.clone(), finding }),
        );
    }
    if observed.foreign.is_empty() {
        return drift;
    }
    let by_id: BTreeMap<&str, &Address> =
        state.resources.iter().map(|(address, record)| (record.id.as_str(), address)).collect();
    for foreign in &observed.foreign {
        if let Some(address) = home(foreign, &by_id) {
            let finding = Finding::Foreign { foreign: foreign.clone() };
            drift.push(Drift { address: address.clone(), finding });
        }
    }
    drift.sort_by(|one, other| one.address.cmp(&other.address));
    drift
}

fn findings(address: &Address, record: &Record, found: &Found<Shared<Value>>) -> Vec<Finding> {
    let Some(kind) = kinds::get(address.kind()) else { return Vec::new() };
    // Equal as they stand, which is the rule, they are equal in their normal forms, and none need be made.
    let same = record.fields == found.fields;
    let mut findings =
        if same { Vec::new() } else { fields(kind.facts(), &record.fields, &found.fields) };
    if let Some(tags) = &found.tags {
        for (key, was) in record.tags.iter() {
            let is = tags.get(key);
            if is != Some(was) {
                findings.push(Finding::Tag { key: key.clone(), was: was.clone(), is: is.cloned() });
            }
        }
    }
    findings
}

/// Fields that differ in their normal forms, but for those that AWS was left to choose.
fn fields(facts: &Facts, was: &Value, is: &Value) -> Vec<Finding> {
    let (was, mut is) = (facts.normal(was.clone()), facts.normal(is.clone()));
    facts.narrow(&mut is, &was);
    let empty = |fields: &Value, field: &str| fields.get(field).is_none_or(Value::is_null);
    value::differing_fields(&was, &is)
        .into_iter()
        .filter(|field| !(facts.chosen.contains(&field.as_str()) && empty(&was, field)))
        .map(|field| Finding::Field {
            was: was.get(&field).cloned().unwrap_or_default(),
            is: is.get(&field).cloned().unwrap_or_default(),
            field,
        })
        .collect()
}

/// The resource of ours that something foreign lives in.
pub(super) fn home<'a>(
    foreign: &Foreign,
    by_id: &BTreeMap<&str, &'a Address>,
) -> Option<&'a Address> {
    let facts = kinds::get(&foreign.kind)?.facts();
    facts.homes().find_map(|field| by_id.get(foreign.fields.get(field)?.as_str()?).copied())
}
