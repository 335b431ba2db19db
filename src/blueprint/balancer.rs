//! What load balancers of both sorts are made of: the load balancer, its security group, its certificates, and the way
//! from it to its targets.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, address, cluster, digest::named, names, vpc};
use crate::{
    kinds::{
        Direction, Eip, ListenerCertificate, LoadBalancer, SecurityGroup, SecurityGroupRule,
        Subnet, SubnetMapping, VpcIpv6Block,
    },
    model::{Address, Ref, Until},
    stack::{Eips, Frontend, Scheme},
};

/// What AWS takes for the names of load balancers and target groups.
pub(super) const LONGEST: usize = 32;
/// TLS 1.2 and 1.3. What AWS takes where nothing is said begins at TLS 1.0.
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// What the load balancer is, in AWS's words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Application,
    Network,
}

impl Family {
    /// AWS's word, and the section of the stack file.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Application => ("application", "alb"),
            Self::Network => ("network", "nlb"),
        }
    }
}

/// A load balancer that was drawn.
pub(super) struct Balancer<'a> {
    /// Its section, such as `alb.web`, which is its name in addresses as well.
    pub(super) section: String,
    pub(super) family: Family,
    pub(super) frontend: &'a Frontend,
    pub(super) address: Address,
    /// What AWS calls it. It changes when the load balancer has to be another.
    pub(super) name: String,
    /// Its security group.
    group: Address,
}

/// Draws a load balancer with its security group. `attributes` are those of its sort.
pub(super) fn draw<'a>(
    draft: &mut Draft<'_>,
    name: &str,
    family: Family,
    frontend: &'a Frontend,
    eips: &Eips,
    mut attributes: BTreeMap<String, String>,
) -> Balancer<'a> {
    let (word, section) = family.words();
    let section = format!("{section}.{name}");
    let scheme = match frontend.scheme {
        Scheme::InternetFacing => "internet-facing",
        Scheme::Internal => "internal",
    };
    // Which addresses a load balancer has is settled when it is made; AWS adds none to one that has none.
    let addresses = match eips {
        Eips::None => "",
        Eips::Created => "created",
        Eips::Given(_) => "given",
    };
    // AWS keeps names that begin with `internal-` to itself, so the stack's is not the first.
    let short = if family == Family::Application { "alb" } else { "nlb" };
    let content = format!("{scheme} {addresses}");
    let aws_name = named(&[short, &draft.stack.name, name], &content, LONGEST);
    let group = group(draft, &section);
    let subnets = subnets(draft, &section, name, frontend, eips);
    attributes.extend(frontend_attributes(frontend));
    let ip_address_type = if draft.stack.vpc.ipv6 { "dualstack" } else { "ipv4" };
    let fields = LoadBalancer {
        name: aws_name.clone(),
        family: word.to_owned(),
        scheme: scheme.to_owned(),
        ip_address_type: ip_address_type.to_owned(),
        subnets,
        security_groups: vec![Ref::id(&group)],
        attributes,
    };
    let address = draft.add(&section, &section, fields);
    if frontend.scheme == Scheme::InternetFacing
        && let Some(attachment) = vpc::attachment(draft)
    {
        // AWS refuses one that faces the internet in a VPC that does not.
        draft.needs(&address, attachment, Until::Created);
    }
    for domain in frontend.tls.iter().flat_map(|tls| &tls.names) {
        names::alias(draft, &section, domain, &address);
    }
    Balancer { section, family, frontend, address, name: aws_name, group }
}

/// Every attribute that the stack file can set is always written: one that is left out would stay as it was.
fn frontend_attributes(frontend: &Frontend) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::from([
        ("deletion_protection.enabled".to_owned(), frontend.deletion_protection.to_string()),
        ("access_logs.s3.enabled".to_owned(), frontend.access_logs.is_some().to_string()),
    ]);
    if let Some(logs) = &frontend.access_logs {
        attributes.insert("access_logs.s3.bucket".to_owned(), logs.bucket.clone());
        attributes.insert("access_logs.s3.prefix".to_owned(), logs.prefix.clone());
    }
    attributes
}

