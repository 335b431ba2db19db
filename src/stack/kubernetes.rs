//! What `[cluster]`, `[nodes.*]` and `[fargate.*]` say, after every check.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::exposure::glob;
pub use crate::data::instances::{Accelerator, Arch};
use crate::model::Place;

/// The EKS cluster of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its name; the stack's unless written.
    pub name: String,
    /// Kubernetes minor version, such as `1.36`.
    pub version: String,
    /// Where the version is written, for what is said of it on the day it is read.
    pub version_origin: Origin,
    /// Who reaches the Kubernetes API.
    pub api: ApiAccess,
    /// IAM principals (roles or users, by ARN) that administer the cluster, sorted.
    pub admins: Vec<String>,
    /// Control-plane logs that go to CloudWatch Logs, sorted: `api`, `audit`, `authenticator`, `controllerManager`,
    /// `scheduler`.
    pub logs: Vec<String>,
    /// How pods get addresses.
    pub cni: Cni,
    /// What encrypts Kubernetes secrets, beside what AWS does anyway.
    pub secrets: Secrets,
    /// What happens when the version leaves standard support.
    pub upgrade: UpgradePolicy,
    /// AWS may shift traffic away from an impaired zone.
    pub zonal_shift: bool,
    /// AWS refuses to delete it.
    pub deletion_protection: bool,
    /// An OIDC provider in IAM for roles of service accounts: needed on Fargate, elsewhere Pod Identity does.
    pub irsa: bool,
    /// Add-ons beyond those that every cluster has, and versions of any: name to version, or `None` for AWS's default.
    pub addons: BTreeMap<String, Option<String>>,
}

/// Where something is written. It takes no part in comparisons: two files that say the same are equal.
#[derive(Clone, Debug)]
pub struct Origin(pub Place);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Who reaches the Kubernetes API.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiAccess {
    /// From inside the VPC.
    pub private: bool,
    /// From the internet, by these blocks; none: not at all. `0.0.0.0/0` unless written.
    pub public: Vec<Ipv4Net>,
}

/// Settings of the VPC CNI.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cni {
    /// Whole /28 prefixes instead of single addresses.
    pub prefixes: bool,
    /// The CNI enforces network policies.
    pub policy: bool,
    /// Pods get addresses out of `vpc.pods` (custom networking); on when that is set.
    pub custom: bool,
    /// Free addresses that each node keeps.
    pub warm_ip: Option<u16>,
    /// Free prefixes that each node keeps.
    pub warm_prefix: Option<u16>,
    /// Addresses that each node has at least.
    pub minimum_ip: Option<u16>,
}

/// What encrypts Kubernetes secrets.
#[derive(Clone, Debug, PartialEq)]
pub enum Secrets {
    /// AWS's own envelope encryption alone.
    Default,
    /// A KMS key made for it.
    Created,
    /// The KMS key with this ARN.
    Key(String),
}

/// What happens when a version leaves standard support.
///
/// It stays unless the file says otherwise, as with AWS itself: an upgrade on a day that AWS chooses makes the file
/// wrong, and a cluster never goes back to an earlier version. What it costs is said sixty days before, see
/// [`support_warnings`](super::support_warnings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradePolicy {
    /// It is upgraded.
    Standard,
    /// It stays, at a higher price.
    Extended,
}

/// A managed node group.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodes {
    /// Instance types, in order of preference.
    pub instances: Vec<String>,
    /// What its instances understand; the same for all of them.
    pub arch: Arch,
    /// The accelerator that all of them have; it needs another image.
    pub accelerator: Option<Accelerator>,
    /// Operating system.
    pub os: Os,
    /// Fewest nodes.
    pub min: u32,
    /// Most nodes. How many there are between the two is observed and only clamped.
    pub max: u32,
    /// Spare capacity at a lower price, taken back at two minutes' notice.
    pub spot: bool,
    /// GiB of the root volume (for Bottlerocket of the data volume).
    pub disk: u32,
    /// Kubernetes labels.
    pub labels: BTreeMap<String, String>,
    /// Kubernetes taints.
    pub taints: Vec<Taint>,
    /// Names of the subnets it stands in; all private ones unless written.
    pub subnets: Vec<String>,
}

/// Operating system of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Amazon Linux 2023.
    AmazonLinux,
    /// Bottlerocket.
    Bottlerocket,
}

/// Keeps pods off nodes unless they tolerate it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taint {
    /// Key.
    pub key: String,
    /// Value; may be empty.
    pub value: String,
    /// What happens to pods that do not tolerate it.
    pub effect: TaintEffect,
}

/// What happens to pods that do not tolerate a taint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaintEffect {
    /// They are not scheduled there.
    NoSchedule,
    /// Preferably not.
    PreferNoSchedule,
    /// They are evicted.
    NoExecute,
}

/// Pods that run on Fargate.
#[derive(Clone, Debug, PartialEq)]
pub struct Fargate {
    /// Pods of these namespaces, with these labels.
    pub selectors: Vec<Selector>,
    /// Names of the subnets they run in; all private ones unless written.
    pub subnets: Vec<String>,
}

/// Which pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// Their namespace; may hold `*`.
    pub namespace: String,
    /// Their labels.
    pub labels: BTreeMap<String, String>,
}

impl Selector {
    /// Whether pods of `namespace` are meant, as far as their namespace goes.
    pub fn takes(&self, namespace: &str) -> bool {
        glob::covers(&self.namespace, namespace)
    }
}
