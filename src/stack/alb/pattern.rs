//! What stands before the `=` of a route: a host, a path, or both, as in `app.example.com/v1/order`.

use super::super::{
    PathMatch,
    reader::{Source, Written},
};
use crate::model::Diagnostic;

/// A host and a path; none stands for any.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    pub(super) host: Option<String>,
    pub(super) path: Option<PathMatch>,
}

/// Characters of a host or a path that AWS takes in a condition.
const LONGEST: usize = 128;

/// How paths are meant that hold no wildcards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// What is below them is meant as well.
    Taken,
    /// They alone are meant.
    Left,
}

pub(super) fn read(source: &Source, written: &Written<&str>, below: Below) -> Option<Pattern> {
    let text = written.value;
    let finding = match text.split_once("://") {
        Some((_, rest)) if !rest.is_empty() => source
            .error(
                &written.span,
                format!("`{text}` is not a host and a path"),
                "begins with a scheme",
            )
            .note("a load balancer takes https where it has `tls`, and http where it has none")
            .help(format!("write `\"{rest}\"`")),
        Some(_) | None => {
            let (host, path) = match text.find('/') {
                Some(slash) => text.split_at(slash),
                None => (text, ""),
            };
            match host_problem(source, written, host)
                .or_else(|| path_problem(source, written, path))
            {
                Some(finding) => finding,
                None => {
                    let host =
                        Some(host.to_lowercase()).filter(|host| !host.is_empty() && host != "*");
                    return Some(Pattern { host, path: meaning(path, below) });
                }
            }
        }
    };
    source.report(finding);
    None
}

fn meaning(path: &str, below: Below) -> Option<PathMatch> {
    if path.contains(['*', '?']) {
        return (path != "/*").then(|| PathMatch::Pattern(path.to_owned()));
    }
    match below {
        Below::Left if path.is_empty() => None,
        Below::Left => Some(PathMatch::Exact(path.to_owned())),
        Below::Taken => match path.trim_end_matches('/') {
            "" => None,
            path => Some(PathMatch::Prefix(path.to_owned())),
        },
    }
}

fn host_problem(source: &Source, written: &Written<&str>, host: &str) -> Option<Diagnostic> {
    if host.is_empty() && written.value.starts_with('/') || host == "*" {
        return None;
    }
    let wrong = |label: &str| {
        let message = format!("`{}` is neither a host nor a path", written.value);
        source.error(&written.span, message, label)
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-.*?".contains(c);
    let last = host.rsplit('.').next().unwrap_or_default();
    let finding = if written.value.is_empty() {
        wrong("empty").help("write `\"/\"` for every request")
    } else if let Some((bare, _)) = host.split_once(':') {
        let meant = written.value.replacen(host, bare, 1);
        wrong("a host with a port").help(format!("write `\"{meant}\"`; routes hold for each port"))
    } else if !host.chars().all(allowed) {
        wrong("a character that hosts do not have").help("write it as in `\"app.example.com/v1\"`")
    } else if !host.contains('.') {
        wrong("no dot, and no `/` at its beginning").help(format!(
            "write `\"/{host}\"` for a path, or `{host} = {{ at = \"app.example.com/v1\", … }}` to call \
             a route so"
        ))
    } else if last.is_empty() || !last.chars().all(|c| c.is_ascii_alphabetic()) {
        wrong("no domain after the last dot")
            .note("AWS takes letters alone after the last dot of a host")
            .help("write it as in `\"app.example.com\"` or `\"*.example.com\"`")
    } else if host.len() > LONGEST {
        wrong("a host of more than 128 characters")
            .help("write a wildcard, such as `*.example.com`")
    } else {
        return None;
    };
    Some(finding)
}

fn path_problem(source: &Source, written: &Written<&str>, path: &str) -> Option<Diagnostic> {
    let wrong = |label: &str| {
        source.error(&written.span, format!("`{path}` is not a path that AWS takes"), label)
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.$/~\"'@:+&*?".contains(c);
    let finding = if let Some(odd) = path.chars().find(|c| !allowed(*c)) {
        let label = format!("a `{odd}`");
        match odd {
            '{' | '}' => wrong(&label).help("write `*` where a part of the path may be anything"),
            '#' | '%' | '=' => wrong(&label).help("write `*` or `?` in its place"),
            _ => {
                wrong(&label).help("use letters, digits and any of `_ - . $ / ~ \" ' @ : + & * ?`")
            }
        }
    } else if path.contains("//") {
        wrong("two slashes in a row").help(format!("write `\"{}\"`", path.replace("//", "/")))
    } else if path.len() > LONGEST - 2 {
        wrong("longer than 126 characters").help("write `*` in the place of a part")
    } else {
        return None;
    };
    Some(finding)
}
