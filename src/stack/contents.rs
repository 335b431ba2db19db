//! What runs in the network: the cluster, its nodes and its Fargate profiles, held against each other.

use std::collections::BTreeMap;

use super::{
    Alb, Api, Claim, Cluster, Domain, Fargate, Nlb, Nodes, Service, Via, alb, api, cluster, dns,
    fargate, nlb, nodes,
    placement::{self, Place},
    reader::{Source, Table, Value, nearest},
    services::{self, Home},
    vpc::Network,
};
use crate::data::regions::Region;

/// What could be understood of it.
pub(super) struct Draft {
    /// The cluster, if the section is written; none where it is no section.
    cluster: Option<Option<cluster::Draft>>,
    nodes: Option<Vec<nodes::Draft>>,
    fargate: Option<Vec<fargate::Draft>>,
    services: services::Drafts,
    albs: Vec<alb::Draft>,
    nlbs: Vec<nlb::Draft>,
    apis: Vec<api::Draft>,
    /// Every load balancer that is written.
    balancers: Vec<Via>,
    zones: dns::Drafts,
}

/// What it is, after every check.
pub(super) struct Contents {
    pub(super) cluster: Option<Cluster>,
    pub(super) nodes: BTreeMap<String, Nodes>,
    pub(super) fargate: BTreeMap<String, Fargate>,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) albs: BTreeMap<String, Alb>,
    pub(super) nlbs: BTreeMap<String, Nlb>,
    pub(super) apis: BTreeMap<String, Api>,
    pub(super) zones: BTreeMap<String, Domain>,
}

pub(super) fn read(root: &mut Table<'_>, region: Option<&Region>) -> Draft {
    let cluster = root
        .optional_section("cluster")
        .map(|value| value.table(|table| Some(cluster::read(table, value.span(), region))));
    let nodes = root.optional_section("nodes").map(|value| nodes::read(&value));
    let fargate = root.optional_section("fargate").map(|value| fargate::read(&value));
    let (alb, nlb) = (root.optional_section("alb"), root.optional_section("nlb"));
    Draft {
        cluster,
        nodes,
        fargate,
        services: root.optional_section("services").map_or_else(
            || services::Drafts::none(absent(root, "services")),
            |it| services::read(&it),
        ),
        balancers: names(alb.as_ref(), Via::Alb).chain(names(nlb.as_ref(), Via::Nlb)).collect(),
        albs: alb.map(|value| alb::read(&value)).unwrap_or_default(),
        nlbs: nlb.map(|value| nlb::read(&value)).unwrap_or_default(),
        apis: root.optional_section("api").map(|value| api::read(&value)).unwrap_or_default(),
        zones: root.optional_section("dns").map(|value| dns::read(&value)).unwrap_or_default(),
    }
}

/// The names of load balancers of one sort, as they are written.
fn names(section: Option<&Value<'_>>, sort: fn(String) -> Via) -> impl Iterator<Item = Via> {
    let entries = section.filter(|value| value.is_table()).and_then(Value::entries);
    entries.unwrap_or_default().into_iter().map(move |entry| sort(entry.key.value.to_owned()))
}

impl Draft {
    fn groups(&self) -> &[nodes::Draft] {
        self.nodes.as_deref().unwrap_or_default()
    }

    fn profiles(&self) -> &[fargate::Draft] {
        self.fargate.as_deref().unwrap_or_default()
    }

    /// Holds the sections against each other and against the network, which is none where it is no section.
    pub(super) fn check(&self, root: &Table<'_>, network: Option<&Network>) {
        let source = root.source();
        match &self.cluster {
            None => self.check_homeless(root),
            Some(Some(cluster)) => {
                self.check_idle(root, cluster);
                if let Some(network) = network {
                    cluster::check(source, cluster, network);
                }
            }
            Some(None) => {}
        }
        let claims: Vec<Claim> = (self.albs.iter().flat_map(alb::Draft::claims))
            .chain(self.nlbs.iter().flat_map(nlb::Draft::claims))
            .chain(api::claims(&self.apis))
            .collect();
        self.zones.check(source, &claims);
        if !slip(root, "dns") {
            self.zones.check_covered(source, &claims);
        }
        self.check_exposure(root, network);
        let Some(network) = network else { return };
        let places: Vec<Place<'_>> = self
            .groups()
            .iter()
            .map(nodes::Draft::place)
            .chain(self.profiles().iter().map(fargate::Draft::place))
            .collect();
        for place in &places {
            place.check(source, network);
        }
        if let Some(Some(cluster)) = &self.cluster {
            placement::check_ways(source, &places, network, cluster);
            if let Some(asked) = cluster.cni.prefixes() {
                nodes::check_prefixes(source, asked, self.groups(), network);
            }
        }
    }

