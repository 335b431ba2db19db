//! `node_group`: EC2 instances that EKS starts, joins to the cluster, drains and renews.
//!
//! How many there are is an autoscaler's business between `min` and `max`; it is only moved when it lies outside. The
//! launch template says what a node is made of, and its content has a name here: its revision. Another revision renews
//! every node in place, one after the other, and brings them to the cluster's Kubernetes version.
//! EKS: CreateNodegroup, DescribeNodegroup, UpdateNodegroupConfig, UpdateNodegroupVersion, DescribeUpdate,
//! DeleteNodegroup, DescribeCluster. EC2: DescribeLaunchTemplateVersions.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::LaunchTemplateVersion;
use aws_sdk_eks::types::{
    self, AmiTypes, CapacityTypes, LaunchTemplateSpecification, NodegroupScalingConfig,
    NodegroupStatus, Taint, TaintEffect, UpdateLabelsPayload, UpdateTaintsPayload,
};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use super::{finished, gone, ids, in_clusters, reason, references, refused, settled, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{
        Calls, EksResource, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing,
        not_visible_yet, template_version, template_versions,
    },
    model::{Identity, Problem, Ref},
};

/// What a node group should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeGroup {
    /// The cluster.
    pub cluster: Ref,
    /// Its name, one of its kind in the cluster, at most 63 characters.
    pub name: String,
    /// ARN of the role of its nodes.
    pub role: Ref,
    /// Where its nodes are.
    pub subnets: Vec<Ref>,
    /// What its nodes are made of.
    pub launch_template: Ref,
    /// The revision of the launch template that its nodes are made by.
    pub launch_template_revision: String,
    /// Instance types, in order of preference.
    pub instances: Vec<String>,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity: String,
    /// The kind of image, such as `AL2023_x86_64_STANDARD`.
    pub ami: String,
    /// Fewest nodes.
    pub min: u32,
    /// Most nodes.
    pub max: u32,
    /// Kubernetes labels.
    pub labels: BTreeMap<String, String>,
    /// Kubernetes taints.
    pub taints: Vec<NodeTaint>,
}

/// Keeps pods off nodes unless they tolerate it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeTaint {
    /// Its key.
    pub key: String,
    /// Its value; may be empty.
    pub value: String,
    /// `NO_SCHEDULE`, `PREFER_NO_SCHEDULE` or `NO_EXECUTE`.
    pub effect: String,
}

impl Kind for NodeGroup {
    const FACTS: Facts = Facts {
        name: "node_group",
        id: "{cluster}|{name}",
        replaces: &[
            "cluster",
            "name",
            "role",
            "subnets",
            "launch_template",
            "instances",
            "capacity",
            "ami",
        ],
        outputs: &[
            // The true one names account, Region, cluster and group before the UUID.
            ("arn", "arn:aws:eks:::nodegroup/{hex8}-{hex4}-{hex4}-{hex4}-{hex12}"),
            // Joined by commas.
            ("autoscaling_groups", "eks-{hex8}-{hex4}-{hex4}-{hex4}-{hex12}"),
        ],
        timing: Timing { create: 125, delete: 379 },
        looks: &["eks:DescribeNodegroup"],
        tags: Tagging::Eks(EksResource::NodeGroup),
        token: true,
        awaits: &["cluster"],
        sets: &["subnets", "taints"],
        calls: Calls {
            create: "eks:CreateNodegroup",
            read: &["eks:DescribeNodegroup", "ec2:DescribeLaunchTemplateVersions"],
            update: &[
                "eks:UpdateNodegroupConfig",
                "eks:UpdateNodegroupVersion",
                "eks:DescribeCluster",
                "eks:DescribeUpdate",
            ],
            delete: "eks:DeleteNodegroup",
        },
        quota: Some(Quota {
            code: "",
            name: "Managed node groups per cluster",
            default: 30,
            per: Some("cluster"),
        }),
        strays: Strays::Runner,
        ..Facts::DEFAULT
    };

