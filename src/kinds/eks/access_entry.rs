//! `access_entry`: lets an IAM principal into the cluster, with the access policies that say what it may do there.
//!
//! The policies hold for the whole cluster. One that is associated for single namespaces is none of ours, and an entry
//! that is there already and does not carry our tags is somebody else's: nothing is done to it.
//! EKS: CreateAccessEntry, DescribeAccessEntry, ListAssociatedAccessPolicies, AssociateAccessPolicy,
//! DisassociateAccessPolicy, DeleteAccessEntry.

use aws_sdk_eks::types::{AccessScope, AccessScopeType};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use super::{in_clusters, refused, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, EksResource, Facts, Found, Kind, Made, Owner, Tagging, not_visible_yet},
    model::{Identity, Problem, Ref},
};

/// What an access entry should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessEntry {
    /// The cluster.
    pub cluster: Ref,
    /// ARN of the role or user.
    pub principal: String,
    /// ARNs of access policies, such as `arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`.
    pub policies: Vec<String>,
}

impl Kind for AccessEntry {
    const FACTS: Facts = Facts {
        name: "access_entry",
        id: "{cluster}|{principal}",
        replaces: &["cluster", "principal"],
        tags: Tagging::Eks(EksResource::AccessEntry),
        token: true,
        vanishes_with: &["cluster"],
        loose: &["principal"],
        awaits: &["cluster"],
        sets: &["policies"],
        calls: Calls {
            create: "eks:CreateAccessEntry",
            read: &["eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies"],
            update: &["eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy"],
            delete: "eks:DeleteAccessEntry",
        },
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { policies: Vec::new(), ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .eks
            .create_access_entry()
            .cluster_name(self.cluster.get())
            .principal_arn(&self.principal)
            .client_request_token(&owner.token)
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Compares with what is there, not with what was: a policy that is gone already cannot be taken away.
    /// A policy that is associated already may be associated again.
    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        for policy in self.policies.iter().filter(|policy| !prior.policies.contains(policy)) {
            let request = aws
                .eks
                .associate_access_policy()
                .cluster_name(id.part(0))
                .principal_arn(id.part(1))
                .policy_arn(policy)
                .access_scope(AccessScope::builder().r#type(AccessScopeType::Cluster).build());
            aws.write(|| request.clone().send()).await.map_err(not_visible_yet)?;
        }
        for policy in prior.policies.iter().filter(|policy| !self.policies.contains(policy)) {
            let request = aws
                .eks
                .disassociate_access_policy()
                .cluster_name(id.part(0))
                .principal_arn(id.part(1))
                .policy_arn(policy);
            present(aws.write(|| request.clone().send()).await)?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.eks.delete_access_entry().cluster_name(id.part(0));
        let request = request.principal_arn(id.part(1));
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        in_clusters(aws, stack, |cluster| async move {
            let request = aws.eks.list_access_entries().cluster_name(cluster);
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await
    }
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<AccessEntry>>, Problem> {
    let request = aws.eks.describe_access_entry().cluster_name(id.part(0));
    let request = request.principal_arn(id.part(1));
    let entry = async { present(aws.read(|| request.clone().send()).await) };
    let (Some(answer), Some(policies)) = try_join(entry, policies(aws, id)).await? else {
        return Ok(None);
    };
    let Some(entry) = answer.access_entry else { return Ok(None) };
    let fields = AccessEntry {
        cluster: id.part(0).into(),
        principal: entry.principal_arn.unwrap_or_default(),
        policies,
    };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags(entry.tags))))
}

/// The policies that an entry has for the whole cluster; nothing where there is no such entry.
async fn policies(aws: &Aws, id: &Identity) -> Result<Option<Vec<String>>, Problem> {
    let request = aws.eks.list_associated_access_policies().cluster_name(id.part(0));
    let request = request.principal_arn(id.part(1));
    let answer = aws.read(|| request.clone().into_paginator().items().send().try_collect()).await;
    let Some(policies) = present(answer)? else { return Ok(None) };
    let whole = |scope: &AccessScope| scope.r#type() == Some(&AccessScopeType::Cluster);
    let ours = policies.into_iter().filter(|policy| policy.access_scope().is_some_and(whole));
    Ok(Some(ours.filter_map(|policy| policy.policy_arn).collect()))
}
