"""Flow logs."""

import re

from patches.tools import EC2Backend, replace

LOG_GROUP = re.compile(r"arn:[^:]+:logs:[^:]+:\d+:log-group:([^:]+)(?::\*)?$")


# AWS: a log group may be named or given by ARN, and the name is answered in both cases. moto
# looks the group up by name only. AWS: the ARN of a bucket may go on with a folder. moto takes
# bucket and folder for the name of a bucket.
@replace(EC2Backend, "create_flow_logs")
def _create(original, self, log_destination_type=None, log_destination=None, log_group_name=None, **given):
    log_group = LOG_GROUP.match(log_destination or "")
    if log_group and log_group_name is None:
        log_group_name = log_group[1]
    asked = log_destination
    if log_destination_type == "s3" and asked:
        log_destination = asked.partition("/")[0]
    flow_logs, unsuccessful = original(
        self,
        log_destination_type=log_destination_type,
        log_destination=log_destination,
        log_group_name=log_group_name,
        **given,
    )
    for flow_log in flow_logs:
        flow_log.log_destination = asked
    return flow_logs, unsuccessful
