//! What is done with requests: `to` and `weights`, `redirect`, `fixed`.

use std::collections::BTreeMap;

use super::{
    super::{
        Answer,
        reader::{Source, Span, Table, Value, Written, listed},
    },
    redirect,
};

/// What could be understood of it.
pub(super) struct Draft {
    /// Where it is written.
    pub(super) span: Span,
    /// The services that it names, each where it is written.
    pub(super) services: Vec<Written<String>>,
    answer: Answer,
}

/// Target groups of one action (Elastic Load Balancing user guide, quotas; not adjustable).
const GROUPS: usize = 5;
const WEIGHTS: std::ops::RangeInclusive<i64> = 0..=999;
/// Seconds for which a client can stay with a target group.
const STICKY: std::ops::RangeInclusive<i64> = 1..=604_800;
const LONGEST_BODY: usize = 1024;
const TYPES: [(&str, &str); 5] = [
    ("text/plain", "text/plain"),
    ("text/css", "text/css"),
    ("text/html", "text/html"),
    ("application/javascript", "application/javascript"),
    ("application/json", "application/json"),
];
const STATUSES: [u16; 2] = [301, 302];

/// A service alone.
pub(super) fn short(value: &Value<'_>) -> Option<Draft> {
    let service = value.clone().or_table().string()?.map(str::to_owned);
    let answer = Answer::Forward { weights: [(service.value.clone(), 1)].into(), sticky: None };
    Some(Draft { span: value.span(), services: vec![service], answer })
}

/// What a long form says is done.
pub(super) fn long(table: &mut Table<'_>, span: Span) -> Option<Draft> {
    let source = table.source();
    let to = table.optional("to", "\"orders\"");
    let weights = table.optional("weights", "{ orders = 95, legacy = 5 }");
    let sticky = table.optional("sticky", "3600");
    let redirect = table.optional("redirect", "\"https://app.example.com/\"");
    let status = table.optional("status", "301");
    let fixed = table.optional("fixed", "404");
    let forward = to.as_ref().or(weights.as_ref());
    let said: Vec<&Value<'_>> =
        [forward, redirect.as_ref(), fixed.as_ref()].into_iter().flatten().collect();
    if let [first, second, ..] = said[..] {
        source.report(
            second
                .error("a route does one thing", "a second one")
                .at(source.place(&first.span(), "the first"))
                .help("keep one of `to` (or `weights`), `redirect` and `fixed`"),
        );
        return None;
    }
    unused(source, status.as_ref(), redirect.is_some(), "redirect");
    unused(source, sticky.as_ref(), weights.is_some(), "weights");
    let sticky = sticky.and_then(|value| value.integer(STICKY));
    // The range is within that of the type.
    let sticky = sticky.map(|seconds| seconds.value as u32);
    if let Some(value) = redirect {
        let status = match status {
            Some(value) => self::status(&value)?,
            None => STATUSES[0],
        };
        let answer = Answer::Redirect(redirect::read(&value, status)?);
        return Some(Draft { span, services: Vec::new(), answer });
    }
    if let Some(value) = fixed {
        return Some(Draft { span, services: Vec::new(), answer: self::fixed(&value)? });
    }
    let to = to.map(|value| value.string());
    match weights {
        Some(value) => forward_to(&value, to.flatten().as_ref(), sticky, span),
        None => match to {
            Some(service) => {
                let service = service?.map(str::to_owned);
                let weights = [(service.value.clone(), 1)].into();
                let answer = Answer::Forward { weights, sticky: None };
                Some(Draft { span, services: vec![service], answer })
            }
            None => {
                source.report(
                    source.error(&span, "a route without anything to do", "nothing is done").help(
                        "write `to = \"orders\"`, `redirect = \"https://…\"` or `fixed = 404`",
                    ),
                );
                None
            }
        },
    }
}

/// A key that goes with another.
fn unused(source: &Source, value: Option<&Value<'_>>, used: bool, with: &str) {
    if let Some(value) = value.filter(|_| !used) {
        let key = value.name().rsplit('.').next().unwrap_or_default().to_owned();
        source.report(
            value
                .error(format!("`{key}` goes with `{with}`"), "not used")
                .help(format!("remove `{key}`")),
        );
    }
}

