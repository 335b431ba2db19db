//! The disk under a state: every write, sync and rename of its files goes through here, so that a rehearsal can make any
//! of them fail.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::Path,
    rc::Rc,
};

/// Why the disk does not do what it is asked.
#[derive(Debug)]
pub enum Mishap {
    /// It fails. Half of a write is there then.
    Refused(io::Error),
    /// The process is dead: it asks for nothing any more.
    Dead,
}

/// What decides whether the disk does what it is asked.
pub trait Fate: fmt::Debug {
    /// Asked before each write, sync and rename.
    ///
    /// # Errors
    /// It is not to happen.
    fn before(&self) -> Result<(), Mishap>;

    /// Told after facts have been synced to a journal.
    fn journalled(&self);
}

/// A disk, with somebody who decides about it in a rehearsal.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    fate: Option<Rc<dyn Fate>>,
}

impl Disk {
    /// A disk that does what `fate` lets it do.
    pub fn under(fate: Rc<dyn Fate>) -> Self {
        Self { fate: Some(fate) }
    }

    pub(super) fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        match self.mishap() {
            None => file.write_all(bytes),
            Some(Mishap::Refused(error)) => {
                file.write_all(&bytes[..bytes.len() / 2])?;
                Err(error)
            }
            Some(Mishap::Dead) => Err(dead()),
        }
    }

    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        self.allowed()?;
        file.sync_all()
    }

    pub(super) fn sync_data(&self, file: &File) -> io::Result<()> {
        self.allowed()?;
        file.sync_data()
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.allowed()?;
        fs::rename(from, to)
    }

    /// Makes a rename or removal in the folder of `path` durable.
    pub(super) fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        self.sync(&File::open(folder.unwrap_or(Path::new(".")))?)
    }

    /// Facts are in a journal and synced.
    pub(super) fn journalled(&self) {
        if let Some(fate) = &self.fate {
            fate.journalled();
        }
    }

    fn mishap(&self) -> Option<Mishap> {
        self.fate.as_ref().and_then(|fate| fate.before().err())
    }

    fn allowed(&self) -> io::Result<()> {
        match self.mishap() {
            None => Ok(()),
            Some(Mishap::Refused(error)) => Err(error),
            Some(Mishap::Dead) => Err(dead()),
        }
    }
}

fn dead() -> io::Error {
    io::Error::other("the process is dead")
}
