//! `nat`: how private subnets reach the internet.

use std::collections::BTreeMap;

use super::{
    Nat, Tier,
    reader::{Entry, Source, Span, Value, Written, listed, nearest},
    subnets::{Draft, Drafts},
};
use crate::model::Diagnostic;

/// What is written about NAT.
pub(super) enum Wish {
    /// One of the words, or the default that stands for nothing being written.
    Mode(Nat),
    /// Public subnets and the allocations of their gateways' addresses, where those are right.
    Addresses(Vec<(Written<String>, Option<Written<String>>)>),
}

/// The modes that have a word.
const MODES: [(&str, Nat); 4] = [
    ("none", Nat::None),
    ("single", Nat::Single),
    ("per-az", Nat::PerZone),
    ("regional", Nat::Regional),
];

pub(super) fn read(value: &Value<'_>) -> Option<Written<Wish>> {
    if value.is_table() {
        let addresses = value.entries()?.iter().map(address).collect();
        return Some(Written { value: Wish::Addresses(addresses), span: value.span() });
    }
    value.clone().or_table().choice(&MODES).map(|mode| mode.map(Wish::Mode))
}

/// A subnet and the allocation of an address for what stands in it, where that is right.
pub(super) fn address(entry: &Entry<'_>) -> (Written<String>, Option<Written<String>>) {
    let value = entry.value.clone().like("\"eipalloc-0123456789abcdef0\"");
    let id = value.string().filter(|id| {
        let hex = id.value.strip_prefix("eipalloc-").unwrap_or_default();
        let right = matches!(hex.len(), 8 | 17)
            && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !right {
            value.source().report(
                value
                    .error(
                        format!("`{}` is not the allocation of an address", id.value),
                        "not an allocation id",
                    )
                    .note("an allocation id is `eipalloc-` and 8 or 17 digits out of 0-9 and a-f")
                    .help("`aws ec2 describe-addresses` shows the allocations of your addresses"),
            );
        }
        right
    });
    (entry.key.clone().map(str::to_owned), id.map(|id| id.map(str::to_owned)))
}

/// The mode of a file that says nothing about NAT.
pub(super) fn default(drafts: &Drafts) -> Nat {
    let has = |tier| drafts.of(tier).next().is_some();
    if has(Tier::Public) && has(Tier::Private) { Nat::PerZone } else { Nat::None }
}

/// Holds what is written about NAT, or the default, against the subnets.
pub(super) fn check(source: &Source, wish: Option<&Written<Wish>>, drafts: &Drafts) {
    let (mode, asked) = match wish {
        Some(Written { value: Wish::Addresses(addresses), span }) => {
            check_addresses(source, addresses, span, drafts);
            return check_needed(source, span, drafts);
        }
        Some(Written { value: Wish::Mode(mode), span }) => (mode.clone(), Some(span)),
        None => (default(drafts), None),
    };
    if let Some(span) = asked
        && mode != Nat::None
    {
        check_needed(source, span, drafts);
    }
    if !drafts.complete {
        return;
    }
    let public = drafts.zones(Tier::Public);
    match (mode, asked) {
        (Nat::Single | Nat::PerZone, Some(span)) if public.is_empty() => {
            let help = "add a subnet such as `public-a`, or write `nat = \"regional\"`, which \
                        needs none";
            source.report(
                source
                    .error(
                        span,
                        "a NAT gateway needs a public subnet to stand in",
                        "no public subnet",
                    )
                    .help(help),
            );
        }
        (Nat::PerZone, _) => {
            for (zone, subnet) in drafts.zones(Tier::Private) {
                if !public.contains_key(&zone) {
                    source.report(no_gateway(source, subnet, &zone, asked));
                }
            }
        }
        (Nat::None | Nat::Single | Nat::Regional | Nat::Addresses(_), _) => {}
    }
}

fn no_gateway(source: &Source, subnet: &Draft, zone: &str, asked: Option<&Span>) -> Diagnostic {
    let name = &subnet.name;
    let finding = source.error(
        &name.span,
        format!("`{}` has no way to the internet: no public subnet in zone `{zone}`", name.value),
        format!("zone `{zone}`"),
    );
    let finding = match asked {
        Some(span) => finding.at(source.place(span, "asks for a gateway in each zone")),
        None => finding.note("unless `nat` is written it is \"per-az\": a gateway in each zone"),
    };
    finding.help(format!("add `public-{zone}`, or write `nat = \"single\"`"))
}

