//! Kubernetes labels and the keys and values they are made of (Kubernetes documentation, "Labels and Selectors").

use std::collections::BTreeMap;

use super::reader::{Entry, Value};

/// What the labels are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Put on nodes, some of whose labels belong to Kubernetes and to EKS.
    Nodes,
    /// Looked for on pods.
    Selector,
}

/// The labels that are right; what is wrong with the others is reported.
pub(super) fn read(value: &Value<'_>, purpose: Purpose) -> BTreeMap<String, String> {
    let entries = value.entries().unwrap_or_default();
    entries.iter().filter_map(|entry| one(entry, purpose)).collect()
}

fn one(entry: &Entry<'_>, purpose: Purpose) -> Option<(String, String)> {
    let (source, key) = (entry.value.source(), &entry.key);
    let problem = match (key_problem(key.value), purpose) {
        (None, Purpose::Nodes) => reserved(key.value),
        (problem, Purpose::Nodes | Purpose::Selector) => problem,
    };
    if let Some((label, help)) = problem {
        let message = format!("`{}` cannot be the key of a label", key.value);
        source.report(source.error(&key.span, message, label).help(help));
    }
    let value = entry.value.clone().like("\"apps\"");
    let text = value.string()?.value;
    match value_problem(text) {
        Some((label, help)) => {
            let message = format!("this cannot be the value of label `{}`", key.value);
            source.report(value.error(message, label).help(help));
            None
        }
        None => Some((key.value.to_owned(), text.to_owned())),
    }
}

type Wrong = (&'static str, &'static str);

/// What is wrong with a key: `name`, or a domain, `/` and a name.
pub(super) fn key_problem(key: &str) -> Option<Wrong> {
    let (domain, name) = match key.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, key),
    };
    let label = |part: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty()
            && part.chars().all(inner)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if domain.is_some_and(|domain| domain.len() > 253 || !domain.split('.').all(label)) {
        Some(("not a domain before the `/`", "write it as in `example.com/team`"))
    } else if name.is_empty() {
        Some(("no name", "write it as in `team` or `example.com/team`"))
    } else {
        word_problem(name)
    }
}

/// What is wrong with a value.
pub(super) fn value_problem(value: &str) -> Option<Wrong> {
    if value.is_empty() { None } else { word_problem(value) }
}

fn word_problem(word: &str) -> Option<Wrong> {
    let edge = |c: char| c.is_ascii_alphanumeric();
    if !word.chars().all(|c| edge(c) || "-_.".contains(c)) {
        Some((
            "a character that Kubernetes does not take in labels",
            "use letters, digits and any of `- _ .`",
        ))
    } else if !word.starts_with(edge) || !word.ends_with(edge) {
        Some(("must start and end with a letter or a digit", "remove what stands at its ends"))
    } else if word.chars().count() > 63 {
        Some(("longer than 63 characters", "write at most 63 characters"))
    } else {
        None
    }
}

/// Labels that a node cannot give itself: the kubelet refuses to start with them (kubelet reference, `--node-labels`),
/// except those of its own two domains.
fn reserved(key: &str) -> Option<Wrong> {
    let (domain, _) = key.split_once('/')?;
    let of = |owner: &str| {
        domain.strip_suffix(owner).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if of("node.kubernetes.io") || of("kubelet.kubernetes.io") {
        None
    } else if of("kubernetes.io") || of("k8s.io") {
        Some((
            "a node with this label does not start",
            "write a key of your own, or one of `node.kubernetes.io/…`",
        ))
    } else if of("eks.amazonaws.com") {
        Some(("EKS sets these itself", "write a key of your own"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for key in ["team", "example.com/team", "Team_1.x", "node.kubernetes.io/pool", "a-b.c/d"] {
            assert!(key_problem(key).is_none() && reserved(key).is_none(), "{key}");
        }
        for key in ["", "-team", "team-", "a b", "/team", "example.com/", "Example.com/x", "a/b/c"]
        {
            assert!(key_problem(key).is_some(), "{key}");
        }
        for key in ["kubernetes.io/role", "node-role.kubernetes.io/apps", "x.k8s.io/y"] {
            assert!(reserved(key).is_some(), "{key}");
        }
        assert!(reserved("mykubernetes.io/role").is_none());
        assert!(reserved("eks.amazonaws.com/nodegroup").is_some());
    }

    #[test]
    fn values() {
        assert!(value_problem("").is_none() && value_problem("a.b_c-1").is_none());
        assert!(value_problem("a/b").is_some() && value_problem(&"x".repeat(64)).is_some());
    }
}
