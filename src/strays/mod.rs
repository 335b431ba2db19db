//! Strays: what others put into our network behind eksnet's back, and whose it is.
//!
//! A cluster makes load balancers, security groups and network interfaces of its own, and does not always take them
//! along when it goes. People put instances and databases into subnets. Either keeps our network from being deleted. What
//! is provably the doing of a cluster of ours, by the marks that its controllers leave and because it lies in a VPC of
//! ours, is swept. Everything else is named and never touched.

mod aws;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use aws::{calls, deletion, divides};
pub use judge::judge;

use crate::model::{Address, Identity, Tags};

/// Where strays are looked for, and what in it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The VPCs of the stack.
    pub vpcs: Vec<Identity>,
    /// Clusters of the stack by name.
    pub makers: BTreeMap<String, Life>,
    /// Ids and other names of everything that the stack itself made.
    pub ours: BTreeSet<String>,
    /// How much of it is looked at.
    pub reach: Reach,
}

/// How much of a network is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Whatever keeps any of it from going.
    #[default]
    Everything,
    /// Who lives in it, and what clusters made: without what only divides or connects a VPC, and has no interface in it.
    Guests,
}

/// How far a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It stays, and what it makes is its own business.
    Lives,
    /// It is about to go.
    Ends,
    /// It is gone.
    Gone,
}

/// Something in our network, as AWS shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// AWS's noun for it, such as `network_interface`.
    pub kind: String,
    /// What AWS knows it by.
    pub id: Identity,
    /// What its owner calls it.
    pub name: String,
    /// AWS's or its owner's words about it.
    pub description: String,
    /// The service that asked for it.
    pub requester: String,
    /// The instance that an interface is attached to.
    pub instance: Option<String>,
    /// An interface that is attached to nothing.
    pub detached: bool,
    /// Its tags, and those of the instance that it is attached to.
    pub tags: Tags,
    /// Ids of what it refers to and thereby holds: its VPC, its subnets, its security groups.
    pub names: BTreeSet<String>,
}

/// Something in our network that eksnet did not make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// AWS's noun for it, such as `network_interface`.
    pub kind: String,
    /// What AWS knows it by.
    pub id: Identity,
    /// A name for it that is short and no other's of its kind.
    pub label: String,
    /// Ids of what it refers to and thereby holds.
    pub names: BTreeSet<String>,
    /// Whose it is.
    pub standing: Standing,
}

/// Whose a stray is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A cluster of ours left it behind, as this mark on it proves: it may be taken away.
    Left(String),
    /// It goes by itself after something of ours has gone.
    Follows,
    /// It is a cluster's, but does not lie in our network and holds nothing: data.
    Beside(Whose),
    /// It is somebody else's.
    Foreign(Whose),
}

/// Whose something is, and what its owner can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    /// What AWS shows of its owner.
    pub owner: String,
    /// What to do about it.
    pub advice: String,
}

impl Sighting {
    /// Something of which nothing is known but what it is.
    pub fn of(kind: &str, id: impl Into<Identity>) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.into(),
            name: String::new(),
            description: String::new(),
            requester: String::new(),
            instance: None,
            detached: false,
            tags: Tags::new(),
            names: BTreeSet::new(),
        }
    }
}

impl Stray {
    /// The name that a reader knows it by.
    pub fn address(&self) -> Address {
        Address::new(&self.kind, &self.label)
    }

    /// The mark that allows to take it away, if there is one.
    pub fn mark(&self) -> Option<&str> {
        match &self.standing {
            Standing::Left(mark) => Some(mark),
            Standing::Follows | Standing::Beside(_) | Standing::Foreign(_) => None,
        }
    }

    /// Whose it is, if it has to stay.
    pub fn whose(&self) -> Option<&Whose> {
        match &self.standing {
            Standing::Foreign(whose) | Standing::Beside(whose) => Some(whose),
            Standing::Left(_) | Standing::Follows => None,
        }
    }

    /// Whether it is somebody else's and lies in our network.
    pub const fn is_foreign(&self) -> bool {
        matches!(self.standing, Standing::Foreign(_))
    }

    /// Whether it refers to any of `ids`.
    pub fn holds_any(&self, ids: &BTreeSet<String>) -> bool {
        !self.names.is_disjoint(ids)
    }
}
