//! What `[api.*]` says, after every check.

/// An API at Amazon API Gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {}
