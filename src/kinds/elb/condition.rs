//! What a request has to be like for a rule to act on it.
//!
//! A rule acts when all of its conditions hold, and a condition holds when any of its values fits. Values are sets, so
//! that their order is never a difference.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One thing that has to be true of a request. `*` and `?` stand for any characters and any one, except in addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Condition {
    /// The host name it was sent to.
    HostHeader {
        /// Host names.
        values: BTreeSet<String>,
    },
    /// Its path.
    PathPattern {
        /// Paths.
        values: BTreeSet<String>,
    },
    /// One of its headers.
    HttpHeader {
        /// The header's name.
        name: String,
        /// What it says.
        values: BTreeSet<String>,
    },
    /// Its method.
    HttpRequestMethod {
        /// Methods, in capitals.
        values: BTreeSet<String>,
    },
    /// A parameter of its query.
    QueryString {
        /// Parameters.
        values: BTreeSet<QueryParameter>,
    },
    /// Where it comes from.
    SourceIp {
        /// Blocks of addresses.
        values: BTreeSet<String>,
    },
}

/// A parameter of a query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QueryParameter {
    /// Its key; any where there is none.
    pub key: Option<String>,
    /// Its value.
    pub value: String,
}
