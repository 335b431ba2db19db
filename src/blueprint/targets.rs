//! Target groups: where a load balancer sends the requests for a service, and how it tells that they are answered.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Draft, address,
    balancer::{Balancer, Family, Home, LONGEST, Transport, homes},
    digest::named,
    vpc,
};
use crate::{
    kinds::{HealthCheck, NodeGroup, TargetGroup, TargetGroupAttachment},
    model::{Address, Ref},
    stack::{HealthProtocol, Nlb, Protocol, Service, Target},
};

/// The target group of a service behind a load balancer, with the way to it. `nlb` is the load balancer where it is a
/// network one.
pub(super) fn draw(
    draft: &mut Draft<'_>,
    balancer: &Balancer<'_>,
    name: &str,
    nlb: Option<&Nlb>,
) -> Address {
    let service = &draft.stack.services[name];
    let title = title(&balancer.section, name);
    let (protocol, transport) = match (balancer.family, service.protocol) {
        (Family::Application, _) => ("HTTP", Transport::Tcp),
        (Family::Network, Protocol::Udp) => ("UDP", Transport::Udp),
        (Family::Network, Protocol::Http | Protocol::Http2 | Protocol::Grpc | Protocol::Tcp) => {
            ("TCP", Transport::Tcp)
        }
    };
    let version = match balancer.family {
        Family::Application => Some(version(service.protocol)),
        Family::Network => None,
    };
    let (target_type, port) = match service.target {
        Target::Ip => ("ip", service.port),
        Target::Instance { node_port } => ("instance", node_port),
    };
    // AWS ties a target group to one load balancer for good: another load balancer has another one.
    let content = format!("{} {protocol} {port} {target_type} {version:?}", balancer.name);
    let short = balancer.section.split_once('.').map_or("", |(_, short)| short);
    let fields = TargetGroup {
        name: named(&[&draft.stack.name, short, name], &content, LONGEST),
        vpc: vpc::id(draft),
        protocol: protocol.to_owned(),
        port,
        target_type: target_type.to_owned(),
        protocol_version: version.map(str::to_owned),
        ip_address_type: "ipv4".to_owned(),
        health_check: match balancer.family {
            Family::Application => asked_by_alb(service),
            Family::Network => asked_by_nlb(service),
        },
        attributes: attributes(service, nlb),
    };
    let group = draft.add(&balancer.section, &title, fields);
    let homes = match service.target {
        Target::Ip => homes(draft, &service.namespace),
        Target::Instance { .. } => {
            attach(draft, balancer, &title, &group);
            BTreeSet::from([Home::Nodes])
        }
    };
    balancer.admit(draft, &group, &homes, transport, port);
    if let Some(port) = service.health.port {
        balancer.admit(draft, &group, &homes, Transport::Tcp, port);
    }
    group
}

/// The name in addresses of a target group: one for each load balancer and service.
pub(super) fn title(balancer: &str, service: &str) -> String {
    format!("{balancer}/{service}")
}

/// All nodes are targets: kube-proxy leads from each of them to the pods.
fn attach(draft: &mut Draft<'_>, balancer: &Balancer<'_>, title: &str, group: &Address) {
    for nodes in draft.stack.nodes.keys() {
        let groups = Ref::output(&address::<NodeGroup>(nodes), "autoscaling_groups");
        let fields = TargetGroupAttachment { groups, target_group: Ref::id(group) };
        draft.add(&balancer.section, &format!("{title}/{nodes}"), fields);
    }
}

const fn version(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http | Protocol::Tcp | Protocol::Udp => "HTTP1",
        Protocol::Http2 => "HTTP2",
        Protocol::Grpc => "GRPC",
    }
}

/// What is asked unless it is written, as the AWS Load Balancer Controller asks.
struct Usual {
    path: &'static str,
    codes: &'static str,
    interval: u32,
    timeout: u32,
    count: u32,
}

fn asked_by_alb(service: &Service) -> HealthCheck {
    let (path, codes) = match service.protocol {
        Protocol::Grpc => ("/AWS.ALB/healthcheck", "12"),
        Protocol::Http | Protocol::Http2 | Protocol::Tcp | Protocol::Udp => ("/", "200"),
    };
    let protocol = service.health.protocol.unwrap_or(HealthProtocol::Http);
    asked(service, protocol, &Usual { path, codes, interval: 15, timeout: 5, count: 2 })
}

fn asked_by_nlb(service: &Service) -> HealthCheck {
    let written = service.health.path.is_some();
    let protocol = service.health.protocol.unwrap_or(match service.protocol {
        Protocol::Http | Protocol::Tcp | Protocol::Udp if written => HealthProtocol::Http,
        // A network load balancer asks in HTTP/1.1, which what speaks HTTP/2 alone does not understand.
        Protocol::Http | Protocol::Http2 | Protocol::Grpc | Protocol::Tcp | Protocol::Udp => {
            HealthProtocol::Tcp
        }
    });
    asked(
        service,
        protocol,
        &Usual { path: "/", codes: "200-399", interval: 10, timeout: 10, count: 3 },
    )
}

fn asked(service: &Service, protocol: HealthProtocol, usual: &Usual) -> HealthCheck {
    let health = &service.health;
    let interval =
        health.interval.unwrap_or(usual.interval.max(health.timeout.unwrap_or_default()));
    let (word, speaks) = match protocol {
        HealthProtocol::Http => ("HTTP", true),
        HealthProtocol::Https => ("HTTPS", true),
        HealthProtocol::Tcp => ("TCP", false),
    };
    let or = |written: &Option<String>, usual: &str| {
        speaks.then(|| written.clone().unwrap_or_else(|| usual.to_owned()))
    };
    HealthCheck {
        protocol: word.to_owned(),
        path: or(&health.path, usual.path),
        port: health.port.map_or_else(|| "traffic-port".to_owned(), |port| port.to_string()),
        interval,
        // AWS wants an answer before it asks again.
        timeout: health.timeout.unwrap_or(usual.timeout.min(interval)),
        healthy: health.healthy.unwrap_or(usual.count),
        unhealthy: health.unhealthy.unwrap_or(usual.count),
        matcher: or(&health.codes, usual.codes),
    }
}

/// Every attribute that the stack file can set is always written: one that is left out would stay as it was.
fn attributes(service: &Service, nlb: Option<&Nlb>) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::from([(
        "deregistration_delay.timeout_seconds".to_owned(),
        service.drain.to_string(),
    )]);
    let Some(nlb) = nlb else { return attributes };
    attributes.insert("proxy_protocol_v2.enabled".to_owned(), nlb.proxy_protocol.to_string());
    match service.protocol {
        // AWS always leaves the client's address on UDP, and refuses to hear of it.
        Protocol::Udp => {}
        Protocol::Http | Protocol::Http2 | Protocol::Grpc | Protocol::Tcp => {
            let usual = service.target != Target::Ip;
            let client_ip = nlb.client_ip.unwrap_or(usual);
            attributes.insert("preserve_client_ip.enabled".to_owned(), client_ip.to_string());
        }
    }
    attributes
}