    /// The template's default version is the one that was made last, so the create need not name it.
    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let template = LaunchTemplateSpecification::builder().id(self.launch_template.get());
        let labels = self.labels.clone().into_iter().collect();
        let request = aws
            .eks
            .create_nodegroup()
            .cluster_name(self.cluster.get())
            .nodegroup_name(&self.name)
            .node_role(self.role.get())
            .set_subnets(ids(&self.subnets))
            .launch_template(template.build())
            .set_instance_types(Some(self.instances.clone()))
            .capacity_type(CapacityTypes::from(self.capacity.as_str()))
            .ami_type(AmiTypes::from(self.ami.as_str()))
            .scaling_config(self.scaling(Some(self.min)))
            .set_labels(Some(labels))
            .set_taints(Some(self.taints.iter().map(NodeTaint::out).collect()))
            .client_request_token(&owner.token)
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn look(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<()>>, Problem> {
        let shown = known.iter().map(|id| async move {
            let group = described(aws, id).await?;
            Ok(group.map(|group| shown(id, group, String::new()).bare()))
        });
        Ok(try_join_all(shown).await?.into_iter().flatten().collect())
    }

    /// Compares with what is there, not with what was: EKS refuses a change to what is so already.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let there: Self = settled(aws, id).await?;
        let updates = || aws.eks.describe_update().name(id.part(0)).nodegroup_name(id.part(1));
        if self.launch_template_revision != there.launch_template_revision {
            let template = LaunchTemplateSpecification::builder()
                .id(self.launch_template.get())
                .version(self.wanted_version(aws).await?);
            let request = aws
                .eks
                .update_nodegroup_version()
                .cluster_name(id.part(0))
                .nodegroup_name(id.part(1))
                .set_version(cluster_version(aws, id.part(0)).await?)
                .launch_template(template.build());
            let update = aws.write(|| request.clone().send()).await?.update;
            finished(aws, updates(), update).await?;
        }
        let scaling = if (self.min, self.max) == (there.min, there.max) {
            None
        } else {
            let desired = described(aws, id).await?.as_ref().and_then(desired);
            Some(self.scaling(self.clamped(desired)))
        };
        let (labels, taints) = (self.labels_since(&there), self.taints_since(&there));
        if scaling.is_none() && labels.is_none() && taints.is_none() {
            return Ok(());
        }
        let request = aws
            .eks
            .update_nodegroup_config()
            .cluster_name(id.part(0))
            .nodegroup_name(id.part(1))
            .set_scaling_config(scaling)
            .set_labels(labels)
            .set_taints(taints);
        let update = aws.write(|| request.clone().send()).await?.update;
        finished(aws, updates(), update).await
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.eks.delete_nodegroup().cluster_name(id.part(0));
        let request = request.nodegroup_name(id.part(1));
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        in_clusters(aws, stack, |cluster| async move {
            let request = aws.eks.list_nodegroups().cluster_name(cluster);
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await
    }
}

impl NodeGroup {
    fn scaling(&self, desired: Option<u32>) -> NodegroupScalingConfig {
        NodegroupScalingConfig::builder()
            .min_size(self.min.cast_signed())
            .max_size(self.max.cast_signed())
            .set_desired_size(desired.map(u32::cast_signed))
            .build()
    }

    /// How many nodes there have to be, if as many as there are will not do.
    fn clamped(&self, desired: Option<u32>) -> Option<u32> {
        let desired = desired?;
        Some(desired.max(self.min).min(self.max)).filter(|clamped| *clamped != desired)
    }

    /// The version of the launch template that has the wanted revision.
    async fn wanted_version(&self, aws: &Aws) -> Result<String, Problem> {
        let template = self.launch_template.get();
        let versions = template_versions(aws, template, None).await?;
        let revision = Some(self.launch_template_revision.as_str());
        let wanted = versions.iter().filter(|version| version.version_description() == revision);
        let newest = wanted.filter_map(|version| version.version_number).max();
        let missing = || {
            let revision = &self.launch_template_revision;
            not_visible_yet(gone(&Identity(format!("revision {revision} of {template}"))))
        };
        newest.map(|number| number.to_string()).ok_or_else(missing)
    }

    fn labels_since(&self, there: &Self) -> Option<UpdateLabelsPayload> {
        let set = self.labels.iter().filter(|(key, value)| there.labels.get(*key) != Some(value));
        let unset = there.labels.keys().filter(|key| !self.labels.contains_key(*key));
        (self.labels != there.labels).then(|| {
            UpdateLabelsPayload::builder()
                .set_add_or_update_labels(Some(
                    set.map(|(key, value)| (key.clone(), value.clone())).collect(),
                ))
                .set_remove_labels(Some(unset.cloned().collect()))
                .build()
        })
    }

    /// A taint is known by its key and effect; only its value changes in place.
    fn taints_since(&self, there: &Self) -> Option<UpdateTaintsPayload> {
        let keeps = |old: &&NodeTaint| {
            let mut taints = self.taints.iter();
            taints.any(|taint| (&taint.key, &taint.effect) == (&old.key, &old.effect))
        };
        let set: Vec<Taint> = self
            .taints
            .iter()
            .filter(|taint| !there.taints.contains(taint))
            .map(NodeTaint::out)
            .collect();
        let unset: Vec<Taint> =
            there.taints.iter().filter(|old| !keeps(old)).map(NodeTaint::out).collect();
        (!set.is_empty() || !unset.is_empty()).then(|| {
            UpdateTaintsPayload::builder()
                .set_add_or_update_taints(Some(set))
                .set_remove_taints(Some(unset))
                .build()
        })
    }
}

impl NodeTaint {
    fn out(&self) -> Taint {
        Taint::builder()
            .key(&self.key)
            .value(&self.value)
            .effect(TaintEffect::from(self.effect.as_str()))
            .build()
    }

    fn shown(taint: &Taint) -> Self {
        Self {
            key: taint.key.clone().unwrap_or_default(),
            value: taint.value.clone().unwrap_or_default(),
            effect: taint.effect().map(|effect| effect.as_str().to_owned()).unwrap_or_default(),
        }
    }
}

async fn described(aws: &Aws, id: &Identity) -> Result<Option<types::Nodegroup>, Problem> {
    let request = aws.eks.describe_nodegroup().cluster_name(id.part(0));
    let request = request.nodegroup_name(id.part(1));
    let answer = present(aws.read(|| request.clone().send()).await)?;
    Ok(answer.and_then(|answer| answer.nodegroup))
}

async fn cluster_version(aws: &Aws, cluster: &str) -> Result<Option<String>, Problem> {
    let request = aws.eks.describe_cluster().name(cluster);
    let answer = aws.read(|| request.clone().send()).await?;
    Ok(answer.cluster.and_then(|cluster| cluster.version))
}

fn desired(group: &types::Nodegroup) -> Option<u32> {
    group.scaling_config()?.desired_size?.try_into().ok()
}

/// What the version of its launch template says of itself.
async fn revision(
    aws: &Aws,
    defaults: &[LaunchTemplateVersion],
    group: &types::Nodegroup,
) -> Result<String, Problem> {
    let template = group.launch_template();
    let Some((id, version)) =
        template.and_then(|template| Some((template.id()?, template.version()?)))
    else {
        return Ok(String::new());
    };
    let version = template_version(aws, defaults, id, version).await?;
    Ok(version.and_then(|version| version.version_description).unwrap_or_default())
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<NodeGroup>>, Problem> {
    let (group, defaults) = try_join(described(aws, id), aws.default_template_versions()).await?;
    let Some(group) = group else { return Ok(None) };
    let revision = revision(aws, &defaults, &group).await?;
    Ok(Some(shown(id, group, revision)))
}

fn shown(id: &Identity, group: types::Nodegroup, revision: String) -> Found<NodeGroup> {
    let size = |size: Option<i32>| size.and_then(|size| size.try_into().ok()).unwrap_or_default();
    let scaling = group.scaling_config();
    let template = group.launch_template().and_then(|template| template.id());
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let fields = NodeGroup {
        cluster: id.part(0).into(),
        name: text(group.nodegroup_name()),
        role: group.node_role().unwrap_or_default().into(),
        subnets: references(group.subnets.clone()),
        launch_template: template.unwrap_or_default().into(),
        launch_template_revision: revision,
        instances: group.instance_types().to_vec(),
        capacity: text(group.capacity_type().map(|capacity| capacity.as_str())),
        ami: text(group.ami_type().map(|ami| ami.as_str())),
        min: size(scaling.and_then(|scaling| scaling.min_size)),
        max: size(scaling.and_then(|scaling| scaling.max_size)),
        labels: tags(group.labels.clone()),
        taints: group.taints().iter().map(NodeTaint::shown).collect(),
    };
    let groups = group.resources().map(|made| made.auto_scaling_groups()).unwrap_or_default();
    let groups: Vec<&str> = groups.iter().filter_map(|group| group.name()).collect();
    let found = Found::ready(id.clone(), fields)
        .phase(phase(&group))
        .output("arn", group.nodegroup_arn())
        .output("autoscaling_groups", Some(&groups.join(",")));
    found.tagged(tags(group.tags))
}

/// A degraded one still runs its nodes; it lacks something to start others.
fn phase(group: &types::Nodegroup) -> Phase {
    match group.status() {
        Some(NodegroupStatus::Creating | NodegroupStatus::Updating) => Phase::Pending,
        Some(NodegroupStatus::Deleting) => Phase::Deleting,
        Some(NodegroupStatus::CreateFailed) => {
            let issues = group.health().map(|health| health.issues()).unwrap_or_default();
            let issues = issues.iter();
            Phase::Failed(reason(
                issues.map(|issue| (issue.code().map(|code| code.as_str()), issue.message())),
            ))
        }
        _ => Phase::Ready,
    }
}
