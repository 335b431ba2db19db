//! `nat_gateway`: the way from private subnets to the internet over IPv4.
//!
//! Nodes pull images and reach AWS through it. A zonal one sits in a public subnet and has an Elastic IP address of
//! ours; a regional one belongs to the VPC, spreads over its zones by itself and brings its own addresses.
//! EC2: CreateNatGateway, DescribeNatGateways, DeleteNatGateway.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{self, AvailabilityMode, NatGatewayState, ResourceType};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{filter, in_chunks, tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What a NAT gateway should be: zonal with `subnet` and `eip`, or regional with `vpc`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NatGateway {
    /// The public subnet of a zonal one.
    pub subnet: Option<Ref>,
    /// The address of a zonal one.
    pub eip: Option<Ref>,
    /// The VPC of a regional one.
    pub vpc: Option<Ref>,
}

impl Kind for NatGateway {
    const FACTS: Facts = Facts {
        name: "nat_gateway",
        id: "nat-{hex17}",
        replaces: &["subnet", "eip", "vpc"],
        unique: &[&["eip"]],
        // All of them joined by commas; a zonal one has one.
        outputs: &[("public_ips", "{ipv4}")],
        timing: Timing { create: 106, delete: 60 },
        tags: Tagging::Ec2("natgateway"),
        token: true,
        calls: Calls {
            create: "ec2:CreateNatGateway",
            read: &["ec2:DescribeNatGateways"],
            update: &[],
            delete: "ec2:DeleteNatGateway",
        },
        // AWS counts by zone; a subnet is the nearest thing to it among the fields.
        quota: Some(Quota {
            code: "L-FE5A380F",
            name: "NAT gateways per Availability Zone",
            default: 5,
            per: Some("subnet"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let text = |field: &Option<Ref>| field.as_ref().map(|id| id.get().to_owned());
        let request = aws
            .ec2
            .create_nat_gateway()
            .set_availability_mode(self.vpc.as_ref().map(|_| AvailabilityMode::Regional))
            .set_vpc_id(text(&self.vpc))
            .set_subnet_id(text(&self.subnet))
            .set_allocation_id(text(&self.eip))
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::Natgateway, owner));
        let gateway = aws.write(|| request.clone().send()).await?.nat_gateway;
        Made::id(gateway.as_ref().and_then(|gateway| gateway.nat_gateway_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let gateways = in_chunks(heads(known), |ids| async move {
            let request = aws.ec2.describe_nat_gateways().filter(filter("nat-gateway-id", ids));
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await?;
        Ok(gateways.iter().filter_map(found).collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_nat_gateway().nat_gateway_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

/// A gateway as AWS shows it. Deleted ones are shown for about an hour; they are none.
fn found(gateway: &types::NatGateway) -> Option<Found<NatGateway>> {
    let phase = match gateway.state() {
        Some(NatGatewayState::Deleted) => return None,
        Some(NatGatewayState::Deleting) => Phase::Deleting,
        Some(NatGatewayState::Pending) => Phase::Pending,
        Some(NatGatewayState::Failed) => {
            let code = gateway.failure_code().unwrap_or_default();
            let message = gateway.failure_message().unwrap_or_default();
            Phase::Failed(format!("{code}: {message}"))
        }
        _ => Phase::Ready,
    };
    let addresses = gateway.nat_gateway_addresses();
    let fields = if gateway.availability_mode() == Some(&AvailabilityMode::Regional) {
        NatGateway { subnet: None, eip: None, vpc: gateway.vpc_id().map(Ref::from) }
    } else {
        let primary = addresses.iter().find(|address| address.is_primary() == Some(true));
        let eip = primary.or(addresses.first()).and_then(|address| address.allocation_id());
        NatGateway {
            subnet: gateway.subnet_id().map(Ref::from),
            eip: eip.map(Ref::from),
            vpc: None,
        }
    };
    let public: BTreeSet<&str> =
        addresses.iter().filter_map(|address| address.public_ip()).collect();
    let public = public.into_iter().collect::<Vec<_>>().join(",");
    let found = Found::ready(gateway.nat_gateway_id()?, fields).tagged(tags(gateway.tags()));
    Some(found.phase(phase).output("public_ips", Some(&public)))
}
