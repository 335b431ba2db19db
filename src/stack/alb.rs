//! `[alb.*]`: application load balancers.

use super::{
    Alb, Claim,
    named::Sort,
    reader::{Table, Value, Written},
};

/// The keys of each section.
pub(super) const KEYS: [&str; 0] = [];

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "routes = { \"/\" = \"orders\" }";

const SORT: Sort = Sort {
    section: "alb",
    noun: "application load balancer",
    example: "web",
    keys: &KEYS,
    reserved: None,
    quota: 50,
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

    /// The names in the DNS that it wants to answer at.
    pub(super) fn claims(&self) -> Vec<Claim> {
        Vec::new()
    }

    /// It by its name, once everything was right.
    pub(super) fn settle(self) -> Option<(String, Alb)> {
        Some((self.name.value, Alb {}))
    }
}
