//! The changes of a plan, one line a resource, grouped by the section of the stack file they come from.

use std::collections::BTreeMap;

use super::{
    diff,
    words::{Names, cells, reasons},
};
use crate::{
    model::Address,
    plan::{Action, Change, Plan, Replacement},
    render::{
        Style,
        ink::Ink,
        text::{clean, padding, widest},
    },
};

/// Sections that come before the others, in this order.
const FIRST: [&str; 3] = ["stack", "vpc", "vpc.subnets"];

/// One resource's line.
struct Row<'a> {
    sign: &'static str,
    ink: Ink,
    address: String,
    kind: &'a str,
    /// Short facts, aligned with those of others of its kind.
    cells: Vec<String>,
    /// The end of the line.
    tail: String,
    /// Lines below it.
    block: Vec<String>,
}

/// Every section in which something changes.
pub(super) fn sections(plan: &Plan, names: &Names, style: Style) -> Vec<String> {
    let mut sections: BTreeMap<(usize, &str), Vec<Row>> = BTreeMap::new();
    let signs = plan.changes.values().filter_map(|change| sign(change.action));
    let gone = plan.deposed.iter().map(|_| ("-", Ink::Bad));
    let width = widest(signs.chain(gone).map(|(sign, _)| sign));
    for (address, change) in &plan.changes {
        if let Some((sign, ink)) = sign(change.action) {
            let row = row(address, change, sign, ink, names, width + 6, style);
            sections.entry(section_rank(&change.section)).or_default().push(row);
        }
    }
    for old in &plan.deposed {
        let tail = format!("(former, {})", clean(old.record.id.as_str()));
        let row = Row { tail, ..bare(&old.address, "-", Ink::Bad) };
        sections.entry(section_rank(&old.record.section)).or_default().push(row);
    }
    let section = |((_, name), mut rows): ((usize, &str), Vec<Row>)| {
        rows.sort_by(|one, other| one.address.cmp(&other.address));
        let name = if name.is_empty() { "elsewhere".into() } else { clean(name) };
        let heading = style.paint(Ink::Strong, &name);
        format!("{heading}\n{}", lines(&rows, width, style))
    };
    sections.into_iter().map(section).collect()
}

/// Where a section stands among the others. Those without a name come last.
pub(in crate::render) fn section_rank(section: &str) -> (usize, &str) {
    let last = if section.is_empty() { FIRST.len() + 1 } else { FIRST.len() };
    (FIRST.iter().position(|first| *first == section).unwrap_or(last), section)
}

fn sign(action: Action) -> Option<(&'static str, Ink)> {
    match action {
        Action::Keep => None,
        Action::Create => Some(("+", Ink::Good)),
        Action::Update => Some(("~", Ink::Change)),
        Action::Replace(Replacement::DeleteFirst) => Some(("-/+", Ink::Bad)),
        Action::Replace(Replacement::CreateFirst) => Some(("+/-", Ink::Change)),
        Action::Delete => Some(("-", Ink::Bad)),
        Action::Forget => Some(("×", Ink::Quiet)),
    }
}

fn bare<'a>(address: &'a Address, sign: &'static str, ink: Ink) -> Row<'a> {
    Row {
        sign,
        ink,
        address: clean(address.as_str()).into_owned(),
        kind: address.kind(),
        cells: Vec::new(),
        tail: String::new(),
        block: Vec::new(),
    }
}

fn row<'a>(
    address: &'a Address,
    change: &Change,
    sign: &'static str,
    ink: Ink,
    names: &Names,
    indent: usize,
    style: Style,
) -> Row<'a> {
    let why = reasons(&change.reasons);
    let id =
        change.id.as_ref().filter(|id| id.is_telling()).map(|id| clean(id.as_str()).into_owned());
    let row = bare(address, sign, ink);
    match change.action {
        Action::Keep => row,
        Action::Create => {
            let cells = change.after.as_ref().map(|after| cells(address.kind(), after, names));
            Row { cells: cells.unwrap_or_default(), tail: in_brackets(&why), ..row }
        }
        Action::Update => {
            let differences = diff::differences(change, names);
            match differences.as_slice() {
                [one] if let Some(line) = one.inline(0, style) => {
                    let tail = format!("{line}  {}", in_brackets(&why));
                    Row { tail: tail.trim_end().to_owned(), ..row }
                }
                all => Row { tail: why, block: diff::block(all, indent, style), ..row },
            }
        }
        Action::Replace(_) => {
            let block = diff::block(&diff::differences(change, names), indent, style);
            Row { cells: id.into_iter().collect(), tail: why, block, ..row }
        }
        Action::Delete => Row { cells: id.into_iter().collect(), ..row },
        Action::Forget => Row { tail: "gone already; eksnet forgets it".to_owned(), ..row },
    }
}

fn in_brackets(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!("({why})") }
}

fn lines(rows: &[Row], signs: usize, style: Style) -> String {
    let continued = |row: &&Row| !row.cells.is_empty() || !row.tail.is_empty();
    let addresses = widest(rows.iter().filter(continued).map(|row| row.address.as_str()));
    let mut columns: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for row in rows {
        let widths = columns.entry((row.sign, row.kind)).or_default();
        for (n, cell) in row.cells.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(n) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut out = String::new();
    for row in rows {
        let none = Vec::new();
        let widths = columns.get(&(row.sign, row.kind)).unwrap_or(&none);
        let mut rest = padding(&row.address, addresses);
        for (cell, width) in row.cells.iter().zip(widths) {
            rest.push_str(&format!("  {cell}{}", padding(cell, *width)));
        }
        if !row.tail.is_empty() {
            rest.push_str(&format!("  {}", row.tail));
        }
        let sign = style.paint(row.ink, row.sign);
        let ink = if row.ink == Ink::Quiet { Ink::Quiet } else { Ink::Text };
        let text = format!("{}{}", row.address, rest.trim_end());
        let line = format!("  {}{sign}  {}", padding(row.sign, signs), style.paint(ink, &text));
        out.push_str(line.trim_end());
        out.push('\n');
        for line in &row.block {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
