//! Doors: where a load balancer takes requests for a service, for those that come from inside AWS.

use super::{Draft, address, alb};
use crate::{
    kinds::{Listener, LoadBalancer, SecurityGroup},
    model::Address,
    stack::Answer,
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

/// The door of `via`, such as `nlb.api` or `alb.web`, for `service`. An application load balancer has one for every
/// service that a route of it leads to; which route that is is settled by host and path.
pub(super) fn door(draft: &Draft<'_>, via: &str, service: &str) -> Option<Door> {
    let (family, name) = via.split_once('.')?;
    let (title, frontend) = match family {
        "alb" => {
            let alb = draft.stack.albs.get(name)?;
            let mut answers = alb.routes.values().map(|route| &route.answer).chain([&alb.default]);
            answers.any(|answer: &Answer| answer.services().contains(service)).then_some(())?;
            (alb::port(alb).to_string(), &alb.frontend)
        }
        "nlb" => (service.to_owned(), &draft.stack.nlbs.get(name)?.frontend),
        _ => return None,
    };
    let listener = address::<Listener>(&format!("{via}/{title}"));
    let fields = &draft.desired.get(&listener)?.fields;
    let certified = !fields["certificate"].is_null();
    let names = frontend.tls.iter().filter(|_| certified).flat_map(|tls| &tls.names);
    Some(Door {
        balancer: address::<LoadBalancer>(via),
        group: address::<SecurityGroup>(via),
        port: u16::try_from(fields["port"].as_u64()?).ok()?,
        tls: names.cloned().next(),
        listener,
    })
}
