//! `role_policy_attachment`: a policy with a name of its own, most often one of AWS's, attached to a role.
//!
//! EKS's own roles (cluster, nodes, Fargate) do what AWS's policies for them allow.
//! IAM: AttachRolePolicy, ListAttachedRolePolicies, DetachRolePolicy.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What an attachment should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolePolicyAttachment {
    /// Name of the role.
    pub role: Ref,
    /// ARN of the policy.
    pub policy: String,
}

impl Kind for RolePolicyAttachment {
    const FACTS: Facts = Facts {
        name: "role_policy_attachment",
        id: "{role}|{policy}",
        replaces: &["role", "policy"],
        lives_in: Some(("role", None)),
        calls: Calls {
            create: "iam:AttachRolePolicy",
            read: &["iam:ListAttachedRolePolicies"],
            update: &[],
            delete: "iam:DetachRolePolicy",
        },
        quota: Some(Quota {
            code: "L-0DA4ABF3",
            name: "Managed policies attached to an IAM role",
            default: 10,
            per: Some("role"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let request = aws.iam.attach_role_policy().role_name(self.role.get());
        let request = request.policy_arn(&self.policy);
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    /// One call a role, for all its attachments.
    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let roles: BTreeSet<&str> = known.iter().map(|id| id.part(0)).collect();
        let found = try_join_all(roles.into_iter().map(|role| of_role(aws, role))).await?;
        Ok(found.into_iter().flatten().filter(|found| known.contains(&found.id)).collect())
    }

    async fn inside(aws: &Aws, homes: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(homes.iter().map(|role| of_role(aws, role.as_str()))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.iam.detach_role_policy().role_name(id.part(0)).policy_arn(id.part(1));
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

async fn of_role(aws: &Aws, role: &str) -> Result<Vec<Found<RolePolicyAttachment>>, Problem> {
    let request = aws.iam.list_attached_role_policies().role_name(role);
    let answer = aws.read(|| request.clone().into_paginator().items().send().try_collect()).await;
    let policies: Vec<_> = present(answer)?.unwrap_or_default();
    let found = policies.into_iter().filter_map(|policy| {
        let policy = policy.policy_arn?;
        let id = Identity::of(&[role, &policy]);
        Some(Found::ready(id, RolePolicyAttachment { role: role.into(), policy }))
    });
    Ok(found.collect())
}
