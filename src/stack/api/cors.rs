//! `cors`: which pages of other origins a browser lets call an API.

use std::collections::BTreeSet;

use super::{
    super::{
        Cors,
        reader::{Table, Value},
    },
    key::METHODS,
};

const ALL: &str = "*";
/// Headers that most callers send and that need a browser's leave.
const HEADERS: [&str; 2] = ["authorization", "content-type"];
/// Browsers remember no longer than a day (API Gateway API reference, Cors).
const DAY: i64 = 86_400;

/// The answers to browsers, if there are to be any; `token` is the header that requests bring their token in.
pub(super) fn read(value: &Value<'_>, token: Option<&str>) -> Option<Cors> {
    if value.is_table() {
        return value.table(|table| long(table, token));
    }
    value.clone().or_table().boolean().filter(|wanted| wanted.value).map(|_| Cors {
        origins: BTreeSet::from([ALL.to_owned()]),
        methods: BTreeSet::from([ALL.to_owned()]),
        headers: any_header(token),
        expose: BTreeSet::new(),
        credentials: false,
        max_age: None,
    })
}

/// `*` is every header but `authorization`, for which a browser wants its name (Fetch standard, "CORS protocol").
fn any_header(token: Option<&str>) -> BTreeSet<String> {
    let token = token.map(str::to_lowercase);
    [ALL.to_owned()].into_iter().chain(token).collect()
}

fn long(table: &mut Table<'_>, token: Option<&str>) -> Option<Cors> {
    table.other_names(&[
        ("allow_origins", "origins"),
        ("allowOrigins", "origins"),
        ("allowedOrigins", "origins"),
        ("allow_methods", "methods"),
        ("allowMethods", "methods"),
        ("allowedMethods", "methods"),
        ("allow_headers", "headers"),
        ("allowHeaders", "headers"),
        ("allowedHeaders", "headers"),
        ("expose_headers", "expose"),
        ("exposeHeaders", "expose"),
        ("exposedResponseHeaders", "expose"),
        ("allow_credentials", "credentials"),
        ("allowCredentials", "credentials"),
        ("maxAge", "max_age"),
    ]);
    let credentials = table
        .optional("credentials", "true")
        .and_then(|value| value.boolean())
        .is_some_and(|credentials| credentials.value);
    // All origins are meant by default, and with credentials they cannot be.
    let origins = if credentials {
        table.required("origins", "[\"https://app.example.com\"]")
    } else {
        table.optional("origins", "[\"https://app.example.com\"]")
    };
    let methods = table.optional("methods", "[\"GET\", \"POST\"]");
    let headers = table.optional("headers", "[\"content-type\"]");
    let expose = table.optional("expose", "[\"x-request-id\"]");
    let max_age = table.optional("max_age", "3600").and_then(|value| value.integer(0..=DAY));
    let words = |value: Option<Value<'_>>, word: fn(&Value<'_>) -> Option<String>| {
        let value = value?;
        if credentials {
            check_named(&value);
        }
        Some(value.list()?.iter().filter_map(word).collect::<BTreeSet<_>>())
    };
    let (origins, methods) = (words(origins, origin), words(methods, method));
    let (headers, expose) = (words(headers, header), words(expose, header));
    let all = || BTreeSet::from([ALL.to_owned()]);
    // With credentials a browser takes `*` for a name like any other.
    let (any_method, any_header) = if credentials {
        let methods = METHODS.into_iter().filter(|method| *method != "ANY");
        let headers = HEADERS.into_iter().map(str::to_owned);
        (
            methods.map(str::to_owned).collect(),
            headers.chain(token.map(str::to_lowercase)).collect(),
        )
    } else {
        (all(), any_header(token))
    };
    Some(Cors {
        origins: origins.unwrap_or_else(all),
        methods: methods.unwrap_or(any_method),
        headers: headers.unwrap_or(any_header),
        expose: expose.unwrap_or_default(),
        credentials,
        // The range is within that of the type.
        max_age: max_age.map(|seconds| seconds.value as u32),
    })
}

/// Reports `*` where the browser may send credentials.
fn check_named(value: &Value<'_>) {
    let all = value.strings().unwrap_or_default().into_iter().find(|item| item.value == ALL);
    if let Some(all) = all {
        let source = value.source();
        source.report(
            source
                .error(&all.span, "`*` and `credentials` do not go together", "all of them")
                .note("with credentials a browser wants every one by its name")
                .help(value.advice()),
        );
    }
}

/// Scheme, host and port, as browsers send it.
fn origin(value: &Value<'_>) -> Option<String> {
    let text = value.string()?.value;
    let (scheme, host) = text.split_once("://").unwrap_or(("", text));
    let bare = host.trim_end_matches('/');
    let problem = if text == ALL {
        return Some(text.to_owned());
    } else if bare.is_empty() || host.contains([' ', '?', '#']) {
        "not scheme and host"
    } else if scheme.is_empty() {
        "no scheme"
    } else if bare.contains('/') {
        "a path"
    } else if bare != host {
        "a slash at its end"
    } else if text.chars().any(|c| c.is_ascii_uppercase()) {
        "in capitals"
    } else {
        return Some(text.to_owned());
    };
    let finding = value
        .error(format!("`{text}` is not an origin"), problem)
        .note("a browser sends scheme and host alone, and they are compared letter by letter");
    let host = bare.split('/').next().unwrap_or_default().to_lowercase();
    let scheme = if scheme.is_empty() { "https" } else { scheme };
    value.source().report(if host.is_empty() || host.contains(' ') {
        finding.help(value.advice())
    } else {
        finding.help(format!("write `\"{}://{host}\"`", scheme.to_lowercase()))
    });
    None
}

fn method(value: &Value<'_>) -> Option<String> {
    let text = value.string()?.value;
    let upper = text.to_uppercase();
    if text == ALL || METHODS.contains(&text) && text != "ANY" {
        return Some(text.to_owned());
    }
    let wrong = value.error(format!("`{text}` is not a method that a page can use"), "unknown");
    value.source().report(if upper == "ANY" {
        wrong.help("write `\"*\"`")
    } else if METHODS.contains(&upper.as_str()) {
        wrong.help(format!("write `\"{upper}\"`"))
    } else {
        wrong.help(value.advice())
    });
    None
}

fn header(value: &Value<'_>) -> Option<String> {
    let text = value.string()?.value;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_*".contains(c);
    if !text.is_empty() && text.chars().all(allowed) {
        // Names of headers have no case, and API Gateway keeps them in this one.
        return Some(text.to_lowercase());
    }
    let message = format!("`{text}` is not the name of a header");
    value.source().report(value.error(message, "not a header's name").help(value.advice()));
    None
}
