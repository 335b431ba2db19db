//! The journal: facts are appended and synced as they are learned, and folded into the snapshot when a run ends.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::{
    model::Diagnostic,
    state::{
        Disk, Entry, Holder, State, lock,
        recall::{self, Contents, Heading, former_journal, recall, sealed},
        snapshot::{self, Former},
    },
};

/// A state open for writing. Holds the lock until dropped.
#[derive(Debug)]
pub struct Journal {
    disk: Disk,
    path: PathBuf,
    state: State,
    notice: Option<Diagnostic>,
    file: Option<File>,
    written: u64,
    _lock: File,
}

impl Journal {
    /// Locks the state at `path` and opens it; `born` is the state of a stack that has none yet.
    ///
    /// # Errors
    /// Another process holds the lock (it is named), or as [`recall`].
    pub fn open(
        path: &Path,
        holder: &Holder,
        born: impl FnOnce() -> State,
    ) -> Result<Self, Diagnostic> {
        Self::open_on(Disk::default(), path, holder, born)
    }

    /// The same on a disk that may fail.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        disk: Disk,
        path: &Path,
        holder: &Holder,
        born: impl FnOnce() -> State,
    ) -> Result<Self, Diagnostic> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        let lock = lock::take(&path.with_extension("lock"), holder)?;
        let (state, notice) = match recall(path)? {
            Some(recalled) => (recalled.state, recalled.notice),
            None => (born(), None),
        };
        let path = path.to_owned();
        let mut journal = Self { disk, path, state, notice, file: None, written: 0, _lock: lock };
        journal.tidy().map_err(|error| unwritable(&journal.path, &error))?;
        Ok(journal)
    }

    /// What is remembered now.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What is to be said about how the state was found.
    pub const fn notice(&self) -> Option<&Diagnostic> {
        self.notice.as_ref()
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
            text.push_str(&sealed(&entry));
            self.state.take(entry);
        }
        self.append(&text).map_err(|error| unwritable(&recall::journal(&self.path), &error))
    }

    /// Folds the journal into a new snapshot and keeps both as the former generation. Without a journal there is nothing
    /// to fold.
    ///
    /// # Errors
    /// The disk refuses; snapshot and journal are then as they were.
    pub fn fold(&mut self) -> Result<(), Diagnostic> {
        if self.file.is_none() {
            return Ok(());
        }
        self.replace_snapshot(Former::Keep).map_err(|error| unwritable(&self.path, &error))
    }

    /// Ends what a run that died left half done: a journal that it did not fold, or did fold and did not put away; and
    /// a snapshot that was lost.
    fn tidy(&mut self) -> io::Result<()> {
        if self.notice.is_some() {
            // The former generation is the only whole one: it stays until the new one is there.
            self.replace_snapshot(Former::Spare)?;
            return snapshot::keep(&self.disk, &self.path);
        }
        let journal = recall::journal(&self.path);
        match recall::contents(&journal, &self.state) {
            Ok(Contents::Continues(_)) => self.replace_snapshot(Former::Keep),
            Ok(Contents::Stale) | Err(_) if journal.exists() => {
                self.disk.rename(&journal, &former_journal(&self.path))
            }
            Ok(Contents::Stale) | Err(_) => Ok(()),
        }
    }

    fn append(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.begin()?;
        }
        if let Some(file) = &mut self.file {
            self.disk.write(file, text.as_bytes())?;
            self.disk.sync_data(file)?;
            self.disk.journalled();
            self.written += text.len() as u64;
        }
        Ok(())
    }

    /// A journal continues a snapshot, so a new stack gets its first, empty one here.
    fn begin(&mut self) -> io::Result<()> {
        if !self.path.exists() {
            let State { stack, provider, account, lineage, .. } = &self.state;
            let empty = State::new(stack, provider, account.clone(), lineage.clone());
            snapshot::save(&self.disk, &self.path, &empty, Former::Spare)?;
        }
        let heading = Heading { lineage: self.state.lineage.clone(), serial: self.state.serial };
        let path = recall::journal(&self.path);
        let mut file =
            snapshot::private(OpenOptions::new().append(true).create(true)).open(&path)?;
        file.set_len(0)?;
        self.disk.write(&mut file, sealed(&heading).as_bytes())?;
        self.disk.sync(&file)?;
        self.disk.sync_folder(&path)?;
        self.file = Some(file);
        Ok(())
    }

    fn replace_snapshot(&mut self, former: Former) -> io::Result<()> {
        self.state.serial += 1;
        snapshot::save(&self.disk, &self.path, &self.state, former)?;
        self.written += fs::metadata(&self.path).map_or(0, |meta| meta.len());
        self.file = None;
        // From here on the journal names an older serial and is ignored; it leads from the former snapshot to this one.
        match self.disk.rename(&recall::journal(&self.path), &former_journal(&self.path)) {
            Ok(()) => self.disk.sync_folder(&self.path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("{} cannot be read or written", path.display()))
        .note(error.to_string())
        .help("nothing is asked of AWS that cannot be remembered; free space or fix permissions, then run again")
}
