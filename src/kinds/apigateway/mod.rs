//! Kinds of Amazon API Gateway: HTTP APIs (version 2 of its API), REST APIs (version 1), and what they share.

mod api_domain_name;
mod api_mapping;
mod http_api;
mod http_authorizer;
mod http_integration;
mod http_route;
mod http_stage;
mod rest_api;
mod rest_deployment;
mod rest_method;
mod rest_resource;
mod rest_stage;
mod rest_vpc_link;
mod vpc_link;

use std::collections::HashMap;

use aws_sdk_apigateway::types::{Op, PatchOperation};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::{
    aws::present,
    kinds::{Owner, TAG_ADDRESS, TAG_STACK, heads},
    model::{Class, Identity, Problem, Tags},
};

pub use api_domain_name::ApiDomainName;
pub use api_mapping::ApiMapping;
pub use http_api::{Cors, HttpApi};
pub use http_authorizer::HttpAuthorizer;
pub use http_integration::HttpIntegration;
pub use http_route::HttpRoute;
pub use http_stage::{AccessLogs, HttpStage};
pub use rest_api::RestApi;
pub use rest_deployment::RestDeployment;
pub use rest_method::{RestIntegration, RestMethod};
pub use rest_resource::RestResource;
pub use rest_stage::RestStage;
pub use rest_vpc_link::RestVpcLink;
pub use vpc_link::VpcLink;

/// How many requests are let through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throttle {
    /// Requests a second in the long run.
    pub rate: f64,
    /// Requests that may come at once.
    pub burst: i32,
}

/// What one page of a list of API Gateway v1 shows at most (API reference).
const PAGE: i32 = 500;

/// Every page of a list of API Gateway v2, for which the SDK has no paginators. `page` answers what is on the page that
/// a token names, and the token of the next.
async fn pages<T, F>(page: impl Fn(Option<String>) -> F) -> Result<Vec<T>, Problem>
where
    F: Future<Output = Result<(Option<Vec<T>>, Option<String>), Problem>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (items, next) = page(token).await?;
        all.extend(items.unwrap_or_default());
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// What `list` shows of each API that `known` names first; one that is gone has nothing.
async fn in_each<T, F>(
    known: &[Identity],
    list: impl Fn(String) -> F,
) -> Result<Vec<(String, T)>, Problem>
where
    F: Future<Output = Result<Vec<T>, Problem>>,
{
    let each = heads(known).into_iter().map(|head| {
        let items = list(head.clone());
        async move { Ok((head, present(items.await)?.unwrap_or_default())) }
    });
    let lists: Vec<(String, Vec<T>)> = try_join_all(each).await?;
    let items = lists
        .into_iter()
        .flat_map(|(head, items)| items.into_iter().map(move |item| (head.clone(), item)));
    Ok(items.collect())
}

/// The problem of a create or an update. One code stands for what is there already and for what others change at this
/// moment; its words tell them apart.
fn refused(problem: Problem) -> Problem {
    let says = |words: &str| problem.message.contains(words);
    let class = match problem.class {
        Class::Taken if says("oncurrent") => Class::Busy,
        Class::Invalid if says("already exists") => Class::Taken,
        class => class,
    };
    Problem { class, ..problem }
}

/// The problem of a delete: it has no code of its own for what is in use.
///
/// Words of a VPC link that an integration or a stage refers to: hashicorp/terraform-provider-aws issue 12195. Of a
/// deployment that a stage shows and of an API that a domain name is mapped to: the API Gateway developer guide.
fn held(problem: Problem) -> Problem {
    let words = ["is referenced", "Active stages", "base path mappings", "API mappings"];
    let says = words.iter().any(|words| problem.message.contains(words));
    let class = match problem.class {
        Class::Taken => Class::InUse,
        Class::Invalid if says => Class::InUse,
        class => class,
    };
    Problem { class, ..problem }
}

/// The owner's tags, to be set by the create call itself.
fn tagged(owner: &Owner) -> Option<HashMap<String, String>> {
    Some(owner.tags.clone().into_iter().collect())
}

fn tags(tags: Option<HashMap<String, String>>) -> Tags {
    tags.unwrap_or_default().into_iter().collect()
}

/// Whether tags name `owner`.
fn owned(tags: Option<&HashMap<String, String>>, owner: &Owner) -> bool {
    let is = |key: &str, value: &str| {
        tags.and_then(|tags| tags.get(key)).is_some_and(|found| found == value)
    };
    is(TAG_STACK, &owner.stack) && is(TAG_ADDRESS, owner.address.as_str())
}

/// Whether tags name `stack`.
fn of_stack(tags: Option<&HashMap<String, String>>, stack: &str) -> bool {
    tags.and_then(|tags| tags.get(TAG_STACK)).is_some_and(|name| name == stack)
}

/// An operation of a patch: how API Gateway v1 changes anything.
fn patch(op: Op, path: impl Into<String>, value: Option<String>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value).build()
}

/// A patch that puts `value` in the place of what stands at `path`.
fn replace(path: impl Into<String>, value: impl ToString) -> PatchOperation {
    patch(Op::Replace, path, Some(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_and_what_is_busy_is_told_by_its_words() {
        let link = "Cannot delete vpc link. Vpc link 'l4er5c', is referenced in [ANY:qtfgl2b]";
        let cases = [
            (Class::Invalid, link, Class::InUse),
            (Class::Taken, "Cannot delete Integration because it is referenced", Class::InUse),
            (Class::Invalid, "Invalid VpcLink identifier", Class::Invalid),
            (Class::Missing, "Invalid API identifier", Class::Missing),
        ];
        for (class, message, want) in cases {
            assert_eq!(held(Problem::new(class, "X", message)).class, want, "{message}");
        }
        let busy = "Unable to complete operation due to concurrent modification.";
        assert_eq!(refused(Problem::new(Class::Taken, "X", busy)).class, Class::Busy);
        let domain = "The domain name you provided already exists.";
        assert_eq!(refused(Problem::new(Class::Invalid, "X", domain)).class, Class::Taken);
        let taken = "Another resource with the same parent already has this name: order";
        assert_eq!(refused(Problem::new(Class::Taken, "X", taken)).class, Class::Taken);
    }

    #[tokio::test]
    async fn pages_follow_one_another() {
        let page = |token: Option<String>| async move {
            Ok(match token.as_deref() {
                None => (Some(vec![1, 2]), Some("more".to_owned())),
                Some(_) => (Some(vec![3]), Some(String::new())),
            })
        };
        assert_eq!(pages(page).await, Ok(vec![1, 2, 3]));
    }
}
