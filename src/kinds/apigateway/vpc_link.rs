//! `vpc_link`: API Gateway's private door into a VPC: a network interface in each of its subnets.
//!
//! HTTP APIs reach listeners of load balancers through it, and REST APIs too. Only its name can change; one without
//! traffic for 60 days goes to sleep (`INACTIVE`) and wakes up with the next request.
//! API Gateway v2: CreateVpcLink, GetVpcLinks, UpdateVpcLink, DeleteVpcLink.

use aws_sdk_apigatewayv2::types::{self, VpcLinkStatus};
use serde::{Deserialize, Serialize};

use super::{held, of_stack, owned, pages, refused, tagged, tags};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing},
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
        quota: Some(Quota {
            code: "L-608BDCD4",
            name: "VPC links per Region",
            default: 10,
            per: None,
        }),
        strays: Strays::Lodging,
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let ids = |ids: &[Ref]| Some(ids.iter().map(|id| id.get().to_owned()).collect());
        let request = aws
            .http
            .create_vpc_link()
            .name(&self.name)
            .set_subnet_ids(ids(&self.subnets))
            .set_security_group_ids(ids(&self.security_groups))
            .set_tags(tagged(owner));
        let link = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(link.vpc_link_id())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = listed(aws).await?.into_iter().map(found);
        Ok(found.filter(|link| known.contains(&link.id)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws.http.update_vpc_link().vpc_link_id(id.as_str()).name(&self.name);
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_vpc_link().vpc_link_id(id.as_str());
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let ours = |link: &types::VpcLink| owned(link.tags(), owner);
        let links = listed(aws).await?.into_iter().filter(ours);
        Ok(links.filter_map(|link| link.vpc_link_id.map(Identity)).collect())
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let ours = |link: &types::VpcLink| of_stack(link.tags(), stack);
        let all = listed(aws).await?.into_iter().filter(ours);
        Ok(all.filter_map(|link| link.vpc_link_id.map(Identity)).collect())
    }
}

/// Every link of the Region: no call asks for some of them.
async fn listed(aws: &Aws) -> Result<Vec<types::VpcLink>, Problem> {
    pages(|token| async {
        let request = aws.http.get_vpc_links().set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(link: types::VpcLink) -> Found<VpcLink> {
    let ids = |ids: Option<Vec<String>>| ids.unwrap_or_default().into_iter().map(Ref::from);
    // One that sleeps works: it wakes up when it is asked for.
    let phase = match link.vpc_link_status {
        Some(VpcLinkStatus::Pending) => Phase::Pending,
        Some(VpcLinkStatus::Deleting) => Phase::Deleting,
        Some(VpcLinkStatus::Failed) => {
            Phase::Failed(link.vpc_link_status_message.unwrap_or_default())
        }
        _ => Phase::Ready,
    };
    let fields = VpcLink {
        name: link.name.unwrap_or_default(),
        subnets: ids(link.subnet_ids).collect(),
        security_groups: ids(link.security_group_ids).collect(),
    };
    Found::ready(link.vpc_link_id.unwrap_or_default(), fields).tagged(tags(link.tags)).phase(phase)
}
