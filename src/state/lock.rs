//! One writer at a time: who holds a state, and what is known to have been written to it last.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    model::Diagnostic,
    state::{State, snapshot},
};

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Login name.
    pub user: String,
    /// Machine.
    pub host: String,
    /// Process id there.
    pub pid: u32,
    /// Since when, RFC 3339.
    pub since: String,
    /// What it does: `apply`, `destroy`.
    pub command: String,
}

impl Holder {
    /// This process, about to run `command`.
    pub fn here(command: &str) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        Self {
            user: variable("USER")
                .or_else(|| variable("LOGNAME"))
                .unwrap_or_else(|| "unknown".into()),
            host: host
                .map(|host| host.trim().to_owned())
                .or_else(|| variable("HOSTNAME"))
                .unwrap_or_else(|| "unknown".into()),
            pid: std::process::id(),
            since: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            command: command.to_owned(),
        }
    }

    /// It in words.
    pub fn words(&self) -> String {
        let Self { user, host, pid, since, command } = self;
        format!("`eksnet {command}` of {user} on {host} (process {pid}, since {since})")
    }
}

/// The newest snapshot that is known to have been written. What is older was put in its place by somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    lineage: String,
    pub(super) serial: u64,
    /// It remembered something.
    owns: bool,
}

impl Mark {
    /// The mark that a snapshot of `state` leaves.
    pub(super) fn of(state: &State) -> Self {
        Self { lineage: state.lineage.clone(), serial: state.serial, owns: !state.is_empty() }
    }

    /// Refuses what cannot be the successor of what was written last.
    pub(super) fn require(&self, state: Option<&State>, place: &str) -> Result<(), Diagnostic> {
        let found = match state {
            None if !self.owns => return Ok(()),
            None => "it is gone".to_owned(),
            Some(state) if state.lineage != self.lineage => {
                format!(
                    "it is of lineage {}, not {}: another state has been put in its place",
                    state.lineage, self.lineage
                )
            }
            Some(state) if state.serial >= self.serial => return Ok(()),
            Some(state) => {
                format!(
                    "this one has serial {}: an older copy has been put in its place",
                    state.serial
                )
            }
        };
        Err(Diagnostic::error(format!("the state in {place} is not the one that was written last"))
            .note(format!("it had serial {}; {found}", self.serial))
            .help("put the newest copy back; if this one is meant, `eksnet state push FILE --force` makes it the newest"))
    }
}

/// What a lock says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Who holds it.
    pub(super) holder: Option<Holder>,
    /// What was written last.
    pub(super) mark: Option<Mark>,
    /// Counts the holders of a lease; a lock of the operating system needs none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) fence: u64,
    /// Counts the signs of life of a lease's holder.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) beat: u64,
    /// How long a lease lasts without a sign of life, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) term: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What to say to whoever comes second.
pub(super) fn held(holder: Option<&Holder>) -> Diagnostic {
    let who = holder.map_or_else(|| "another process".to_owned(), Holder::words);
    Diagnostic::error(format!("the state is in use by {who}"))
        .help("wait for it to end; the lock goes with its process and never needs to be broken")
}

/// A lock file, held until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct LockFile {
    file: File,
    note: Note,
}

impl LockFile {
    /// Takes the lock in the file at `path`.
    pub(super) fn take(path: &Path, holder: &Holder) -> Result<Self, Diagnostic> {
        let failed = |error: io::Error| {
            Diagnostic::error(format!("cannot lock {}", path.display())).note(error.to_string())
        };
        let mut file = snapshot::private(OpenOptions::new().read(true).write(true).create(true))
            .open(path)
            .map_err(failed)?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(read(&mut file).holder.as_ref())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mark = read(&mut file).mark;
        let mut lock =
            Self { file, note: Note { holder: Some(holder.clone()), mark, ..Note::default() } };
        lock.write().map_err(failed)?;
        Ok(lock)
    }

    /// Writes down what was written last.
    pub(super) fn mark(&mut self, mark: Mark) -> io::Result<()> {
        self.note.mark = Some(mark);
        self.write()
    }

    /// The first line is what counts: whoever dies after it leaves only the end of a former one behind it.
    fn write(&mut self) -> io::Result<()> {
        let text = format!("{}\n", serde_json::to_string(&self.note)?);
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

impl Drop for LockFile {
    /// A process that is being started at this moment has the file open too, until it becomes another program: closing
    /// it here would not be enough.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// How often a lock is tried before it is believed to be held.
const TRIES: u32 = 10;

/// How long after a try the next one is made.
const PAUSE: Duration = Duration::from_millis(20);

/// Locks `file`, or finds that somebody else holds the lock and keeps it.
///
/// Who is killed does not let go of it by himself, and a process that he was just starting has what he had open, locks
/// included, until it becomes another program. For that moment a lock outlives its holder, so one refusal says nothing
/// yet. The pause is one of the thread: a sandbox's clock would skip any other.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            answer => return answer,
        }
    }
    file.try_lock()
}

/// What was written last to the state whose lock file is at `path`, as far as it is known.
pub(super) fn mark(path: &Path) -> Option<Mark> {
    File::open(path).ok().and_then(|mut file| read(&mut file).mark)
}

fn read(file: &mut File) -> Note {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let line = text.lines().next().filter(|_| read.is_ok());
    line.and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default()
}
