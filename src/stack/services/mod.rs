//! `[services.*]`: Kubernetes Services as the network sees them.

mod check;
mod health;
mod policies;

use super::{
    Health, Protocol, Service, Target, head,
    named::Sort,
    reader::{Source, Span, Table, Value, Written, listed, nearest},
};

pub(super) use check::{Home, check, check_home};

/// The keys of each section.
pub(super) const KEYS: [&str; 11] = [
    "port",
    "service_port",
    "protocol",
    "target",
    "node_port",
    "health",
    "replicas",
    "namespace",
    "service_account",
    "policies",
    "drain",
];

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "port   = 8080\nhealth = \"/healthz\"";

const SORT: Sort = Sort {
    section: "services",
    noun: "service",
    example: "orders",
    keys: &KEYS,
    reserved: None,
    quota: 1000,
};

const PROTOCOLS: [(&str, Protocol); 5] = [
    ("http", Protocol::Http),
    ("http2", Protocol::Http2),
    ("grpc", Protocol::Grpc),
    ("tcp", Protocol::Tcp),
    ("udp", Protocol::Udp),
];

/// What `target` can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Ip,
    Instance,
}

const TARGETS: [(&str, Sent); 2] = [("ip", Sent::Ip), ("instance", Sent::Instance)];

/// Ports that Kubernetes gives to Services on nodes (kube-apiserver, `--service-node-port-range`; EKS keeps it).
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30000..=32767;

/// Seconds that Elastic Load Balancing leaves a target that goes, unless it is told otherwise.
const DRAIN: u32 = 300;

/// What could be understood of one.
pub(super) struct Draft {
    name: Written<String>,
    port: Option<u16>,
    service_port: Option<u16>,
    /// What its pods speak, where that is known.
    pub(super) protocol: Option<Protocol>,
    protocol_place: Option<Span>,
    target: Option<Written<Sent>>,
    /// The port on the nodes, if one is written; none where it is wrong.
    node_port: Option<Option<Written<u16>>>,
    health: Option<Health>,
    health_place: Option<Span>,
    replicas: Option<u32>,
    namespace: Option<String>,
    service_account: Option<Written<String>>,
    policies: Vec<String>,
    policies_place: Option<Span>,
    drain: u32,
}

/// What could be understood of all.
pub(super) struct Drafts {
    pub(super) all: Vec<Draft>,
    /// The name of every one was understood, so that what is absent is absent.
    pub(super) complete: bool,
}

/// Those that could be understood.
pub(super) fn read(value: &Value<'_>) -> Drafts {
    let written = value.entries().map(|entries| entries.len());
    let drafts = SORT.sections(value).into_iter().filter_map(|entry| {
        let name = entry.key.map(str::to_owned);
        entry.value.table(|table| Some(keys(table, name)))
    });
    let all: Vec<Draft> = drafts.collect();
    let complete = written == Some(all.len()) && value.source().intact();
    Drafts { all, complete }
}

impl Drafts {
    /// None at all; `complete` says whether none is written.
    pub(super) fn none(complete: bool) -> Self {
        Self { all: Vec::new(), complete }
    }

    /// The one that somebody names; that there is none is reported.
    pub(super) fn named(&self, source: &Source, name: &Written<String>) -> Option<&Draft> {
        let found = self.all.iter().find(|draft| draft.name.value == name.value);
        if found.is_none() && self.complete {
            let message = format!("there is no service `{}`", name.value);
            let unknown = source.error(&name.span, message, "unknown service");
            let all = || self.all.iter().map(|draft| draft.name.value.as_str());
            source.report(match nearest(&name.value, all()) {
                Some(meant) => unknown.help(format!("write `{meant}`")),
                None if self.all.is_empty() => {
                    unknown.help(format!("add\n\n[services.{}]\n{EXAMPLE}", name.value))
                }
                None => unknown.help(format!("the services are {}", listed(all()))),
            });
        }
        found
    }
}

