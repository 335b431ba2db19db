//! `access_logs`: a bucket that AWS writes down in what a load balancer did.

use super::super::{
    AccessLogs,
    reader::{Table, Value},
};

/// A bucket, or one with what the keys in it begin with.
pub(super) fn read(value: &Value<'_>) -> Option<AccessLogs> {
    if value.is_table() {
        return value.table(long);
    }
    let bucket = bucket(&value.clone().or_table())?;
    Some(AccessLogs { bucket, prefix: String::new() })
}

fn long(table: &mut Table<'_>) -> Option<AccessLogs> {
    let bucket = table.required("bucket", "\"acme-logs\"").and_then(|value| bucket(&value));
    let prefix = table.optional("prefix", "\"shop\"").and_then(|value| value.string());
    let prefix = prefix.map(|prefix| prefix.value.trim_matches('/').to_owned());
    Some(AccessLogs { bucket: bucket?, prefix: prefix.unwrap_or_default() })
}

/// A bucket's name (S3 user guide, bucket naming rules).
fn bucket(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let right = (3..=63).contains(&name.len())
        && name.chars().all(|c| edge(c) || c == '-' || c == '.')
        && name.starts_with(edge)
        && name.ends_with(edge);
    if right {
        return Some(name.to_owned());
    }
    let bare = name.trim_start_matches("s3://").trim_start_matches("arn:aws:s3:::");
    let bare = bare.split('/').next().unwrap_or_default();
    let wrong = value.error(format!("`{name}` is not the name of a bucket"), "not a bucket");
    value.source().report(if bare == name || bare.is_empty() {
        wrong.help("write it as in `\"acme-logs\"`")
    } else {
        wrong.help(format!("write `\"{bare}\"`"))
    });
    None
}
