//! Names in the DNS: what `[dns.*]` says after every check, and what other sections claim.

use super::reader::Written;

/// A hosted zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone53 {}

/// A name in the DNS that some section wants to answer at: its certificate and its alias records follow from it.
pub(super) struct Claim {
    /// The name, in lower case and without a dot at its end; `*.` may begin it.
    pub(super) name: Written<String>,
    /// Who claims it, such as `alb.web`.
    pub(super) by: String,
    /// The key that it is written under, such as `tls`.
    pub(super) key: &'static str,
}
