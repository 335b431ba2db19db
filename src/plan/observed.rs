//! What a refresh saw, in the form the planner reads.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    model::{Address, Identity, Shared},
    provider::{Found, Phase},
    state::State,
};

/// What was seen of one remembered resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// It is there.
    There(Found<Shared<Value>>),
    /// It is not.
    Gone,
}

/// Something that lives inside one of ours and is not ours: a rule in our security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Foreign {
    /// The kind's name.
    pub kind: String,
    /// What AWS knows it by.
    pub id: Identity,
    /// Its fields.
    pub fields: Value,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Remembered resources by address.
    pub resources: BTreeMap<Address, Sight>,
    /// Ids of deposed resources that still exist.
    pub deposed: BTreeSet<Identity>,
    /// What lives inside ours without being ours.
    pub foreign: Vec<Foreign>,
    /// What exists already in the place of something that is to be made.
    pub taken: BTreeMap<Address, Found<Value>>,
}

impl Observed {
    /// What a state says, taken for the truth: planning without a refresh.
    pub fn trusting(state: &State) -> Self {
        let seen = |record: &crate::state::Record| {
            Sight::There(Found {
                id: record.id.clone(),
                fields: record.fields.clone(),
                // Not looked at: the planner takes those that the state remembers.
                tags: None,
                outputs: record.outputs.clone(),
                phase: Phase::Ready,
            })
        };
        Self {
            resources: state
                .resources
                .iter()
                .map(|(address, record)| (address.clone(), seen(record)))
                .collect(),
            deposed: state.deposed.iter().map(|old| old.record.id.clone()).collect(),
            foreign: Vec::new(),
            taken: BTreeMap::new(),
        }
    }

    pub(super) fn is_there(&self, id: &Identity) -> bool {
        self.deposed.contains(id)
    }

    /// What was seen at `address`, if it is there.
    pub fn there(&self, address: &Address) -> Option<&Found<Shared<Value>>> {
        match self.resources.get(address)? {
            Sight::There(found) => Some(found),
            Sight::Gone => None,
        }
    }
}
