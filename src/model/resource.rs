//! Resources as the blueprint wants them: kind, fields, tags, and what each needs first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Address, value};

/// Tags of a resource, key to value.
pub type Tags = BTreeMap<String, String>;

/// Everything a stack file asks for, by address.
pub type Desired = BTreeMap<Address, Resource>;

/// How far another resource must have come before this one may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// It has an id.
    Created,
    /// It works: a NAT gateway is available, a cluster is active.
    Ready,
}

/// An edge that no field shows, such as "a policy is attached before the cluster that needs it is created".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// What is needed.
    pub address: Address,
    /// How far it must have come.
    pub until: Until,
}

/// One AWS resource as it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    /// The kind's fields, serialised; references to other resources are `{"ref": address}`.
    pub fields: Value,
    /// Its tags, ownership tags among them; empty for kinds that take none.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Edges beyond those that its references make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// What exists already in its place may become it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopt: bool,
    /// The section of the stack file it comes from, such as `vpc.subnets`; a reader finds it there.
    pub section: String,
}

impl Resource {
    /// Every address its fields refer to, with the top-level field that holds the reference.
    pub fn references(&self) -> Vec<(Address, String)> {
        let mut found = Vec::new();
        if let Value::Object(fields) = &self.fields {
            for (field, value) in fields {
                value::each_reference(value, &mut |address, _| {
                    found.push((address, field.clone()))
                });
            }
        }
        found
    }
}
