//! What `[vpc]` and `[vpc.subnets]` say, after every check.

use std::{collections::BTreeMap, fmt};

use ipnet::Ipv4Net;

/// The network of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Vpc {
    /// The VPC's addresses, /16 to /28.
    pub cidr: Ipv4Net,
    /// How private subnets reach the internet.
    pub nat: Nat,
    /// Doors to AWS services that do not need the internet, each once, in alphabetical order of their names.
    pub endpoints: Vec<Endpoint>,
    /// A secondary block for pods only, and the part of it that each zone gets.
    pub pods: Option<Pods>,
    /// Dual stack: an Amazon-provided /56, a /64 for each subnet, an egress-only gateway for private ones.
    pub ipv6: bool,
    /// Where the VPC's flow log goes, if anywhere.
    pub flow_logs: Option<FlowLogs>,
    /// Subnets by name.
    pub subnets: BTreeMap<String, Subnet>,
}

/// A secondary block for pods, carved by zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Pods {
    /// The block.
    pub cidr: Ipv4Net,
    /// The part of each zone that has private subnets, by [`Zone::key`]. It depends on the zone alone, so that adding
    /// or removing another zone never renumbers it.
    pub zones: BTreeMap<String, PodSubnet>,
}

/// The part of the pods' block that one zone gets.
#[derive(Clone, Debug, PartialEq)]
pub struct PodSubnet {
    /// Its availability zone.
    pub zone: Zone,
    /// Its addresses.
    pub cidr: Ipv4Net,
    /// Its number inside the VPC's IPv6 /56; there is one when the VPC has IPv6. It depends on the zone alone.
    pub ipv6_index: Option<u8>,
}

/// How private subnets reach the internet.
#[derive(Clone, Debug, PartialEq)]
pub enum Nat {
    /// Not at all.
    None,
    /// Through one gateway for all zones.
    Single,
    /// Through a gateway in a public subnet of each zone that has private subnets.
    PerZone,
    /// Through one gateway that AWS spreads over the zones of the VPC by itself; it stands in no subnet.
    Regional,
    /// Through a gateway in each of these public subnets, with addresses that exist already: subnet name to
    /// allocation id (`eipalloc-…`).
    Addresses(BTreeMap<String, String>),
}

/// A subnet.
#[derive(Clone, Debug, PartialEq)]
pub struct Subnet {
    /// Who can reach it, and whom it can reach.
    pub tier: Tier,
    /// Its addresses.
    pub cidr: Ipv4Net,
    /// Its availability zone.
    pub zone: Zone,
    /// Its number inside the VPC's IPv6 /56, unique in the VPC; there is one when the VPC has IPv6. Written, or a
    /// function of its own IPv4 block and the VPC's, so that it never moves when other subnets come and go.
    pub ipv6_index: Option<u8>,
}

/// Who can reach a subnet, and whom it can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// A route to and from the internet.
    Public,
    /// Out through NAT, in from the VPC only.
    Private,
    /// No route beyond the VPC and its gateway endpoints.
    Isolated,
}

impl Tier {
    /// The word that names of its subnets begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Isolated => "isolated",
        }
    }
}

/// An availability zone. Names map to places differently in each account, ids are the same in all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// Such as `ap-southeast-1a`.
    Name(String),
    /// Such as `apse1-az1`.
    Id(String),
}

impl Zone {
    /// A short name for use in the names of resources: `a` for `ap-southeast-1a`, `az1` for `apse1-az1`.
    pub fn key(&self) -> String {
        match self {
            Self::Name(name) => name.chars().last().map(String::from).unwrap_or_default(),
            Self::Id(id) => id.rsplit('-').next().unwrap_or(id).to_owned(),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(zone) | Self::Id(zone) => f.pad(zone),
        }
    }
}

/// A door from the VPC to one AWS service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// The last part of the service's name, such as `s3` or `ecr.api`.
    pub service: String,
    /// A gateway endpoint is a route and free; an interface endpoint is an address in each zone and billed.
    pub gateway: bool,
}

/// A flow log into a log group.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowLogs {
    /// Days that CloudWatch Logs keeps it.
    pub retention: u16,
    /// Which packets.
    pub traffic: Traffic,
    /// Seconds over which flows are summed up: 60 or 600.
    pub interval: u16,
}

/// Which packets a flow log records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// All of them.
    All,
    /// Those that security groups and network ACLs let pass.
    Accept,
    /// Those that they do not.
    Reject,
}
