//! What else has to be true of a request: `method`, `header`, `query` and `source` of a route.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::super::{
    Requests,
    reader::{Entry, Source, Table, Value, Written, listed},
};

/// Characters that AWS takes in a value of a condition, and in the name of a header.
const LONGEST: usize = 128;
const LONGEST_HEADER: usize = 40;

const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];

/// Requests of any host and path of which they are true; none where one was not understood.
pub(super) fn read(table: &mut Table<'_>) -> Option<Requests> {
    let source = table.source();
    let methods = table.optional("method", "\"POST\"").map(|value| set(&value, &method));
    let headers = table
        .optional("header", "{ x-canary = \"1\" }")
        .map(|value| named(&value, &|entry| header(source, entry)));
    let query = table
        .optional("query", "{ version = \"2\" }")
        .map(|value| named(&value, &|entry| Some(entry.key.value.to_owned())));
    let sources = table.optional("source", "\"203.0.113.0/24\"").map(|value| set(&value, &block));
    Some(Requests {
        host: None,
        path: None,
        methods: methods.unwrap_or_else(|| Some(BTreeSet::new()))?,
        headers: headers.unwrap_or_else(|| Some(BTreeMap::new()))?,
        query: query.unwrap_or_else(|| Some(BTreeMap::new()))?,
        sources: sources.unwrap_or_else(|| Some(BTreeSet::new()))?,
    })
}

type One = dyn Fn(&Source, &Written<&str>) -> Option<String>;

/// One value or several.
fn set(value: &Value<'_>, one: &One) -> Option<BTreeSet<String>> {
    let source = value.source();
    let words = if value.is_list() { value.strings()? } else { vec![value.string()?] };
    if value.is_list_of(0) {
        let message = format!("no request fits an empty `{}`", value.name());
        source.report(value.error(message, "empty").help(value.advice()));
        return None;
    }
    let whole = !value.is_list() || value.is_list_of(words.len());
    let found: Vec<Option<String>> = words.iter().map(|word| one(source, word)).collect();
    whole.then_some(())?;
    found.into_iter().collect()
}

fn named(
    value: &Value<'_>,
    name: &dyn Fn(&Entry<'_>) -> Option<String>,
) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let mut found = BTreeMap::new();
    let mut complete = true;
    for entry in value.entries()? {
        let values = set(&entry.value.clone().like("\"1\""), &text);
        match (name(&entry), values) {
            (Some(name), Some(values)) => {
                found.insert(name, values);
            }
            (_, _) => complete = false,
        }
    }
    complete.then_some(found)
}

fn header(source: &Source, entry: &Entry<'_>) -> Option<String> {
    let name = entry.key.value;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let wrong = |label: &str| {
        source.error(&entry.key.span, format!("`{name}` cannot be the header of a route"), label)
    };
    source.report(if name.is_empty() || !name.chars().all(allowed) {
        wrong("not the name of a header").help("write it as in `header = { x-canary = \"1\" }`")
    } else if name.len() > LONGEST_HEADER {
        wrong("longer than 40 characters").help("AWS takes no longer one; choose a shorter header")
    } else if name.eq_ignore_ascii_case("host") {
        wrong("the host").help("write the host before the path, as in `\"app.example.com/v1\"`")
    } else {
        return Some(name.to_lowercase());
    });
    None
}

fn text(source: &Source, written: &Written<&str>) -> Option<String> {
    let problem = if written.value.is_empty() {
        "empty"
    } else if written.value.len() > LONGEST {
        "longer than 128 characters"
    } else if !written.value.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        "a character that AWS does not take"
    } else {
        return Some(written.value.to_owned());
    };
    let message = "a route cannot ask for this value";
    source.report(
        source
            .error(&written.span, message, problem)
            .help("write up to 128 printable characters; `*` and `?` are wildcards"),
    );
    None
}

fn method(source: &Source, written: &Written<&str>) -> Option<String> {
    let upper = written.value.to_uppercase();
    let shaped = !upper.is_empty()
        && upper.len() <= 40
        && upper.chars().all(|c| c.is_ascii_uppercase() || "-_".contains(c));
    if shaped && (upper == written.value || METHODS.contains(&upper.as_str())) && upper != "ANY" {
        return Some(upper);
    }
    let wrong =
        source.error(&written.span, format!("`{}` is not a method", written.value), "not a method");
    source.report(if upper == "ANY" || upper == "*" {
        wrong.help("remove `method`: a route takes every method")
    } else {
        wrong.help(format!("the methods are {}", listed(METHODS)))
    });
    None
}

fn block(source: &Source, written: &Written<&str>) -> Option<String> {
    let text = written.value;
    if let Ok(block) = text.parse::<IpNet>() {
        if block == block.trunc() {
            return Some(block.to_string());
        }
        let message = format!("{block} does not begin at a /{}", block.prefix_len());
        source.report(
            source
                .error(&written.span, message, "bits are set beyond the prefix")
                .help(format!("write `\"{}\"`", block.trunc())),
        );
        return None;
    }
    let wrong = source.error(
        &written.span,
        format!("`{text}` is not a block of addresses"),
        "not an address and a prefix length",
    );
    source.report(match text.parse::<std::net::IpAddr>() {
        Ok(address) if address.is_ipv4() => wrong.help(format!("write `\"{text}/32\"`")),
        Ok(_) => wrong.help(format!("write `\"{text}/128\"`")),
        Err(_) => wrong.help("write it as in `\"203.0.113.0/24\"`"),
    });
    None
}
