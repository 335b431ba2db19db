//! Problems: what a provider answers when it does not do what it was asked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the engine decides on. AWS's error codes, some thousand of them, fold into these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Something named in the call is not there (or not visible yet).
    Missing,
    /// Something else still needs it: DependencyViolation, ResourceInUse.
    InUse,
    /// It exists already.
    Taken,
    /// The call itself is wrong; trying again cannot help.
    Invalid,
    /// The credentials may not do this.
    Denied,
    /// A quota is reached.
    Quota,
    /// Too many calls; nothing happened.
    Throttled,
    /// It is between two states; nothing happened, try again shortly.
    Busy,
    /// No answer, or an answer that says nothing: the effect may or may not have happened.
    Unavailable,
}

/// A provider's refusal: a class to decide on and AWS's own words to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// What the engine decides on.
    pub class: Class,
    /// AWS's code, such as `DependencyViolation`.
    pub code: String,
    /// AWS's words, unchanged.
    pub message: String,
    /// The id to give to AWS support, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem without a request id.
    pub fn new(class: Class, code: &str, message: impl Into<String>) -> Self {
        Self { class, code: code.to_owned(), message: message.into(), request_id: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