/// NAT that serves nobody.
fn check_needed(source: &Source, span: &Span, drafts: &Drafts) {
    if drafts.complete && drafts.of(Tier::Private).next().is_none() {
        source.report(
            source
                .warning(
                    span,
                    "there is NAT but no private subnet that would use it",
                    "serves nobody",
                )
                .help("remove `nat`, or add private subnets"),
        );
    }
}

fn check_addresses(
    source: &Source,
    addresses: &[(Written<String>, Option<Written<String>>)],
    span: &Span,
    drafts: &Drafts,
) {
    let mut zones: BTreeMap<String, &Written<String>> = BTreeMap::new();
    let mut taken: BTreeMap<&str, &Span> = BTreeMap::new();
    let mut understood = true;
    for (name, allocation) in addresses {
        let subnet = drafts.subnets.iter().find(|subnet| subnet.name.value == name.value);
        match subnet {
            Some(subnet) if subnet.tier == Tier::Public => {
                let Some(zone) = subnet.zone_key() else { continue };
                if let Some(first) = zones.get(&zone) {
                    let message = format!("two gateways in zone `{zone}`");
                    source.report(
                        source
                            .error(&name.span, message, "a second one")
                            .at(source.place(&first.span, "the first"))
                            .help("keep one public subnet a zone"),
                    );
                } else {
                    zones.insert(zone, name);
                }
            }
            Some(subnet) => {
                understood = false;
                let message = format!("a NAT gateway cannot stand in `{}`", name.value);
                let label = format!("a {} subnet", subnet.tier.word());
                source.report(source.error(&name.span, message, label).help(public(drafts)));
            }
            None if drafts.complete => {
                understood = false;
                let message = format!("there is no subnet `{}`", name.value);
                let unknown = source.error(&name.span, message, "unknown subnet");
                let names = drafts.of(Tier::Public).map(|subnet| subnet.name.value.as_str());
                source.report(match nearest(&name.value, names) {
                    Some(meant) => unknown.help(format!("write `{meant}`")),
                    None => unknown.help(public(drafts)),
                });
            }
            None => understood = false,
        }
        if let Some(allocation) = allocation {
            if let Some(first) = taken.get(allocation.value.as_str()) {
                let message = format!("`{}` is given to two gateways", allocation.value);
                source.report(
                    source
                        .error(&allocation.span, message, "again here")
                        .at(source.place(first, "first here"))
                        .help("write another allocation; an address belongs to one gateway"),
                );
            } else {
                taken.insert(&allocation.value, &allocation.span);
            }
        }
    }
    if drafts.complete && understood {
        for (zone, subnet) in drafts.zones(Tier::Private) {
            if !zones.contains_key(&zone) {
                let message = format!("`nat` gives no address to zone `{zone}`");
                source.report(
                    source
                        .error(span, message, format!("nothing for zone `{zone}`"))
                        .at(source.place(&subnet.name.span, "has no way to the internet"))
                        .help(missing(drafts, &zone)),
                );
            }
        }
    }
}

fn public(drafts: &Drafts) -> String {
    match drafts.of(Tier::Public).next() {
        Some(_) => {
            let names = drafts.of(Tier::Public).map(|subnet| subnet.name.value.as_str());
            format!("the public subnets are {}", listed(names))
        }
        None => "add a public subnet, such as `public-a`".to_owned(),
    }
}

fn missing(drafts: &Drafts, zone: &str) -> String {
    match drafts.zones(Tier::Public).get(zone) {
        Some(subnet) => format!("add `{} = \"eipalloc-…\"`", subnet.name.value),
        None => format!("add a public subnet in zone `{zone}` and an allocation for it"),
    }
}

/// The mode, once everything was right.
pub(super) fn settle(wish: Written<Wish>) -> Nat {
    match wish.value {
        Wish::Mode(mode) => mode,
        Wish::Addresses(addresses) => Nat::Addresses(
            addresses
                .into_iter()
                .filter_map(|(name, allocation)| Some((name.value, allocation?.value)))
                .collect(),
        ),
    }
}
