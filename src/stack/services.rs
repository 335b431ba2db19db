//! `[services.*]`: Kubernetes Services as the network sees them.

use super::{
    Service,
    named::Sort,
    reader::{Table, Value, Written},
};

/// The keys of each section.
pub(super) const KEYS: [&str; 0] = [];

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "port   = 8080\nhealth = \"/healthz\"";

const SORT: Sort = Sort {
    section: "services",
    noun: "service",
    example: "orders",
    keys: &KEYS,
    reserved: None,
    quota: 1000,
};

/// What could be understood of one.
pub(super) struct Draft {
    name: Written<String>,
}

/// Those that could be understood.
pub(super) fn read(value: &Value<'_>) -> Vec<Draft> {
    let drafts = SORT.sections(value).into_iter().filter_map(|entry| {
        let name = entry.key.map(str::to_owned);
        entry.value.table(|table| Some(keys(table, name)))
    });
    drafts.collect()
}

fn keys(_table: &mut Table<'_>, name: Written<String>) -> Draft {
    Draft { name }
}

impl Draft {
    /// Where its name is written.
    pub(super) fn name(&self) -> &Written<String> {
        &self.name
    }

    /// It by its name, once everything was right.
    pub(super) fn settle(self) -> Option<(String, Service)> {
        Some((self.name.value, Service {}))
    }
}
