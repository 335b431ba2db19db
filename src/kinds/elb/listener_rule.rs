//! `listener_rule`: what a listener does with requests of one sort.
//!
//! Rules are tried in the order of their priorities; the first whose conditions hold acts.
//! Elastic Load Balancing: CreateRule, DescribeRules, DescribeTags, ModifyRule, SetRulePriorities, DeleteRule.

use serde::{Deserialize, Serialize};

use super::{Action, Condition};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a rule should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListenerRule {
    /// ARN of its listener.
    pub listener: Ref,
    /// Its place among the listener's rules, 1 to 50,000, one of its kind.
    pub priority: u32,
    /// What has to be true of a request; at most one of each sort but headers and queries.
    pub conditions: Vec<Condition>,
    /// What is done with it.
    pub action: Action,
}

impl Kind for ListenerRule {
    const FACTS: Facts = Facts {
        name: "listener_rule",
        // The true one names load balancer and listener.
        id: "arn:{partition}:elasticloadbalancing:{region}:{account}:listener-rule/{hex16}/{hex16}/{hex16}",
        replaces: &["listener"],
        unique: &[&["listener", "priority"]],
        tags: Tagging::Elb,
        vanishes_with: &["listener"],
        sets: &["conditions", "action.targets"],
        calls: Calls {
            create: "elasticloadbalancing:CreateRule",
            read: &["elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags"],
            update: &["elasticloadbalancing:ModifyRule", "elasticloadbalancing:SetRulePriorities"],
            delete: "elasticloadbalancing:DeleteRule",
        },
        // AWS counts by load balancer; a listener is the nearest thing to it among the fields.
        quota: Some(Quota {
            code: "L-7EED9B64",
            name: "Rules per Application Load Balancer",
            default: 100,
            per: Some("listener"),
        }),
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
