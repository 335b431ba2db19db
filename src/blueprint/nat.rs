//! NAT: how private subnets reach the internet, and from which addresses the internet sees them.
//!
//! A gateway and its address are named by their zone, whatever the mode, so that going from one gateway to one a zone
//! keeps the gateway and the address that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, address, subnets, vpc};
use crate::{
    kinds::{Eip, NatGateway, Subnet},
    model::{Address, Ref, Until},
    stack::{Nat, Tier},
};

pub(super) const SECTION: &str = "vpc.nat";
/// The choice of where a single gateway stands.
pub(super) const ZONE: &str = "vpc.nat.zone";

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    let private = zones(draft, Tier::Private);
    match &stack.vpc.nat {
        Nat::None => {}
        Nat::Single => {
            let doors = doors(draft);
            let options: Vec<String> = doors.keys().cloned().collect();
            let Some(zone) = draft.choose(ZONE, &options) else { return };
            let gateway = gateway(draft, &zone, &doors[&zone], None);
            for zone in private {
                subnets::route_to_nat(draft, &zone, &gateway);
            }
        }
        Nat::PerZone => {
            for (zone, subnet) in doors(draft) {
                if private.contains(&zone) {
                    let gateway = gateway(draft, &zone, &subnet, None);
                    subnets::route_to_nat(draft, &zone, &gateway);
                }
            }
        }
        Nat::Addresses(allocations) => {
            for (subnet, allocation) in allocations {
                let zone = stack.vpc.subnets[subnet].zone.key();
                let gateway = gateway(draft, &zone, subnet, Some(allocation));
                if private.contains(&zone) {
                    subnets::route_to_nat(draft, &zone, &gateway);
                }
            }
        }
        Nat::Regional => {
            let fields = NatGateway { subnet: None, eip: None, vpc: Some(vpc::id(draft)) };
            let gateway = draft.add(SECTION, "regional", fields);
            open_door(draft, &gateway);
            for zone in private {
                subnets::route_to_nat(draft, &zone, &gateway);
            }
        }
    }
}

/// The zones that have subnets of `tier`.
fn zones(draft: &Draft<'_>, tier: Tier) -> BTreeSet<String> {
    let of_tier = draft.stack.vpc.subnets.values().filter(|subnet| subnet.tier == tier);
    of_tier.map(|subnet| subnet.zone.key()).collect()
}

/// For each zone with public subnets, the one that its gateway stands in. The choice is kept: a gateway that moves
/// changes the address that partners have allowed.
fn doors(draft: &mut Draft<'_>) -> BTreeMap<String, String> {
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, subnet) in &draft.stack.vpc.subnets {
        if subnet.tier == Tier::Public {
            options.entry(subnet.zone.key()).or_default().push(name.clone());
        }
    }
    let choice = |(zone, names): (String, Vec<String>)| {
        let name = draft.choose(&format!("vpc.nat.subnet.{zone}"), &names)?;
        Some((zone, name))
    };
    options.into_iter().filter_map(choice).collect()
}

/// A public gateway in `subnet`, with an address of its own unless one is given.
fn gateway(
    draft: &mut Draft<'_>,
    zone: &str,
    subnet: &str,
    allocation: Option<&String>,
) -> Address {
    let eip = match allocation {
        Some(allocation) => Ref::from(allocation.as_str()),
        None => Ref::id(&draft.add(SECTION, &format!("nat-{zone}"), Eip {})),
    };
    let subnet = Ref::id(&address::<Subnet>(subnet));
    let gateway =
        draft.add(SECTION, zone, NatGateway { subnet: Some(subnet), eip: Some(eip), vpc: None });
    open_door(draft, &gateway);
    gateway
}

/// A gateway made before the internet gateway is attached fails; one that is still there keeps it from being detached.
fn open_door(draft: &mut Draft<'_>, gateway: &Address) {
    if let Some(attachment) = vpc::attachment(draft) {
        draft.needs(gateway, attachment, Until::Created);
    }
}
