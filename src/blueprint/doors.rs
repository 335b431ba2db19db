//! Doors: where a load balancer takes requests for a service, for those that come from inside AWS.

use super::Draft;
use crate::model::Address;

/// A listener and what somebody in front of it has to know.
pub(super) struct Door {
    /// The load balancer.
    pub(super) balancer: Address,
    /// The listener.
    pub(super) listener: Address,
    /// The load balancer's security group: whoever comes in has to be let in here.
    pub(super) group: Address,
    /// The listener's port.
    pub(super) port: u16,
    /// The name that the listener's certificate is for, if it speaks TLS.
    pub(super) tls: Option<String>,
}

/// The door of `via`, such as `nlb.api` or `alb.web`, for `service`.
pub(super) fn door(draft: &Draft<'_>, via: &str, service: &str) -> Option<Door> {
    let _ = (draft, via, service);
    None
}
