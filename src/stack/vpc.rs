//! `[vpc]`: the network, put together from what each of its keys says.

use std::collections::BTreeMap;

use super::{
    Nat, Subnet, Tier, Vpc, Zone,
    block::{self, block},
    cluster, endpoints, flow_logs, head, ipv6, nat, nodes, pods,
    reader::{Span, Table, Value, Written},
    subnets::{self, Drafts},
};
use crate::data::regions::Region;

/// The keys of the section.
pub(super) const KEYS: [&str; 7] =
    ["cidr", "nat", "endpoints", "pods", "ipv6", "flow_logs", "subnets"];

/// What a small network looks like.
pub(super) const EXAMPLE: &str = "cidr = \"10.0.0.0/16\"\n\n\
                                  [vpc.subnets]\n\
                                  public-a  = \"10.0.1.0/24\"\n\
                                  public-b  = \"10.0.4.0/24\"\n\
                                  private-a = \"10.0.2.0/24\"\n\
                                  private-b = \"10.0.3.0/24\"";

/// What could be understood of the network, for what is built on it.
pub(super) struct Network {
    /// The subnets, where the section is a table.
    pub(super) drafts: Option<Drafts>,
    /// How private subnets reach the internet, written or not, where that is known.
    pub(super) nat: Option<Nat>,
    /// Services with an endpoint, where every one of them was understood.
    pub(super) doors: Option<Vec<&'static str>>,
    /// Where a block for pods is written, right or wrong.
    pub(super) pods: Option<Span>,
    /// The network, once everything was right.
    pub(super) vpc: Option<Vpc>,
}

impl Network {
    /// Whether subnets of a tier reach the internet, where that is known.
    pub(super) fn reaches_out(&self, tier: Tier) -> Option<bool> {
        match tier {
            Tier::Public => Some(true),
            Tier::Private => self.nat.as_ref().map(|nat| *nat != Nat::None),
            Tier::Isolated => Some(false),
        }
    }
}

pub(super) fn read(table: &mut Table<'_>, region: Option<&Region>) -> Network {
    table.hint(misplaced);
    let source = table.source();
    let cidr = table.required("cidr", "\"10.0.0.0/16\"").and_then(|value| block(&value));
    // What is written but wrong is `Some(None)`: nothing may be concluded from its absence.
    let nat = table.optional("nat", "\"per-az\"").map(|value| nat::read(&value));
    let endpoints = table.optional("endpoints", "[\"s3\", \"ecr\"]").map(|it| endpoints::read(&it));
    let pods_value = table.optional("pods", "\"100.64.0.0/16\"");
    let pods_span = pods_value.as_ref().map(Value::span);
    let pods = pods_value.map(|value| pods::read(&value, region));
    let ipv6 = table.optional("ipv6", "true").map(|value| value.boolean());
    let flow_logs = table.optional("flow_logs", "true").and_then(|value| flow_logs::read(&value));
    let drafts =
        table.section("subnets", subnets::EXAMPLE).and_then(|value| subnets::read(&value, region));

    if let Some(cidr) = &cidr {
        block::check_range(source, cidr);
    }
    let pods_wish = pods.as_ref().and_then(Option::as_ref);
    let dual = ipv6.as_ref().map_or(Some(false), |ipv6| ipv6.as_ref().map(|it| it.value));
    let mut indices = BTreeMap::new();
    if let Some(drafts) = &drafts {
        subnets::check(source, drafts, cidr.as_ref(), region);
        if !matches!(nat, Some(None)) {
            nat::check(source, nat.as_ref().and_then(Option::as_ref), drafts);
        }
        if let Some(endpoints) = &endpoints {
            endpoints::check(source, endpoints, drafts);
        }
        if let Some(wish) = pods_wish {
            pods::check(source, wish, cidr.as_ref(), drafts);
        }
        match (dual, &cidr) {
            (Some(true), Some(cidr)) => indices = ipv6::assign(source, drafts, pods_wish, cidr),
            (Some(false), _) => ipv6::check_unused(source, drafts, pods_wish),
            (Some(true) | None, _) => {}
        }
    }

    let mode = match (nat, &drafts) {
        (Some(None), _) => None,
        (Some(Some(wish)), _) => Some(nat::settle(wish)),
        (None, Some(drafts)) if drafts.complete => Some(nat::default(drafts)),
        (None, Some(_) | None) => None,
    };
    let doors = match &endpoints {
        Some(wishes) => wishes.services(),
        None => source.intact().then(Vec::new),
    };
    let vpc = || {
        let (drafts, region) = (drafts.as_ref()?, region?);
        let pods = match &pods {
            Some(wish) => Some(pods::settle(wish.as_ref()?, drafts, region, &indices)?),
            None => None,
        };
        Some(Vpc {
            cidr: cidr.as_ref()?.value,
            nat: mode.clone()?,
            endpoints: endpoints::settle(endpoints),
            pods,
            ipv6: dual?,
            flow_logs,
            subnets: settle(drafts, &indices)?,
        })
    };
    let vpc = vpc();
    Network { drafts, nat: mode, doors, pods: pods_span, vpc }
}

/// The subnets, once everything was right.
fn settle(drafts: &Drafts, indices: &BTreeMap<String, u8>) -> Option<BTreeMap<String, Subnet>> {
    let subnet = |draft: &subnets::Draft| {
        let subnet = Subnet {
            tier: draft.tier,
            cidr: draft.cidr.as_ref()?.value,
            zone: draft.zone.as_ref().map(|zone: &Written<Zone>| zone.value.clone())?,
            ipv6_index: indices.get(&draft.name.value).copied(),
        };
        Some((draft.name.value.clone(), subnet))
    };
    drafts.subnets.iter().map(subnet).collect()
}

/// Where a key belongs that stands here by mistake.
fn misplaced(key: &str) -> Option<String> {
    let section = if subnets::tier(key).is_some() {
        "[vpc.subnets]"
    } else if head::KEYS.contains(&key) {
        "[stack]"
    } else if cluster::KEYS.contains(&key) {
        "[cluster]"
    } else if nodes::KEYS.contains(&key) {
        "[nodes.…]"
    } else {
        return None;
    };
    Some(format!("write `{key}` under `{section}`"))
}
