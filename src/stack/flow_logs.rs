//! `flow_logs`: which packets of the VPC are written down, and for how long.

use super::{
    FlowLogs, Traffic,
    reader::{Table, Value},
};

/// What `flow_logs = true` stands for.
const DEFAULT: FlowLogs = FlowLogs { retention: 30, traffic: Traffic::All, interval: 600 };

/// Days that CloudWatch Logs can keep logs (CloudWatch Logs API reference, PutRetentionPolicy).
const RETENTIONS: [u16; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Seconds over which flows can be summed up (EC2 API reference, CreateFlowLogs).
const INTERVALS: [u16; 2] = [60, 600];

const TRAFFIC: [(&str, Traffic); 3] =
    [("all", Traffic::All), ("accept", Traffic::Accept), ("reject", Traffic::Reject)];

/// The flow log, if there is to be one.
pub(super) fn read(value: &Value<'_>) -> Option<FlowLogs> {
    if value.is_table() {
        return value.table(options);
    }
    value.clone().or_table().boolean().filter(|wanted| wanted.value).map(|_| DEFAULT)
}

fn options(table: &mut Table<'_>) -> Option<FlowLogs> {
    let retention = table.optional("retention", "30").and_then(|value| retention(&value));
    let traffic = table.optional("traffic", "\"all\"").and_then(|value| value.choice(&TRAFFIC));
    let interval = table.optional("interval", "600").and_then(|value| one_of(&value, &INTERVALS));
    Some(FlowLogs {
        retention: retention.unwrap_or(DEFAULT.retention),
        traffic: traffic.map_or(DEFAULT.traffic, |traffic| traffic.value),
        interval: interval.unwrap_or(DEFAULT.interval),
    })
}

/// Days that logs are kept.
pub(super) fn retention(value: &Value<'_>) -> Option<u16> {
    one_of(value, &RETENTIONS)
}

fn one_of(value: &Value<'_>, allowed: &[u16]) -> Option<u16> {
    let number = value.integer(0..=i64::MAX)?.value;
    let found = allowed.iter().copied().find(|allowed| i64::from(*allowed) == number);
    if found.is_none() {
        // The next longer one: logs that are kept too long can still be read.
        let near = allowed.iter().find(|allowed| i64::from(**allowed) > number).or(allowed.last());
        let near = near.map(u16::to_string).unwrap_or_default();
        let all: Vec<String> = allowed.iter().map(u16::to_string).collect();
        value.source().report(
            value
                .error(format!("`{}` cannot be {number}", value.name()), "not a number AWS takes")
                .note(format!("AWS takes {}", all.join(", ")))
                .help(format!("write {near}")),
        );
    }
    found
}
