//! `fargate_profile`: which pods run without nodes of ours.
//!
//! EKS makes and deletes one profile of a cluster at a time, and changes nothing about one.
//! EKS: CreateFargateProfile, DescribeFargateProfile, DeleteFargateProfile.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{self, FargateProfileSelector, FargateProfileStatus};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{ids, in_clusters, reason, references, refused, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{
        Calls, EksResource, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing,
    },
    model::{Identity, Problem, Ref},
};

/// What a Fargate profile should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FargateProfile {
    /// The cluster.
    pub cluster: Ref,
    /// Its name, one of its kind in the cluster.
    pub name: String,
    /// ARN of the role that pulls images and writes logs for the pods.
    pub role: Ref,
    /// Private subnets that the pods run in.
    pub subnets: Vec<Ref>,
    /// Which pods.
    pub selectors: Vec<FargateSelector>,
}

/// Which pods: those of a namespace that have all of these labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FargateSelector {
    /// Their namespace; may hold `*` and `?`.
    pub namespace: String,
    /// Their labels.
    pub labels: BTreeMap<String, String>,
}

impl Kind for FargateProfile {
    const FACTS: Facts = Facts {
        name: "fargate_profile",
        id: "{cluster}|{name}",
        replaces: &["cluster", "name", "role", "subnets", "selectors"],
        // Reports differ: aws/containers-roadmap#2392 has 26 s to 5 min for a create, 2 min for a delete.
        timing: Timing { create: 60, delete: 120 },
        tags: Tagging::Eks(EksResource::FargateProfile),
        token: true,
        awaits: &["cluster"],
        sets: &["subnets", "selectors"],
        calls: Calls {
            create: "eks:CreateFargateProfile",
            read: &["eks:DescribeFargateProfile"],
            update: &[],
            delete: "eks:DeleteFargateProfile",
        },
        quota: Some(Quota {
            code: "",
            name: "Fargate profiles per cluster",
            default: 10,
            per: Some("cluster"),
        }),
        strays: Strays::Runner,
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let selectors = self.selectors.iter().map(|selector| {
            let labels = Some(selector.labels.clone()).filter(|labels| !labels.is_empty());
            FargateProfileSelector::builder()
                .namespace(&selector.namespace)
                .set_labels(labels.map(|labels| labels.into_iter().collect()))
                .build()
        });
        let request = aws
            .eks
            .create_fargate_profile()
            .cluster_name(self.cluster.get())
            .fargate_profile_name(&self.name)
            .pod_execution_role_arn(self.role.get())
            .set_subnets(ids(&self.subnets))
            .set_selectors(Some(selectors.collect()))
            .client_request_token(&owner.token)
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.eks.delete_fargate_profile().cluster_name(id.part(0));
        let request = request.fargate_profile_name(id.part(1));
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        in_clusters(aws, stack, |cluster| async move {
            let request = aws.eks.list_fargate_profiles().cluster_name(cluster);
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await
    }
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<FargateProfile>>, Problem> {
    let request = aws.eks.describe_fargate_profile().cluster_name(id.part(0));
    let request = request.fargate_profile_name(id.part(1));
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let Some(profile) = answer.and_then(|answer| answer.fargate_profile) else { return Ok(None) };
    let phase = phase(&profile);
    let selectors = profile.selectors.unwrap_or_default().into_iter();
    let fields = FargateProfile {
        cluster: id.part(0).into(),
        name: profile.fargate_profile_name.unwrap_or_default(),
        role: profile.pod_execution_role_arn.unwrap_or_default().into(),
        subnets: references(profile.subnets),
        selectors: selectors
            .map(|selector| FargateSelector {
                namespace: selector.namespace.unwrap_or_default(),
                labels: tags(selector.labels),
            })
            .collect(),
    };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags(profile.tags)).phase(phase)))
}

fn phase(profile: &types::FargateProfile) -> Phase {
    match profile.status() {
        Some(FargateProfileStatus::Creating) => Phase::Pending,
        Some(FargateProfileStatus::Deleting) => Phase::Deleting,
        Some(FargateProfileStatus::CreateFailed) => {
            let issues = profile.health().map(|health| health.issues()).unwrap_or_default();
            let issues = issues.iter();
            Phase::Failed(reason(
                issues.map(|issue| (issue.code().map(|code| code.as_str()), issue.message())),
            ))
        }
        _ => Phase::Ready,
    }
}
