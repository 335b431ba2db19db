//! `internet_gateway`: the VPC's door to the internet, in both directions.
//!
//! Public load balancers and NAT gateways reach the internet through it, once it is attached and routes lead to it.
//! EC2: CreateInternetGateway, DescribeInternetGateways, DeleteInternetGateway.

use aws_sdk_ec2::types::ResourceType;
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem},
};

/// What an internet gateway should be: there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InternetGateway {}

impl Kind for InternetGateway {
    const FACTS: Facts = Facts {
        name: "internet_gateway",
        id: "igw-{hex17}",
        tags: Tagging::Ec2("internet-gateway"),
        calls: Calls {
            create: "ec2:CreateInternetGateway",
            read: &["ec2:DescribeInternetGateways"],
            update: &[],
            delete: "ec2:DeleteInternetGateway",
        },
        quota: Some(Quota {
            code: "L-A4707A72",
            name: "Internet gateways per Region",
            default: 5,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_internet_gateway()
            .tag_specifications(tagged(ResourceType::InternetGateway, owner));
        let gateway = aws.write(|| request.clone().send()).await?.internet_gateway;
        Made::id(gateway.as_ref().and_then(|gateway| gateway.internet_gateway_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let gateways = aws.internet_gateways(known.clone()).await?;
        let found = gateways.iter().filter_map(|gateway| {
            let id = gateway.internet_gateway_id().filter(|id| known.contains(*id))?;
            Some(Found::ready(id, Self {}).tagged(tags(gateway.tags())))
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_internet_gateway().internet_gateway_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}
