//! Drift as a person reads it: what changed outside eksnet, and what others put into resources of the stack.

use super::{
    diff,
    words::{Names, cells},
};
use crate::{
    plan::{Finding, Foreign, Plan},
    render::{
        Style,
        ink::Ink,
        text::{clean, padding, widest},
    },
};

/// What is different from what was last made or seen.
pub(super) fn changed(plan: &Plan, names: &Names, style: Style) -> Option<String> {
    let findings = plan.drift.iter().filter_map(|drift| {
        let difference = match &drift.finding {
            Finding::Gone => None,
            Finding::Field { field, was, is } => Some(diff::difference(field, was, is, names)),
            Finding::Tag { key, was, is } => Some(diff::tag(key, Some(was), is.as_deref())),
            Finding::Foreign { .. } => return None,
        };
        Some((clean(drift.address.as_str()), difference))
    });
    let findings: Vec<_> = findings.collect();
    let width = widest(findings.iter().map(|(address, _)| address.as_ref()));
    let inner = findings.iter().filter_map(|(_, difference)| difference.as_ref());
    let inner = widest(inner.map(|difference| difference.name.as_str()));
    let mut lines = vec![style.paint(Ink::Change, "changed outside eksnet")];
    for (address, difference) in &findings {
        let label = format!("  {address}{}", padding(address, width));
        match difference {
            None => lines.push(format!("{label}  {}", style.paint(Ink::Bad, "gone"))),
            Some(difference) => match difference.inline(inner, style) {
                Some(line) => lines.push(format!("{label}  {line}")),
                None => {
                    lines.push(format!("  {address}"));
                    lines.extend(diff::block(std::slice::from_ref(difference), 6, style));
                }
            },
        }
    }
    section(lines)
}

/// What lives inside the stack's resources and is not the stack's.
pub(super) fn foreign(plan: &Plan, names: &Names, style: Style) -> Option<String> {
    let foreign = plan.drift.iter().filter_map(|drift| match &drift.finding {
        Finding::Foreign { foreign } => Some((clean(drift.address.as_str()), foreign)),
        Finding::Gone | Finding::Field { .. } | Finding::Tag { .. } => None,
    });
    let foreign: Vec<_> = foreign.collect();
    let width = widest(foreign.iter().map(|(address, _)| address.as_ref()));
    let mut lines = vec![style.paint(Ink::Quiet, "made by others inside, left alone")];
    for (address, Foreign { kind, id, fields }) in &foreign {
        // The resource it lives in stands before it already.
        let cells = cells(kind, fields, names)
            .into_iter()
            .filter(|cell| cell.rsplit(' ').next() != Some(address.as_ref()));
        let mut what: Vec<String> = cells.collect();
        if what.is_empty() {
            what.push(clean(id.as_str()).into_owned());
        }
        let pad = padding(address, width);
        lines.push(format!("  {address}{pad}  {}: {}", clean(kind), what.join("  ")));
    }
    section(lines)
}

/// Lines under a heading, unless there is only the heading.
fn section(lines: Vec<String>) -> Option<String> {
    (lines.len() > 1).then(|| lines.join("\n") + "\n")
}
