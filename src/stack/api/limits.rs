//! `throttle` and `timeout`: how many requests an API lets through, and how long it waits for an answer.

use super::{
    super::{
        Throttle,
        reader::{Table, Value},
    },
    kind::{Is, Kind},
};

pub(super) const THROTTLE: &str = "{ rate = 500, burst = 1000 }";

/// What an account has in a Region unless AWS is asked for more (API Gateway developer guide, quotas).
const RATE: u32 = 10_000;
const BURST: u32 = 5_000;
/// More than any account has: a slip.
const MOST: i64 = 1_000_000;

pub(super) fn throttle(value: &Value<'_>) -> Option<Throttle> {
    value.table(|table| both(table, value))
}

fn both(table: &mut Table<'_>, whole: &Value<'_>) -> Option<Throttle> {
    table.other_names(&[
        ("rate_limit", "rate"),
        ("rateLimit", "rate"),
        ("throttling_rate_limit", "rate"),
        ("burst_limit", "burst"),
        ("burstLimit", "burst"),
        ("throttling_burst_limit", "burst"),
    ]);
    let rate = table.required("rate", "500").and_then(|value| tokens(&value, RATE, "a second"));
    let burst = table.required("burst", "1000").and_then(|value| tokens(&value, BURST, "at once"));
    let throttle = Throttle { rate: rate?, burst: burst? };
    // What is beyond the account's is said already.
    if throttle.burst < throttle.rate.min(BURST) {
        let Throttle { rate, burst } = throttle;
        let source = whole.source();
        source.report(
            source
                .warning(
                    &whole.span(),
                    format!("requests are refused before there are {rate} a second"),
                    format!("no more than {burst} at once"),
                )
                .note("requests never come evenly: of those within a moment, `burst` get through")
                .help(format!("write `burst = {rate}` or more")),
        );
    }
    Some(throttle)
}

fn tokens(value: &Value<'_>, quota: u32, when: &str) -> Option<u32> {
    // The range is within that of the type.
    let number = value.integer(1..=MOST)?.value as u32;
    if number > quota {
        let source = value.source();
        source.report(
            source
                .warning(
                    &value.span(),
                    format!("{number} requests {when} are more than an account has"),
                    "throttles nothing",
                )
                .note(format!(
                    "all APIs of a Region share {quota} {when} unless AWS is asked for more"
                ))
                .help(format!("write {quota} or less, or ask for a higher quota")),
        );
    }
    Some(number)
}

const SHORTEST: u32 = 50;

/// The longest wait, in milliseconds (API Gateway developer guide, quotas).
pub(super) const fn longest(kind: Option<&Kind>) -> u32 {
    match kind {
        Some(Kind { is: Is::Rest, .. }) => 29_000,
        Some(Kind { is: Is::Http, .. }) | None => 30_000,
    }
}

/// Milliseconds that an API waits for an answer.
pub(super) fn timeout(value: &Value<'_>, kind: Option<&Kind>) -> Option<u32> {
    let number = value.integer(0..=i64::MAX)?.value;
    let longest = longest(kind);
    if let Ok(number) = u32::try_from(number)
        && (SHORTEST..=longest).contains(&number)
    {
        return Some(number);
    }
    let (label, right) = match u32::try_from(number) {
        Ok(number) if number < SHORTEST => ("milliseconds", (number * 1000).clamp(1000, longest)),
        Ok(_) | Err(_) => ("too long", longest),
    };
    value.source().report(
        value
            .error(format!("API Gateway does not wait {number} ms"), label)
            .note(format!("it waits from {SHORTEST} to {longest} ms for an answer"))
            .help(format!("write {right}")),
    );
    None
}