    /// Services and what leads to them.
    fn check_exposure(&self, root: &Table<'_>, network: Option<&Network>) {
        let source = root.source();
        services::check(source, &self.services.all);
        if self.cluster.is_some() {
            let home = Home {
                nodes: match &self.nodes {
                    None => absent(root, "nodes").then_some(0),
                    Some(groups) => Some(groups.len()).filter(|groups| *groups > 0),
                },
                fargate: self.profiles().len(),
            };
            services::check_home(source, &self.services.all, &home);
        }
        for alb in &self.albs {
            alb.check(source, &self.services, network);
        }
        for nlb in &self.nlbs {
            nlb.check(source, &self.services, network);
        }
        let behind =
            api::Behind { services: &self.services, nlbs: &self.nlbs, balancers: &self.balancers };
        api::check(source, &self.apis, &behind);
    }

    /// Nodes, profiles and services without a cluster.
    fn check_homeless(&self, root: &Table<'_>) {
        let source = root.source();
        let first = self
            .groups()
            .iter()
            .map(|group| (group.name(), "nodes"))
            .chain(self.profiles().iter().map(|profile| (profile.name(), "fargate")))
            .chain(self.services.all.iter().map(|service| (service.name(), "services")))
            .min_by_key(|(name, _)| name.span.start);
        if let Some((name, section)) = first
            && source.intact()
            && !slip(root, "cluster")
        {
            let message = format!("`[{section}.{}]` needs a cluster", name.value);
            source.report(
                source
                    .error(&name.span, message, "there is no `[cluster]`")
                    .help(format!("add\n\n[cluster]\n{}", cluster::EXAMPLE)),
            );
        }
    }

    /// A cluster without anything that pods could run on.
    fn check_idle(&self, root: &Table<'_>, cluster: &cluster::Draft) {
        let source = root.source();
        let none = self.nodes.is_none() && self.fargate.is_none();
        if none && source.intact() && !slip(root, "nodes") && !slip(root, "fargate") {
            source.report(
                source
                    .warning(
                        &cluster.header,
                        "the cluster has nothing that pods could run on",
                        "no nodes",
                    )
                    .note("CoreDNS waits for a node, and until then the cluster has no names")
                    .help(format!("add\n\n[nodes.system]\n{}", nodes::EXAMPLE)),
            );
        }
    }

    /// What it is, once everything was right; `stack` is the stack's name.
    pub(super) fn settle(
        self,
        source: &Source,
        stack: &str,
        network: &Network,
    ) -> Option<Contents> {
        let cluster = match self.cluster {
            None => None,
            Some(cluster) => Some(cluster?.settle(source, stack, network)?),
        };
        let nodes = self.nodes.into_iter().flatten().map(|group| group.settle(network));
        let fargate = self.fargate.into_iter().flatten().map(|profile| profile.settle(network));
        let services = self.services.all.into_iter().map(|service| service.settle(stack));
        let albs = self.albs.into_iter().map(|alb| alb.settle(network));
        let nlbs = self.nlbs.into_iter().map(|nlb| nlb.settle(network));
        Some(Contents {
            cluster,
            nodes: nodes.collect::<Option<_>>()?,
            fargate: fargate.collect::<Option<_>>()?,
            services: services.collect::<Option<_>>()?,
            albs: albs.collect::<Option<_>>()?,
            nlbs: nlbs.collect::<Option<_>>()?,
            apis: self.apis.into_iter().map(api::Draft::settle).collect::<Option<_>>()?,
            zones: self.zones.settle()?,
        })
    }
}

/// Whether the file certainly has no section `name`.
fn absent(root: &Table<'_>, name: &str) -> bool {
    root.source().intact() && !slip(root, name)
}

/// Whether an unknown section is nearly called `name`: that was said already.
fn slip(root: &Table<'_>, name: &str) -> bool {
    root.rest().iter().any(|entry| nearest(entry.key.value, [name]).is_some())
}
