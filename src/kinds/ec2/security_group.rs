//! `security_group`: a firewall around network interfaces.
//!
//! Load balancers, interface endpoints and nodes get one each; what it lets through are `security_group_rule`s. AWS
//! adds a rule of its own to a new one, which lets everything out; it stays and is not drift.
//! EC2: CreateSecurityGroup, DescribeSecurityGroups, DeleteSecurityGroup.

use aws_sdk_ec2::types::ResourceType;
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{filter, in_chunks, tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Strays, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a security group should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// The VPC it belongs to.
    pub vpc: Ref,
    /// Its name, at most 255 characters, not starting with `sg-`.
    pub name: String,
    /// What it is for, at most 255 characters.
    pub description: String,
}

impl Kind for SecurityGroup {
    const FACTS: Facts = Facts {
        name: "security_group",
        id: "sg-{hex17}",
        replaces: &["vpc", "name", "description"],
        unique: &[&["vpc", "name"]],
        tags: Tagging::Ec2("security-group"),
        calls: Calls {
            create: "ec2:CreateSecurityGroup",
            read: &["ec2:DescribeSecurityGroups"],
            update: &[],
            delete: "ec2:DeleteSecurityGroup",
        },
        quota: Some(Quota {
            code: "L-E79EC296",
            name: "VPC security groups per Region",
            default: 2500,
            per: None,
        }),
        strays: Strays::Lodging,
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_security_group()
            .vpc_id(self.vpc.get())
            .group_name(&self.name)
            .description(&self.description)
            .tag_specifications(tagged(ResourceType::SecurityGroup, owner));
        let answer = aws.write(|| request.clone().send()).await?;
        Made::id(answer.group_id())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let groups = in_chunks(heads(known), |ids| async move {
            let request = aws.ec2.describe_security_groups().filters(filter("group-id", ids));
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await?;
        let found = groups.iter().filter_map(|group| {
            let fields = Self {
                vpc: group.vpc_id().unwrap_or_default().into(),
                name: group.group_name.clone().unwrap_or_default(),
                description: group.description.clone().unwrap_or_default(),
            };
            Some(Found::ready(group.group_id()?, fields).tagged(tags(group.tags())))
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_security_group().group_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}