fn status(value: &Value<'_>) -> Option<u16> {
    let number = value.integer(100..=599)?.value;
    let found = STATUSES.into_iter().find(|status| i64::from(*status) == number);
    if found.is_none() {
        let wrong = value.error(
            format!("a redirect cannot have status {number}"),
            "not a redirect that AWS makes",
        );
        let help = match number {
            308 => "write 301, for good",
            303 | 307 => "write 302, for now",
            _ => "write 301, for good, or 302, for now",
        };
        value.source().report(wrong.help(help));
    }
    found
}

fn forward_to(
    value: &Value<'_>,
    to: Option<&Written<&str>>,
    sticky: Option<u32>,
    span: Span,
) -> Option<Draft> {
    let source = value.source();
    let mut weights: BTreeMap<String, u16> = BTreeMap::new();
    let mut services = Vec::new();
    let entries = value.entries()?;
    for entry in &entries {
        let service = entry.key.clone().map(str::to_owned);
        // The range is within that of the type.
        if let Some(weight) = entry.value.clone().like("95").integer(WEIGHTS) {
            weights.insert(service.value.clone(), weight.value as u16);
        }
        services.push(service);
    }
    let finding = if entries.is_empty() {
        value.error("weights of no service", "empty").help("write `to = \"orders\"` in their place")
    } else if entries.len() > GROUPS {
        value
            .error(format!("{} services are more than a route takes", entries.len()), "too many")
            .note(format!("AWS takes {GROUPS}"))
            .help("keep five, and lead the others to a route of their own")
    } else if weights.len() < entries.len() {
        return None;
    } else if weights.values().all(|weight| *weight == 0) {
        let what = if weights.len() == 1 { "the weight is 0" } else { "all weights are 0" };
        value
            .error(format!("no service gets a request: {what}"), "nobody")
            .help("write a weight above 0 for at least one")
    } else if let Some(to) = to.filter(|to| !weights.contains_key(to.value)) {
        value
            .error(format!("`weights` leave `{}` out", to.value), "of others only")
            .at(source.place(&to.span, "goes there"))
            .help(format!("add `{}` to `weights`, or remove `to`", to.value))
    } else {
        let answer = Answer::Forward { weights, sticky };
        return Some(Draft { span, services, answer });
    };
    source.report(finding);
    None
}

/// A status alone, or with what is said.
fn fixed(value: &Value<'_>) -> Option<Answer> {
    if value.is_table() {
        return value.table(fixed_long);
    }
    let status = fixed_status(&value.clone().or_table())?;
    Some(Answer::Fixed { status, content_type: "text/plain".to_owned(), body: String::new() })
}

fn fixed_long(table: &mut Table<'_>) -> Option<Answer> {
    table.other_names(&[
        ("status_code", "status"),
        ("message_body", "body"),
        ("content_type", "type"),
        ("code", "status"),
    ]);
    let status = table.required("status", "404").and_then(|value| fixed_status(&value));
    let body = table.optional("body", "\"gone\"");
    let kind = table.optional("type", "\"text/plain\"").map(|value| value.choice(&TYPES));
    let body = match body {
        Some(value) => value.string().filter(|text| {
            let long = text.value.len() > LONGEST_BODY;
            if long {
                value.source().report(
                    value
                        .error("this is more than a load balancer says", "longer than 1024 bytes")
                        .help("write up to 1024 bytes, or let a service answer"),
                );
            }
            !long
        })?,
        None => Written { value: "", span: 0..0 },
    };
    let content_type = match kind {
        Some(kind) => kind?.value,
        None => TYPES[0].0,
    };
    let (content_type, body) = (content_type.to_owned(), body.value.to_owned());
    Some(Answer::Fixed { status: status?, content_type, body })
}

fn fixed_status(value: &Value<'_>) -> Option<u16> {
    if !value.is_integer() {
        return value.wrong("a status");
    }
    let number = value.integer(100..=599)?.value;
    if matches!(number, 200..=299 | 400..=599) {
        // The range is within that of the type.
        return Some(number as u16);
    }
    let wrong =
        value.error(format!("a load balancer does not answer {number}"), "not 2XX, 4XX or 5XX");
    value.source().report(if (300..400).contains(&number) {
        wrong.help("write `redirect = \"https://…\"`")
    } else {
        wrong.help(format!("write one such as {}", listed(["200", "404", "503"])))
    });
    None
}

impl Draft {
    /// The redirect that it is, if it is one.
    pub(super) fn redirect(&self) -> Option<&super::super::Redirect> {
        match &self.answer {
            Answer::Redirect(redirect) => Some(redirect),
            Answer::Forward { .. } | Answer::Fixed { .. } => None,
        }
    }

    pub(super) fn settle(self) -> Answer {
        self.answer
    }
}
