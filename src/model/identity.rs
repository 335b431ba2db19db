//! Identities: what AWS knows a resource by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What AWS knows a resource by: an id (`subnet-0a1b…`), a name (an IAM role), or, for things without
/// either, the parts that single them out joined by `|` (`rtb-0a1b…|0.0.0.0/0`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(pub String);

impl Identity {
    /// An identity made of several parts.
    pub fn of(parts: &[&str]) -> Self {
        Self(parts.join("|"))
    }

    /// The identity of something in this that does not exist.
    #[must_use]
    pub fn nothing_in(&self) -> Self {
        Self::of(&[self.as_str(), ""])
    }

    /// The whole identity.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it says anything that the address does not: ids do, parts joined by eksnet itself do not.
    pub fn is_telling(&self) -> bool {
        !self.0.contains('|')
    }

    /// The `n`-th part, counted from 0; empty when there is none.
    pub fn part(&self, n: usize) -> &str {
        self.0.split('|').nth(n).unwrap_or_default()
    }
}

impl From<&str> for Identity {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for Identity {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
