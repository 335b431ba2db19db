//! `role_policy`: what a role may do, written into the role itself (an inline policy).
//!
//! It comes and goes with its one role, which is why it is no policy of its own.
//! IAM: PutRolePolicy, GetRolePolicy, DeleteRolePolicy.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document;
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner},
    model::{Identity, Problem, Ref},
};

/// What an inline policy should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolePolicy {
    /// Name of the role.
    pub role: Ref,
    /// Its name, one of its kind in the role.
    pub name: String,
    /// What it allows, in its [normal form](super::normal_document).
    pub document: Value,
}

impl Kind for RolePolicy {
    const FACTS: Facts = Facts {
        name: "role_policy",
        id: "{role}|{name}",
        replaces: &["role", "name"],
        lives_in: Some(("role", None)),
        calls: Calls {
            create: "iam:PutRolePolicy",
            read: &["iam:GetRolePolicy"],
            update: &["iam:PutRolePolicy"],
            delete: "iam:DeleteRolePolicy",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        self.put(aws).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn inside(aws: &Aws, homes: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let names = homes.iter().map(|role| async move {
            let request = aws.iam.list_role_policies().role_name(role.as_str());
            let pages = || request.clone().into_paginator().items().send().try_collect();
            let names: Vec<String> = present(aws.read(pages).await)?.unwrap_or_default();
            Ok::<_, Problem>(
                names.into_iter().map(|name| Identity::of(&[role.as_str(), &name])).collect(),
            )
        });
        let names: Vec<Vec<Identity>> = try_join_all(names).await?;
        Self::read(aws, &names.concat()).await
    }

    async fn update(&self, aws: &Aws, _id: &Identity, _prior: &Self) -> Result<(), Problem> {
        self.put(aws).await
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.iam.delete_role_policy().role_name(id.part(0)).policy_name(id.part(1));
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

impl RolePolicy {
    async fn put(&self, aws: &Aws) -> Result<(), Problem> {
        let request = aws
            .iam
            .put_role_policy()
            .role_name(self.role.get())
            .policy_name(&self.name)
            .policy_document(self.document.to_string());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<RolePolicy>>, Problem> {
    let request = aws.iam.get_role_policy().role_name(id.part(0)).policy_name(id.part(1));
    let Some(answer) = present(aws.read(|| request.clone().send()).await)? else { return Ok(None) };
    let fields = RolePolicy {
        role: answer.role_name.into(),
        name: answer.policy_name,
        document: document::from_answer(&answer.policy_document),
    };
    Ok(Some(Found::ready(id.clone(), fields)))
}
