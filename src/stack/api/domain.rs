//! `domain`: the name of its own that an API answers at, or a path below one that it shares with other APIs.

use super::super::{
    ApiDomain, frontend,
    reader::{Table, Value, Written},
};

/// The name and the path, where they are written.
pub(super) struct Domain {
    pub(super) name: Written<String>,
    /// Empty for all of the name; then its place is the name's.
    pub(super) path: Written<String>,
}

pub(super) fn read(value: &Value<'_>) -> Option<Domain> {
    if value.is_table() {
        return value.table(long);
    }
    let name = name(&value.clone().or_table())?;
    let path = Written { value: String::new(), span: name.span.clone() };
    Some(Domain { name, path })
}

fn long(table: &mut Table<'_>) -> Option<Domain> {
    table.other_names(&[
        ("domain_name", "name"),
        ("domainName", "name"),
        ("base_path", "path"),
        ("basePath", "path"),
        ("key", "path"),
        ("api_mapping_key", "path"),
        ("apiMappingKey", "path"),
    ]);
    let name = table.required("name", "\"api.example.com\"").and_then(|value| name(&value));
    let path = match table.optional("path", "\"v1\"") {
        Some(value) => Some(path(&value)),
        None => None,
    };
    let name = name?;
    let whole = Written { value: String::new(), span: name.span.clone() };
    Some(Domain { path: path.unwrap_or(Some(whole))?, name })
}

/// A name that a certificate can be for; one with a path is two keys.
fn name(value: &Value<'_>) -> Option<Written<String>> {
    let text = value.string()?;
    let host = text.value.strip_prefix("https://").unwrap_or(text.value);
    if let Some((host, path)) = host.split_once('/') {
        let path = path.trim_matches('/');
        let wrong = value.error(format!("`{}` is not a name", text.value), "more than a name");
        value.source().report(if path.is_empty() {
            wrong.help(format!("write `\"{host}\"`"))
        } else {
            wrong.help(format!("write `domain = {{ name = \"{host}\", path = \"{path}\" }}`"))
        });
        return None;
    }
    frontend::domain(value.source(), &text)
}

/// A path below a name (API Gateway developer guide, "API mappings").
fn path(value: &Value<'_>) -> Option<Written<String>> {
    let text = value.string()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "$-_.+!*'()/".contains(c);
    let bare = text.value.trim_matches('/');
    let problem = if bare.is_empty() {
        "empty"
    } else if bare != text.value {
        "a slash at its start or end"
    } else if !bare.chars().all(allowed) {
        "only letters, digits and any of `$ - _ . + ! * ' ( ) /`"
    } else if bare.contains("//") {
        "a part without a name"
    } else if bare.len() > 300 {
        "longer than 300 characters"
    } else {
        return Some(text.map(str::to_owned));
    };
    let wrong = value.error(format!("an API cannot answer below `{}`", text.value), problem);
    value.source().report(if bare.is_empty() {
        wrong.help("remove `path`: the API then answers at every path of the name")
    } else if bare != text.value && bare.chars().all(allowed) {
        wrong.help(format!("write `path = \"{bare}\"`"))
    } else {
        wrong.help(value.advice())
    });
    None
}

impl Domain {
    /// It once everything was right.
    pub(super) fn settle(self) -> ApiDomain {
        ApiDomain { name: self.name.value, path: self.path.value }
    }
}
