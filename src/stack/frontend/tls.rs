//! `tls`: the names that a load balancer has certificates for, and how it speaks TLS.

use super::{
    super::{
        Tls,
        reader::{Source, Span, Table, Value, Written, nearest},
    },
    Family,
};

/// What could be understood of it.
pub(in crate::stack) struct Draft {
    /// Names, in lower case.
    pub(in crate::stack) names: Vec<Written<String>>,
    policy: Option<String>,
    certificates: Vec<String>,
    /// Where it is written.
    pub(in crate::stack) span: Span,
    /// Every name and certificate was understood.
    pub(in crate::stack) complete: bool,
}

/// Certificates of a load balancer beside the first, unless AWS is asked for more.
const MOST: usize = 25;

/// AWS's choices of TLS versions and ciphers that are not outdated (Elastic Load Balancing user guide, "Security
/// policies"); others of this form are taken as they are.
const POLICIES: [&str; 6] = [
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
];

/// A name, several, or both with further settings.
pub(super) fn read(value: &Value<'_>, family: Family) -> Draft {
    let empty = |complete| Draft {
        names: Vec::new(),
        policy: None,
        certificates: Vec::new(),
        span: value.span(),
        complete,
    };
    let draft = if value.is_table() {
        value.table(|table| Some(long(table, value.span()))).unwrap_or_else(|| empty(false))
    } else {
        match names(value) {
            Some((names, complete)) => Draft { names, complete, ..empty(true) },
            None => empty(false),
        }
    };
    draft.check(value, family);
    draft
}

fn long(table: &mut Table<'_>, span: Span) -> Draft {
    table.other_names(&[("ssl_policy", "policy"), ("arns", "certificates"), ("name", "names")]);
    let names = table.optional("names", "\"app.example.com\"").map(|value| names(&value));
    let policy = table
        .optional("policy", "\"ELBSecurityPolicy-TLS13-1-2-2021-06\"")
        .and_then(|value| policy(&value));
    let certificates = table
        .optional("certificates", "[\"arn:aws:acm:…:certificate/…\"]")
        .map(|value| certificates(&value));
    let complete = !matches!(names, Some(None)) && !matches!(certificates, Some(None));
    let (names, all) = names.flatten().unwrap_or((Vec::new(), true));
    Draft {
        names,
        policy,
        certificates: certificates.flatten().unwrap_or_default(),
        span,
        complete: complete && all,
    }
}

/// One name or several, and whether all of them were right.
fn names(value: &Value<'_>) -> Option<(Vec<Written<String>>, bool)> {
    let source = value.source();
    let written =
        if value.is_list() { value.strings()? } else { vec![value.clone().or_table().string()?] };
    let mut names: Vec<Written<String>> = Vec::new();
    let mut complete = !value.is_list() || value.is_list_of(written.len());
    for name in written {
        let Some(name) = domain(source, &name) else {
            complete = false;
            continue;
        };
        if let Some(first) = names.iter().find(|first| first.value == name.value) {
            source.report(
                source
                    .error(&name.span, format!("`{}` is written twice", name.value), "again here")
                    .at(source.place(&first.span, "first here"))
                    .help("remove one of the two"),
            );
        } else {
            names.push(name);
        }
    }
    Some((names, complete))
}

/// A name in the DNS that a certificate can be for.
pub(in crate::stack) fn domain(
    source: &Source,
    written: &Written<&str>,
) -> Option<Written<String>> {
    let lower = written.value.trim_end_matches('.').to_lowercase();
    let bare = lower.strip_prefix("*.").unwrap_or(&lower);
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if bare.len() <= 253 && bare.contains('.') && bare.split('.').all(label) {
        return Some(Written { value: lower, span: written.span.clone() });
    }
    let wrong = source.error(
        &written.span,
        format!("`{}` is not a name that a certificate can be for", written.value),
        "not a domain",
    );
    let host = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    source.report(if written.value.starts_with("arn:") {
        wrong.help(format!("write `tls = {{ certificates = [\"{}\"] }}`", written.value))
    } else if host != lower && host.contains('.') && host.split('.').all(label) {
        wrong.help(format!("write `\"{host}\"`"))
    } else {
        wrong.help("write it as in `\"app.example.com\"` or `\"*.example.com\"`")
    });
    None
}

fn policy(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    if name.starts_with("ELBSecurityPolicy-") {
        return Some(name.to_owned());
    }
    let wrong = value.error(format!("`{name}` is not a security policy"), "unknown policy");
    let prefixed = format!("ELBSecurityPolicy-{name}");
    value.source().report(match nearest(&prefixed, POLICIES).or_else(|| nearest(name, POLICIES)) {
        Some(meant) => wrong.help(format!("write `\"{meant}\"`")),
        None => wrong.help(format!("write `\"{}\"`, which AWS recommends", POLICIES[0])),
    });
    None
}

fn certificates(value: &Value<'_>) -> Option<Vec<String>> {
    let source = value.source();
    let arns = value.strings()?;
    let mut complete = value.is_list_of(arns.len());
    for arn in &arns {
        let parts: Vec<&str> = arn.value.splitn(6, ':').collect();
        let right = matches!(parts[..], ["arn", "aws", "acm", region, account, id]
            if !region.is_empty() && account.len() == 12 && id.starts_with("certificate/"));
        if !right {
            complete = false;
            let message = format!("`{}` is not the ARN of a certificate", arn.value);
            source.report(
                source
                    .error(&arn.span, message, "not a certificate of ACM")
                    .help("`aws acm list-certificates` shows the ARNs of your certificates"),
            );
        }
    }
    complete.then(|| arns.into_iter().map(|arn| arn.value.to_owned()).collect())
}

impl Draft {
    fn check(&self, value: &Value<'_>, family: Family) {
        let source = value.source();
        let certificates = self.names.len() + self.certificates.len();
        if certificates == 0 && self.complete {
            source.report(
                value
                    .error("TLS needs a certificate", "no names and no certificates")
                    .help("write `tls = \"app.example.com\"`, or remove `tls`"),
            );
        }
        if certificates > MOST + 1 {
            let sort = match family {
                Family::Application => "an application load balancer",
                Family::Network => "a network load balancer",
            };
            source.report(
                value
                    .error(
                        format!("{certificates} certificates are more than {sort} takes"),
                        "too many",
                    )
                    .note(format!("AWS takes {MOST} beside the first"))
                    .help("write a wildcard such as `*.example.com`, or spread the names"),
            );
        }
    }

    /// Whether one of the names is for `host`, where that is known.
    pub(in crate::stack) fn has(&self, host: &str) -> Option<bool> {
        if !self.complete || !self.certificates.is_empty() {
            return None;
        }
        let parent = host.split_once('.').map(|(_, parent)| format!("*.{parent}"));
        Some(
            self.names
                .iter()
                .any(|name| name.value == host || Some(&name.value) == parent.as_ref()),
        )
    }

    pub(super) fn settle(self) -> Tls {
        Tls {
            names: self.names.into_iter().map(|name| name.value).collect(),
            policy: self.policy,
            certificates: self.certificates,
        }
    }
}