fn keys(table: &mut Table<'_>, name: Written<String>) -> Draft {
    table.hint(misplaced);
    table.other_names(&OTHER_NAMES);
    let port = table.required("port", "8080").and_then(|value| port(&value));
    let service_port = table.optional("service_port", "80").and_then(|value| self::port(&value));
    let protocol = table.optional("protocol", "\"grpc\"");
    let protocol_place = protocol.as_ref().map(Value::span);
    let protocol = match protocol {
        Some(value) => value.choice(&PROTOCOLS).map(|protocol| protocol.value),
        None => Some(Protocol::Http),
    };
    let target = match table.optional("target", "\"ip\"") {
        Some(value) => value.choice(&TARGETS),
        None => Some(Written { value: Sent::Ip, span: name.span.clone() }),
    };
    let health = table.optional("health", "\"/healthz\"");
    let health_place = health.as_ref().map(Value::span);
    let policies =
        table.optional("policies", "[\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"]");
    let draft = Draft {
        name,
        port,
        service_port,
        protocol,
        protocol_place,
        target,
        node_port: table.optional("node_port", "32001").map(|value| {
            // The range is within that of the type.
            value.integer(NODE_PORTS).map(|port| port.map(|port| port as u16))
        }),
        health: match health {
            Some(value) => health::read(&value),
            None => Some(Health::default()),
        },
        health_place,
        replicas: table
            .optional("replicas", "3")
            .and_then(|value| value.integer(0..=100_000))
            // The range is within that of the type.
            .map(|replicas| replicas.value as u32),
        namespace: table.optional("namespace", "\"shop\"").and_then(|value| label(&value)),
        service_account: table
            .optional("service_account", "\"orders\"")
            .and_then(|value| Some(Written { value: label(&value)?, span: value.span() })),
        policies_place: policies.as_ref().map(Value::span),
        policies: policies.map(|value| policies::read(&value)).unwrap_or_default(),
        drain: table
            .optional("drain", "30")
            .and_then(|value| value.integer(0..=3600))
            // The range is within that of the type.
            .map_or(DRAIN, |drain| drain.value as u32),
    };
    draft.check_alone(table.source());
    draft
}

/// A port.
pub(super) fn port(value: &Value<'_>) -> Option<u16> {
    // The range is within that of the type.
    value.integer(1..=65535).map(|port| port.value as u16)
}

/// A name as Kubernetes takes it for namespaces and service accounts.
fn label(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let problem = if name.is_empty() {
        "empty"
    } else if !name.chars().all(allowed) {
        "only lower-case letters, digits and hyphens"
    } else if name.starts_with('-') || name.ends_with('-') {
        "must not start or end with a hyphen"
    } else if name.len() > 63 {
        "longer than 63 characters"
    } else {
        return Some(name.to_owned());
    };
    let message = format!("`{name}` is not a name that Kubernetes takes");
    value.source().report(value.error(message, problem).help(value.advice()));
    None
}

/// What Kubernetes, Terraform and the load balancer controller call the keys.
const OTHER_NAMES: [(&str, &str); 22] = [
    ("targetPort", "port"),
    ("target_port", "port"),
    ("containerPort", "port"),
    ("container_port", "port"),
    ("servicePort", "service_port"),
    ("nodePort", "node_port"),
    ("target_type", "target"),
    ("targetType", "target"),
    ("target-type", "target"),
    ("healthcheck", "health"),
    ("health_check", "health"),
    ("healthcheck_path", "health"),
    ("healthcheck-path", "health"),
    ("health_check_path", "health"),
    ("backend_protocol", "protocol"),
    ("backend-protocol", "protocol"),
    ("backend-protocol-version", "protocol"),
    ("protocol_version", "protocol"),
    ("deregistration_delay", "drain"),
    ("serviceAccount", "service_account"),
    ("serviceAccountName", "service_account"),
    ("policy_arns", "policies"),
];