/// One subnet in each zone. The choice is kept: a load balancer that moves changes its addresses.
fn subnets(
    draft: &mut Draft<'_>,
    section: &str,
    name: &str,
    frontend: &Frontend,
    eips: &Eips,
) -> Vec<SubnetMapping> {
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in &frontend.subnets {
        let zone = draft.stack.vpc.subnets[name].zone.key();
        options.entry(zone).or_default().push(name.clone());
    }
    let mut mappings = Vec::new();
    for (zone, names) in options {
        let Some(subnet) = draft.choose(&format!("{section}.subnet.{zone}"), &names) else {
            continue;
        };
        let eip = match eips {
            Eips::None => None,
            Eips::Created => {
                Some(Ref::id(&draft.add(section, &format!("nlb.{name}-{subnet}"), Eip {})))
            }
            Eips::Given(allocations) => allocations.get(&subnet).map(|id| Ref::from(id.as_str())),
        };
        mappings.push(SubnetMapping { subnet: Ref::id(&address::<Subnet>(&subnet)), eip });
    }
    mappings
}

fn group(draft: &mut Draft<'_>, section: &str) -> Address {
    let fields = SecurityGroup {
        vpc: vpc::id(draft),
        name: format!("{}-{}", draft.stack.name, section.replace('.', "-")),
        description: format!("Load balancer {section}"),
        // It speaks to its targets and to nobody else.
        open_egress: false,
    };
    draft.add(section, section, fields)
}

/// Who may come in unless it is written: those who can reach it. Each with a name for the rule.
fn peers(draft: &Draft<'_>, frontend: &Frontend) -> Vec<(String, Ref)> {
    let vpc = &draft.stack.vpc;
    let peer = |name: &str, block: &str| (name.to_owned(), Ref::from(block));
    if !frontend.allow.is_empty() {
        return frontend.allow.iter().map(|block| peer(block, block)).collect();
    }
    match frontend.scheme {
        Scheme::InternetFacing => {
            let mut all = vec![peer("internet", "0.0.0.0/0")];
            if vpc.ipv6 {
                all.push(peer("internet-v6", "::/0"));
            }
            all
        }
        Scheme::Internal => {
            let mut all = vec![peer("vpc", &vpc.cidr.to_string())];
            all.extend(vpc.pods.iter().map(|pods| peer("pods", &pods.cidr.to_string())));
            if vpc.ipv6 {
                let block = address::<VpcIpv6Block>(&draft.stack.name);
                all.push(("vpc-v6".to_owned(), Ref::output(&block, "cidr")));
            }
            all
        }
    }
}

/// What packets are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    const fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// A port as the name of a rule has it: TCP goes without saying.
fn port_name(transport: Transport, port: u16) -> String {
    match transport {
        Transport::Tcp => port.to_string(),
        Transport::Udp => format!("{port}-udp"),
    }
}

