//! Which /64 of the VPC's IPv6 /56 each subnet gets: a number from 0 to 255.
//!
//! The number follows from the subnet's own IPv4 block and the VPC's, neither of which can change in place, so that it
//! stays when other subnets come and go. The VPC is cut into 256 equal pieces, of 16 addresses at least, and a subnet
//! has the number of the piece it begins in. Several small subnets may begin in one piece of a big VPC: then all but
//! one have to say their number.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::{
    pods::{self, FIRST, Wish},
    reader::{Source, Span, Written},
    subnets::Drafts,
};

/// Who has a number, and where to point at.
struct Holder {
    name: String,
    index: u8,
    span: Span,
    pods: Option<u8>,
}

/// The name of a zone's subnet for pods.
pub(super) fn pods_name(zone: &str) -> String {
    format!("pods-{zone}")
}

/// The number of each subnet by name; two with the same are reported.
pub(super) fn assign(
    source: &Source,
    drafts: &Drafts,
    pods: Option<&Wish>,
    vpc: &Written<Ipv4Net>,
) -> BTreeMap<String, u8> {
    let holders = holders(source, drafts, pods, vpc.value);
    let mut numbers: BTreeMap<u8, &Holder> = BTreeMap::new();
    for holder in &holders {
        if let Some(first) = numbers.get(&holder.index) {
            let message = format!(
                "`{}` and `{}` both have the IPv6 number {}",
                first.name, holder.name, holder.index
            );
            let (holder, first) = match holder.pods {
                // The advice is about the subnet: it can have any number.
                Some(_) if first.pods.is_none() => (*first, holder),
                Some(_) | None => (holder, *first),
            };
            source.report(
                source
                    .error(&holder.span, message, format!("number {}", holder.index))
                    .at(source.place(&first.span, format!("number {}", first.index)))
                    .note("a subnet has the number of the 256th part of the VPC it begins in, unless it says another")
                    .help(advice(holder, &holders)),
            );
        } else {
            numbers.insert(holder.index, holder);
        }
    }
    holders.iter().map(|holder| (holder.name.clone(), holder.index)).collect()
}

fn holders(source: &Source, drafts: &Drafts, pods: Option<&Wish>, vpc: Ipv4Net) -> Vec<Holder> {
    let mut holders = Vec::new();
    for subnet in &drafts.subnets {
        let derived = || {
            let cidr = subnet.cidr.as_ref().filter(|cidr| vpc.contains(&cidr.value))?;
            Some(Written { value: piece(vpc, cidr.value), span: cidr.span.clone() })
        };
        if let Some(number) = subnet.ipv6.clone().or_else(derived) {
            let name = subnet.name.value.clone();
            holders.push(Holder { name, index: number.value, span: number.span, pods: None });
        }
    }
    for (wish, part) in
        pods.iter().flat_map(|wish| pods::parts(drafts).into_iter().map(move |part| (wish, part)))
    {
        let name = pods_name(&part.zone.value.key());
        let first = wish.first();
        let Some(index) = first.value.checked_add(part.slot) else {
            let message = format!("the IPv6 number of `{name}` would be above 255");
            source.report(
                source
                    .error(&first.span, message, "too high a first number")
                    .help(format!("write `ipv6 = {}` or less", 255 - part.slot)),
            );
            continue;
        };
        holders.push(Holder { name, index, span: first.span, pods: Some(part.slot) });
    }
    holders
}

/// The piece of the VPC that a subnet begins in.
fn piece(vpc: Ipv4Net, subnet: Ipv4Net) -> u8 {
    let size = 1u64 << (32 - vpc.prefix_len());
    let offset = u64::from(u32::from(subnet.network()) - u32::from(vpc.network()));
    // A subnet inside the VPC begins below its end, so there are at most 256 pieces before it.
    (offset / (size / 256).max(16)) as u8
}

fn advice(holder: &Holder, holders: &[Holder]) -> String {
    let taken = |number: u8| holders.iter().any(|other| other.index == number);
    // From above, where subnets that come later are least likely to begin.
    let free = (0..FIRST).rev().chain(FIRST..=u8::MAX).find(|number| !taken(*number));
    match (holder.pods, free) {
        (_, None) => "remove a subnet: a VPC has 256 numbers".to_owned(),
        (None, Some(free)) => {
            format!("write `{} = {{ cidr = …, ipv6 = {free} }}`", holder.name)
        }
        (Some(_), Some(_)) => {
            "write `pods = { cidr = …, ipv6 = … }` with another first number".to_owned()
        }
    }
}

/// Reports numbers that are written though the VPC has no IPv6.
pub(super) fn check_unused(source: &Source, drafts: &Drafts, pods: Option<&Wish>) {
    let subnets = drafts.subnets.iter().filter_map(|subnet| subnet.ipv6.as_ref());
    for number in subnets.chain(pods.and_then(|pods| pods.ipv6.as_ref())) {
        source.report(
            source
                .warning(
                    &number.span,
                    "an IPv6 number does nothing in a VPC without IPv6",
                    "not used",
                )
                .help("write `ipv6 = true` under `[vpc]`, or remove it"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(vpc: &str, subnet: &str) -> u8 {
        piece(vpc.parse().expect("a block"), subnet.parse().expect("a block"))
    }

    #[test]
    fn numbers_follow_from_the_block() {
        assert_eq!(number("10.0.0.0/16", "10.0.0.0/24"), 0);
        assert_eq!(number("10.0.0.0/16", "10.0.255.0/24"), 255);
        assert_eq!(number("10.0.0.0/16", "10.0.128.0/17"), 128);
        assert_eq!(number("10.1.0.0/18", "10.1.63.192/26"), 255);
        assert_eq!(number("10.1.0.0/24", "10.1.0.64/26"), 4);
        assert_eq!(number("10.1.0.0/28", "10.1.0.0/28"), 0);
    }

    #[test]
    fn no_two_subnets_of_a_small_vpc_have_the_same_number() {
        for prefix in 20..=28 {
            let vpc = Ipv4Net::new_assert(std::net::Ipv4Addr::new(10, 9, 0, 0), prefix);
            let numbers: Vec<u8> =
                vpc.subnets(28).expect("room for a /28").map(|net| piece(vpc, net)).collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "/{prefix}");
        }
    }
}