/// Where a key belongs that stands here by mistake, or what says the same here.
fn misplaced(key: &str) -> Option<String> {
    let help = match key {
        "path" | "host" | "hosts" | "rules" | "ingress" => {
            "write `\"<host>/<path>\" = \"<service>\"` under `[alb.<name>.routes]`".to_owned()
        }
        "type" | "loadBalancerClass" => {
            "name the service in `serves` of an `[nlb.…]`, or in a route of an `[alb.…]`".to_owned()
        }
        "externalTrafficPolicy" | "external_traffic_policy" => {
            "remove it; with `target = \"ip\"` no node stands between load balancer and pod"
                .to_owned()
        }
        "client_ip" | "proxy_protocol" | "cross_zone" => {
            format!("write `{key}` under `[nlb.…]`")
        }
        "selector" | "labels" => "remove it; the Service in Kubernetes selects its pods".to_owned(),
        _ if head::KEYS.contains(&key) => format!("write `{key}` under `[stack]`"),
        _ => return None,
    };
    Some(help)
}

impl Draft {
    /// Where its name is written.
    pub(super) fn name(&self) -> &Written<String> {
        &self.name
    }

    /// What its pods speak, and where that is written, if it is.
    pub(super) fn spoken(&self) -> Option<(Protocol, &Span)> {
        Some((self.protocol?, self.protocol_place.as_ref().unwrap_or(&self.name.span)))
    }

    /// Where a health check is written that only a network load balancer can make.
    pub(super) fn tcp_check(&self) -> Option<&Span> {
        let tcp = self.health.as_ref()?.protocol == Some(super::HealthProtocol::Tcp);
        self.health_place.as_ref().filter(|_| tcp)
    }

    /// Holds its keys against each other.
    fn check_alone(&self, source: &Source) {
        let Some(target) = &self.target else { return };
        match (target.value, &self.node_port) {
            (Sent::Ip, Some(Some(port))) => source.report(
                source
                    .error(&port.span, "a node port without use", "not used")
                    .note(
                        "with `target = \"ip\"`, the default, requests go to pods and not to nodes",
                    )
                    .help("remove `node_port`, or write `target = \"instance\"`"),
            ),
            (Sent::Instance, None) if source.intact() => source.report(
                source
                    .error(
                        &target.span,
                        format!("`[services.{}]` needs `node_port`", self.name.value),
                        "goes to a port of the nodes",
                    )
                    .note(
                        "Kubernetes would choose one that nobody knows before the Service is there",
                    )
                    .help("add `node_port = 32001`, and the same as `nodePort` of the Service"),
            ),
            (Sent::Ip, Some(None) | None) | (Sent::Instance, Some(_) | None) => {}
        }
        if let (Some(Protocol::Udp), Some(health)) = (self.protocol, &self.health)
            && health.port.is_none()
            && source.intact()
        {
            let place = self.health_place.as_ref().or(self.protocol_place.as_ref());
            source.report(
                source
                    .error(
                        place.unwrap_or(&self.name.span),
                        "a health check of a UDP service needs a port of its own",
                        "no port that speaks TCP",
                    )
                    .note("AWS checks targets over TCP or HTTP, also those that speak UDP")
                    .help("write `health = { path = \"/healthz\", port = 8080 }`"),
            );
        }
    }

    /// It by its name, once everything was right; `stack` is the stack's name.
    pub(super) fn settle(self, stack: &str) -> Option<(String, Service)> {
        let port = self.port?;
        let target = match (self.target?.value, self.node_port) {
            (Sent::Ip, None) => Target::Ip,
            (Sent::Instance, Some(Some(port))) => Target::Instance { node_port: port.value },
            (Sent::Ip, Some(_)) | (Sent::Instance, Some(None) | None) => return None,
        };
        let name = self.name.value;
        let service = Service {
            port,
            service_port: self.service_port.unwrap_or(port),
            protocol: self.protocol?,
            target,
            health: self.health?,
            replicas: self.replicas,
            namespace: self.namespace.unwrap_or_else(|| stack.to_owned()),
            service_account: self.service_account.map_or_else(|| name.clone(), |it| it.value),
            policies: self.policies,
            drain: self.drain,
        };
        Some((name, service))
    }
}
