//! `pods`: a secondary block of the VPC for pods only, carved by zone.
//!
//! The block is cut into as many equal parts as the Region's table says; a zone's part is its own by its letter or its
//! number, whichever other zones the stack has. So a zone that comes or goes moves nobody's pods.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::{
    PodSubnet, Pods, Tier, Zone,
    block::{self, overlap},
    reader::{Source, Table, Value, Written},
    subnets::{Drafts, index},
};
use crate::data::regions::Region;

/// What is written about pods.
pub(super) struct Wish {
    pub(super) cidr: Written<Ipv4Net>,
    /// The IPv6 number of the first part, if it is written.
    pub(super) ipv6: Option<Written<u8>>,
}

impl Wish {
    /// The IPv6 number of the first part, and where it comes from.
    pub(super) fn first(&self) -> Written<u8> {
        self.ipv6.clone().unwrap_or(Written { value: FIRST, span: self.cidr.span.clone() })
    }
}

/// One zone's part of the block.
pub(super) struct Part<'a> {
    pub(super) zone: &'a Written<Zone>,
    /// Its position in the block.
    pub(super) slot: u8,
}

/// The first IPv6 number of pods unless another is written: above what subnets that fill a VPC from below reach.
pub(super) const FIRST: u8 = 248;

pub(super) fn read(value: &Value<'_>, region: Option<&Region>) -> Option<Wish> {
    if value.is_table() {
        return value.table(|table| long(table, region));
    }
    Some(Wish { cidr: block(&value.clone().or_table(), region)?, ipv6: None })
}

fn long(table: &mut Table<'_>, region: Option<&Region>) -> Option<Wish> {
    let cidr = table.required("cidr", "\"100.64.0.0/16\"").and_then(|value| block(&value, region));
    let ipv6 = table.optional("ipv6", "248").and_then(|value| index(&value));
    Some(Wish { cidr: cidr?, ipv6 })
}

/// A block that can be cut into parts.
fn block(value: &Value<'_>, region: Option<&Region>) -> Option<Written<Ipv4Net>> {
    let parts = region.map_or(4, |region| region.parts);
    let smallest = 28 - cuts(parts);
    let why = format!(
        "it is cut into {parts} parts, one for each zone, and AWS takes no subnet smaller than a /28"
    );
    block::sized(value, smallest, &why)
}

/// How often a block is halved to be cut into `parts`, a power of two.
fn cuts(parts: u8) -> u8 {
    parts.ilog2() as u8
}

/// The zones that get a part: those with private subnets.
pub(super) fn parts(drafts: &Drafts) -> Vec<Part<'_>> {
    let zones = drafts.zones(Tier::Private).into_values().filter_map(|subnet| subnet.zone.as_ref());
    zones.filter_map(|zone| Some(Part { zone, slot: slot(&zone.value)? })).collect()
}

/// A zone's position: of its letter in the alphabet, or of its number.
fn slot(zone: &Zone) -> Option<u8> {
    let key = zone.key();
    match zone {
        Zone::Name(_) => key.bytes().next()?.checked_sub(b'a'),
        Zone::Id(_) => key.strip_prefix("az")?.parse::<u8>().ok()?.checked_sub(1),
    }
}

/// Holds the block against the VPC's and against the zones.
pub(super) fn check(source: &Source, wish: &Wish, vpc: Option<&Written<Ipv4Net>>, drafts: &Drafts) {
    let pods = &wish.cidr;
    block::check_range(source, pods);
    if let Some(vpc) = vpc {
        if overlap(vpc.value, pods.value) {
            source.report(
                source
                    .error(&pods.span, "the block for pods overlaps the VPC", "these addresses")
                    .at(source.place(&vpc.span, "are in this block"))
                    .help("write `pods = \"100.64.0.0/16\"`, which is added to the VPC's block"),
            );
        } else {
            block::check_beside(source, vpc, pods);
        }
    }
    if drafts.complete && drafts.of(Tier::Private).next().is_none() {
        source.report(
            source
                .error(
                    &pods.span,
                    "there are no private subnets whose pods could use this block",
                    "serves nobody",
                )
                .note("a zone gets a part of the block when it has a private subnet for nodes")
                .help("remove `pods`, or add private subnets"),
        );
    }
    check_slots(source, drafts);
}

/// A letter and a number may stand for the same part.
fn check_slots(source: &Source, drafts: &Drafts) {
    let mut slots: BTreeMap<u8, Part<'_>> = BTreeMap::new();
    for part in parts(drafts) {
        if let Some(first) = slots.get(&part.slot) {
            let message = format!(
                "zones `{}` and `{}` have the same part of the block for pods",
                first.zone.value, part.zone.value
            );
            source.report(
                source
                    .error(&part.zone.span, message, "the same part")
                    .at(source.place(&first.zone.span, "this part"))
                    .note(
                        "a zone's part is that of its letter or of its number: `a` and `az1` have \
                         the first",
                    )
                    .help("write all zones the same way"),
            );
        } else {
            slots.insert(part.slot, part);
        }
    }
}

/// The parts, once everything was right.
pub(super) fn settle(
    wish: &Wish,
    drafts: &Drafts,
    region: &Region,
    indices: &BTreeMap<String, u8>,
) -> Option<Pods> {
    let cidr = wish.cidr.value;
    let mut zones = BTreeMap::new();
    for part in parts(drafts) {
        let mut nets = cidr.subnets(cidr.prefix_len() + cuts(region.parts)).ok()?;
        let key = part.zone.value.key();
        let ipv6_index = indices.get(&super::ipv6::pods_name(&key)).copied();
        let subnet = PodSubnet {
            zone: part.zone.value.clone(),
            cidr: nets.nth(usize::from(part.slot))?,
            ipv6_index,
        };
        zones.insert(key, subnet);
    }
    Some(Pods { cidr, zones })
}
