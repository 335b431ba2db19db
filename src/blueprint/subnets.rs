//! Subnets, and one route table for each group of subnets that shares its way out: all public ones, all isolated ones,
//! the private ones of each zone.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::{Draft, address, vpc};
use crate::{
    kinds::{
        EgressOnlyInternetGateway, InternetGateway, Ipv6Part, Route, RouteTable,
        RouteTableAssociation, Subnet, VpcCidrBlock, VpcIpv6Block,
    },
    model::{Address, Ref, Until},
    stack::{Tier, Zone},
};

const SECTION: &str = "vpc.subnets";
const EVERYWHERE: &str = "0.0.0.0/0";
const EVERYWHERE_V6: &str = "::/0";

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    for (name, subnet) in &stack.vpc.subnets {
        let table = table_name(subnet.tier, &subnet.zone);
        let address =
            add_subnet(draft, SECTION, name, subnet.cidr, &subnet.zone, subnet.ipv6_index);
        // The load balancer controller, and eksnet, choose subnets by these.
        match subnet.tier {
            Tier::Public => draft.tag(&address, "kubernetes.io/role/elb", "1"),
            Tier::Private => draft.tag(&address, "kubernetes.io/role/internal-elb", "1"),
            Tier::Isolated => {}
        }
        associate(draft, SECTION, name, &address, subnet.tier, &table);
    }
    for (key, part) in stack.vpc.pods.iter().flat_map(|pods| &pods.zones) {
        let zone = &part.zone;
        let name = format!("pods-{key}");
        let subnet = add_subnet(draft, "vpc.pods", &name, part.cidr, zone, part.ipv6_index);
        draft.tag(&subnet, "kubernetes.io/role/cni", "1");
        // The secondary block has to be there before a subnet can lie in it.
        draft.needs(&subnet, super::address::<VpcCidrBlock>("pods"), Until::Created);
        let table = table_name(Tier::Private, zone);
        associate(draft, "vpc.pods", &name, &subnet, Tier::Private, &table);
    }
}

fn add_subnet(
    draft: &mut Draft<'_>,
    section: &str,
    name: &str,
    cidr: Ipv4Net,
    zone: &Zone,
    ipv6_index: Option<u8>,
) -> Address {
    let block = address::<VpcIpv6Block>(&draft.stack.name);
    let ipv6 = draft
        .stack
        .vpc
        .ipv6
        .then_some(ipv6_index)
        .flatten()
        .map(|index| Ipv6Part { block: Ref::output(&block, "cidr"), index });
    let (zone, zone_id) = match zone {
        Zone::Name(name) => (Some(name.clone()), None),
        Zone::Id(id) => (None, Some(id.clone())),
    };
    let dual = ipv6.is_some();
    let subnet = Subnet {
        vpc: vpc::id(draft),
        cidr,
        zone,
        zone_id,
        public_ip: false,
        ipv6,
        ipv6_on_launch: dual,
    };
    let address = draft.add(section, name, subnet);
    if dual {
        // The /64 is cut from a block whose addresses are known only when the association is complete.
        draft.needs(&address, block, Until::Ready);
    }
    address
}

/// The name of the route table of a subnet.
pub(super) fn table_name(tier: Tier, zone: &Zone) -> String {
    match tier {
        Tier::Public => "public".to_owned(),
        Tier::Private => format!("private-{}", zone.key()),
        Tier::Isolated => "isolated".to_owned(),
    }
}

fn associate(
    draft: &mut Draft<'_>,
    section: &str,
    name: &str,
    subnet: &Address,
    tier: Tier,
    table: &str,
) {
    let table = ensure_table(draft, tier, table);
    let association = RouteTableAssociation { subnet: Ref::id(subnet), table: Ref::id(&table) };
    draft.add(section, name, association);
}

/// The route table called `name`, with those of its routes that do not depend on NAT.
fn ensure_table(draft: &mut Draft<'_>, tier: Tier, name: &str) -> Address {
    let table = address::<RouteTable>(name);
    if draft.desired.contains_key(&table) {
        return table;
    }
    draft.add(SECTION, name, RouteTable { vpc: vpc::id(draft) });
    match tier {
        Tier::Public => {
            let gateway = address::<InternetGateway>(&draft.stack.name);
            route(draft, name, "internet", EVERYWHERE, &gateway);
            if draft.stack.vpc.ipv6 {
                route(draft, name, "internet-v6", EVERYWHERE_V6, &gateway);
            }
        }
        Tier::Private if draft.stack.vpc.ipv6 => {
            let gateway = address::<EgressOnlyInternetGateway>(&draft.stack.name);
            route(draft, name, "internet-v6", EVERYWHERE_V6, &gateway);
        }
        Tier::Private | Tier::Isolated => {}
    }
    table
}

/// A route of the table called `table`.
pub(super) fn route(
    draft: &mut Draft<'_>,
    table: &str,
    name: &str,
    destination: &str,
    target: &Address,
) -> Address {
    let fields = Route {
        table: Ref::id(&address::<RouteTable>(table)),
        destination: destination.to_owned(),
        target: Ref::id(target),
    };
    let route = draft.add(SECTION, &format!("{table}/{name}"), fields);
    // AWS refuses a route to a gateway that is not attached.
    if *target == address::<InternetGateway>(&draft.stack.name)
        && let Some(attachment) = vpc::attachment(draft)
    {
        draft.needs(&route, attachment, Until::Created);
    }
    route
}

/// The default route of the private subnets of a zone.
pub(super) fn route_to_nat(draft: &mut Draft<'_>, zone: &str, nat: &Address) {
    route(draft, &format!("private-{zone}"), "internet", EVERYWHERE, nat);
}

/// One subnet in each zone for network interfaces of AWS's, private before isolated. The choice of `section` is kept:
/// an interface's address in a zone should not move because another subnet came.
pub(super) fn one_a_zone(draft: &mut Draft<'_>, section: &str) -> Vec<Ref> {
    let mut options: BTreeMap<String, Vec<(Tier, String)>> = BTreeMap::new();
    for (name, subnet) in &draft.stack.vpc.subnets {
        if subnet.tier != Tier::Public {
            options.entry(subnet.zone.key()).or_default().push((subnet.tier, name.clone()));
        }
    }
    let mut subnets = Vec::new();
    for (zone, mut names) in options {
        names.sort();
        let names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
        subnets.extend(draft.choose(&format!("{section}.subnet.{zone}"), &names));
    }
    subnets.iter().map(|name| Ref::id(&address::<Subnet>(name))).collect()
}
