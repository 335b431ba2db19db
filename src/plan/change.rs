//! The vocabulary of a plan: actions and the reasons for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    model::{Address, Identity, Shared, Tags, Until},
    provider::Phase,
};

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    Keep,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// Another takes its place.
    Replace(Replacement),
    /// It is deleted.
    Delete,
    /// It is gone already; only the memory of it goes.
    Forget,
}

/// In which order a replacement happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// The new one is made, everything moves over, the old one goes.
    CreateFirst,
    /// AWS would refuse the new one beside the old one.
    DeleteFirst,
}

/// Why a resource is replaced, or changed though no field differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// AWS cannot change these fields.
    Fields(Vec<String>),
    /// It holds something that has to go before its successor can be made.
    Holds(Address),
    /// AWS gave up on it, with its reason.
    Failed(String),
    /// It is on its way down.
    Deleting,
    /// A former run did not see it become ready.
    Unfinished,
    /// It was asked for.
    Asked,
    /// It was deleted behind our back.
    Vanished,
    /// Somebody else made it; it is taken over.
    Adopted,
}

/// One resource and what happens to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What happens to it.
    pub action: Action,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What AWS knows it by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Identity>,
    /// Its fields now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Shared<Value>>,
    /// Its fields afterwards; ids that AWS has yet to invent are references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Shared<Value>>,
    /// Our tags on it now.
    #[serde(default, skip_serializing_if = "Shared::is_without_tags")]
    pub tags_before: Shared<Tags>,
    /// Our tags on it afterwards.
    #[serde(default, skip_serializing_if = "Shared::is_without_tags")]
    pub tags_after: Shared<Tags>,
    /// What it needs, if it stays: what a record of it will remember.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<Address, Edge>,
    /// The section of the stack file it belongs to.
    pub section: String,
}

/// One resource's need of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The field that refers to it; empty for an edge that no field shows.
    pub field: String,
    /// How far the other must have come.
    pub until: Until,
}

impl Change {
    /// The fields of it that make a replacement necessary.
    pub fn replace_fields(&self) -> &[String] {
        self.reasons
            .iter()
            .find_map(|reason| match reason {
                Reason::Fields(fields) => Some(fields.as_slice()),
                Reason::Holds(_)
                | Reason::Failed(_)
                | Reason::Deleting
                | Reason::Unfinished
                | Reason::Asked
                | Reason::Vanished
                | Reason::Adopted => None,
            })
            .unwrap_or_default()
    }

    /// Whether anything of the resource itself, rather than of its tags, changes.
    pub fn fields_differ(&self) -> bool {
        self.before != self.after
    }
}

impl Reason {
    /// The reason that the phase of a resource is, if it is one.
    pub(super) fn of_phase(phase: &Phase) -> Option<Self> {
        match phase {
            Phase::Ready => None,
            Phase::Pending => Some(Self::Unfinished),
            Phase::Deleting => Some(Self::Deleting),
            Phase::Failed(reason) => Some(Self::Failed(reason.clone())),
        }
    }
}
