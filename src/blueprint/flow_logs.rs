//! The flow log: which packets passed and which did not, in a log group with a role that may write to it.

use serde_json::json;

use super::{Draft, vpc};
use crate::{
    kinds::{FlowLog, LogGroup, Role, RolePolicy, normal_document},
    model::{Ref, Until},
    stack::Traffic,
};

const SECTION: &str = "vpc.flow_logs";
const NAME: &str = "flow-logs";

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    let Some(logs) = &stack.vpc.flow_logs else { return };
    let group = LogGroup {
        name: format!("/eksnet/{}/{NAME}", stack.name),
        retention: Some(logs.retention),
    };
    let group = draft.add(SECTION, NAME, group);
    let role = Role {
        // Role names are an account's, not a Region's.
        name: format!("{}-{}-{NAME}", stack.name, stack.region),
        description: "Lets VPC flow logs write to their log group".to_owned(),
        trust: normal_document(json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
                "Action": "sts:AssumeRole",
            }],
        })),
    };
    let role = draft.add(SECTION, NAME, role);
    // The actions that the VPC user guide lists for publishing flow logs to CloudWatch Logs, on this group alone.
    let policy = RolePolicy {
        role: Ref::id(&role),
        name: "write".to_owned(),
        document: normal_document(json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": Ref::output(&group, "streams"),
            }],
        })),
    };
    let policy = draft.add(SECTION, &format!("{NAME}/write"), policy);
    let traffic = match logs.traffic {
        Traffic::All => "ALL",
        Traffic::Accept => "ACCEPT",
        Traffic::Reject => "REJECT",
    };
    let log = FlowLog {
        vpc: vpc::id(draft),
        log_group: Ref::id(&group),
        role: Ref::output(&role, "arn"),
        traffic: traffic.to_owned(),
        interval: logs.interval,
    };
    let log = draft.add(SECTION, &stack.name, log);
    // A flow log whose role may not write yet fails silently.
    draft.needs(&log, policy, Until::Ready);
}