impl Balancer<'_> {
    /// Lets those in who may come, to the port of `listener`. It takes requests only once they may come, and they may
    /// come as long as it does.
    pub(super) fn open(
        &self,
        draft: &mut Draft<'_>,
        listener: &Address,
        transport: Transport,
        port: u16,
    ) {
        for (name, peer) in peers(draft, self.frontend) {
            let description = format!("Clients in {name}");
            let title = format!("{}/{}-from-{name}", self.section, port_name(transport, port));
            let group = Ref::id(&self.group);
            let rule = rule(group, Direction::Ingress, transport, port, peer, description);
            let rule = draft.add(&self.section, &title, rule);
            draft.needs(listener, rule, Until::Created);
        }
    }

    /// Lets it reach the targets of a group at a port, and lets it into them there and nowhere else. The way is open
    /// before the first request and until the last.
    pub(super) fn admit(
        &self,
        draft: &mut Draft<'_>,
        targets: &Address,
        homes: &BTreeSet<Home>,
        transport: Transport,
        port: u16,
    ) {
        for home in homes {
            let (place, group) = match home {
                Home::Nodes => ("nodes", Ref::id(&address::<SecurityGroup>("nodes"))),
                Home::Fargate => ("cluster", Ref::output(&cluster::id(draft), "security_group")),
            };
            let (own, name) = (Ref::id(&self.group), port_name(transport, port));
            let description = format!("Targets in {place}");
            let title = format!("{}/{name}-to-{place}", self.section);
            let out =
                rule(own.clone(), Direction::Egress, transport, port, group.clone(), description);
            let out = draft.add(&self.section, &title, out);
            let description = format!("Load balancer {}", self.section);
            let title = format!("{place}/{name}-from-{}", self.section);
            let into = rule(group, Direction::Ingress, transport, port, own, description);
            let into = draft.add(&self.section, &title, into);
            match home {
                Home::Nodes => {
                    draft.needs(targets, out, Until::Created);
                    draft.needs(targets, into, Until::Created);
                }
                // These wait until the cluster tells its group, and a load balancer is to be there before that.
                Home::Fargate => {
                    let cluster = cluster::id(draft);
                    draft.needs(&out, cluster.clone(), Until::Ready);
                    draft.needs(&into, cluster, Until::Ready);
                }
            }
        }
    }

    /// What TLS a listener speaks, and the certificate that it shows to those who name no host.
    pub(super) fn tls(&self, draft: &mut Draft<'_>) -> Option<(String, Ref)> {
        let tls = self.frontend.tls.as_ref()?;
        let policy = tls.policy.clone().unwrap_or_else(|| TLS_POLICY.to_owned());
        let (_, certificate) = self.certificates(draft).into_iter().next()?;
        Some((policy, certificate))
    }

    /// Gives a listener its further certificates; `name` is the listener's.
    pub(super) fn certify(&self, draft: &mut Draft<'_>, listener: &Address, name: &str) {
        for (title, certificate) in self.certificates(draft).into_iter().skip(1) {
            let fields = ListenerCertificate { listener: Ref::id(listener), certificate };
            draft.add(&self.section, &format!("{name}/{title}"), fields);
        }
    }

    /// All certificates, each with a name: those that are made for its names before those that exist.
    fn certificates(&self, draft: &mut Draft<'_>) -> Vec<(String, Ref)> {
        let Some(tls) = &self.frontend.tls else { return Vec::new() };
        let made = tls.names.iter().map(|name| (name.clone(), names::certificate(draft, name)));
        let mut all: Vec<_> = made.collect();
        for arn in &tls.certificates {
            let id = arn.rsplit('/').next().unwrap_or(arn);
            all.push((id.to_owned(), Ref::from(arn.as_str())));
        }
        all
    }
}

fn rule(
    group: Ref,
    direction: Direction,
    transport: Transport,
    port: u16,
    peer: Ref,
    description: String,
) -> SecurityGroupRule {
    let (protocol, port) = (transport.word().to_owned(), i32::from(port));
    SecurityGroupRule { group, direction, protocol, from: port, to: port, peer, description }
}

/// Where pods run, as far as security groups go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Home {
    /// On nodes: they are in the group of the nodes.
    Nodes,
    /// On Fargate: they are in the cluster's own group.
    Fargate,
}

/// Where pods of `namespace` may run.
pub(super) fn homes(draft: &Draft<'_>, namespace: &str) -> BTreeSet<Home> {
    let stack = draft.stack;
    let selectors = stack.fargate.values().flat_map(|profile| &profile.selectors);
    let taken: Vec<_> = selectors.filter(|selector| selector.takes(namespace)).collect();
    let mut homes = BTreeSet::new();
    if !taken.is_empty() {
        homes.insert(Home::Fargate);
    }
    // A selector with labels leaves the other pods of the namespace to the nodes.
    if !stack.nodes.is_empty() && taken.iter().all(|selector| !selector.labels.is_empty()) {
        homes.insert(Home::Nodes);
    }
    homes
}
