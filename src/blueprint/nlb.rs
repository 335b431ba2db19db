//! Network load balancers: a listener and a target group for each service.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Draft,
    balancer::{self, Balancer, Family, Transport},
    targets,
};
use crate::{
    kinds::{Action, Listener, WeightedTarget},
    model::Ref,
    stack::{Nlb, Protocol},
};

/// The first port that a listener gets which insists on none.
const FIRST: u16 = 8081;

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    for (name, nlb) in &stack.nlbs {
        let cross_zone =
            ("load_balancing.cross_zone.enabled".to_owned(), nlb.cross_zone.to_string());
        let attributes = BTreeMap::from([cross_zone]);
        let balancer =
            balancer::draw(draft, name, Family::Network, &nlb.frontend, &nlb.eips, attributes);
        for (service, port) in ports(draft, &balancer.section, nlb) {
            listener(draft, &balancer, nlb, service, port);
        }
    }
}

/// The port of each service: the one that it insists on, the one that it had, or the next that nobody has or had. A port
/// is part of what others know of a service, so it stays though services come and go.
fn ports<'a>(draft: &mut Draft<'_>, section: &str, nlb: &'a Nlb) -> Vec<(&'a str, u16)> {
    let question = |service: &str| question(section, service);
    let mut taken: BTreeSet<u16> = nlb.serves.values().flatten().copied().collect();
    let mut kept: BTreeMap<&str, u16> = BTreeMap::new();
    for (service, written) in &nlb.serves {
        let former = draft.former.get(&question(service)).and_then(|port| port.parse().ok());
        if let (None, Some(port)) = (written, former)
            && taken.insert(port)
        {
            kept.insert(service, port);
        }
    }
    let memory = question("");
    let had = draft.former.iter().filter(|(question, _)| question.starts_with(&memory));
    let had: BTreeSet<u16> = had.filter_map(|(_, port)| port.parse().ok()).collect();
    let mut ports = Vec::new();
    for (service, written) in &nlb.serves {
        let next = || (FIRST..).find(|port| !taken.contains(port) && !had.contains(port));
        let Some(port) = written.or_else(|| kept.get(service.as_str()).copied()).or_else(next)
        else {
            continue;
        };
        taken.insert(port);
        if written.is_none() {
            draft.choose(&question(service), &[port.to_string()]);
        }
        ports.push((service.as_str(), port));
    }
    ports
}

/// The choice of a service's port.
pub(super) fn question(section: &str, service: &str) -> String {
    format!("{section}.port.{service}")
}

fn listener(draft: &mut Draft<'_>, balancer: &Balancer<'_>, nlb: &Nlb, service: &str, port: u16) {
    let group = targets::draw(draft, balancer, service, Some(nlb));
    let spoken = draft.stack.services[service].protocol;
    let (tls, transport) = match spoken {
        Protocol::Udp => (None, Transport::Udp),
        Protocol::Http | Protocol::Http2 | Protocol::Grpc | Protocol::Tcp => {
            (balancer.tls(draft), Transport::Tcp)
        }
    };
    let protocol = match (transport, &tls) {
        (Transport::Udp, _) => "UDP",
        (Transport::Tcp, Some(_)) => "TLS",
        (Transport::Tcp, None) => "TCP",
    };
    // Clients speak HTTP/2 over TLS only where it is offered.
    let alpn = match spoken {
        Protocol::Grpc => Some("HTTP2Only"),
        Protocol::Http2 => Some("HTTP2Preferred"),
        Protocol::Http | Protocol::Tcp | Protocol::Udp => None,
    };
    let alpn = alpn.filter(|_| tls.is_some()).map(str::to_owned);
    let certified = tls.is_some();
    let (tls_policy, certificate) = tls.unzip();
    let targets = vec![WeightedTarget { group: Ref::id(&group), weight: 1 }];
    let fields = Listener {
        balancer: Ref::id(&balancer.address),
        port,
        protocol: protocol.to_owned(),
        tls_policy,
        certificate,
        alpn,
        action: Action::Forward { targets, stickiness: None },
    };
    let title = format!("{}/{service}", balancer.section);
    let listener = draft.add(&balancer.section, &title, fields);
    balancer.open(draft, &listener, transport, port);
    if certified {
        balancer.certify(draft, &listener, &title);
    }
}
