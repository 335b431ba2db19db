//! What the kinds of load balancing share: tags, lists of ARNs, and rules that change places.

use std::{collections::BTreeMap, future::Future, rc::Rc};

use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer, RulePriorityPair, Tag, TargetGroup};
use futures_util::future::try_join_all;

use crate::{
    aws::{Aws, Gather, TagChange, present},
    kinds::Owner,
    model::{Class, Identity, Problem, Tags},
};

/// Resources that one AddTags, RemoveTags or DescribeTags call may name (Elastic Load Balancing
/// API reference: 20).
const RESOURCES: usize = 20;

/// The calls that several resources share.
#[derive(Default)]
pub(super) struct Shared {
    tags: Gather<(String, Tags)>,
    moves: Gather<()>,
    names_of_balancers: Gather<Named>,
    names_of_groups: Gather<Named>,
}

/// A name and the ARN of what has it.
type Named = (String, String);

/// The owner's tags, to be set by the create call itself.
pub fn tagged(owner: &Owner) -> Option<Vec<Tag>> {
    Some(owner.tags.iter().map(tag).collect())
}

/// Runs `load` for every 20 of `arns`, at once, and joins the answers. AWS answers for none of them where one does not
/// exist; then each is asked for by itself.
pub async fn by_arn<T, F>(
    arns: &[String],
    load: impl Fn(Vec<String>) -> F,
) -> Result<Vec<T>, Problem>
where
    F: Future<Output = Result<Vec<T>, Problem>>,
{
    let load = &load;
    let chunks = arns.chunks(RESOURCES).map(|chunk| async move {
        match load(chunk.to_vec()).await {
            Err(problem) if problem.class == Class::Missing && chunk.len() > 1 => {
                let each = chunk.iter().map(|arn| async move {
                    present(load(vec![arn.clone()]).await).map(Option::unwrap_or_default)
                });
                Ok(try_join_all(each).await?.into_iter().flatten().collect())
            }
            answer => present(answer).map(Option::unwrap_or_default),
        }
    });
    Ok(try_join_all(chunks).await?.into_iter().flatten().collect())
}

impl Aws {
    /// The tags of each resource that exists. What is asked in the same moment for resources of whatever kind shares
    /// calls.
    pub async fn elb_tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Problem> {
        let load = |arns: Vec<String>| async move {
            by_arn(&arns, |chunk| async move {
                let request = self.elb.describe_tags().set_resource_arns(Some(chunk));
                let answer = self.read(|| request.clone().send()).await?;
                let described = answer.tag_descriptions.unwrap_or_default().into_iter();
                Ok(described
                    .filter_map(|description| {
                        let tags = description.tags().iter().filter_map(|tag| {
                            Some((
                                tag.key()?.to_owned(),
                                tag.value().unwrap_or_default().to_owned(),
                            ))
                        });
                        let tags = tags.collect();
                        Some((description.resource_arn?, tags))
                    })
                    .collect())
            })
            .await
        };
        let described = self.shared_elb.tags.ask(arns.iter().cloned(), load).await?;
        Ok(described.iter().filter(|(arn, _)| arns.contains(arn)).cloned().collect())
    }

    /// Those of these load balancers that exist. For several of them all there are are asked for, because AWS refuses a call
    /// that names one that is gone: an account has 50 of a family in a Region unless it asks for more, and a page has 400.
    pub async fn load_balancers(&self, arns: &[String]) -> Result<Vec<LoadBalancer>, Problem> {
        let request = self.elb.describe_load_balancers();
        let request = match arns {
            [one] => request.load_balancer_arns(one),
            _ => request,
        };
        let pages = || request.clone().into_paginator().items().send().try_collect();
        let mut shown: Vec<LoadBalancer> = present(self.read(pages).await)?.unwrap_or_default();
        let wanted = |arn: &str| arns.iter().any(|wanted| wanted == arn);
        shown.retain(|one| one.load_balancer_arn().is_some_and(wanted));
        Ok(shown)
    }

