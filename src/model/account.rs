//! The place a stack lives in: an AWS account and a Region.

use serde::{Deserialize, Serialize};

/// An AWS account and Region. A state file remembers it, and a run elsewhere is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Such as `ap-southeast-1`.
    pub region: String,
}

/// The partition a Region belongs to, the second part of every ARN: `aws`, `aws-cn`, `aws-us-gov`.
pub fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
