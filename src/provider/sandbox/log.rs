//! The world's file: one line for each change, so that what happened in the world stays happened when the process that
//! caused it dies.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Write},
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::world::{Thing, World};
use crate::model::{Diagnostic, Identity};

/// One change of a world.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Put(Box<Thing>),
    Remove { kind: String, id: Identity },
    Clock { now: f64, minted: u64 },
}

/// An open world file. Its lock is held until it is dropped.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    minted: u64,
}

impl Log {
    /// Appends a change, and the clock where ids were minted since. A world that cannot be written goes on in memory:
    /// it is a laboratory, and the reader learns of it when the next command finds it unchanged.
    pub(super) fn append(&mut self, change: &Change, now: f64, minted: u64) {
        let mut text = line(change);
        if minted != self.minted {
            self.minted = minted;
            text.push_str(&line(&Change::Clock { now, minted }));
        }
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            debug_assert!(false, "the sandbox's world cannot be written: {error}");
        }
    }
}

fn line(change: &Change) -> String {
    let mut text = serde_json::to_string(change)
        .expect("a change holds only strings, numbers and maps of them");
    text.push('\n');
    text
}

impl World {
    /// The world kept in the file at `path`; a new one if there is none.
    ///
    /// # Errors
    /// The file cannot be read or written, or another process is in this world and does not leave it.
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        let failed = |error: io::Error| {
            Diagnostic::error(format!("the sandbox's world in {} cannot be opened", path.display()))
                .note(error.to_string())
                .help("`rm` the file to begin with an empty world")
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        lock(&file, path)?;
        let mut changes = Vec::new();
        for line in BufReader::new(&file).lines() {
            let line = line.map_err(failed)?;
            // A process that died while it wrote leaves a torn last line, whose effect it never saw.
            if let Ok(change) = serde_json::from_str(&line) {
                changes.push(change);
            }
        }
        let lines = changes.len();
        let mut world = Self::with_log(changes, Log { file, minted: 0 });
        if lines > 4 * world.things().count() + 1000 {
            world.compact(path).map_err(failed)?;
        }
        Ok(world)
    }

    /// Rewrites the file with what exists alone. In place, because the lock belongs to the file.
    fn compact(&mut self, path: &Path) -> io::Result<()> {
        let mut text = line(&Change::Clock { now: self.now, minted: self.mint.counter() });
        text.extend(self.things().map(|thing| line(&Change::Put(Box::new(thing.clone())))));
        fs::write(path, text)
    }
}

/// Takes the world for this process; another may be about to leave it.
fn lock(file: &File, path: &Path) -> Result<(), Diagnostic> {
    for _ in 0..50 {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(100)),
            Err(TryLockError::Error(error)) => {
                return Err(Diagnostic::error(format!("cannot lock {}", path.display()))
                    .note(error.to_string()));
            }
        }
    }
    Err(Diagnostic::error(format!("another eksnet is using the sandbox in {}", path.display()))
        .help("wait for it to end"))
}
