//! `rest_vpc_link`: a REST API's private door to a network load balancer.
//!
//! It takes API Gateway many minutes to make. The load balancer of one cannot be changed.
//! API Gateway v1: CreateVpcLink, GetVpcLinks, UpdateVpcLink, DeleteVpcLink.

use aws_sdk_apigateway::types::{self, VpcLinkStatus};
use serde::{Deserialize, Serialize};

use super::{PAGE, held, of_stack, owned, refused, replace, tagged, tags};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Tagging, Timing},
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

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .rest
            .create_vpc_link()
            .name(&self.name)
            .set_description(Some(self.description.clone()).filter(|text| !text.is_empty()))
            .target_arns(self.target.get())
            .set_tags(tagged(owner));
        let link = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(link.id())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = listed(aws).await?.into_iter().map(found);
        Ok(found.filter(|link| known.contains(&link.id)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws
            .rest
            .update_vpc_link()
            .vpc_link_id(id.as_str())
            .patch_operations(replace("/name", &self.name))
            .patch_operations(replace("/description", &self.description));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.rest.delete_vpc_link().vpc_link_id(id.as_str());
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let ours = |link: &types::VpcLink| owned(link.tags(), owner);
        let links = listed(aws).await?.into_iter().filter(ours);
        Ok(links.filter_map(|link| link.id.map(Identity)).collect())
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let ours = |link: &types::VpcLink| of_stack(link.tags(), stack);
        let all = listed(aws).await?.into_iter().filter(ours);
        Ok(all.filter_map(|link| link.id.map(Identity)).collect())
    }
}

/// Every link of the Region: no call asks for some of them.
async fn listed(aws: &Aws) -> Result<Vec<types::VpcLink>, Problem> {
    let request = aws.rest.get_vpc_links().limit(PAGE);
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}

fn found(link: types::VpcLink) -> Found<RestVpcLink> {
    let phase = match link.status {
        Some(VpcLinkStatus::Pending) => Phase::Pending,
        Some(VpcLinkStatus::Deleting) => Phase::Deleting,
        Some(VpcLinkStatus::Failed) => Phase::Failed(link.status_message.unwrap_or_default()),
        _ => Phase::Ready,
    };
    let target = link.target_arns.unwrap_or_default().into_iter().next();
    let fields = RestVpcLink {
        name: link.name.unwrap_or_default(),
        description: link.description.unwrap_or_default(),
        target: target.unwrap_or_default().into(),
    };
    Found::ready(link.id.unwrap_or_default(), fields).tagged(tags(link.tags)).phase(phase)
}
