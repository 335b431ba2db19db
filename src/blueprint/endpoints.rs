//! Endpoints: ways to AWS's own services that do not lead through the internet.

use super::{Draft, address, subnets, vpc};
use crate::{
    kinds::{
        Direction, GatewayEndpoint, InterfaceEndpoint, Kind, RouteTable, SecurityGroup,
        SecurityGroupRule,
    },
    model::{Address, Ref},
};

pub(super) const SECTION: &str = "vpc.endpoints";
/// The security group of all interface endpoints.
const GROUP: &str = "endpoints";

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    if stack.vpc.endpoints.iter().any(|endpoint| !endpoint.gateway) {
        group(draft);
    }
    for endpoint in &stack.vpc.endpoints {
        let service = format!("com.amazonaws.{}.{}", stack.region, endpoint.service);
        let vpc = vpc::id(draft);
        if endpoint.gateway {
            let route_tables = tables(draft);
            draft.add(SECTION, &endpoint.service, GatewayEndpoint { vpc, service, route_tables });
        } else {
            let subnets = subnets::one_a_zone(draft, SECTION);
            let security_groups = vec![Ref::id(&address::<SecurityGroup>(GROUP))];
            let fields =
                InterfaceEndpoint { vpc, service, subnets, security_groups, private_dns: true };
            draft.add(SECTION, &endpoint.service, fields);
        }
    }
}

/// Every route table: a gateway endpoint is free, and the only way of isolated subnets to it.
fn tables(draft: &Draft<'_>) -> Vec<Ref> {
    draft.desired.keys().filter(|each| each.kind() == RouteTable::FACTS.name).map(Ref::id).collect()
}

/// The group that lets everything inside the VPC reach the endpoints, and nothing else.
fn group(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    let fields = SecurityGroup {
        vpc: vpc::id(draft),
        name: format!("{}-{GROUP}", stack.name),
        description: "Interface endpoints".to_owned(),
        open_egress: true,
    };
    let group: Address = draft.add(SECTION, GROUP, fields);
    let pods = stack.vpc.pods.as_ref().map(|pods| ("pods", pods.cidr));
    for (name, cidr) in [("vpc", stack.vpc.cidr)].into_iter().chain(pods) {
        let rule = SecurityGroupRule {
            group: Ref::id(&group),
            direction: Direction::Ingress,
            protocol: "tcp".to_owned(),
            from: 443,
            to: 443,
            peer: Ref::from(cidr.to_string()),
            description: format!("HTTPS from the {name} block"),
        };
        draft.add(SECTION, &format!("{GROUP}/https-{name}"), rule);
    }
}
