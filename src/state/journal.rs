//! The journal: facts are appended and synced as they are learned, and folded into the snapshot when a run ends.
//!
//! Each line carries a checksum. A torn last line is a fact that was never relied on, because no call leaves before the
//! line that announces it is on disk; a damaged line before it is an error.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    model::Diagnostic,
    state::{Entry, Holder, State, lock, snapshot},
};

/// The first line: which snapshot the journal continues.
#[derive(Serialize, Deserialize, PartialEq)]
struct Heading {
    lineage: String,
    serial: u64,
}

/// A state open for writing. Holds the lock until dropped.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    state: State,
    file: Option<File>,
    written: u64,
    _lock: File,
}

/// The state at `path` with its journal taken in, or `None` if there is neither. Takes no lock.
///
/// # Errors
/// A file that cannot be read, is damaged, or was written by a newer eksnet.
pub fn read(path: &Path) -> Result<Option<State>, Diagnostic> {
    let Some(mut state) = snapshot::load(path)? else { return Ok(None) };
    for entry in entries(&journal_path(path), &state)? {
        state.take(entry);
    }
    Ok(Some(state))
}

impl Journal {
    /// Locks the state at `path` and opens it; `born` is the state of a stack that has none yet.
    ///
    /// # Errors
    /// Another process holds the lock (it is named), or as [`read`].
    pub fn open(
        path: &Path,
        holder: &Holder,
        born: impl FnOnce() -> State,
    ) -> Result<Self, Diagnostic> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        let lock = lock::take(&path.with_extension("lock"), holder)?;
        let state = read(path)?.unwrap_or_else(born);
        let mut journal =
            Self { path: path.to_owned(), state, file: None, written: 0, _lock: lock };
        // A journal left by a run that died becomes part of the snapshot before a new one begins.
        if journal_path(path).exists() {
            journal.fold()?;
        }
        Ok(journal)
    }

    /// What is remembered now.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Bytes written to snapshot and journal since it was opened.
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Takes facts in. They are on disk when this returns.
    ///
    /// # Errors
    /// The disk refuses: nothing more may be asked of AWS then.
    pub fn write(&mut self, entries: impl IntoIterator<Item = Entry>) -> Result<(), Diagnostic> {
        let mut text = String::new();
        for entry in entries {
            text.push_str(&line(&entry));
            self.state.take(entry);
        }
        self.append(&text).map_err(|error| unwritable(&journal_path(&self.path), &error))
    }

    /// Folds the journal into the snapshot.
    ///
    /// # Errors
    /// The disk refuses; snapshot and journal are then as they were.
    pub fn fold(&mut self) -> Result<(), Diagnostic> {
        self.replace_snapshot().map_err(|error| unwritable(&self.path, &error))
    }

    fn append(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.begin()?;
        }
        if let Some(file) = &mut self.file {
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            self.written += text.len() as u64;
        }
        Ok(())
    }

    /// A journal continues a snapshot, so a new stack gets its first, empty one here.
    fn begin(&mut self) -> io::Result<()> {
        if !self.path.exists() {
            snapshot::save(
                &self.path,
                &State::new(
                    &self.state.stack,
                    &self.state.provider,
                    self.state.account.clone(),
                    self.state.lineage.clone(),
                ),
            )?;
        }
        let heading = Heading { lineage: self.state.lineage.clone(), serial: self.state.serial };
        let path = journal_path(&self.path);
        let mut file =
            snapshot::private(OpenOptions::new().append(true).create(true)).open(&path)?;
        file.set_len(0)?;
        file.write_all(line(&heading).as_bytes())?;
        file.sync_all()?;
        snapshot::sync_folder(&path)?;
        self.file = Some(file);
        Ok(())
    }

    fn replace_snapshot(&mut self) -> io::Result<()> {
        self.state.serial += 1;
        snapshot::save(&self.path, &self.state)?;
        self.written += fs::metadata(&self.path).map_or(0, |meta| meta.len());
        // From here on the journal names an older serial and is ignored; its removal only tidies up.
        self.file = None;
        match fs::remove_file(journal_path(&self.path)) {
            Ok(()) => snapshot::sync_folder(&self.path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn journal_path(path: &Path) -> PathBuf {
    path.with_extension("journal")
}

/// A value as a line: checksum, space, JSON.
fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value)
        .expect("journal lines hold only strings, numbers and maps of them");
    format!("{} {text}\n", snapshot::digest(text.as_bytes()))
}

/// The value of a line whose checksum fits.
fn parse<T: for<'de> Deserialize<'de>>(line: &str) -> Option<T> {
    let (sum, text) = line.split_once(' ')?;
    if sum != snapshot::digest(text.as_bytes()) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// The entries of the journal at `path`, if it continues `state`.
fn entries(path: &Path, state: &State) -> Result<Vec<Entry>, Diagnostic> {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unwritable(path, &error)),
    };
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    let heading = lines.next().and_then(|(_, line)| parse::<Heading>(line.trim_end_matches('\n')));
    let continues = Heading { lineage: state.lineage.clone(), serial: state.serial };
    if heading.is_none_or(|heading| heading != continues) {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    while let Some((number, line)) = lines.next() {
        match parse(line.trim_end_matches('\n')) {
            Some(entry) if line.ends_with('\n') => entries.push(entry),
            Some(_) | None if lines.peek().is_none() => break,
            Some(_) | None => {
                return Err(Diagnostic::error(format!(
                    "line {} of the journal {} is damaged",
                    number + 1,
                    path.display()
                ))
                .help("restore the file from a backup; nothing has been changed"));
            }
        }
    }
    Ok(entries)
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("{} cannot be read or written", path.display()))
        .note(error.to_string())
        .help("nothing is asked of AWS that cannot be remembered; free space or fix permissions, then run again")
}