    /// The load balancer of this name, whosever it is.
    pub async fn balancer_named(&self, name: &str) -> Result<Option<String>, Problem> {
        let load = |names: Vec<String>| async move {
            let request = self.elb.describe_load_balancers().set_names(lone(names));
            let pages = || request.clone().into_paginator().items().send().try_collect();
            let shown: Vec<LoadBalancer> = present(self.read(pages).await)?.unwrap_or_default();
            let named = shown
                .into_iter()
                .filter_map(|one| Some((one.load_balancer_name?, one.load_balancer_arn?)));
            Ok(named.collect())
        };
        let named = self.shared_elb.names_of_balancers.ask([name.to_owned()], load).await?;
        Ok(holder(&named, name))
    }

    /// The target group of this name, whosever it is.
    pub async fn target_group_named(&self, name: &str) -> Result<Option<String>, Problem> {
        let load = |names: Vec<String>| async move {
            let request = self.elb.describe_target_groups().set_names(lone(names));
            let pages = || request.clone().into_paginator().items().send().try_collect();
            let shown: Vec<TargetGroup> = present(self.read(pages).await)?.unwrap_or_default();
            let named = shown
                .into_iter()
                .filter_map(|one| Some((one.target_group_name?, one.target_group_arn?)));
            Ok(named.collect())
        };
        let named = self.shared_elb.names_of_groups.ask([name.to_owned()], load).await?;
        Ok(holder(&named, name))
    }

    /// SetRulePriorities. Rules of one listener that move in the same moment move by one call, so that two can change
    /// places: one after the other, the first would find its new place taken.
    pub async fn move_rule(&self, rule: &Identity, priority: u32) -> Result<(), Problem> {
        let load = |moves: Vec<String>| async move {
            let mut by_listener: BTreeMap<&str, Vec<RulePriorityPair>> = BTreeMap::new();
            for (rule, priority) in moves.iter().filter_map(|text| text.split_once('|')) {
                let listener = rule.rsplit_once('/').map_or(rule, |(listener, _)| listener);
                let pair = RulePriorityPair::builder().rule_arn(rule);
                let pair = pair.set_priority(priority.parse().ok()).build();
                by_listener.entry(listener).or_default().push(pair);
            }
            let calls = by_listener.into_values().map(|pairs| async move {
                let request = self.elb.set_rule_priorities().set_rule_priorities(Some(pairs));
                self.write(|| request.clone().send()).await.map(drop)
            });
            try_join_all(calls).await
        };
        let place = format!("{rule}|{priority}");
        self.shared_elb.moves.ask([place], load).await.map(|_: Rc<Vec<()>>| ())
    }

    /// Makes one change of tags on load balancers, listeners, rules and target groups.
    pub(super) async fn tag_elb(
        &self,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        for chunk in ids.chunks(RESOURCES) {
            let arns = Some(chunk.iter().map(|id| id.0.clone()).collect::<Vec<_>>());
            if !change.set.is_empty() {
                let tags = change.set.iter().map(tag).collect();
                let request = self.elb.add_tags().set_resource_arns(arns.clone());
                let request = request.set_tags(Some(tags));
                self.write(|| request.clone().send()).await?;
            }
            if !change.unset.is_empty() {
                let request = self.elb.remove_tags().set_resource_arns(arns);
                let request = request.set_tag_keys(Some(change.unset.clone()));
                self.write(|| request.clone().send()).await?;
            }
        }
        Ok(())
    }
}

/// The only name, to ask for it alone. Of several AWS shows none where one does not exist, so all there are are asked for
/// instead: 400 in a call.
fn lone(names: Vec<String>) -> Option<Vec<String>> {
    (names.len() == 1).then_some(names)
}

fn holder(named: &[Named], name: &str) -> Option<String> {
    named.iter().find(|(other, _)| other == name).map(|(_, arn)| arn.clone())
}

fn tag((key, value): (&String, &String)) -> Tag {
    Tag::builder().key(key).value(value).build()
}
