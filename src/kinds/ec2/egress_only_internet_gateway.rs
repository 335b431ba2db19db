//! `egress_only_internet_gateway`: a door for IPv6 that opens from the inside only.
//!
//! What NAT is for IPv4: private subnets of a dual-stack network reach out through it and cannot be reached.
//! EC2: CreateEgressOnlyInternetGateway, DescribeEgressOnlyInternetGateways, DeleteEgressOnlyInternetGateway.

use aws_sdk_ec2::types::{self, ResourceType};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{in_chunks, tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Class, Identity, Problem, Ref},
};

/// What an egress-only internet gateway should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EgressOnlyInternetGateway {
    /// The VPC it is created for; it is attached from the start.
    pub vpc: Ref,
}

impl Kind for EgressOnlyInternetGateway {
    const FACTS: Facts = Facts {
        name: "egress_only_internet_gateway",
        id: "eigw-{hex17}",
        replaces: &["vpc"],
        tags: Tagging::Ec2("egress-only-internet-gateway"),
        token: true,
        calls: Calls {
            create: "ec2:CreateEgressOnlyInternetGateway",
            read: &["ec2:DescribeEgressOnlyInternetGateways"],
            update: &[],
            delete: "ec2:DeleteEgressOnlyInternetGateway",
        },
        quota: Some(Quota {
            code: "L-45FE3B85",
            name: "Egress-only internet gateways per Region",
            default: 5,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_egress_only_internet_gateway()
            .vpc_id(self.vpc.get())
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::EgressOnlyInternetGateway, owner));
        let gateway = aws.write(|| request.clone().send()).await?.egress_only_internet_gateway;
        Made::id(gateway.as_ref().and_then(|gateway| gateway.egress_only_internet_gateway_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let gateways = in_chunks(known.clone(), |ids| described(aws, ids)).await?;
        let found = gateways.iter().filter_map(|gateway| {
            let id = gateway.egress_only_internet_gateway_id().filter(|id| known.contains(*id))?;
            let vpc = gateway.attachments().first()?.vpc_id()?;
            Some(Found::ready(id, Self { vpc: vpc.into() }).tagged(tags(gateway.tags())))
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws
            .ec2
            .delete_egress_only_internet_gateway()
            .egress_only_internet_gateway_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

/// There is no filter by id, and an id that is gone may refuse all the others: then all of the account are read.
async fn described(
    aws: &Aws,
    ids: Vec<String>,
) -> Result<Vec<types::EgressOnlyInternetGateway>, Problem> {
    let all = aws.ec2.describe_egress_only_internet_gateways();
    let named = all.clone().set_egress_only_internet_gateway_ids(Some(ids.clone()));
    match aws.read(|| named.clone().into_paginator().items().send().try_collect()).await {
        Err(problem) if problem.class == Class::Missing => {
            let mut shown: Vec<types::EgressOnlyInternetGateway> =
                aws.read(|| all.clone().into_paginator().items().send().try_collect()).await?;
            shown.retain(|gateway| {
                gateway.egress_only_internet_gateway_id.as_ref().is_some_and(|id| ids.contains(id))
            });
            Ok(shown)
        }
        answer => answer,
    }
}
