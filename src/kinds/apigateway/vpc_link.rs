//! `vpc_link`: API Gateway's private door into a VPC: a network interface in each of its subnets.
//!
//! HTTP APIs reach listeners of load balancers through it, and REST APIs too. Only its name can change; one without
//! traffic for 60 days goes to sleep (`INACTIVE`) and wakes up with the next request.
//! API Gateway v2: CreateVpcLink, GetVpcLinks, UpdateVpcLink, DeleteVpcLink.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What a VPC link should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VpcLink {
    /// Its name; others may have the same.
    pub name: String,
    /// Where its network interfaces are.
    pub subnets: Vec<Ref>,
    /// What its network interfaces are in.
    pub security_groups: Vec<Ref>,
}

impl Kind for VpcLink {
    const FACTS: Facts = Facts {
        name: "vpc_link",
        id: "{hex6}",
        replaces: &["subnets", "security_groups"],
        timing: Timing { create: 120, delete: 60 },
        tags: Tagging::HttpApi("arn:{partition}:apigateway:{region}::/vpclinks/{id}"),
        sets: &["subnets", "security_groups"],
        calls: Calls {
            create: "apigatewayv2:CreateVpcLink",
            read: &["apigatewayv2:GetVpcLinks"],
            update: &["apigatewayv2:UpdateVpcLink"],
            delete: "apigatewayv2:DeleteVpcLink",
        },
        quota: Some(Quota { code: "", name: "VPC links per Region", default: 10, per: None }),
        ..Facts::DEFAULT
    };

    async fn create(&self, _aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        todo!()
    }

    async fn read(_aws: &Aws, _known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        todo!()
    }

    async fn delete(_aws: &Aws, _id: &Identity) -> Result<(), Problem> {
        todo!()
    }
}
