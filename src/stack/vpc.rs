//! `[vpc]`: the network, put together from what each of its keys says.

use std::collections::BTreeMap;

use super::{
    Subnet, Vpc, Zone,
    block::{self, block},
    endpoints, flow_logs, head, ipv6, nat, pods,
    reader::{Table, Written},
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

pub(super) fn read(table: &mut Table<'_>, region: Option<&Region>) -> Option<Vpc> {
    table.hint(misplaced);
    let source = table.source();
    let cidr = table.required("cidr", "\"10.0.0.0/16\"").and_then(|value| block(&value));
    // What is written but wrong is `Some(None)`: nothing may be concluded from its absence.
    let nat = table.optional("nat", "\"per-az\"").map(|value| nat::read(&value));
    let endpoints = table.optional("endpoints", "[\"s3\", \"ecr\"]").map(|it| endpoints::read(&it));
    let pods = table.optional("pods", "\"100.64.0.0/16\"").map(|value| pods::read(&value, region));
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

    let (cidr, drafts, region) = (cidr?.value, drafts?, region?);
    let pods = match &pods {
        Some(wish) => Some(pods::settle(wish.as_ref()?, &drafts, region, &indices)?),
        None => None,
    };
    let subnets = settle(&drafts, &indices)?;
    Some(Vpc {
        cidr,
        nat: nat::settle(nat.flatten(), &drafts),
        endpoints: endpoints::settle(endpoints),
        pods,
        ipv6: dual?,
        flow_logs,
        subnets,
    })
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
    } else {
        return None;
    };
    Some(format!("write `{key}` under `{section}`"))
}
