//! `[dns.*]`: hosted zones, and who answers at which name.

use super::{
    Claim, Zone53,
    reader::{Source, Table, Value, Written},
};

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "zone = \"create\"";

/// What could be understood of one.
pub(super) struct Draft {
    name: Written<String>,
}

/// Those that could be understood. Their names are domains.
pub(super) fn read(value: &Value<'_>) -> Vec<Draft> {
    let entries = value.entries().unwrap_or_default().into_iter();
    let drafts = entries.filter_map(|entry| {
        let name = entry.key.map(str::to_owned);
        entry.value.of_section().table(|table| Some(keys(table, name)))
    });
    drafts.collect()
}

fn keys(_table: &mut Table<'_>, name: Written<String>) -> Draft {
    Draft { name }
}

/// Holds the zones against the names that other sections claim.
pub(super) fn check(_source: &Source, _zones: &[Draft], _claims: &[Claim]) {}

impl Draft {
    /// It by its name, once everything was right.
    pub(super) fn settle(self) -> Option<(String, Zone53)> {
        Some((self.name.value, Zone53 {}))
    }
}
