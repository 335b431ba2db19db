//! What a listener or one of its rules does with a request: forward it, redirect it, or answer it itself.

use serde::{Deserialize, Serialize};

use crate::model::Ref;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum Action {
    /// It goes to a target of one of these groups.
    Forward {
        /// The groups; a group has one place here.
        targets: Vec<WeightedTarget>,
        /// For how many seconds a client stays with the group it came to first; it does not where there is none.
        stickiness: Option<u32>,
    },
    /// The client is sent elsewhere. A part may repeat the request's own, as in `#{host}`.
    Redirect {
        /// `HTTP`, `HTTPS` or `#{protocol}`.
        protocol: String,
        /// Host name.
        host: String,
        /// Port, in digits.
        port: String,
        /// Path, with its leading slash.
        path: String,
        /// Query, without the question mark.
        query: String,
        /// 301 or 302.
        status: u16,
    },
    /// The load balancer answers.
    FixedResponse {
        /// HTTP status.
        status: u16,
        /// Such as `text/plain`.
        content_type: Option<String>,
        /// What it says, at most 1,024 bytes.
        body: Option<String>,
    },
}

/// A target group and its share of the requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedTarget {
    /// ARN of the target group.
    pub group: Ref,
    /// Its share, in proportion to the sum of all, 0 to 999. A single one has 1.
    pub weight: u32,
}
