//! `health`: how a load balancer finds out whether a target works.

use super::super::{
    Health, HealthProtocol,
    reader::{Table, Value},
};

const PROTOCOLS: [(&str, HealthProtocol); 3] = [
    ("http", HealthProtocol::Http),
    ("https", HealthProtocol::Https),
    ("tcp", HealthProtocol::Tcp),
];

/// What AWS takes (Elastic Load Balancing API reference, CreateTargetGroup).
const INTERVALS: std::ops::RangeInclusive<i64> = 5..=300;
const TIMEOUTS: std::ops::RangeInclusive<i64> = 2..=120;
const COUNTS: std::ops::RangeInclusive<i64> = 2..=10;
const LONGEST: usize = 1024;

/// A path alone, or with how often and how it is asked for.
pub(super) fn read(value: &Value<'_>) -> Option<Health> {
    if value.is_table() {
        return value.table(long);
    }
    let path = path(&value.clone().or_table())?;
    Some(Health { path: Some(path), ..Health::default() })
}

fn long(table: &mut Table<'_>) -> Option<Health> {
    table.other_names(&OTHER_NAMES);
    let source = table.source();
    // The ranges are within those of the types.
    let number = |table: &mut Table<'_>, key, range: &std::ops::RangeInclusive<i64>| {
        let value = table.optional(key, "5")?;
        value.integer(range.clone()).map(|number| number.map(|number| number as u32))
    };
    let protocol = table.optional("protocol", "\"http\"").and_then(|it| it.choice(&PROTOCOLS));
    let path_value = table.optional("path", "\"/healthz\"");
    let path = path_value.as_ref().map(path);
    let port = table.optional("port", "8080").and_then(|value| super::port(&value));
    let interval = number(table, "interval", &INTERVALS);
    let timeout = number(table, "timeout", &TIMEOUTS);
    let healthy = number(table, "healthy", &COUNTS);
    let unhealthy = number(table, "unhealthy", &COUNTS);
    let codes_value = table.optional("codes", "\"200-399\"");
    let codes = codes_value.as_ref().map(codes);
    if let (Some(interval), Some(timeout)) = (&interval, &timeout)
        && timeout.value > interval.value
    {
        source.report(
            source
                .error(&timeout.span, "a check has to be over before the next one", "longer")
                .at(source.place(&interval.span, "seconds between two checks"))
                .help(format!("write at most {}", interval.value)),
        );
    }
    if let Some(protocol) = &protocol
        && protocol.value == HealthProtocol::Tcp
        && let Some((key, value)) = path_value
            .as_ref()
            .map(|value| ("path", value))
            .or(codes_value.as_ref().map(|value| ("codes", value)))
    {
        source.report(
            value
                .error(format!("a check over TCP has no `{key}`"), "not used")
                .at(source.place(&protocol.span, "asks whether a connection is taken"))
                .help(format!("remove `{key}`, or write `protocol = \"http\"`")),
        );
    }
    let value = |number: Option<super::Written<u32>>| number.map(|number| number.value);
    Some(Health {
        protocol: protocol.map(|protocol| protocol.value),
        path: path.map_or(Some(None), |path| path.map(Some))?,
        port,
        interval: value(interval),
        timeout: value(timeout),
        healthy: value(healthy),
        unhealthy: value(unhealthy),
        codes: codes.map_or(Some(None), |codes| codes.map(Some))?,
    })
}

/// What the Elastic Load Balancing API, Terraform and the load balancer controller call the keys.
const OTHER_NAMES: [(&str, &str); 9] = [
    ("success_codes", "codes"),
    ("success-codes", "codes"),
    ("matcher", "codes"),
    ("healthy_threshold", "healthy"),
    ("unhealthy_threshold", "unhealthy"),
    ("healthy-threshold-count", "healthy"),
    ("unhealthy-threshold-count", "unhealthy"),
    ("interval_seconds", "interval"),
    ("timeout_seconds", "timeout"),
];

fn path(value: &Value<'_>) -> Option<String> {
    let path = value.string()?.value;
    let problem = if !path.starts_with('/') {
        "does not begin with `/`"
    } else if path.len() > LONGEST {
        "longer than 1024 characters"
    } else if !path.chars().all(|c| c.is_ascii_graphic()) {
        "a character that paths do not have"
    } else {
        return Some(path.to_owned());
    };
    let wrong = value.error(format!("`{path}` is not a path"), problem);
    let plain =
        path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |it| it.1));
    value.source().report(if path.starts_with('/') || plain.is_empty() || plain.contains(' ') {
        wrong.help(value.advice())
    } else {
        wrong.help(format!("write `\"/{plain}\"`"))
    });
    None
}

/// Codes of HTTP or gRPC: `200`, `200,301` or `200-399`.
fn codes(value: &Value<'_>) -> Option<String> {
    if value.is_integer() {
        return value.integer(0..=599).map(|code| code.value.to_string());
    }
    let text = value.string()?.value;
    let code = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|code| digits && *code < 600)
    };
    let part = |part: &str| match part.split_once('-') {
        Some((from, to)) => matches!((code(from), code(to)), (Some(from), Some(to)) if from <= to),
        None => code(part).is_some(),
    };
    if text.split(',').all(part) {
        return Some(text.to_owned());
    }
    let wrong = value.error(format!("`{text}` are not codes of an answer"), "not codes");
    value.source().report(wrong.help("write them as in `\"200\"`, `\"200,301\"` or `\"200-399\"`"));
    None
}
