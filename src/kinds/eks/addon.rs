//! `addon`: software that every cluster runs, kept by EKS: the VPC CNI, kube-proxy, CoreDNS.
//!
//! What EKS and the stack file say wins over what somebody changed inside the cluster.
//! EKS: CreateAddon, DescribeAddon, UpdateAddon, DescribeUpdate, DeleteAddon.

use aws_sdk_eks::types::{self, AddonStatus, ResolveConflicts};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{finished, in_clusters, reason, refused, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, EksResource, Facts, Found, Kind, Made, Owner, Phase, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What an add-on should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Addon {
    /// The cluster.
    pub cluster: Ref,
    /// Its name, such as `vpc-cni`.
    pub name: String,
    /// Its version, such as `v1.20.4-eksbuild.1`; AWS's default for the cluster's version where there is none.
    pub version: Option<String>,
    /// Its settings, by its own schema; an empty object where there are none.
    pub configuration: Value,
    /// ARN of the role of its service account; the nodes' role serves where there is none.
    pub role: Option<Ref>,
}

impl Kind for Addon {
    const FACTS: Facts = Facts {
        name: "addon",
        id: "{cluster}|{name}",
        replaces: &["cluster", "name"],
        timing: Timing { create: 15, delete: 15 },
        tags: Tagging::Eks(EksResource::Addon),
        token: true,
        vanishes_with: &["cluster"],
        // Settings name subnets and groups, and nobody but the add-on itself reads them.
        loose: &["configuration"],
        awaits: &["cluster"],
        chosen: &["version"],
        calls: Calls {
            create: "eks:CreateAddon",
            read: &["eks:DescribeAddon"],
            update: &["eks:UpdateAddon", "eks:DescribeUpdate"],
            delete: "eks:DeleteAddon",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let configuration = Some(&self.configuration).filter(|settings| **settings != json!({}));
        let request = aws
            .eks
            .create_addon()
            .cluster_name(self.cluster.get())
            .addon_name(&self.name)
            .set_addon_version(self.version.clone())
            .set_configuration_values(configuration.map(Value::to_string))
            .set_service_account_role_arn(self.role.as_ref().map(|role| role.get().to_owned()))
            .resolve_conflicts(ResolveConflicts::Overwrite)
            .client_request_token(&owner.token)
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Says all of it: EKS keeps the settings that an update does not name.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws
            .eks
            .update_addon()
            .cluster_name(id.part(0))
            .addon_name(id.part(1))
            .set_addon_version(self.version.clone())
            .configuration_values(self.configuration.to_string())
            .set_service_account_role_arn(self.role.as_ref().map(|role| role.get().to_owned()))
            .resolve_conflicts(ResolveConflicts::Overwrite);
        let update = aws.write(|| request.clone().send()).await.map_err(refused)?.update;
        let updates = aws.eks.describe_update().name(id.part(0)).addon_name(id.part(1));
        finished(aws, updates, update).await
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.eks.delete_addon().cluster_name(id.part(0)).addon_name(id.part(1));
        let request = request.preserve(false);
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        in_clusters(aws, stack, |cluster| async move {
            let request = aws.eks.list_addons().cluster_name(cluster);
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await
    }
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<Addon>>, Problem> {
    let request = aws.eks.describe_addon().cluster_name(id.part(0)).addon_name(id.part(1));
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let Some(addon) = answer.and_then(|answer| answer.addon) else { return Ok(None) };
    let phase = phase(&addon);
    let fields = Addon {
        cluster: id.part(0).into(),
        name: addon.addon_name.unwrap_or_default(),
        version: addon.addon_version,
        configuration: configuration(addon.configuration_values),
        role: addon.service_account_role_arn.filter(|role| !role.is_empty()).map(Ref::from),
    };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags(addon.tags)).phase(phase)))
}

/// Settings out of an answer. What somebody wrote in YAML stays text, and differs.
fn configuration(text: Option<String>) -> Value {
    match text.filter(|text| !text.trim().is_empty()) {
        None => json!({}),
        Some(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

/// A degraded one waits, for nodes to run on most likely. After an update that failed the old one still works.
fn phase(addon: &types::Addon) -> Phase {
    match addon.status() {
        Some(AddonStatus::Creating | AddonStatus::Updating | AddonStatus::Degraded) => {
            Phase::Pending
        }
        Some(AddonStatus::Deleting) => Phase::Deleting,
        Some(AddonStatus::CreateFailed) => {
            let issues = addon.health().map(|health| health.issues()).unwrap_or_default();
            let issues = issues.iter();
            Phase::Failed(reason(
                issues.map(|issue| (issue.code().map(|code| code.as_str()), issue.message())),
            ))
        }
        _ => Phase::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_settings_and_empty_settings_are_the_same() {
        for text in [None, Some(""), Some("{}"), Some(" { } ")] {
            assert_eq!(configuration(text.map(str::to_owned)), json!({}));
        }
    }

    #[test]
    fn settings_are_compared_as_json() {
        let text = "{ \"env\": { \"B\": \"2\",\n\"A\": \"1\" } }".to_owned();
        assert_eq!(configuration(Some(text)), json!({ "env": { "A": "1", "B": "2" } }));
        assert_eq!(configuration(Some("env: {}".to_owned())), json!("env: {}"));
    }
}
