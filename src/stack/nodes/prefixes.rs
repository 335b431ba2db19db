//! Prefixes of sixteen addresses: whether nodes can have them, and whether the subnets hold as many as full nodes take.

use std::collections::BTreeMap;

use super::super::{
    Tier,
    placement::Wish,
    reader::{Source, Span},
    subnets,
    vpc::Network,
};
use super::Draft;

/// Addresses of a prefix.
const SIZE: u32 = 16;

/// Holds the wish for prefixes, written at `asked`, against the node groups and their subnets.
pub(in crate::stack) fn check(source: &Source, asked: &Span, groups: &[Draft], network: &Network) {
    for group in groups {
        if let Some(old) = group.instances.as_ref().and_then(|types| types.xen.as_ref()) {
            source.report(
                source
                    .warning(
                        &old.span,
                        format!("`{}` takes no prefixes", old.value),
                        "not on Nitro",
                    )
                    .at(source.place(asked, "asked for here"))
                    .note("its pods get single addresses")
                    .help("write a type on Nitro, such as `\"m7i.large\"`"),
            );
        }
    }
    // With a block for pods, prefixes come out of that.
    if network.pods.is_none() {
        check_room(source, asked, groups, network);
    }
}

/// Counts on the subnets being empty and whole, so what is said to be too little is too little in any case.
fn check_room(source: &Source, asked: &Span, groups: &[Draft], network: &Network) {
    let Some(drafts) = network.drafts.as_ref().filter(|drafts| drafts.complete) else { return };
    let mut homes: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut needed, mut nodes) = (0u64, 0u64);
    for group in groups {
        let (Some(types), Some(size)) = (&group.instances, &group.size) else { return };
        let full = types.pods.div_ceil(SIZE);
        needed += u64::from(size.max) * u64::from(full);
        nodes += u64::from(size.max);
        let home = |subnet: &&subnets::Draft| match &group.subnets {
            Wish::Private => subnet.tier == Tier::Private,
            Wish::Named(names) => names.iter().any(|name| name.value == subnet.name.value),
            Wish::Unknown => false,
        };
        for subnet in drafts.subnets.iter().filter(home) {
            let Some(cidr) = &subnet.cidr else { return };
            homes.insert(&subnet.name.value, prefixes(cidr.value.prefix_len()));
        }
    }
    let free: u32 = homes.values().sum();
    if homes.is_empty() || u64::from(free) >= needed {
        return;
    }
    let room = u64::from(free) * nodes / needed.max(1);
    let message = format!("the nodes' subnets have room for {room} of {nodes} nodes full of pods");
    source.report(
        source
            .warning(asked, message, format!("{needed} prefixes of {SIZE} addresses, if all are full"))
            .note(format!(
                "{} have {free} free prefixes at most: a subnet's first and last are never whole",
                super::super::reader::listed(homes.keys())
            ))
            .help(
                "write `pods = \"100.64.0.0/16\"` under `[vpc]`, make the subnets larger, or `size` smaller",
            ),
    );
}

/// Whole prefixes that an empty subnet holds: AWS keeps the first four addresses and the last.
fn prefixes(prefix_len: u8) -> u32 {
    let addresses = 1u32 << (32 - u32::from(prefix_len));
    (addresses / SIZE).saturating_sub(2)
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn free_prefixes() {
        assert_eq!([16, 20, 24, 26, 28].map(prefixes), [4094, 254, 14, 2, 0]);
    }
}
