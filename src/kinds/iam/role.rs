//! `role`: what a service may act as.
//!
//! The flow log service writes to its log group as one. EKS will want more of them: cluster, nodes, pods.
//! IAM: CreateRole, GetRole, UpdateRole, UpdateAssumeRolePolicy, DeleteRole.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document;
use crate::{
    aws::{Aws, iam_tags, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem},
};

/// What a role should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// Its name, one of its kind in the account, at most 64 characters.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The policy that says who may act as it, in its [normal form](super::normal_document).
    pub trust: Value,
}

impl Kind for Role {
    const FACTS: Facts = Facts {
        name: "role",
        id: "{name}",
        replaces: &["name"],
        outputs: &[("arn", "arn:{partition}:iam::{account}:role/{name}")],
        tags: Tagging::IamRole,
        calls: Calls {
            create: "iam:CreateRole",
            read: &["iam:GetRole"],
            update: &["iam:UpdateRole", "iam:UpdateAssumeRolePolicy"],
            delete: "iam:DeleteRole",
        },
        quota: Some(Quota {
            code: "L-FE177D64",
            name: "Roles per account",
            default: 1000,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let description = Some(self.description.clone()).filter(|text| !text.is_empty());
        let request = aws
            .iam
            .create_role()
            .role_name(&self.name)
            .set_description(description)
            .assume_role_policy_document(self.trust.to_string())
            .set_tags(Some(iam_tags(&owner.tags)));
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    /// One call a role: IAM lists roles only all at once, and then without their tags.
    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        if self.description != prior.description {
            let request = aws.iam.update_role().role_name(id.as_str());
            let request = request.description(&self.description);
            aws.write(|| request.clone().send()).await?;
        }
        if self.trust != prior.trust {
            let request = aws.iam.update_assume_role_policy().role_name(id.as_str());
            let request = request.policy_document(self.trust.to_string());
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.iam.delete_role().role_name(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    /// IAM shows no tags in its list. Names of ours begin with the stack's and, for roles are an account's and another Region
    /// may have a stack of that name, the Region's.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let request = aws.iam.list_roles();
        let roles: Vec<aws_sdk_iam::types::Role> =
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let ours = format!("{stack}-{}-", aws.account.region);
        let names = roles.into_iter().map(|role| role.role_name);
        Ok(names.filter(|name| name.starts_with(&ours)).map(Identity).collect())
    }
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<Role>>, Problem> {
    let request = aws.iam.get_role().role_name(id.as_str());
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let Some(role) = answer.and_then(|answer| answer.role) else { return Ok(None) };
    let tags = role.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    let fields = Role {
        name: role.role_name,
        description: role.description.unwrap_or_default(),
        trust: document::from_answer(&role.assume_role_policy_document.unwrap_or_default()),
    };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags)))
}
