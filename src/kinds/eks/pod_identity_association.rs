//! `pod_identity_association`: the role that pods of a service account act as.
//!
//! EKS invents an id for it, which is of no use without the cluster's name; cluster, namespace and service account
//! single it out as well and are known beforehand.
//! EKS: CreatePodIdentityAssociation, ListPodIdentityAssociations, DescribePodIdentityAssociation,
//! UpdatePodIdentityAssociation, DeletePodIdentityAssociation.

use aws_sdk_eks::types::PodIdentityAssociationSummary;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{gone, in_clusters, refused, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, EksResource, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a Pod Identity association should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PodIdentityAssociation {
    /// The cluster.
    pub cluster: Ref,
    /// Namespace of the service account.
    pub namespace: String,
    /// Name of the service account.
    pub service_account: String,
    /// ARN of the role.
    pub role: Ref,
}

impl Kind for PodIdentityAssociation {
    const FACTS: Facts = Facts {
        name: "pod_identity_association",
        id: "{cluster}|{namespace}|{service_account}",
        replaces: &["cluster", "namespace", "service_account"],
        tags: Tagging::Eks(EksResource::PodIdentityAssociation),
        token: true,
        vanishes_with: &["cluster"],
        // Kubernetes's names, which name nothing in AWS.
        loose: &["namespace", "service_account"],
        awaits: &["cluster"],
        calls: Calls {
            create: "eks:CreatePodIdentityAssociation",
            read: &["eks:ListPodIdentityAssociations", "eks:DescribePodIdentityAssociation"],
            update: &["eks:UpdatePodIdentityAssociation"],
            delete: "eks:DeletePodIdentityAssociation",
        },
        quota: Some(Quota {
            code: "",
            name: "EKS Pod Identity associations per cluster",
            default: 1000,
            per: Some("cluster"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .eks
            .create_pod_identity_association()
            .cluster_name(self.cluster.get())
            .namespace(&self.namespace)
            .service_account(&self.service_account)
            .role_arn(self.role.get())
            .client_request_token(&owner.token)
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let association = association(aws, id).await?.ok_or_else(|| gone(id))?;
        let request = aws
            .eks
            .update_pod_identity_association()
            .cluster_name(id.part(0))
            .association_id(association)
            .role_arn(self.role.get());
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let association = association(aws, id).await?.ok_or_else(|| gone(id))?;
        let request = aws.eks.delete_pod_identity_association().cluster_name(id.part(0));
        let request = request.association_id(association);
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        in_clusters(aws, stack, |cluster| async move {
            let request = aws.eks.list_pod_identity_associations().cluster_name(cluster);
            let all: Vec<PodIdentityAssociationSummary> =
                aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
            let name = |one: &PodIdentityAssociationSummary| {
                Some(Identity::of(&[one.namespace()?, one.service_account()?]).0)
            };
            Ok(all.iter().filter_map(name).collect())
        })
        .await
    }
}

/// What EKS calls an association, if there is one.
async fn association(aws: &Aws, id: &Identity) -> Result<Option<String>, Problem> {
    let request = aws
        .eks
        .list_pod_identity_associations()
        .cluster_name(id.part(0))
        .namespace(id.part(1))
        .service_account(id.part(2));
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let first = answer.and_then(|answer| answer.associations?.into_iter().next());
    Ok(first.and_then(|association| association.association_id))
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<PodIdentityAssociation>>, Problem> {
    let Some(association) = association(aws, id).await? else { return Ok(None) };
    let request = aws.eks.describe_pod_identity_association().cluster_name(id.part(0));
    let request = request.association_id(association);
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let Some(association) = answer.and_then(|answer| answer.association) else { return Ok(None) };
    let fields = PodIdentityAssociation {
        cluster: id.part(0).into(),
        namespace: association.namespace.unwrap_or_default(),
        service_account: association.service_account.unwrap_or_default(),
        role: association.role_arn.unwrap_or_default().into(),
    };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags(association.tags))))
}
