//! `subnets` of node groups and of Fargate: where pods run, and whether that leads anywhere.

use super::{
    Tier,
    cluster::{self, Access},
    reader::{Source, Span, Value, Written, listed, nearest},
    subnets::Draft,
    vpc::Network,
};
use crate::model::Diagnostic;

/// Which subnets are written.
pub(super) enum Wish {
    /// None: all private ones are meant.
    Private,
    /// These.
    Named(Vec<Written<String>>),
    /// Something that was not understood.
    Unknown,
}

/// Who stands in the subnets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tenant {
    /// Instances of a node group.
    Nodes,
    /// Pods on Fargate.
    Fargate,
}

/// A section that says where something runs.
pub(super) struct Place<'a> {
    pub(super) tenant: Tenant,
    /// Its header, such as `nodes.apps`.
    pub(super) section: String,
    /// Its name, where it is written.
    pub(super) name: &'a Span,
    pub(super) wish: &'a Wish,
}

pub(super) fn read(value: Option<Value<'_>>) -> Wish {
    let Some(value) = value else { return Wish::Private };
    let Some(names) = value.strings() else { return Wish::Unknown };
    let source = value.source();
    for (position, name) in names.iter().enumerate() {
        if let Some(first) = names[..position].iter().find(|first| first.value == name.value) {
            source.report(
                source
                    .error(&name.span, format!("`{}` is written twice", name.value), "again here")
                    .at(source.place(&first.span, "first here"))
                    .help("remove one of the two"),
            );
        }
    }
    if value.is_list_of(0) {
        let help = "write the names of subnets, or remove `subnets` to use all private ones";
        source.report(
            value.error("a list without subnets leaves nowhere to run", "empty").help(help),
        );
        return Wish::Unknown;
    }
    if !value.is_list_of(names.len()) {
        return Wish::Unknown;
    }
    Wish::Named(names.into_iter().map(|name| name.map(str::to_owned)).collect())
}

impl Place<'_> {
    /// Holds the subnets against those there are.
    pub(super) fn check(&self, source: &Source, network: &Network) {
        let Some(drafts) = &network.drafts else { return };
        let names = match self.wish {
            Wish::Named(names) => names,
            Wish::Private => {
                if drafts.complete && drafts.of(Tier::Private).next().is_none() {
                    source.report(self.nowhere(source, network));
                }
                return;
            }
            Wish::Unknown => return,
        };
        for name in names {
            match drafts.subnets.iter().find(|subnet| subnet.name.value == name.value) {
                Some(subnet) => {
                    self.check_tier(source, name, subnet.tier);
                    self.check_pods(source, name, subnet, network);
                }
                None if drafts.complete => {
                    let message = format!("there is no subnet `{}`", name.value);
                    let unknown = source.error(&name.span, message, "unknown subnet");
                    let all = || drafts.subnets.iter().map(|subnet| subnet.name.value.as_str());
                    source.report(match nearest(&name.value, all()) {
                        Some(meant) => unknown.help(format!("write `\"{meant}\"`")),
                        None => unknown.help(format!("the subnets are {}", listed(all()))),
                    });
                }
                None => {}
            }
        }
    }

    fn check_tier(&self, source: &Source, name: &Written<String>, tier: Tier) {
        match (self.tenant, tier) {
            (Tenant::Fargate, Tier::Public) => source.report(
                source
                    .error(
                        &name.span,
                        format!("Fargate does not run in `{}`", name.value),
                        "a public subnet",
                    )
                    .note("EKS takes subnets without a route to an internet gateway for Fargate")
                    .help("write private subnets, or remove `subnets` to use all of them"),
            ),
            (Tenant::Nodes, Tier::Public)
            | (Tenant::Nodes | Tenant::Fargate, Tier::Private | Tier::Isolated) => {}
        }
    }

    /// With a block for pods, nodes take the addresses of pods out of their zone's part, and only zones with private
    /// subnets have one.
    fn check_pods(
        &self,
        source: &Source,
        name: &Written<String>,
        subnet: &Draft,
        network: &Network,
    ) {
        let (Some(pods), Some(drafts), Some(zone)) =
            (&network.pods, &network.drafts, subnet.zone_key())
        else {
            return;
        };
        let without = drafts.complete && !drafts.zones(Tier::Private).contains_key(&zone);
        match self.tenant {
            Tenant::Nodes if without => source.report(
                source
                    .error(
                        &name.span,
                        format!("pods on nodes in `{}` would get no addresses", name.value),
                        format!("zone `{zone}`"),
                    )
                    .at(source.place(pods, format!("has no part for zone `{zone}`")))
                    .note("a zone gets a part of the block when it has a private subnet")
                    .help(format!("add `private-{zone}`, or write a subnet of another zone")),
            ),
            Tenant::Nodes | Tenant::Fargate => {}
        }
    }

    fn nowhere(&self, source: &Source, network: &Network) -> Diagnostic {
        let message = format!("`[{}]` has no private subnets to run in", self.section);
        let nowhere = source.error(self.name, message, "runs in all private subnets");
        let of = |tier| {
            let drafts = network.drafts.iter().flat_map(move |drafts| drafts.of(tier));
            drafts.map(|subnet| format!("\"{}\"", subnet.name.value)).collect::<Vec<_>>().join(", ")
        };
        match (self.tenant, of(Tier::Public)) {
            (Tenant::Nodes, public) if !public.is_empty() => nowhere
                .note(
                    "nodes in public subnets have addresses on the internet, so it has to be said",
                )
                .help(format!("add a subnet such as `private-a`, or write `subnets = [{public}]`")),
            (Tenant::Nodes | Tenant::Fargate, _) => {
                nowhere.help("add a subnet such as `private-a` under `[vpc.subnets]`")
            }
        }
    }

    /// The first of its subnets from which nothing leads to the internet, by where to point at.
    fn shut_in<'a>(&'a self, network: &'a Network) -> Option<Shut<'a>> {
        let shut = |tier| network.reaches_out(tier) == Some(false);
        match self.wish {
            Wish::Named(names) => names.iter().find_map(|name| {
                let drafts = network.drafts.as_ref()?;
                let subnet = drafts.subnets.iter().find(|it| it.name.value == name.value)?;
                let tier = shut(subnet.tier).then_some(subnet.tier)?;
                Some(Shut { subnet: &name.value, tier, place: &name.span })
            }),
            Wish::Private => {
                let subnet = network.drafts.as_ref()?.of(Tier::Private).next()?;
                shut(Tier::Private).then_some(Shut {
                    subnet: &subnet.name.value,
                    tier: Tier::Private,
                    place: self.name,
                })
            }
            Wish::Unknown => None,
        }
    }
}

