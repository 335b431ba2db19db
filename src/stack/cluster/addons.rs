//! `addons`: further EKS add-ons, and versions of any.

use std::collections::BTreeMap;

use super::super::reader::{Entry, Value, nearest};
use crate::data::addons::{ALWAYS, NAMES};

const EXAMPLE: &str = "\"v1.19.0-eksbuild.1\"";

pub(super) fn read(value: &Value<'_>) -> BTreeMap<String, Option<String>> {
    value.entries().unwrap_or_default().iter().filter_map(one).collect()
}

fn one(entry: &Entry<'_>) -> Option<(String, Option<String>)> {
    check_name(entry);
    let name = entry.key.value;
    let value = entry.value.clone().like(EXAMPLE);
    if let Some(wanted) = value.as_boolean() {
        if !wanted {
            let always = ALWAYS.contains(&name);
            let message = if always {
                format!("a cluster cannot do without `{name}`")
            } else {
                format!("an add-on that is not wanted needs no line: `{name}`")
            };
            let label = if always { "every cluster has it" } else { "does nothing" };
            value.source().report(value.error(message, label).help(format!("remove `{name}`")));
        }
        return Some((name.to_owned(), None));
    }
    let version = version(&value)?;
    Some((name.to_owned(), Some(version)))
}

/// Names as AWS and vendors write them: `aws-ebs-csi-driver`, `kubecost_kubecost`.
fn check_name(entry: &Entry<'_>) {
    let (source, key) = (entry.value.source(), &entry.key);
    let name = key.value;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let shaped = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(allowed);
    let meant = nearest(name, NAMES.iter().copied());
    let finding = if !shaped {
        let wrong = source.error(
            &key.span,
            format!("`{name}` is not the name of an add-on"),
            "only lower-case letters, digits, hyphens and underscores",
        );
        match meant {
            Some(meant) => wrong.help(format!("write `{meant}`")),
            None => wrong.help("`aws eks describe-addon-versions` shows the names of all add-ons"),
        }
    } else if let Some(meant) = meant.filter(|_| !NAMES.contains(&name)) {
        source
            .warning(&key.span, format!("AWS may have no add-on `{name}`"), "perhaps a slip")
            .help(format!("write `{meant}`, if that is meant"))
    } else {
        return;
    };
    source.report(finding);
}

/// A version as EKS writes it, such as `v1.19.0-eksbuild.1`.
fn version(value: &Value<'_>) -> Option<String> {
    let text = value.string()?.value;
    let numbered =
        |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.');
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    if text.strip_prefix('v').is_some_and(numbered) && text.chars().all(allowed) {
        return Some(text.to_owned());
    }
    let wrong = value.error(format!("`{text}` is not the version of an add-on"), "not a version");
    value.source().report(if matches!(text, "latest" | "default" | "recommended") {
        wrong.help("write `true` for the version that AWS recommends")
    } else if numbered(text) && text.chars().all(allowed) {
        wrong.help(format!("write `\"v{text}\"`"))
    } else {
        wrong.help(format!(
            "write it as in `{EXAMPLE}`, or `true` for the version that AWS recommends"
        ))
    });
    None
}
