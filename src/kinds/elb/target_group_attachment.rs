//! `target_group_attachment`: nodes of a node group are targets of a target group.
//!
//! The node group's Auto Scaling groups register every node that they start and deregister those that they end.
//! Auto Scaling: AttachLoadBalancerTargetGroups, DescribeAutoScalingGroups, DetachLoadBalancerTargetGroups.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner},
    model::{Identity, Problem, Ref},
};

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
        calls: Calls {
            create: "autoscaling:AttachLoadBalancerTargetGroups",
            read: &["autoscaling:DescribeAutoScalingGroups"],
            update: &[],
            delete: "autoscaling:DetachLoadBalancerTargetGroups",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, _aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        todo!()
    }

    async fn read(_aws: &Aws, _known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        todo!()
    }

    async fn delete(_aws: &Aws, _id: &Identity) -> Result<(), Problem> {
        todo!()
    }
}
