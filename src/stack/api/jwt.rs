//! `jwt`: whose tokens let a request in.

use super::super::{
    Jwt,
    reader::{Table, Value},
};

pub(super) const EXAMPLE: &str = "{ issuer = \"https://id.example.com/\", audience = [\"shop\"] }";

/// Audiences of an authorizer (API Gateway developer guide, HTTP API quotas; AWS raises it for nobody).
const AUDIENCES: usize = 50;

pub(super) fn read(table: &mut Table<'_>) -> Option<Jwt> {
    table.other_names(&[
        ("issuerUrl", "issuer"),
        ("issuer_url", "issuer"),
        ("audiences", "audience"),
        ("aud", "audience"),
        ("iss", "issuer"),
        ("identity_source", "header"),
        ("identitySource", "header"),
        ("identity_sources", "header"),
    ]);
    let issuer =
        table.required("issuer", "\"https://id.example.com/\"").and_then(|value| issuer(&value));
    let audience = table.required("audience", "[\"shop\"]").and_then(|value| audience(&value));
    let header = table.optional("header", "\"Authorization\"");
    let header = match header {
        Some(value) => header_name(&value),
        None => Some("Authorization".to_owned()),
    };
    Some(Jwt { issuer: issuer?, audience: audience?, header: header? })
}

/// An address that API Gateway fetches the issuer's keys below.
fn issuer(value: &Value<'_>) -> Option<String> {
    let text = value.string()?.value;
    let rest = text.strip_prefix("https://");
    let host = rest.map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
    let problem = match host {
        None => "must begin with `https://`",
        Some("") => "no host",
        Some(_) if text.contains(['?', '#', ' ']) => "more than an address",
        Some(host) if !host.contains('.') => "not a host on the internet",
        Some(_) if text.contains("/.well-known/") => "the document of the issuer, not the issuer",
        Some(_) => return Some(text.to_owned()),
    };
    let right = match text.split_once("/.well-known/") {
        Some((issuer, _)) if host.is_some() => format!("write `\"{issuer}\"`"),
        Some(_) | None => match text.split_once("://") {
            Some(("http", rest)) if !rest.is_empty() => format!("write `\"https://{rest}\"`"),
            _ if host.is_none() && text.contains('.') && !text.contains("://") => {
                format!("write `\"https://{text}\"`")
            }
            _ => value.advice(),
        },
    };
    value.source().report(
        value
            .error(format!("`{text}` is not the address of an issuer"), problem)
            .note(
                "it is what tokens have in `iss`, to the letter; API Gateway fetches keys from \
                 `/.well-known/openid-configuration` below it",
            )
            .help(right),
    );
    None
}

fn audience(value: &Value<'_>) -> Option<Vec<String>> {
    let source = value.source();
    let items = value.strings()?;
    if value.is_list_of(0) {
        source.report(
            value.error("tokens for nobody let no request in", "empty").help(value.advice()),
        );
        return None;
    }
    for (position, item) in items.iter().enumerate() {
        if item.value.is_empty() {
            source.report(
                source
                    .error(&item.span, "an audience cannot be empty", "empty")
                    .help(value.advice()),
            );
        } else if let Some(first) = items[..position].iter().find(|it| it.value == item.value) {
            source.report(
                source
                    .error(&item.span, format!("`{}` is written twice", item.value), "again here")
                    .at(source.place(&first.span, "first here"))
                    .help("remove one of the two"),
            );
        }
    }
    if items.len() > AUDIENCES {
        let message = format!("{} audiences are more than API Gateway takes", items.len());
        source.report(
            source
                .error(&items[AUDIENCES].span, message, format!("number {}", AUDIENCES + 1))
                .note(format!("it takes {AUDIENCES}, and AWS raises that for nobody"))
                .help("remove those that no token has, or write another `[api.…]` for the rest"),
        );
    }
    value.is_list_of(items.len()).then(|| items.iter().map(|item| item.value.to_owned()).collect())
}

/// The name of a header (RFC 9110, section 5.6.2). Where API Gateway's own spelling of a source is written, its name is
/// shown.
fn header_name(value: &Value<'_>) -> Option<String> {
    let text = value.string()?.value;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#%&'*+-.^_`|~".contains(c);
    if !text.is_empty() && text.chars().all(allowed) {
        return Some(text.to_owned());
    }
    let wrong = value.error(format!("`{text}` is not the name of a header"), "not a header's name");
    let name = text.strip_prefix("$request.header.").or_else(|| text.strip_suffix(':'));
    value.source().report(match name {
        Some(name) if !name.is_empty() && name.chars().all(allowed) => {
            wrong.help(format!("write `\"{name}\"`"))
        }
        Some(_) | None => wrong.help(value.advice()),
    });
    None
}
