//! `log_group`: a place for logs, with a limit to how long they are kept.
//!
//! Flow logs are written to one. AWS services create missing log groups themselves and keep their logs for ever, so
//! eksnet makes them first.
//! CloudWatch Logs: CreateLogGroup, DescribeLogGroups, ListTagsForResource, PutRetentionPolicy, DeleteRetentionPolicy,
//! DeleteLogGroup.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::LogGroup as Shown;
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Tagging},
    model::{Class, Identity, Problem, Tags},
};

/// What a log group should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogGroup {
    /// Its name, such as `/eksnet/shop/flow-logs`.
    pub name: String,
    /// Days that logs are kept; for ever where there is none.
    pub retention: Option<u16>,
}

/// Names that one DescribeLogGroups may ask for (CloudWatch Logs API reference).
const NAMES: usize = 50;

impl Kind for LogGroup {
    const FACTS: Facts = Facts {
        name: "log_group",
        id: "{name}",
        replaces: &["name"],
        outputs: &[
            ("arn", "arn:{partition}:logs:{region}:{account}:log-group:{name}"),
            // What a policy names to allow writing to its streams.
            ("streams", "arn:{partition}:logs:{region}:{account}:log-group:{name}:*"),
        ],
        tags: Tagging::LogGroup,
        calls: Calls {
            create: "logs:CreateLogGroup",
            read: &["logs:DescribeLogGroups", "logs:ListTagsForResource"],
            update: &["logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"],
            delete: "logs:DeleteLogGroup",
        },
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { retention: None, ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let tags = owner.tags.clone().into_iter().collect();
        let request = aws.logs.create_log_group().log_group_name(&self.name).set_tags(Some(tags));
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let groups = try_join_all(known.chunks(NAMES).map(|names| described(aws, names)));
        // No Describe shows tags.
        let tags = try_join_all(known.iter().map(|name| tags(aws, name)));
        let (groups, tags) = try_join(groups, tags).await?;
        let mut tags: BTreeMap<&str, Tags> = known
            .iter()
            .zip(tags)
            .filter_map(|(name, tags)| Some((name.as_str(), tags?)))
            .collect();
        let found = groups.into_iter().flatten().filter_map(|group| {
            let name = group.log_group_name.unwrap_or_default();
            let tags = tags.remove(name.as_str())?;
            let retention = group.retention_in_days.and_then(|days| days.try_into().ok());
            let fields = LogGroup { name: name.clone(), retention };
            Some(Found::ready(name, fields).tagged(tags))
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        match self.retention {
            Some(days) => {
                let request = aws.logs.put_retention_policy().log_group_name(id.as_str());
                let request = request.retention_in_days(i32::from(days));
                aws.write(|| request.clone().send()).await.map(drop)
            }
            None => {
                let request = aws.logs.delete_retention_policy().log_group_name(id.as_str());
                aws.write(|| request.clone().send()).await.map(drop)
            }
        }
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.logs.delete_log_group().log_group_name(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    /// No list shows tags; names of ours say the stack's, or the cluster's, which is the same where nobody wrote another.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let request = aws.logs.describe_log_groups();
        let groups: Vec<Shown> =
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let names = groups.into_iter().filter_map(|group| group.log_group_name);
        Ok(names.filter(|name| name.contains(stack)).map(Identity).collect())
    }
}

/// The groups of these names. AWS does not document whether a name that is gone refuses the others; if it does, each
/// is asked for alone.
async fn described(aws: &Aws, names: &[Identity]) -> Result<Vec<Shown>, Problem> {
    let identifiers = names.iter().map(|name| name.0.clone()).collect();
    let request = aws.logs.describe_log_groups().set_log_group_identifiers(Some(identifiers));
    let answer = aws.read(|| request.clone().into_paginator().items().send().try_collect()).await;
    let mut groups: Vec<Shown> = match answer {
        Err(problem) if problem.class == Class::Missing => {
            let groups = try_join_all(names.iter().map(|name| described_alone(aws, name))).await?;
            return Ok(groups.into_iter().flatten().collect());
        }
        answer => answer?,
    };
    groups.retain(|group| names.iter().any(|name| group.log_group_name() == Some(name.as_str())));
    Ok(groups)
}

async fn described_alone(aws: &Aws, name: &Identity) -> Result<Option<Shown>, Problem> {
    let request = aws.logs.describe_log_groups().log_group_name_prefix(name.as_str());
    let groups: Vec<Shown> =
        aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
    Ok(groups.into_iter().find(|group| group.log_group_name() == Some(name.as_str())))
}

/// The tags of a group; nothing if it is gone.
async fn tags(aws: &Aws, name: &Identity) -> Result<Option<Tags>, Problem> {
    let request = aws.logs.list_tags_for_resource().resource_arn(aws.log_group_arn(name.as_str()));
    let answer = present(aws.read(|| request.clone().send()).await)?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}
