//! `route`: one line of a route table: these addresses, that way.
//!
//! A kind of its own and not a list inside the table, so that a route of somebody else (a peering, a VPN) is seen and
//! left alone.
//! EC2: CreateRoute, DescribeRouteTables, ReplaceRoute, DeleteRoute.

use aws_sdk_ec2::types::{self, RouteOrigin};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What a route should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// The table it stands in.
    pub table: Ref,
    /// Addresses it is for: an IPv4 block or an IPv6 block such as `::/0`.
    pub destination: String,
    /// Where they go: an internet gateway, an egress-only internet gateway or a NAT gateway. It may be deleted while
    /// the route stands; packets are dropped then.
    pub target: Ref,
}

impl Kind for Route {
    const FACTS: Facts = Facts {
        name: "route",
        id: "{table}|{destination}",
        replaces: &["table", "destination"],
        vanishes_with: &["table"],
        loose: &["target"],
        awaits: &["target"],
        lives_in: Some(("route_table", None)),
        calls: Calls {
            create: "ec2:CreateRoute",
            read: &["ec2:DescribeRouteTables"],
            update: &["ec2:ReplaceRoute"],
            delete: "ec2:DeleteRoute",
        },
        quota: Some(Quota {
            code: "L-93826ACB",
            name: "Routes per route table",
            default: 500,
            per: Some("table"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let (ipv4, ipv6) = by_family(&self.destination);
        let request = aws
            .ec2
            .create_route()
            .route_table_id(self.table.get())
            .set_destination_cidr_block(ipv4)
            .set_destination_ipv6_cidr_block(ipv6)
            .set_gateway_id(self.target_if("igw-"))
            .set_egress_only_internet_gateway_id(self.target_if("eigw-"))
            .set_nat_gateway_id(self.target_if("nat-"));
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let tables = aws.route_tables(known.clone()).await?;
        let mut found = Vec::new();
        for table in tables.iter() {
            let id = table.route_table_id().unwrap_or_default();
            if known.contains(id) {
                found.extend(table.routes().iter().filter_map(|route| shown(id, route)));
            }
        }
        Ok(found)
    }

    async fn update(&self, aws: &Aws, _id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let (ipv4, ipv6) = by_family(&self.destination);
        let request = aws
            .ec2
            .replace_route()
            .route_table_id(self.table.get())
            .set_destination_cidr_block(ipv4)
            .set_destination_ipv6_cidr_block(ipv6)
            .set_gateway_id(self.target_if("igw-"))
            .set_egress_only_internet_gateway_id(self.target_if("eigw-"))
            .set_nat_gateway_id(self.target_if("nat-"));
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let (ipv4, ipv6) = by_family(id.part(1));
        let request = aws
            .ec2
            .delete_route()
            .route_table_id(id.part(0))
            .set_destination_cidr_block(ipv4)
            .set_destination_ipv6_cidr_block(ipv6);
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

impl Route {
    /// The target if its id starts like this: every kind of target has a parameter of its own.
    fn target_if(&self, prefix: &str) -> Option<String> {
        Some(self.target.get().to_owned()).filter(|id| id.starts_with(prefix))
    }
}

/// A destination as IPv4 block or as IPv6 block.
fn by_family(destination: &str) -> (Option<String>, Option<String>) {
    let text = Some(destination.to_owned());
    if destination.contains(':') { (None, text) } else { (text, None) }
}

/// A route that somebody created to a block of addresses. The VPC's own, those of gateway endpoints (to a prefix list)
/// and those learned from a virtual private gateway come and go with what they belong to.
fn shown(table: &str, route: &types::Route) -> Option<Found<Route>> {
    if route.origin() != Some(&RouteOrigin::CreateRoute) {
        return None;
    }
    let destination = route.destination_cidr_block().or(route.destination_ipv6_cidr_block())?;
    let target = route
        .gateway_id()
        .or(route.egress_only_internet_gateway_id())
        .or(route.nat_gateway_id())
        .or(route.transit_gateway_id())
        .or(route.vpc_peering_connection_id())
        .or(route.carrier_gateway_id())
        .or(route.local_gateway_id())
        .or(route.core_network_arn())
        .or(route.network_interface_id())
        .unwrap_or_default();
    let fields =
        Route { table: table.into(), destination: destination.to_owned(), target: target.into() };
    Some(Found::ready(Identity::of(&[table, destination]), fields))
}
