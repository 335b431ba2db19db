//! Doors: where a load balancer takes requests for a service, for those that come from inside AWS.

use super::{Draft, address, alb};
use crate::{
    kinds::{Listener, LoadBalancer, SecurityGroup},
    model::Address,
    stack::Via,
};

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

/// The door of `via` for `service`. An application load balancer has one for all of its services; which of them a
/// request goes to is settled there, by host and path.
pub(super) fn door(draft: &Draft<'_>, via: &Via, service: Option<&str>) -> Option<Door> {
    let (title, frontend) = match via {
        Via::Alb(name) => {
            let alb = draft.stack.albs.get(name)?;
            (alb::port(alb).to_string(), &alb.frontend)
        }
        Via::Nlb(name) => (service?.to_owned(), &draft.stack.nlbs.get(name)?.frontend),
    };
    let via = via.to_string();
    let listener = address::<Listener>(&format!("{via}/{title}"));
    let fields = &draft.desired.get(&listener)?.fields;
    let certified = !fields["certificate"].is_null();
    let names = frontend.tls.iter().filter(|_| certified).flat_map(|tls| &tls.names);
    Some(Door {
        balancer: address::<LoadBalancer>(&via),
        group: address::<SecurityGroup>(&via),
        port: u16::try_from(fields["port"].as_u64()?).ok()?,
        tls: names.cloned().next(),
        listener,
    })
}
