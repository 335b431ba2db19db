//! `listener_rule`: what a listener does with requests of one sort.
//!
//! Rules are tried in the order of their priorities; the first whose conditions hold acts.
//! Elastic Load Balancing: CreateRule, DescribeRules, DescribeTags, ModifyRule, SetRulePriorities, DeleteRule.

use aws_sdk_elasticloadbalancingv2::types;
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use super::{Action, Condition, Listener, arns, of_stack, owned, parent, parents, signed};
use crate::{
    aws::{Aws, elb::tagged, present},
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
        swaps: &["priority"],
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

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .elb
            .create_rule()
            .listener_arn(self.listener.get())
            .priority(signed(self.priority))
            .set_conditions(self.conditions())
            .actions(self.action.out())
            .set_tags(tagged(owner));
        let made = aws.write(|| request.clone().send()).await?.rules;
        let rule = made.as_deref().and_then(<[_]>::first);
        Made::id(rule.and_then(|rule| rule.rule_arn()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let parents = parents(known);
        let shown = try_join_all(parents.iter().map(|listener| of_listener(aws, listener)));
        let (shown, mut tags) = try_join(shown, aws.elb_tags(&arns(known))).await?;
        let found = shown.iter().flatten().filter_map(|rule| {
            let arn = rule.rule_arn()?;
            let found = Found::ready(arn, Self::shown(rule)?);
            Some(Found { tags: tags.remove(arn), ..found })
        });
        Ok(found.collect())
    }

    /// Its place first: whoever exchanges places with it is at the same point then.
    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        if self.priority != prior.priority {
            aws.move_rule(id, self.priority).await?;
        }
        if self.conditions == prior.conditions && self.action == prior.action {
            return Ok(());
        }
        let request = aws.elb.modify_rule().rule_arn(id.as_str());
        let request = request.set_conditions(self.conditions()).actions(self.action.out());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.elb.delete_rule().rule_arn(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let shown = of_listener(aws, self.listener.get()).await?;
        let priority = self.priority.to_string();
        let same = |rule: &types::Rule| rule.priority() == Some(&priority);
        let arns = shown.into_iter().filter(same).filter_map(|rule| rule.rule_arn);
        owned(aws, arns.collect(), owner).await
    }

    /// Rules of the stack's listeners.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let listeners = Listener::of_stack(aws, stack).await?;
        let shown = listeners.iter().map(|listener| of_listener(aws, listener.as_str()));
        let shown = try_join_all(shown).await?.concat();
        let arns = shown.into_iter().filter_map(|rule| rule.rule_arn).collect();
        of_stack(aws, arns, stack).await
    }
}

impl ListenerRule {
    fn conditions(&self) -> Option<Vec<types::RuleCondition>> {
        Some(self.conditions.iter().map(Condition::out).collect())
    }

    /// A rule as AWS shows it; the one that is the listener's own action is none.
    fn shown(rule: &types::Rule) -> Option<Self> {
        Some(Self {
            listener: parent(rule.rule_arn()?).into(),
            priority: rule.priority()?.parse().ok()?,
            conditions: rule.conditions().iter().map(Condition::shown).collect(),
            action: Action::shown(rule.actions()),
        })
    }
}

/// Every rule of a listener; none if that is not there.
async fn of_listener(aws: &Aws, listener: &str) -> Result<Vec<types::Rule>, Problem> {
    let request = aws.elb.describe_rules().listener_arn(listener);
    let pages = || request.clone().into_paginator().items().send().try_collect();
    present(aws.read(pages).await).map(Option::unwrap_or_default)
}
