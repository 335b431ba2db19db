//! Events: what a run tells while it goes on.

use serde::Serialize;

use crate::{
    model::{Address, Identity, Problem},
    plan::Verb,
};

/// One thing that happened during a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A create that a former run left without an answer was settled.
    Recovered {
        /// The resource.
        address: Address,
        /// What it was found as; nothing if it never came to be.
        id: Option<Identity>,
    },
    /// A step began.
    Started {
        /// The resource.
        address: Address,
        /// What is done with it.
        verb: Verb,
        /// How long it usually takes, in seconds.
        usual_seconds: u32,
    },
    /// Something exists from now on.
    Created {
        /// The resource.
        address: Address,
        /// What AWS knows it by.
        id: Identity,
    },
    /// Somebody has to do something outside of AWS.
    Asked {
        /// For which resource.
        address: Address,
        /// What.
        what: String,
        /// With what: one of its outputs.
        value: String,
    },
    /// A call is repeated.
    Retrying {
        /// The resource.
        address: Address,
        /// What AWS said.
        problem: Problem,
    },
    /// A step is done.
    Done {
        /// The resource.
        address: Address,
        /// What was done with it.
        verb: Verb,
        /// How long it took, in seconds.
        seconds: f64,
    },
    /// A step failed.
    Failed {
        /// The resource.
        address: Address,
        /// What was tried with it.
        verb: Verb,
        /// What AWS said.
        problem: Problem,
    },
}

impl Serialize for Verb {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl Verb {
    /// The verb as a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Vanish => "vanish",
            Self::Sweep => "sweep",
        }
    }
}
