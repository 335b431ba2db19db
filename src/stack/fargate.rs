//! `[fargate.*]`: pods that run without nodes.

use std::collections::BTreeMap;

use super::{
    Fargate, Selector,
    labels::{self, Purpose},
    named::Sort,
    placement::{self, Place, Tenant, Wish},
    reader::{Table, Value, Written},
    vpc::Network,
};

const SORT: Sort = Sort {
    section: "fargate",
    noun: "Fargate profile",
    example: "jobs",
    keys: &["selectors", "subnets"],
    // eksctl `fargate_profile.go`, which says so before EKS does.
    reserved: Some(("eks-", "EKS keeps `eks-` to itself")),
    quota: 10,
};

/// Selectors of a profile at most (EKS API reference, CreateFargateProfile).
const SELECTORS: usize = 5;

const EXAMPLE: &str = "[{ namespace = \"jobs\" }]";

/// What could be understood of one profile.
pub(super) struct Draft {
    name: Written<String>,
    selectors: Option<Vec<Selector>>,
    subnets: Wish,
}

/// The profiles, as far as they could be understood.
pub(super) fn read(value: &Value<'_>) -> Vec<Draft> {
    let read = |table: &mut Table<'_>| {
        let selectors = table.required("selectors", EXAMPLE).and_then(|value| selectors(&value));
        let subnets = placement::read(table.optional("subnets", "[\"private-a\"]"));
        Some((selectors, subnets))
    };
    let drafts = SORT.sections(value).into_iter().map(|entry| {
        let (selectors, subnets) = entry.value.table(read).unwrap_or((None, Wish::Unknown));
        Draft { name: entry.key.map(str::to_owned), selectors, subnets }
    });
    drafts.collect()
}

fn selectors(value: &Value<'_>) -> Option<Vec<Selector>> {
    let source = value.source();
    let items = value.list()?;
    let selectors: Vec<Selector> = items.iter().filter_map(selector).collect();
    if items.is_empty() {
        source.report(
            value
                .error("a Fargate profile without selectors runs no pods", "empty")
                .help(format!("write `selectors = {EXAMPLE}`")),
        );
        return None;
    }
    if items.len() > SELECTORS {
        let message = format!("{} selectors are more than a profile takes", items.len());
        source.report(
            items[SELECTORS]
                .error(message, format!("number {}", SELECTORS + 1))
                .note(format!("EKS takes {SELECTORS}"))
                .help("write another `[fargate.…]` for the rest"),
        );
    }
    (selectors.len() == items.len()).then_some(selectors)
}

/// A namespace alone, or with labels.
fn selector(value: &Value<'_>) -> Option<Selector> {
    if value.is_table() {
        return value.table(|table| {
            let name = table.required("namespace", "\"jobs\"").and_then(|value| namespace(&value));
            let labels = table
                .optional("labels", "{ app = \"jobs\" }")
                .map(|value| labels::read(&value, Purpose::Selector))
                .unwrap_or_default();
            Some(Selector { namespace: name?, labels })
        });
    }
    let namespace = namespace(&value.clone().or_table())?;
    Some(Selector { namespace, labels: BTreeMap::new() })
}

/// The name of a namespace, where `*` stands for any characters and `?` for one.
fn namespace(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '*' | '?');
    let problem = if name.is_empty() {
        "empty"
    } else if !name.chars().all(allowed) {
        "only lower-case letters, digits, hyphens, `*` and `?`"
    } else if name.starts_with('-') || name.ends_with('-') {
        "must not start or end with a hyphen"
    } else if name.len() > 63 {
        "longer than 63 characters"
    } else {
        return Some(name.to_owned());
    };
    value.source().report(
        value
            .error(format!("`{name}` is not the name of a namespace"), problem)
            .help("write it as in `\"jobs\"`, or `\"jobs-*\"` for all that begin so"),
    );
    None
}

impl Draft {
    /// Where its name is written.
    pub(super) fn name(&self) -> &Written<String> {
        &self.name
    }

    /// Where its pods run.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            tenant: Tenant::Fargate,
            section: format!("fargate.{}", self.name.value),
            name: &self.name.span,
            wish: &self.subnets,
        }
    }

    /// The profile by its name, once everything was right.
    pub(super) fn settle(self, network: &Network) -> Option<(String, Fargate)> {
        let subnets = placement::settle(self.subnets, network)?;
        Some((self.name.value, Fargate { selectors: self.selectors?, subnets }))
    }
}
