//! Reading what was written: the newest generation that is whole, and every journal that continues it.
//!
//! A fold keeps the former snapshot and the journal that led from it to the new one. Whatever happens to a snapshot, its
//! predecessor and that journal say the same. Nothing whole at all is an error, never an empty state: a plan to create
//! everything anew because a file could not be read would be the worst of all answers.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    model::Diagnostic,
    state::{
        Entry, State,
        snapshot::{self, Snapshot},
    },
};

/// The first line of a journal: which snapshot it continues.
#[derive(Serialize, Deserialize, PartialEq)]
pub(super) struct Heading {
    pub(super) lineage: String,
    pub(super) serial: u64,
}

/// What a stack remembers, and what is to be said about how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// What it remembers.
    pub state: State,
    /// The newest snapshot could not be used; this says why and what was used instead.
    pub notice: Option<Diagnostic>,
}

/// What the stack whose state is at `path` remembers, or `None` if it never remembered anything. Takes no lock.
///
/// # Errors
/// Nothing whole is left, a journal is damaged before its end, or a newer eksnet wrote the state.
pub fn recall(path: &Path) -> Result<Option<Recalled>, Diagnostic> {
    let lost = match snapshot::load(path)? {
        Snapshot::Whole(state) => {
            return Ok(Some(Recalled { state: continued(path, *state)?, notice: None }));
        }
        Snapshot::Absent => "it is not there".to_owned(),
        Snapshot::Damaged(reason) => reason,
    };
    match snapshot::load(&snapshot::former(path))? {
        Snapshot::Whole(state) => {
            let notice = Diagnostic::warning(format!("the state in {} cannot be used", path.display()))
                .note(lost)
                .note("its former generation and the journal that led from it say the same; these are used");
            Ok(Some(Recalled { state: continued(path, *state)?, notice: Some(notice) }))
        }
        Snapshot::Absent if !path.exists() && !journal(path).exists() => Ok(None),
        Snapshot::Absent | Snapshot::Damaged(_) => {
            Err(Diagnostic::error(format!("the state in {} cannot be used", path.display()))
                .note(lost)
                .help("restore it from a backup; nothing has been changed"))
        }
    }
}

/// What the stack whose state is at `path` remembers, however it was found.
///
/// # Errors
/// As [`recall`].
pub fn read(path: &Path) -> Result<Option<State>, Diagnostic> {
    Ok(recall(path)?.map(|recalled| recalled.state))
}

/// Where the journal of the state at `path` is.
pub(super) fn journal(path: &Path) -> PathBuf {
    path.with_extension("journal")
}

/// Where the journal is kept that led from the former snapshot to the present one.
pub(super) fn former_journal(path: &Path) -> PathBuf {
    path.with_extension("journal.1")
}

/// `state` with every journal taken in that continues it.
fn continued(path: &Path, mut state: State) -> Result<State, Diagnostic> {
    for journal in [former_journal(path), journal(path)] {
        if let Contents::Continues(entries) = contents(&journal, &state)? {
            let folded = journal == former_journal(path);
            entries.into_iter().for_each(|entry| state.take(entry));
            state.serial += u64::from(folded);
        }
    }
    Ok(state)
}

/// What a journal is to a state.
pub(super) enum Contents {
    /// What happened since.
    Continues(Vec<Entry>),
    /// It continues an older snapshot, or never began.
    Stale,
}

/// What the journal at `path` is to `state`.
pub(super) fn contents(path: &Path, state: &State) -> Result<Contents, Diagnostic> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::Stale),
        Err(error) => {
            return Err(Diagnostic::error(format!("{} cannot be read", path.display()))
                .note(error.to_string()));
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    // What was not synced may be missing, torn or garbage, and was never relied on: no call leaves before the line that
    // announces it is on disk. What stands before a whole line was synced before it.
    let lines: Vec<&str> = text.split('\n').collect();
    let whole = lines.iter().rposition(|line| unsealed::<serde_json::Value>(line).is_some());
    let Some(whole) = whole else { return Ok(Contents::Stale) };
    let damaged = |number: usize| {
        Diagnostic::error(format!("line {} of {} is damaged", number + 1, path.display()))
            .help("restore the file from a backup; nothing has been changed")
    };
    let heading: Heading = unsealed(lines[0]).ok_or_else(|| damaged(0))?;
    if heading.lineage != state.lineage || heading.serial != state.serial {
        return Ok(Contents::Stale);
    }
    let entry = |(number, line): (usize, &&str)| unsealed(line).ok_or_else(|| damaged(number));
    let entries: Result<Vec<Entry>, Diagnostic> =
        lines[..=whole].iter().enumerate().skip(1).map(entry).collect();
    Ok(Contents::Continues(entries?))
}

/// A value as a line of a journal: checksum, space, JSON.
pub(super) fn sealed(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value)
        .expect("journal lines hold only strings, numbers and maps of them");
    format!("{} {text}\n", snapshot::digest(text.as_bytes()))
}

/// The value of a line whose checksum fits.
fn unsealed<T: for<'de> Deserialize<'de>>(line: &str) -> Option<T> {
    let (sum, text) = line.split_once(' ')?;
    if sum != snapshot::digest(text.as_bytes()) {
        return None;
    }
    serde_json::from_str(text).ok()
}
