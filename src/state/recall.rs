//! Reading what was written: the newest generation that is whole, and every journal that continues it.
//!
//! A fold keeps the former snapshot and the journal that led from it to the new one. Whatever happens to a snapshot, its
//! predecessor and that journal say the same. Nothing whole at all is an error, never an empty state: a plan to create
//! everything anew because a file could not be read would be the worst of all answers.

use serde::{Deserialize, Serialize};

use crate::{
    model::Diagnostic,
    state::{
        Entry, State,
        seal::Label,
        snapshot::{self, Snapshot},
        store::Kept,
    },
};

/// The first line of a page of a journal: which snapshot it continues, and where in the journal it stands.
#[derive(Serialize, Deserialize, PartialEq)]
pub(super) struct Heading {
    pub(super) lineage: String,
    pub(super) serial: u64,
    /// The number of the page, where a journal has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<u64>,
    /// Under which lease it was written, where there are leases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fence: Option<u64>,
    /// What the lines after it are sealed with, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Label>,
}

impl Heading {
    /// The heading of a journal that continues the snapshot of `origin`.
    pub(super) fn of(origin: &State) -> Self {
        Self {
            lineage: origin.lineage.clone(),
            serial: origin.serial,
            page: None,
            fence: None,
            key: None,
        }
    }

    pub(super) fn line(&self) -> String {
        serde_json::to_string(self).expect("a heading holds only strings and numbers")
    }
}

/// A journal as it was found.
#[derive(Default)]
pub(super) struct Volume {
    /// Its pages in order.
    pub(super) pages: Vec<Page>,
    /// Whoever took it over has ended it.
    pub(super) closed: bool,
}

/// Lines that were written together.
pub(super) struct Page {
    /// What to call it.
    pub(super) name: String,
    /// Where it stands in its journal.
    pub(super) number: u64,
    /// What it holds.
    pub(super) text: String,
    /// What its end may be like.
    pub(super) tail: Tail,
}

/// What the end of a page may be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// What was not synced may be missing, torn or garbage, and was never relied on: no call leaves before the line that
    /// announces it is on disk. What stands before a whole line was synced before it.
    MayBeTorn,
    /// It was written as a whole or not at all.
    Whole,
}

impl Volume {
    /// Whether this is the journal that led to the snapshot of `origin`.
    pub(super) fn led_to(&self, origin: &State) -> bool {
        let first = self.pages.first().and_then(|page| page.text.split('\n').next());
        first.and_then(unsealed::<Heading>).is_some_and(|heading| {
            heading.lineage == origin.lineage && heading.serial + 1 == origin.serial
        })
    }
}

/// What a stack remembers, and what is to be said about how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// What it remembers.
    pub state: State,
    /// The newest snapshot could not be used; this says why and what was used instead.
    pub notice: Option<Diagnostic>,
    /// A journal continues the newest snapshot: the run that wrote it has not folded it.
    pub(super) continued: bool,
}

/// What the stack remembers whose state is kept in `place`, or `None` if it never remembered anything.
pub(super) fn recall(place: &str, kept: Kept) -> Result<Option<Recalled>, Diagnostic> {
    let Kept { snapshot, former, journals, mark } = kept;
    let recalled = newest(place, snapshot, former, journals)?;
    if let Some(mark) = mark {
        mark.require(recalled.as_ref().map(|recalled| &recalled.state), place)?;
    }
    Ok(recalled)
}

fn newest(
    place: &str,
    snapshot: Snapshot,
    former: Snapshot,
    journals: [Volume; 2],
) -> Result<Option<Recalled>, Diagnostic> {
    let absent = matches!(snapshot, Snapshot::Absent) && journals[1].pages.is_empty();
    let lost = match snapshot {
        Snapshot::Whole(state) => return continued(*state, &journals, None).map(Some),
        Snapshot::Absent => "it is not there".to_owned(),
        Snapshot::Damaged(reason) => reason,
    };
    match former {
        Snapshot::Whole(state) => {
            let notice = Diagnostic::warning(format!("the state in {place} cannot be used"))
                .note(lost)
                .note("its former generation and the journal that led from it say the same; these are used");
            continued(*state, &journals, Some(notice)).map(Some)
        }
        Snapshot::Absent if absent => Ok(None),
        Snapshot::Absent | Snapshot::Damaged(_) => {
            Err(Diagnostic::error(format!("the state in {place} cannot be used"))
                .note(lost)
                .help("restore it from a backup; nothing has been changed"))
        }
    }
}

/// `state` with every journal taken in that continues it.
fn continued(
    mut state: State,
    journals: &[Volume; 2],
    notice: Option<Diagnostic>,
) -> Result<Recalled, Diagnostic> {
    let [former, present] = journals;
    if take(&mut state, former)? {
        state.serial += 1;
    }
    let continued = take(&mut state, present)?;
    Ok(Recalled { state, notice, continued })
}

/// Takes a journal in, if it continues `state`.
fn take(state: &mut State, volume: &Volume) -> Result<bool, Diagnostic> {
    let mut continues = volume.closed;
    for page in &volume.pages {
        if let Contents::Continues(entries) = contents(page, state)? {
            entries.into_iter().for_each(|entry| state.take(entry));
            continues = true;
        }
    }
    Ok(continues)
}

/// What a journal is to a state.
enum Contents {
    /// What happened since.
    Continues(Vec<Entry>),
    /// It continues an older snapshot, or never began.
    Stale,
}

/// What a page is to `state`.
fn contents(page: &Page, state: &State) -> Result<Contents, Diagnostic> {
    let lines: Vec<&str> = page.text.split('\n').collect();
    let damaged = |number: usize| {
        Diagnostic::error(format!("line {} of {} is damaged", number + 1, page.name))
            .help("restore it from a backup; nothing has been changed")
    };
    let whole = match page.tail {
        Tail::MayBeTorn => {
            lines.iter().rposition(|line| unsealed::<serde_json::Value>(line).is_some())
        }
        // Its last line ends with a line break, and nothing follows.
        Tail::Whole if lines.len() >= 2 && lines.last() == Some(&"") => Some(lines.len() - 2),
        Tail::Whole => return Err(damaged(lines.len() - 1)),
    };
    let Some(whole) = whole else { return Ok(Contents::Stale) };
    let heading: Heading = unsealed(lines[0]).ok_or_else(|| damaged(0))?;
    let place = heading.page.unwrap_or_default();
    if page.tail == Tail::Whole && place != page.number {
        return Err(damaged(0).note(format!("it was written as page {place}")));
    }
    if heading.lineage != state.lineage || heading.serial != state.serial {
        return match page.tail {
            Tail::MayBeTorn => Ok(Contents::Stale),
            // Its name says that it continues this snapshot.
            Tail::Whole => Err(damaged(0).note("it belongs to another state")),
        };
    }
    let entry = |(number, line): (usize, &&str)| unsealed(line).ok_or_else(|| damaged(number));
    let entries: Result<Vec<Entry>, Diagnostic> =
        lines[..=whole].iter().enumerate().skip(1).map(entry).collect();
    Ok(Contents::Continues(entries?))
}

/// A line of a journal: checksum, space, JSON.
pub(super) fn sealed(text: &str) -> String {
    format!("{} {text}\n", snapshot::digest(text.as_bytes()))
}

/// The value of a line whose checksum fits.
pub(super) fn unsealed<T: for<'de> Deserialize<'de>>(line: &str) -> Option<T> {
    let (sum, text) = line.split_once(' ')?;
    if sum != snapshot::digest(text.as_bytes()) {
        return None;
    }
    serde_json::from_str(text).ok()
}
