//! `flow_log`: a record of who talked to whom in a VPC, written to a log group.
//!
//! The first thing to look at when a packet does not arrive: it tells which side dropped it.
//! EC2: CreateFlowLogs, DescribeFlowLogs, DeleteFlowLogs.

use aws_sdk_ec2::types::{
    self, FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType,
};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{filter, in_chunks, tagged, tags, unsuccessful},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Tagging},
    model::{Class, Identity, Problem, Ref},
};

/// What a flow log should be. AWS changes nothing about one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowLog {
    /// The VPC it watches.
    pub vpc: Ref,
    /// Name of the log group it writes to.
    pub log_group: Ref,
    /// ARN of the role it writes as.
    pub role: Ref,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic: String,
    /// Seconds over which flows are summed up: 60 or 600.
    pub interval: u16,
}

impl Kind for FlowLog {
    const FACTS: Facts = Facts {
        name: "flow_log",
        id: "fl-{hex17}",
        replaces: &["vpc", "log_group", "role", "traffic", "interval"],
        // AWS refuses one "with the same configuration and log destination" and does not say what of it counts.
        unique: &[&["vpc", "log_group"]],
        tags: Tagging::Ec2("vpc-flow-log"),
        token: true,
        calls: Calls {
            create: "ec2:CreateFlowLogs",
            read: &["ec2:DescribeFlowLogs"],
            update: &[],
            delete: "ec2:DeleteFlowLogs",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_flow_logs()
            .resource_type(FlowLogsResourceType::Vpc)
            .resource_ids(self.vpc.get())
            .traffic_type(TrafficType::from(self.traffic.as_str()))
            .log_destination_type(LogDestinationType::CloudWatchLogs)
            .log_group_name(self.log_group.get())
            .deliver_logs_permission_arn(self.role.get())
            .max_aggregation_interval(i32::from(self.interval))
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::VpcFlowLog, owner));
        let answer = aws.write(|| request.clone().send()).await.map_err(role_may_be_new)?;
        unsuccessful(answer.unsuccessful()).map_err(role_may_be_new)?;
        Made::id(answer.flow_log_ids().first().map(String::as_str))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let logs = in_chunks(heads(known), |ids| async move {
            let request = aws.ec2.describe_flow_logs().filter(filter("flow-log-id", ids));
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await?;
        Ok(logs.iter().filter_map(found).collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_flow_logs().flow_log_ids(id.as_str());
        let answer = aws.write(|| request.clone().send()).await?;
        unsuccessful(answer.unsuccessful())
    }
}

/// IAM takes some seconds to tell everyone of a new role. Until then AWS calls it a wrong parameter.
fn role_may_be_new(problem: Problem) -> Problem {
    if problem.message.contains("Unable to assume given IAM role") {
        return Problem { class: Class::Busy, ..problem };
    }
    problem
}

fn found(log: &types::FlowLog) -> Option<Found<FlowLog>> {
    let fields = FlowLog {
        vpc: log.resource_id().unwrap_or_default().into(),
        log_group: log.log_group_name().unwrap_or_default().into(),
        role: log.deliver_logs_permission_arn().unwrap_or_default().into(),
        traffic: log.traffic_type().map(|traffic| traffic.as_str().to_owned()).unwrap_or_default(),
        interval: log.max_aggregation_interval().and_then(|n| n.try_into().ok()).unwrap_or(600),
    };
    Some(Found::ready(log.flow_log_id()?, fields).tagged(tags(log.tags())))
}
