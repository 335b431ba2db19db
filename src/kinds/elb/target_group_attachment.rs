//! `target_group_attachment`: nodes of a node group are targets of a target group.
//!
//! The node group's Auto Scaling groups register every node that they start and deregister those that they end.
//! Auto Scaling: AttachLoadBalancerTargetGroups, DescribeAutoScalingGroups, DetachLoadBalancerTargetGroups.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::AutoScalingGroup;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, heads},
    model::{Class, Identity, Problem, Ref},
};

/// Groups that one DescribeAutoScalingGroups call may name (Auto Scaling API reference: 50).
const GROUPS: usize = 50;

/// What an attachment should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetGroupAttachment {
    /// Names of the Auto Scaling groups, joined by commas: the `autoscaling_groups` of a node group.
    pub groups: Ref,
    /// ARN of the target group.
    pub target_group: Ref,
}

impl Kind for TargetGroupAttachment {
    const FACTS: Facts = Facts {
        name: "target_group_attachment",
        id: "{groups}|{target_group}",
        replaces: &["groups", "target_group"],
        vanishes_with: &["groups"],
        // AWS lets a target group go while Auto Scaling still names it.
        loose: &["target_group"],
        // A node group tells its Auto Scaling groups once it is ready.
        awaits: &["groups"],
        lives_in: Some(("node_group", Some("autoscaling_groups"))),
        calls: Calls {
            create: "autoscaling:AttachLoadBalancerTargetGroups",
            read: &["autoscaling:DescribeAutoScalingGroups"],
            update: &[],
            delete: "autoscaling:DetachLoadBalancerTargetGroups",
        },
        ..Facts::DEFAULT
    };

    /// One call for each Auto Scaling group, of which EKS makes one for a node group. What is attached already stays so.
    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        for group in names(self.groups.get()) {
            let request = aws.autoscaling.attach_load_balancer_target_groups();
            let request = request.auto_scaling_group_name(group);
            let request = request.target_group_arns(self.target_group.get());
            aws.write(|| request.clone().send()).await.map_err(refused)?;
        }
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let mut found = Self::inside(aws, &homes(known)).await?;
        found.retain(|found| known.contains(&found.id));
        Ok(found)
    }

    async fn inside(aws: &Aws, homes: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let groups: BTreeSet<&str> = homes.iter().flat_map(|home| names(home.as_str())).collect();
        let groups: Vec<String> = groups.into_iter().map(str::to_owned).collect();
        let shown = try_join_all(groups.chunks(GROUPS).map(|chunk| async move {
            let request = aws.autoscaling.describe_auto_scaling_groups();
            let request = request.set_auto_scaling_group_names(Some(chunk.to_vec()));
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        }));
        let shown: Vec<AutoScalingGroup> = shown.await?.concat();
        let found = homes.iter().flat_map(|home| {
            shared(home.as_str(), &shown).into_iter().map(|target_group| {
                let fields = Self { groups: home.into(), target_group: target_group.into() };
                Found::ready(Identity::of(&[home.as_str(), target_group]), fields)
            })
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        for group in names(id.part(0)) {
            let request = aws.autoscaling.detach_load_balancer_target_groups();
            let request = request.auto_scaling_group_name(group).target_group_arns(id.part(1));
            aws.write(|| request.clone().send()).await.map_err(missing)?;
        }
        Ok(())
    }
}

/// The groups that attachments are of, each once.
fn homes(known: &[Identity]) -> Vec<Identity> {
    heads(known).into_iter().map(Identity).collect()
}

/// The target groups that every one of `groups` is attached to.
fn shared<'a>(groups: &str, shown: &'a [AutoScalingGroup]) -> BTreeSet<&'a str> {
    let attached = |name| {
        let mut of_name = shown.iter().filter(|one| one.auto_scaling_group_name() == Some(name));
        let arns = of_name.next().map(AutoScalingGroup::target_group_arns).unwrap_or_default();
        arns.iter().map(String::as_str).collect::<BTreeSet<_>>()
    };
    names(groups).map(attached).reduce(|all, some| &all & &some).unwrap_or_default()
}

fn names(groups: &str) -> impl Iterator<Item = &str> {
    groups.split(',').filter(|name| !name.is_empty())
}

/// The problem of an attachment. Auto Scaling has one code for all that is wrong; its words tell what was made a moment
/// ago and does not show yet.
fn refused(problem: Problem) -> Problem {
    let new = ["may not be valid", "not found"];
    if problem.code == "ValidationError" && new.iter().any(|words| problem.message.contains(words))
    {
        return Problem { class: Class::Busy, ..problem };
    }
    problem
}

/// The problem of a detachment: what is not there any more is not attached.
fn missing(problem: Problem) -> Problem {
    let gone = ["not found", "Trying to remove Target Groups that are not part of the group"];
    if problem.code == "ValidationError" && gone.iter().any(|words| problem.message.contains(words))
    {
        return Problem { class: Class::Missing, ..problem };
    }
    problem
}