struct Shut<'a> {
    subnet: &'a str,
    tier: Tier,
    place: &'a Span,
}

/// What nodes and Fargate ask of AWS before the first pod runs: to know themselves, and to fetch images, whose layers
/// are in S3 (EKS user guide, private-clusters).
const NODES: &[&str] = &["ec2", "ecr.api", "ecr.dkr", "s3"];
const FARGATE: &[&str] = &["ecr.api", "ecr.dkr", "s3", "sts"];

/// Reports what runs where it can reach neither the Kubernetes API nor AWS.
pub(super) fn check_ways(
    source: &Source,
    places: &[Place<'_>],
    network: &Network,
    cluster: &cluster::Draft,
) {
    let shut: Vec<(&Place<'_>, Shut<'_>)> =
        places.iter().filter_map(|place| Some((place, place.shut_in(network)?))).collect();
    if let Some(access) = &cluster.api {
        check_api(source, places, shut.first(), access);
    }
    let Some(doors) = &network.doors else { return };
    // Endpoints serve the whole VPC: it is enough to say once what each tenant misses.
    for (tenant, needs) in [(Tenant::Nodes, NODES), (Tenant::Fargate, FARGATE)] {
        let missing: Vec<&str> =
            needs.iter().copied().filter(|need| !doors.contains(need)).collect();
        let first = |isolated: bool| {
            let mut of = shut.iter().filter(|(place, _)| place.tenant == tenant);
            of.find(|(_, shut)| (shut.tier == Tier::Isolated) == isolated)
        };
        if let Some((_, shut)) = first(true).or_else(|| first(false))
            && !missing.is_empty()
        {
            source.report(no_doors(source, tenant, shut, &missing));
        }
    }
}

fn check_api(
    source: &Source,
    places: &[Place<'_>],
    shut: Option<&(&Place<'_>, Shut<'_>)>,
    access: &Access,
) {
    let Some(public) = &access.only_public else { return };
    if let Some((place, shut)) = shut {
        let message = format!("`[{}]` cannot reach the Kubernetes API", place.section);
        source.report(
            source
                .error(public, message, "only from the internet")
                .at(source.place(shut.place, format!("no way out of `{}`", shut.subnet)))
                .help("write `\"both\"`, or let private subnets reach the internet with `vpc.nat`"),
        );
    } else if let (Some(blocks), Some(place)) = (access.blocks(), places.first())
        && !blocks.value.iter().any(|block| block.prefix_len() == 0)
    {
        source.report(
            source
                .warning(
                    &blocks.span,
                    format!("`[{}]` may be shut out of the Kubernetes API", place.section),
                    "reached from these addresses only",
                )
                .at(source.place(
                    place.name,
                    "comes from the internet, with the address of its NAT gateway",
                ))
                .help("write `mode = \"both\"`: nodes then reach it inside the VPC"),
        );
    }
}

fn no_doors(source: &Source, tenant: Tenant, shut: &Shut<'_>, missing: &[&str]) -> Diagnostic {
    let who = match tenant {
        Tenant::Nodes => "nodes",
        Tenant::Fargate => "pods on Fargate",
    };
    let group = ["ecr.api", "ecr.dkr"];
    let all = group.iter().all(|service| missing.contains(service));
    let mut names: Vec<&str> =
        missing.iter().copied().filter(|name| !(all && group.contains(name))).collect();
    if all {
        names.push("ecr");
        names.sort_unstable();
    }
    let message = format!("{who} in `{}` cannot fetch images or reach AWS", shut.subnet);
    let (finding, way) = match shut.tier {
        Tier::Isolated => (
            source.error(shut.place, message, "no way out"),
            format!("write private subnets, or add {} to `vpc.endpoints`", listed(names)),
        ),
        // Others than eksnet may have made a way, such as a transit gateway.
        Tier::Private | Tier::Public => (
            source.warning(shut.place, message, "no way out that eksnet knows"),
            format!("set `vpc.nat`, or add {} to `vpc.endpoints`", listed(names)),
        ),
    };
    finding.help(way)
}

/// The names of the subnets, once everything was right.
pub(super) fn settle(wish: Wish, network: &Network) -> Option<Vec<String>> {
    match wish {
        Wish::Named(names) => Some(names.into_iter().map(|name| name.value).collect()),
        Wish::Private => {
            let subnets = network.drafts.as_ref()?.of(Tier::Private);
            let mut names: Vec<String> = subnets.map(|subnet| subnet.name.value.clone()).collect();
            names.sort_unstable();
            Some(names)
        }
        Wish::Unknown => None,
    }
}
