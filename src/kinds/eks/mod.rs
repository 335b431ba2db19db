//! Kinds of Amazon EKS: the cluster and what it is made of.

mod access_entry;
mod addon;
mod cluster;
mod fargate_profile;
mod node_group;
mod pod_identity_association;

use std::collections::{BTreeSet, HashMap};

use aws_sdk_eks::{
    operation::describe_update::builders::DescribeUpdateFluentBuilder,
    types::{Update, UpdateStatus},
};
use futures_util::future::try_join_all;

use crate::{
    aws::{Aws, backoff, present},
    kinds::{Kind, Owner, Phase},
    model::{Class, Identity, Problem, Ref, Tags},
};

pub use access_entry::AccessEntry;
pub use addon::Addon;
pub use cluster::Cluster;
pub use fargate_profile::{FargateProfile, FargateSelector};
pub use node_group::{NodeGroup, NodeTaint};
pub use pod_identity_association::PodIdentityAssociation;

/// What EKS says of a role that it does not know, or cannot assume, yet: IAM takes some seconds to tell everyone of a
/// new one. Words as in hashicorp/terraform-provider-aws, `internal/service/eks`, which repeats creates on them.
const ROLE_MAY_BE_NEW: [&str; 8] = [
    "does not exist",
    "cannot be found. (Service: AmazonIdentityManagement",
    "Error in role params",
    "could not be assumed because",
    "The provided role doesn't have the Amazon EKS Managed Policies associated with it",
    "IAM role's policy must include",
    "Misconfigured PodExecutionRole Trust Policy",
    "unable to assume the service-linked role",
];

/// The problem of a create. EKS has one code for what is taken and for what is busy, and one for a role that is wrong
/// and one that is new; its words tell them apart.
fn refused(problem: Problem) -> Problem {
    let says = |words: &[&str]| words.iter().any(|word| problem.message.contains(word));
    let class = match problem.code.as_str() {
        "ResourceInUseException" if says(&["already exists", "already in use"]) => Class::Taken,
        "InvalidParameterException" | "InvalidRequestException" if says(&ROLE_MAY_BE_NEW) => {
            Class::Busy
        }
        _ => problem.class,
    };
    Problem { class, ..problem }
}

/// What is there, after any update that an earlier run began: EKS refuses a second beside it.
async fn settled<K: Kind>(aws: &Aws, id: &Identity) -> Result<K, Problem> {
    let mut attempt = 0;
    loop {
        let found = K::read(aws, std::slice::from_ref(id)).await?.into_iter().next();
        let found = found.ok_or_else(|| gone(id))?;
        if found.phase != Phase::Pending {
            return Ok(found.fields);
        }
        attempt += 1;
        tokio::time::sleep(backoff(attempt)).await;
    }
}

/// Sees an update to its end, which EKS always comes to by itself; `request` describes updates of what is updated.
async fn finished(
    aws: &Aws,
    request: DescribeUpdateFluentBuilder,
    update: Option<Update>,
) -> Result<(), Problem> {
    let Some(mut update) = update else { return Ok(()) };
    let request = request.set_update_id(update.id.clone());
    let mut attempt = 0;
    loop {
        match update.status() {
            Some(UpdateStatus::Successful) => return Ok(()),
            Some(UpdateStatus::Failed | UpdateStatus::Cancelled) => return Err(failed(&update)),
            _ => {}
        }
        attempt += 1;
        tokio::time::sleep(backoff(attempt)).await;
        match present(aws.read(|| request.clone().send()).await)?.and_then(|answer| answer.update) {
            Some(shown) => update = shown,
            // What began a moment ago may not show yet.
            None if attempt < 10 => {}
            None => return Err(gone(&update.id.unwrap_or_default().into())),
        }
    }
}

fn failed(update: &Update) -> Problem {
    let issues = update
        .errors()
        .iter()
        .map(|error| (error.error_code().map(|code| code.as_str()), error.error_message()));
    Problem::new(Class::Invalid, "UpdateFailed", reason(issues))
}

/// Health issues or errors, each as a code and a message, in one line.
fn reason<'a>(issues: impl IntoIterator<Item = (Option<&'a str>, Option<&'a str>)>) -> String {
    let issues = issues.into_iter().map(|(code, message)| {
        format!("{}: {}", code.unwrap_or("Unknown"), message.unwrap_or("AWS gave no message"))
    });
    let text = issues.collect::<Vec<_>>().join("; ");
    if text.is_empty() { "AWS gave no reason".to_owned() } else { text }
}

fn gone(id: &Identity) -> Problem {
    Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
}

/// The identities of what `list` shows of each cluster of `stack`.
async fn in_clusters<F>(
    aws: &Aws,
    stack: &str,
    list: impl Fn(String) -> F,
) -> Result<Vec<Identity>, Problem>
where
    F: Future<Output = Result<Vec<String>, Problem>>,
{
    let clusters = Cluster::of_stack(aws, stack).await?;
    let each = clusters.iter().map(|cluster| {
        let names = list(cluster.0.clone());
        async move {
            let names = present(names.await)?.unwrap_or_default().into_iter();
            let ids = names.map(|name| Identity::of(&[cluster.as_str(), &name]));
            Ok::<_, Problem>(ids.collect::<Vec<_>>())
        }
    });
    Ok(try_join_all(each).await?.concat())
}

/// The owner's tags, to be set by the create call itself.
fn tagged(owner: &Owner) -> Option<HashMap<String, String>> {
    Some(owner.tags.clone().into_iter().collect())
}

fn tags(tags: Option<HashMap<String, String>>) -> Tags {
    tags.unwrap_or_default().into_iter().collect()
}

fn ids(references: &[Ref]) -> Option<Vec<String>> {
    Some(references.iter().map(|id| id.get().to_owned()).collect())
}

fn references(ids: Option<Vec<String>>) -> Vec<Ref> {
    ids.unwrap_or_default().into_iter().map(Ref::from).collect()
}

/// Whether two lists hold the same, in whatever order.
fn same<T: Ord>(one: impl IntoIterator<Item = T>, other: impl IntoIterator<Item = T>) -> bool {
    one.into_iter().collect::<BTreeSet<T>>() == other.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_what_is_new_is_told_by_its_words() {
        let cases = [
            ("ResourceInUseException", "Cluster already exists with name: shop", Class::Taken),
            (
                "ResourceInUseException",
                "The specified access entry resource is already in use on this cluster.",
                Class::Taken,
            ),
            ("ResourceInUseException", "Cluster has nodegroups attached", Class::InUse),
            (
                "InvalidParameterException",
                "roleArn, arn:aws:iam::123456789012:role/shop, does not exist",
                Class::Busy,
            ),
            ("InvalidParameterException", "unsupported Kubernetes version", Class::Invalid),
        ];
        for (code, message, class) in cases {
            let first =
                if code == "ResourceInUseException" { Class::InUse } else { Class::Invalid };
            assert_eq!(refused(Problem::new(first, code, message)).class, class, "{message}");
        }
    }

    #[test]
    fn a_reason_names_every_issue() {
        let issues = [(Some("AccessDenied"), Some("no")), (None, None)];
        assert_eq!(reason(issues), "AccessDenied: no; Unknown: AWS gave no message");
        assert_eq!(reason([]), "AWS gave no reason");
    }
}
