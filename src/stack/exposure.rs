//! What `[services.*]`, `[alb.*]` and `[nlb.*]` say, after every check.

/// A Kubernetes Service as the network sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {}

/// An application load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Alb {}

/// A network load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Nlb {}
