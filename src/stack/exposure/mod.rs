//! What `[services.*]`, `[alb.*]` and `[nlb.*]` say, after every check.

pub(super) mod glob;
mod requests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

pub use requests::{PathMatch, Requests};

/// A Kubernetes Service as the network sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The port that its pods listen on.
    pub port: u16,
    /// The port of the Service itself; the pods' unless written.
    pub service_port: u16,
    /// What its pods speak.
    pub protocol: Protocol,
    /// What a load balancer sends requests to.
    pub target: Target,
    /// How a load balancer finds out whether its targets work.
    pub health: Health,
    /// How many pods there are, where it is written.
    pub replicas: Option<u32>,
    /// Its namespace; the stack's name unless written.
    pub namespace: String,
    /// The service account of its pods; its own name unless written.
    pub service_account: String,
    /// Managed IAM policies, by ARN, that its pods act under.
    pub policies: Vec<String>,
    /// Seconds that a target which goes has to end what it is doing.
    pub drain: u32,
}

/// What pods speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    Http,
    /// HTTP/2 without TLS.
    Http2,
    /// gRPC without TLS.
    Grpc,
    /// Anything over TCP.
    Tcp,
    /// Anything over UDP.
    Udp,
}

impl Protocol {
    /// As a stack file writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Http2 => "http2",
            Self::Grpc => "grpc",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// What a load balancer sends requests to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Pods, by their addresses. A controller in the cluster registers them.
    Ip,
    /// Nodes, at the Service's node port; kube-proxy leads from there to a pod.
    Instance {
        /// 30000 to 32767.
        node_port: u16,
    },
}

/// How targets are checked. What is not written depends on the load balancer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// What the check speaks; HTTP where a path is written.
    pub protocol: Option<HealthProtocol>,
    /// What it asks for.
    pub path: Option<String>,
    /// Where it asks; where requests go to unless written.
    pub port: Option<u16>,
    /// Seconds between two checks.
    pub interval: Option<u32>,
    /// Seconds after which no answer is a bad one.
    pub timeout: Option<u32>,
    /// So many good answers in a row make a target healthy.
    pub healthy: Option<u32>,
    /// So many bad ones make it unhealthy.
    pub unhealthy: Option<u32>,
    /// Codes of a good answer, such as `200-399`.
    pub codes: Option<String>,
}

/// What a health check speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthProtocol {
    /// HTTP; a gRPC service is asked in gRPC by an application load balancer.
    Http,
    /// HTTP over TLS.
    Https,
    /// Whether a connection is taken; network load balancers only.
    Tcp,
}

/// What load balancers of both sorts have.
#[derive(Clone, Debug, PartialEq)]
pub struct Frontend {
    /// Who can reach it.
    pub scheme: Scheme,
    /// Names of the subnets it may stand in; it takes one a zone.
    pub subnets: Vec<String>,
    /// Certificates and TLS, if it speaks TLS.
    pub tls: Option<Tls>,
    /// Who may come in: blocks of IPv4 or IPv6 addresses and prefix lists. Empty: whoever can reach it.
    pub allow: Vec<String>,
    /// AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Where AWS writes down what it did, if anywhere.
    pub access_logs: Option<AccessLogs>,
}

/// Who can reach a load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The internet.
    InternetFacing,
    /// The VPC and what is connected to it.
    Internal,
}

/// Certificates and TLS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tls {
    /// Names that it answers at, each with a certificate of its own; the first is shown to who names none.
    pub names: Vec<String>,
    /// AWS's choice of TLS versions and ciphers, by its name.
    pub policy: Option<String>,
    /// Further certificates that exist already, by ARN.
    pub certificates: Vec<String>,
}

/// A bucket that access logs go to.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessLogs {
    /// Its name.
    pub bucket: String,
    /// What their keys begin with; may be empty.
    pub prefix: String,
}

/// An application load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Alb {
    /// What it has in common with network load balancers.
    pub frontend: Frontend,
    /// Routes, by their keys as written.
    pub routes: BTreeMap<String, Route>,
    /// What is done with requests that no route takes.
    pub default: Answer,
    /// Seconds after which a silent connection is closed.
    pub idle_timeout: u32,
}

/// A route: which requests, and what is done with them.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Which requests it takes.
    pub requests: Requests,
    /// What is done with them.
    pub answer: Answer,
}

/// What is done with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It goes to one of these services, in proportion to their weights.
    Forward {
        /// Weights by service.
        weights: BTreeMap<String, u16>,
        /// Seconds for which a client stays with the service that it came to first.
        sticky: Option<u32>,
    },
    /// The client is sent elsewhere.
    Redirect(Redirect),
    /// The load balancer answers itself.
    Fixed {
        /// HTTP status.
        status: u16,
        /// Such as `text/plain`.
        content_type: String,
        /// What it says; may be empty.
        body: String,
    },
}

impl Answer {
    /// The answer to requests that nothing else is said about.
    pub fn not_found() -> Self {
        Self::Fixed { status: 404, content_type: "text/plain".to_owned(), body: String::new() }
    }

    /// The services that requests go to.
    pub fn services(&self) -> BTreeSet<&str> {
        match self {
            Self::Forward { weights, .. } => weights.keys().map(String::as_str).collect(),
            Self::Redirect(_) | Self::Fixed { .. } => BTreeSet::new(),
        }
    }
}

/// Where a client is sent. A part that is not written is the request's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Redirect {
    /// The scheme of the new URL.
    pub scheme: Option<UrlScheme>,
    /// Its host.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// Its path, with a leading slash.
    pub path: Option<String>,
    /// Its query, without the question mark.
    pub query: Option<String>,
    /// 301 or 302.
    pub status: u16,
}

/// The scheme of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlScheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl UrlScheme {
    /// The port of a URL that names none.
    pub const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl fmt::Display for UrlScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// A network load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Nlb {
    /// What it has in common with application load balancers.
    pub frontend: Frontend,
    /// The services it has listeners for, and the ports of those that insist on one.
    pub serves: BTreeMap<String, Option<u16>>,
    /// Its addresses on the internet.
    pub eips: Eips,
    /// Each zone sends requests to targets of all zones.
    pub cross_zone: bool,
    /// Targets see the client's address; AWS's own choice for the sort of target unless written.
    pub client_ip: Option<bool>,
    /// Targets are told the client's address by proxy protocol v2.
    pub proxy_protocol: bool,
}

/// Addresses of a network load balancer on the internet.
#[derive(Clone, Debug, PartialEq)]
pub enum Eips {
    /// Those that AWS chooses.
    None,
    /// One for each subnet, allocated for it.
    Created,
    /// Those of these allocations, by subnet.
    Given(BTreeMap<String, String>),
}
