//! `gateway_endpoint`: a free way to S3 or DynamoDB that leaves the VPC neither through NAT nor the internet.
//!
//! The layers of every image in ECR come from S3, so without it they are paid for by the gigabyte at the NAT gateway.
//! AWS adds a route to the service's prefix list to each of its route tables.
//! EC2: CreateVpcEndpoint, DescribeVpcEndpoints, ModifyVpcEndpoint, DeleteVpcEndpoints.

use aws_sdk_ec2::types::{ResourceType, VpcEndpointType};
use serde::{Deserialize, Serialize};

use super::{endpoint, gone};
use crate::{
    aws::{Aws, ec2::tagged},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What a gateway endpoint should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayEndpoint {
    /// The VPC it serves.
    pub vpc: Ref,
    /// The service's full name, such as `com.amazonaws.ap-southeast-1.s3`.
    pub service: String,
    /// The route tables whose subnets use it.
    pub route_tables: Vec<Ref>,
}

impl Kind for GatewayEndpoint {
    const FACTS: Facts = Facts {
        name: "gateway_endpoint",
        id: "vpce-{hex17}",
        replaces: &["vpc", "service"],
        unique: &[&["vpc", "service"]],
        timing: Timing { create: 1, delete: 2 },
        tags: Tagging::Ec2("vpc-endpoint"),
        token: true,
        sets: &["route_tables"],
        calls: Calls {
            create: "ec2:CreateVpcEndpoint",
            read: &["ec2:DescribeVpcEndpoints"],
            update: &["ec2:ModifyVpcEndpoint"],
            delete: "ec2:DeleteVpcEndpoints",
        },
        quota: Some(Quota {
            code: "L-1B52E74A",
            name: "Gateway VPC endpoints per Region",
            default: 20,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_vpc_endpoint()
            .vpc_endpoint_type(VpcEndpointType::Gateway)
            .vpc_id(self.vpc.get())
            .service_name(&self.service)
            .set_route_table_ids(endpoint::ids(&self.route_tables))
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::VpcEndpoint, owner));
        let made = aws.write(|| request.clone().send()).await?.vpc_endpoint;
        let ready = made.as_ref().and_then(endpoint::phase) == Some(Phase::Ready);
        Ok(Made { ready, ..Made::id(made.as_ref().and_then(|made| made.vpc_endpoint_id()))? })
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        endpoint::read(aws, known, VpcEndpointType::Gateway, |shown| Self {
            vpc: shown.vpc_id().unwrap_or_default().into(),
            service: shown.service_name.clone().unwrap_or_default(),
            route_tables: endpoint::references(shown.route_table_ids().iter().map(String::as_str)),
        })
        .await
    }

    /// Compares with what is there, not with what was: AWS refuses to add a table twice.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let found = Self::read(aws, std::slice::from_ref(id)).await?;
        let there = &found.first().ok_or_else(|| gone(id))?.fields;
        let add = endpoint::without(&self.route_tables, &there.route_tables);
        let remove = endpoint::without(&there.route_tables, &self.route_tables);
        if add.is_none() && remove.is_none() {
            return Ok(());
        }
        let request = aws
            .ec2
            .modify_vpc_endpoint()
            .vpc_endpoint_id(id.as_str())
            .set_add_route_table_ids(add)
            .set_remove_route_table_ids(remove);
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        endpoint::delete(aws, id).await
    }
}
