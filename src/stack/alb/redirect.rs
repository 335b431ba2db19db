//! `redirect`: where a client is sent, as a URL or a path.

use super::super::{Redirect, UrlScheme, reader::Value};

/// A URL; what it leaves out is the request's own.
pub(super) fn read(value: &Value<'_>, status: u16) -> Option<Redirect> {
    let text = value.string()?.value;
    let wrong =
        |label: &str| value.error(format!("`{text}` is not a URL to send a client to"), label);
    let (scheme, rest) = match text.split_once("://") {
        Some(("https", rest)) => (Some(UrlScheme::Https), rest),
        Some(("http", rest)) => (Some(UrlScheme::Http), rest),
        Some(_) => {
            let help = "write a URL that begins with `https://` or `http://`";
            value.source().report(wrong("neither https nor http").help(help));
            return None;
        }
        None if text.starts_with('/') => (None, text),
        None => {
            let label = "neither a URL nor a path";
            value.source().report(wrong(label).help(format!("write `\"https://{text}\"`")));
            return None;
        }
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let label = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if scheme.is_some() && !host.split('.').all(label) {
        let help = "write it as in `\"https://app.example.com/v1\"`";
        value.source().report(wrong("no host after the scheme").help(help));
        return None;
    }
    let number = port.map(str::parse::<u16>);
    if matches!(number, Some(Err(_) | Ok(0))) {
        let help = "write a port from 1 to 65535, or none";
        value.source().report(wrong("not a port after the host").help(help));
        return None;
    }
    if !path.chars().chain(query.unwrap_or_default().chars()).all(|c| c.is_ascii_graphic()) {
        let label = "a character that URLs do not have";
        value.source().report(wrong(label).help("write it as a URL has it, such as `%20`"));
        return None;
    }
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Some(Redirect {
        scheme,
        host: some(&host.to_lowercase()),
        port: number.and_then(Result::ok),
        path: some(path),
        query: query.map(str::to_owned),
        status,
    })
}
