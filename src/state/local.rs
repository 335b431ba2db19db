//! A state in files: a snapshot, a journal beside it, and the former generation of both.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::{
    model::Diagnostic,
    state::{
        Disk, Holder, Keyring, State,
        lock::{self, LockFile, Mark},
        recall::{Heading, Page, Tail, Volume},
        snapshot::{self, Former, Snapshot},
        store::{Kept, Replaced},
    },
};

/// A state in files.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
    pub(super) disk: Disk,
    lock: Option<LockFile>,
    /// The journal, and the number of its next line.
    journal: Option<(File, u64)>,
    pub(super) keys: Keyring,
}

impl Local {
    pub(super) fn new(path: &Path) -> Self {
        let (disk, keys) = (Disk::default(), Keyring::default());
        Self { path: path.to_owned(), disk, lock: None, journal: None, keys }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn load(&mut self) -> Result<Kept, Diagnostic> {
        let snapshot = snapshot::load(&self.path, &mut self.keys).await?;
        let former = match snapshot {
            Snapshot::Whole(_) => Snapshot::Absent,
            Snapshot::Absent | Snapshot::Damaged(_) => {
                snapshot::load(&snapshot::former(&self.path), &mut self.keys).await?
            }
        };
        let mut journals = [volume(&self.former_journal())?, volume(&self.journal_path())?];
        for page in journals.iter_mut().flat_map(|volume| &mut volume.pages) {
            page.text = self.keys.page(&page.name, std::mem::take(&mut page.text)).await?;
        }
        let mark = lock::mark(&self.lock_path());
        Ok(Kept { snapshot, former, journals, mark })
    }

    pub(super) async fn newest(&mut self) -> Result<(u64, Former), Diagnostic> {
        let marked = lock::mark(&self.lock_path()).map_or(0, |mark| mark.serial);
        Ok(snapshot::load(&self.path, &mut self.keys).await?.newest(marked))
    }

    pub(super) fn lock(&mut self, holder: &Holder) -> Result<(), Diagnostic> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        }
        self.lock = Some(LockFile::take(&self.lock_path(), holder)?);
        Ok(())
    }

    pub(super) fn release(&mut self) {
        self.lock = None;
    }

    pub(super) fn overtaken(&self) -> Diagnostic {
        lock::held(None).note(format!("{} was written by it", self.path.display()))
    }

    pub(super) async fn append(
        &mut self,
        origin: &State,
        lines: &[String],
    ) -> Result<u64, Diagnostic> {
        if self.journal.is_none() {
            let first = self.keys.snapshot(origin).await?;
            let heading = self.keys.heading(Heading::of(origin)).await?;
            let begun = self.begin(origin, &first, &heading);
            self.journal =
                Some((begun.map_err(|error| unwritable(&self.journal_path(), &error))?, 1));
        }
        let Some((file, next)) = &mut self.journal else { return Ok(0) };
        let text = self.keys.lines(origin, 0, *next, lines).await?;
        *next += lines.len() as u64;
        let written =
            self.disk.write(file, text.as_bytes()).and_then(|()| self.disk.sync_data(file));
        written.map_err(|error| unwritable(&self.journal_path(), &error))?;
        self.disk.journalled();
        Ok(text.len() as u64)
    }

    pub(super) async fn replace(
        &mut self,
        state: &State,
        former: Former,
    ) -> Result<Replaced, Diagnostic> {
        let snapshot = self.keys.snapshot(state).await?;
        self.replace_files(state, &snapshot, former)
            .map(Replaced::Done)
            .map_err(|error| unwritable(&self.path, &error))
    }

    /// A journal continues a snapshot, so a new stack gets its first, empty one here.
    fn begin(&self, origin: &State, first: &str, heading: &str) -> io::Result<File> {
        if !self.path.exists() {
            snapshot::save(&self.disk, &self.path, first, Former::Spare)?;
        }
        let path = self.journal_path();
        match volume(&path) {
            // A run that died had folded it and did not live to put it away.
            Ok(volume) if volume.led_to(origin) => self.put_away(&path)?,
            // It never began.
            Ok(_) | Err(_) => remove(&path)?,
        }
        let mut file =
            snapshot::private(OpenOptions::new().append(true).create(true)).open(&path)?;
        self.disk.write(&mut file, heading.as_bytes())?;
        self.disk.sync(&file)?;
        self.disk.sync_folder(&path)?;
        Ok(file)
    }

    fn replace_files(&mut self, state: &State, snapshot: &str, former: Former) -> io::Result<u64> {
        snapshot::save(&self.disk, &self.path, snapshot, former)?;
        let written = fs::metadata(&self.path).map_or(0, |meta| meta.len());
        self.journal = None;
        // From here on the journal names an older serial and is ignored; it leads from the former snapshot to this one.
        let journal = self.journal_path();
        if journal.exists() {
            self.put_away(&journal)?;
        } else {
            // What is there led to another snapshot.
            remove(&self.former_journal())?;
        }
        self.disk.sync_folder(&self.path)?;
        if former == Former::Spare {
            // The former generation was the only whole one until now.
            snapshot::keep(&self.disk, &self.path)?;
        }
        if let Some(lock) = &mut self.lock {
            lock.mark(Mark::of(state))?;
        }
        Ok(written)
    }

    /// Gives a journal that is folded its second name.
    fn put_away(&self, journal: &Path) -> io::Result<()> {
        match self.disk.rename(journal, &self.former_journal()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn lock_path(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    fn journal_path(&self) -> PathBuf {
        self.path.with_extension("journal")
    }

    /// Where the journal is kept that led from the former snapshot to the present one.
    fn former_journal(&self) -> PathBuf {
        self.path.with_extension("journal.1")
    }
}

/// The journal in the file at `path`.
fn volume(path: &Path) -> Result<Volume, Diagnostic> {
    match fs::read(path) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let page =
                Page { name: path.display().to_string(), number: 0, text, tail: Tail::MayBeTorn };
            Ok(Volume { pages: vec![page], closed: false })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Volume::default()),
        Err(error) => {
            Err(Diagnostic::error(format!("{} cannot be read", path.display()))
                .note(error.to_string()))
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("{} cannot be read or written", path.display()))
        .note(error.to_string())
        .help("nothing is asked of AWS that cannot be remembered; free space or fix permissions, then run again")
}
