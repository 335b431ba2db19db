//! `rest_vpc_link`: a REST API's private door to a network load balancer.
//!
//! It takes API Gateway many minutes to make. The load balancer of one cannot be changed.
//! API Gateway v1: CreateVpcLink, GetVpcLinks, UpdateVpcLink, DeleteVpcLink.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What a VPC link to a network load balancer should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestVpcLink {
    /// Its name; others may have the same.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// ARN of the network load balancer.
    pub target: Ref,
}

impl Kind for RestVpcLink {
    const FACTS: Facts = Facts {
        name: "rest_vpc_link",
        id: "{hex6}",
        replaces: &["target"],
        timing: Timing { create: 480, delete: 120 },
        tags: Tagging::RestApi("arn:{partition}:apigateway:{region}::/vpclinks/{id}"),
        // A load balancer on its way up fails the link.
        awaits: &["target"],
        calls: Calls {
            create: "apigateway:CreateVpcLink",
            read: &["apigateway:GetVpcLinks"],
            update: &["apigateway:UpdateVpcLink"],
            delete: "apigateway:DeleteVpcLink",
        },
        quota: Some(Quota { code: "", name: "VPC links per Region", default: 20, per: None }),
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
