//! Kinds of Elastic Load Balancing: load balancers, what they listen on, and where requests go from there.

mod action;
mod condition;
mod listener;
mod listener_certificate;
mod listener_rule;
mod load_balancer;
mod target_group;
mod target_group_attachment;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    aws::Aws,
    kinds::{self, Owner},
    model::{Class, Identity, Problem, Tags},
};

pub use action::{Action, WeightedTarget};
pub use condition::{Condition, QueryParameter};
pub use listener::Listener;
pub use listener_certificate::ListenerCertificate;
pub use listener_rule::ListenerRule;
pub use load_balancer::{LoadBalancer, SubnetMapping};
pub use target_group::{HealthCheck, TargetGroup};
pub use target_group_attachment::TargetGroupAttachment;

fn arns(known: &[Identity]) -> Vec<String> {
    known.iter().map(|id| id.0.clone()).collect()
}

/// The ARN of the listener or load balancer that a rule or listener lives in: its own without the last part.
fn parent(arn: &str) -> String {
    let above = arn.rsplit_once('/').map_or(arn, |(above, _)| above);
    for (own, parents) in [(":listener-rule/", ":listener/"), (":listener/", ":loadbalancer/")] {
        if above.contains(own) {
            return above.replacen(own, parents, 1);
        }
    }
    above.to_owned()
}

/// The parents of `known`, each once.
fn parents(known: &[Identity]) -> BTreeSet<String> {
    known.iter().map(|id| parent(id.as_str())).collect()
}

/// Those of `arns` that carry the owner's tags.
async fn owned(aws: &Aws, arns: Vec<String>, owner: &Owner) -> Result<Vec<Identity>, Problem> {
    tagged(aws, arns, |tags| owner.owns(tags)).await
}

/// Those of `arns` that carry the ownership tag of `stack`.
async fn of_stack(aws: &Aws, arns: Vec<String>, stack: &str) -> Result<Vec<Identity>, Problem> {
    tagged(aws, arns, |tags| kinds::of_stack(tags, stack)).await
}

/// Those of `arns` whose tags are as they should be.
async fn tagged(
    aws: &Aws,
    arns: Vec<String>,
    fits: impl Fn(&Tags) -> bool,
) -> Result<Vec<Identity>, Problem> {
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let tags = aws.elb_tags(&arns).await?;
    Ok(tags.into_iter().filter(|(_, tags)| fits(tags)).map(|(arn, _)| arn.into()).collect())
}

/// What a create answers where something else has the name. AWS itself refuses only if the settings differ, and gives out
/// what is there, whosever it is, if they agree.
fn taken(kind: &str, name: &str, holder: Option<String>) -> Result<(), Problem> {
    let Some(other) = holder else { return Ok(()) };
    let message = format!("a {kind} called {name} exists already, as {other}");
    Err(Problem::new(Class::Taken, "DuplicateName", message))
}

/// Attributes that were not so before.
fn changed(
    wanted: &BTreeMap<String, String>,
    prior: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let differs = |(key, value): &(&String, &String)| prior.get(*key) != Some(*value);
    wanted.iter().filter(differs).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A number that AWS has as a signed one.
fn signed(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// A number that AWS shows as a signed one.
fn unsigned<T: TryFrom<i32> + Default>(number: Option<i32>) -> T {
    number.and_then(|number| number.try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_what_it_lives_in() {
        let start = "arn:aws:elasticloadbalancing:eu-west-1:123456789012";
        let rule = format!("{start}:listener-rule/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2/9683");
        let listener = format!("{start}:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2");
        assert_eq!(parent(&rule), listener);
        assert_eq!(parent(&listener), format!("{start}:loadbalancer/app/web/50dc6c495c0c9188"));
    }

    #[test]
    fn only_attributes_that_differ_are_set() {
        let map = |entries: &[(&str, &str)]| -> BTreeMap<String, String> {
            entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let (wanted, prior) = (map(&[("a", "1"), ("b", "2")]), map(&[("a", "1"), ("c", "3")]));
        assert_eq!(changed(&wanted, &prior), [("b".to_owned(), "2".to_owned())]);
    }
}
