//! `interface_endpoint`: a network interface in each zone that stands for one AWS service (PrivateLink).
//!
//! With those for EC2, ECR, STS and a few more, nodes in subnets without any way to the internet join a cluster and
//! pull images.
//! EC2: CreateVpcEndpoint, DescribeVpcEndpoints, ModifyVpcEndpoint, DeleteVpcEndpoints.

use aws_sdk_ec2::types::{ResourceType, VpcEndpointType};
use serde::{Deserialize, Serialize};

use super::{endpoint, gone};
use crate::{
    aws::{Aws, ec2::tagged},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What an interface endpoint should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterfaceEndpoint {
    /// The VPC it serves.
    pub vpc: Ref,
    /// The service's full name, such as `com.amazonaws.ap-southeast-1.ecr.api`.
    pub service: String,
    /// The subnets that get an interface, one a zone.
    pub subnets: Vec<Ref>,
    /// What may reach the interfaces.
    pub security_groups: Vec<Ref>,
    /// Inside the VPC the service's public name leads here; needs both DNS attributes of the VPC.
    pub private_dns: bool,
}

impl Kind for InterfaceEndpoint {
    const FACTS: Facts = Facts {
        name: "interface_endpoint",
        id: "vpce-{hex17}",
        replaces: &["vpc", "service"],
        // Two of one service would contend for its private name.
        unique: &[&["vpc", "service"]],
        timing: Timing { create: 75, delete: 60 },
        tags: Tagging::Ec2("vpc-endpoint"),
        token: true,
        sets: &["subnets", "security_groups"],
        calls: Calls {
            create: "ec2:CreateVpcEndpoint",
            read: &["ec2:DescribeVpcEndpoints"],
            update: &["ec2:ModifyVpcEndpoint"],
            delete: "ec2:DeleteVpcEndpoints",
        },
        quota: Some(Quota {
            code: "",
            name: "Interface VPC endpoints per VPC",
            default: 50,
            per: Some("vpc"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_vpc_endpoint()
            .vpc_endpoint_type(VpcEndpointType::Interface)
            .vpc_id(self.vpc.get())
            .service_name(&self.service)
            .set_subnet_ids(endpoint::ids(&self.subnets))
            .set_security_group_ids(endpoint::ids(&self.security_groups))
            .private_dns_enabled(self.private_dns)
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::VpcEndpoint, owner));
        let made = aws.write(|| request.clone().send()).await?.vpc_endpoint;
        Made::id(made.as_ref().and_then(|made| made.vpc_endpoint_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        endpoint::read(aws, known, VpcEndpointType::Interface, |shown| Self {
            vpc: shown.vpc_id().unwrap_or_default().into(),
            service: shown.service_name.clone().unwrap_or_default(),
            subnets: endpoint::references(shown.subnet_ids().iter().map(String::as_str)),
            security_groups: endpoint::references(
                shown.groups().iter().filter_map(|group| group.group_id()),
            ),
            private_dns: shown.private_dns_enabled.unwrap_or_default(),
        })
        .await
    }

    /// Compares with what is there, not with what was: AWS refuses to add a subnet twice. One call for all that
    /// differs: a subnet that takes another's place in its zone must come as that one goes.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let found = Self::read(aws, std::slice::from_ref(id)).await?;
        let there = &found.first().ok_or_else(|| gone(id))?.fields;
        let lists = [
            endpoint::without(&self.subnets, &there.subnets),
            endpoint::without(&there.subnets, &self.subnets),
            endpoint::without(&self.security_groups, &there.security_groups),
            endpoint::without(&there.security_groups, &self.security_groups),
        ];
        let private_dns = Some(self.private_dns).filter(|on| *on != there.private_dns);
        if private_dns.is_none() && lists.iter().all(Option::is_none) {
            return Ok(());
        }
        let [add_subnets, remove_subnets, add_groups, remove_groups] = lists;
        let request = aws
            .ec2
            .modify_vpc_endpoint()
            .vpc_endpoint_id(id.as_str())
            .set_add_subnet_ids(add_subnets)
            .set_remove_subnet_ids(remove_subnets)
            .set_add_security_group_ids(add_groups)
            .set_remove_security_group_ids(remove_groups)
            .set_private_dns_enabled(private_dns);
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        endpoint::delete(aws, id).await
    }
}
