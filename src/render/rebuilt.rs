//! What a rebuild came to: what was found, section by section, and what was not.

use std::collections::BTreeMap;

use crate::{
    model::Address,
    plan::Foreign,
    rebuild::Rebuilt,
    render::{
        Style,
        ink::Ink,
        plan::section_rank,
        text::{clean, columns, counted},
    },
};

/// Rows of a section: what it is, and a word about it.
type Rows = Vec<(String, String)>;

/// What was found and what was not; `place` is where it is remembered from now on.
pub fn rebuilt(rebuilt: &Rebuilt, place: &str, style: Style) -> String {
    let mut sections: BTreeMap<(usize, &str), Rows> = BTreeMap::new();
    let known = rebuilt.resources.iter().filter(|(address, _)| !rebuilt.former.contains(*address));
    for (address, record) in known {
        let rows = sections.entry(section_rank(&record.section)).or_default();
        rows.push(row(address, record.id.as_str()));
    }
    let mut parts: Vec<String> = sections
        .into_iter()
        .map(|((_, name), rows)| part(Ink::Strong, &clean(name), rows, style))
        .collect();
    let former = rebuilt.former.iter().map(|address| {
        let id = id(rebuilt, address);
        row(address, if nameless(rebuilt, address) { "" } else { id })
    });
    let missing = rebuilt.missing.iter().map(|(address, section)| row(address, section));
    let others = [
        (Ink::Change, "found, and not in the stack file any more", former.collect::<Rows>()),
        (Ink::Bad, "not found", missing.collect()),
        (Ink::Quiet, "in resources of the stack and not known to be its own", foreign(rebuilt)),
    ];
    let others = others.into_iter().filter(|(_, _, rows)| !rows.is_empty());
    parts.extend(others.map(|(ink, heading, rows)| part(ink, heading, rows, style)));
    parts.push(summary(rebuilt, place, style));
    parts.join("\n")
}

fn part(ink: Ink, heading: &str, mut rows: Rows, style: Style) -> String {
    rows.sort();
    format!("{}\n{}", style.paint(ink, heading), columns(&rows, 2))
}

fn row(address: &Address, word: &str) -> (String, String) {
    (clean(address.as_str()).into_owned(), clean(word).into_owned())
}

/// Whether it took no tags that could tell its name, and has its id for one.
fn nameless(rebuilt: &Rebuilt, address: &Address) -> bool {
    address.name() == id(rebuilt, address)
}

fn id<'a>(rebuilt: &'a Rebuilt, address: &Address) -> &'a str {
    rebuilt.resources.get(address).map_or("", |record| record.id.as_str())
}

fn foreign(rebuilt: &Rebuilt) -> Rows {
    let row = |Foreign { kind, id, .. }: &Foreign| {
        (clean(kind).into_owned(), clean(id.as_str()).into_owned())
    };
    rebuilt.foreign.iter().map(row).collect()
}

fn summary(rebuilt: &Rebuilt, place: &str, style: Style) -> String {
    let Rebuilt { resources, former, missing, foreign, .. } = rebuilt;
    let mut counts = format!("{} found", counted(resources.len(), "resource"));
    if !former.is_empty() {
        let gone = format!(", {} of them to be deleted by the next apply", former.len());
        counts.push_str(&gone);
    }
    if !missing.is_empty() {
        counts.push_str(&format!(", {} to be created by the next apply", missing.len()));
    }
    if !foreign.is_empty() {
        counts.push_str(&format!(", {} left alone", foreign.len()));
    }
    let heading = style.paint(Ink::Good, "Rebuilt:");
    let place = clean(place);
    let mut text = format!("{heading} {counts}.\n");
    if former.iter().any(|address| nameless(rebuilt, address)) {
        text.push_str("What takes no tags and leads from one resource of the stack to another is taken for the stack's; `eksnet state rm` forgets what is not.\n");
    }
    text.push_str(&format!("The state is in {place} from now on; `eksnet plan` shows what differs from the stack file.\n"));
    text
}
