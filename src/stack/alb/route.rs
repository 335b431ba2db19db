//! `routes` and `default`: which requests, and what is done with them.

use super::{
    super::{
        Requests, Route,
        reader::{Entry, Source, Table, Value, Written},
    },
    answer, conditions,
    pattern::{self, Below},
};

/// What could be understood of a route.
pub(super) struct Draft {
    /// Its key, as written.
    pub(super) key: Written<String>,
    /// Which requests it takes.
    pub(super) requests: Option<Requests>,
    /// What is done with them.
    pub(super) answer: Option<answer::Draft>,
}

/// What is written for requests that no route takes.
pub(super) struct Default {
    /// What is done with them.
    pub(super) answer: Option<answer::Draft>,
}

/// Characters of a tag's value, less what stands before a route in its address.
const LONGEST: usize = 190;

/// The routes, and whether every one was understood.
pub(super) fn read(value: &Value<'_>) -> (Vec<Draft>, bool) {
    let source = value.source();
    let Some(entries) = value.entries() else { return (Vec::new(), false) };
    if entries.is_empty() && source.intact() {
        source.report(
            value
                .error("a load balancer without routes", "empty")
                .help("write `\"/\" = \"orders\"`, or remove `routes` and write `default`"),
        );
    }
    let routes: Vec<Draft> = entries.iter().map(|entry| one(source, entry)).collect();
    let complete = routes.iter().all(|it| it.requests.is_some() && it.answer.is_some());
    (routes, complete && source.intact())
}

fn one(source: &Source, entry: &Entry<'_>) -> Draft {
    let value = entry.value.clone().like("\"orders\"");
    check_length(source, &entry.key);
    let (requests, answer) = if value.is_table() {
        value.table(|table| Some(long(table, &entry.key, value.span()))).unwrap_or((None, None))
    } else {
        (simple(source, &entry.key, Below::Taken), answer::short(&value))
    };
    Draft { key: entry.key.clone().map(str::to_owned), requests, answer }
}

fn simple(source: &Source, written: &Written<&str>, below: Below) -> Option<Requests> {
    let pattern = pattern::read(source, written, below)?;
    Some(Requests { host: pattern.host, path: pattern.path, ..Requests::default() })
}

fn long(
    table: &mut Table<'_>,
    key: &Written<&str>,
    span: super::super::reader::Span,
) -> (Option<Requests>, Option<answer::Draft>) {
    table.other_names(&OTHER_NAMES);
    let source = table.source();
    let exact = table.optional("exact", "true");
    let below = match exact.as_ref().and_then(Value::boolean) {
        Some(exact) if exact.value => Below::Left,
        Some(_) | None => Below::Taken,
    };
    let at = match table.optional("at", "\"app.example.com/v1\"") {
        Some(value) => value.string(),
        None => Some(key.clone()),
    };
    let requests = at.and_then(|at| {
        if let Some(exact) = exact.filter(|_| below == Below::Left && at.value.contains(['*', '?']))
        {
            source.report(
                exact
                    .error("a path with wildcards is not exact", "not used")
                    .at(source.place(&at.span, "wildcards"))
                    .help("remove `exact`; a path with wildcards takes what they stand for"),
            );
        }
        simple(source, &at, below)
    });
    let conditions = conditions::read(table);
    let requests = requests.zip(conditions).map(|(place, conditions)| Requests {
        host: place.host,
        path: place.path,
        ..conditions
    });
    (requests, answer::long(table, span))
}

/// What Ingress, Terraform and the load balancer controller call the keys.
const OTHER_NAMES: [(&str, &str); 14] = [
    ("service", "to"),
    ("backend", "to"),
    ("forward", "to"),
    ("target", "to"),
    ("targets", "weights"),
    ("methods", "method"),
    ("http_request_method", "method"),
    ("headers", "header"),
    ("http_header", "header"),
    ("query_string", "query"),
    ("source_ip", "source"),
    ("fixed_response", "fixed"),
    ("path", "at"),
    ("stickiness", "sticky"),
];

/// Routes are found again by a tag that holds their key.
fn check_length(source: &Source, key: &Written<&str>) {
    let odd = key.value.chars().filter(|c| !c.is_ascii_alphanumeric() && !"_.:/+-@ ".contains(*c));
    let length = key.value.len() + 2 * odd.count();
    if length > LONGEST {
        source.report(
            source
                .error(&key.span, "a route's key is too long", format!("{length} characters"))
                .note("eksnet knows the rule again by a tag that holds it, and AWS limits tags")
                .help("write `<short name> = { at = \"…\", … }`"),
        );
    }
}

/// What is done with requests that no route takes.
pub(super) fn read_default(value: &Value<'_>) -> Default {
    let answer = if value.is_table() {
        value.table(|table| {
            table.other_names(&OTHER_NAMES);
            answer::long(table, value.span())
        })
    } else {
        answer::short(value)
    };
    Default { answer }
}

impl Draft {
    /// The route by its key, once everything was right.
    pub(super) fn settle(self) -> Option<(String, Route)> {
        let route = Route { requests: self.requests?, answer: self.answer?.settle() };
        Some((self.key.value, route))
    }
}
