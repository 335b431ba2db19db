//! The stack file: TOML in, a [`Stack`] out, or every mistake in it with its place.
//!
//! A file goes through two passes. Each section is read into what could be understood of it (`reader`); then facts are
//! held against each other across keys. A check that follows from something being there runs on whatever was
//! understood; a check that follows from something being absent runs only when all of it was, so that one mistake is
//! never reported as two.

mod alb;
mod api;
mod block;
mod cluster;
mod contents;
mod dns;
mod edge;
mod endpoints;
mod exposure;
mod fargate;
mod flow_logs;
mod frontend;
mod head;
mod ipv6;
mod kubernetes;
mod labels;
mod named;
mod names;
mod nat;
mod network;
mod nlb;
mod nodes;
mod placement;
mod pods;
mod reader;
mod services;
mod subnets;
mod vpc;
mod zone;

use std::collections::BTreeMap;

use crate::model::{Diagnostic, Tags};
use names::Claim;
pub(crate) use names::zone_of;
use reader::{Source, Table, listed, nearest};

pub use cluster::support_warnings;
pub use edge::{Api, ApiDomain, ApiKind, ApiRoute, Cors, Jwt, RouteKey, Throttle, Via};
pub use exposure::{
    AccessLogs, Alb, Answer, Eips, Frontend, Health, HealthProtocol, Nlb, PathMatch, Protocol,
    Redirect, Requests, Route, Scheme, Service, Target, Tls, UrlScheme,
};
pub use kubernetes::{
    Accelerator, ApiAccess, Arch, Cluster, Cni, Fargate, Nodes, Origin, Os, Secrets, Selector,
    Taint, TaintEffect, UpgradePolicy,
};
pub use names::{DnsRecord, Domain, RecordType, ZoneSource};
pub use network::{Endpoint, FlowLogs, Nat, PodSubnet, Pods, Subnet, Tier, Traffic, Vpc, Zone};

/// What a stack file says, after every check.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Its name: the first part of the names of all that it makes.
    pub name: String,
    /// The Region it lives in, such as `ap-southeast-1`.
    pub region: String,
    /// The account it lives in, if the file insists: twelve digits.
    pub account: Option<String>,
    /// Tags for everything that can be tagged.
    pub tags: Tags,
    /// Where its state is kept, unless in the usual place.
    pub state: Option<String>,
    /// How it is encrypted: `passphrase`, or the ARN of a KMS key.
    pub encryption: Option<String>,
    /// Addresses of resources that are never deleted or replaced.
    pub protect: Vec<String>,
    /// Its network.
    pub vpc: Vpc,
    /// Its EKS cluster, if it has one.
    pub cluster: Option<Cluster>,
    /// Node groups by name.
    pub nodes: BTreeMap<String, Nodes>,
    /// Fargate profiles by name.
    pub fargate: BTreeMap<String, Fargate>,
    /// Kubernetes Services by name.
    pub services: BTreeMap<String, Service>,
    /// Application load balancers by name.
    pub albs: BTreeMap<String, Alb>,
    /// Network load balancers by name.
    pub nlbs: BTreeMap<String, Nlb>,
    /// APIs by name.
    pub apis: BTreeMap<String, Api>,
    /// Hosted zones by domain.
    pub zones: BTreeMap<String, Domain>,
}

/// Sections of the language.
const SECTIONS: [&str; 10] =
    ["stack", "vpc", "cluster", "nodes", "fargate", "services", "alb", "nlb", "api", "dns"];

/// Reads a stack file: the stack and warnings about it, or everything that is wrong with the file, errors and warnings,
/// in the order of its lines. `file` is the path as the user wrote it, `text` what the file holds.
pub fn parse(file: &str, text: &str) -> Result<(Stack, Vec<Diagnostic>), Vec<Diagnostic>> {
    // Editors on Windows begin a file with a byte order mark; TOML allows it, and it would shift every place.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(file, text);
    let tree = reader::tree(&source, text);
    let stack = document(&mut Table::root(&source, tree.get_ref()));
    source.finish(stack)
}

fn document(root: &mut Table<'_>) -> Option<Stack> {
    if root.rest().is_empty() && root.source().intact() {
        root.source().report(empty(root.source()));
        return None;
    }
    let head = root
        .section("stack", head::EXAMPLE)
        .and_then(|value| value.table(|table| Some(head::read(table))));
    let region = head.as_ref().and_then(head::Head::known_region);
    let network = root
        .section("vpc", vpc::EXAMPLE)
        .and_then(|value| value.table(|table| Some(vpc::read(table, region))));
    let contents = contents::read(root, region);
    root.report_missing();
    unknown(root);
    contents.check(root, network.as_ref());
    let (head, network) = (head?, network?);
    let contents = contents.settle(root.source(), head.name()?, &network)?;
    head.stack(network.vpc?, contents)
}

fn empty(source: &Source) -> Diagnostic {
    let small = format!("a small stack:\n\n[stack]\n{}\n\n[vpc]\n{}", head::EXAMPLE, vpc::EXAMPLE);
    source.error(&(0..0), "the stack file is empty", "nothing here").help(small)
}

/// Reports what stands in the file outside the sections that are read.
fn unknown(root: &Table<'_>) {
    let source = root.source();
    for entry in root.rest() {
        let (name, span) = (entry.key.value, &entry.key.span);
        source.report(if !entry.value.is_table() {
            let outside = source.error(
                span,
                format!("`{name}` stands outside any section"),
                "before the first section",
            );
            if head::KEYS.contains(&name) {
                outside.help(format!("write `{name}` under `[stack]`"))
            } else if vpc::KEYS.contains(&name) {
                outside.help(format!("write `{name}` under `[vpc]`"))
            } else if cluster::KEYS.contains(&name) {
                outside.help(format!("write `{name}` under `[cluster]`"))
            } else if nodes::KEYS.contains(&name) {
                outside.help(format!("write `{name}` under `[nodes.…]`"))
            } else {
                outside.help("remove it, or move it under the section it belongs to")
            }
        } else {
            let unknown =
                source.error(span, format!("there is no section `[{name}]`"), "unknown section");
            match nearest(name, SECTIONS) {
                Some(meant) => unknown.help(format!("write `[{meant}]`")),
                None => {
                    let all = [
                        "[stack]",
                        "[vpc]",
                        "[vpc.subnets]",
                        "[cluster]",
                        "[nodes.…]",
                        "[fargate.…]",
                        "[services.…]",
                        "[alb.…]",
                        "[nlb.…]",
                        "[api.…]",
                        "[dns.…]",
                    ];
                    unknown.help(format!("the sections are {}", listed(all)))
                }
            }
        });
    }
}
