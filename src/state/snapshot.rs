//! The snapshot file: a state and a checksum over it, replaced as a whole or not at all.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    model::Diagnostic,
    state::{
        Disk, FORMAT, State,
        seal::{Envelope, Keyring},
    },
};

/// What a snapshot file holds.
pub(super) enum Snapshot {
    /// A state as it was written.
    Whole(Box<State>),
    /// There is no file.
    Absent,
    /// Not what was written; why.
    Damaged(String),
}

impl Snapshot {
    /// The newest of its serial and `known`, and what is to become of it when another takes its place.
    pub(super) fn newest(&self, known: u64) -> (u64, Former) {
        match self {
            Self::Whole(state) => (state.serial.max(known), Former::Keep),
            Self::Absent | Self::Damaged(_) => (known, Former::Spare),
        }
    }
}

/// What happens to the snapshot that a new one takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Former {
    /// It becomes the former generation.
    Keep,
    /// It is worth nothing; the former generation stays what it is.
    Spare,
}

/// Where the former generation of the snapshot at `path` is kept.
pub(super) fn former(path: &Path) -> PathBuf {
    path.with_extension("json.1")
}

/// What the file at `path` holds.
///
/// # Errors
/// It cannot be read for a reason that is not its content, or as [`parse`].
pub(super) async fn load(path: &Path, keys: &mut Keyring) -> Result<Snapshot, Diagnostic> {
    match fs::read(path) {
        Ok(bytes) => parse(&path.display().to_string(), &bytes, keys).await,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Snapshot::Absent),
        Err(error) => {
            Err(Diagnostic::error(format!("{} cannot be read", path.display()))
                .note(error.to_string()))
        }
    }
}

/// What `bytes` hold that were found in `place`.
///
/// # Errors
/// Its key is not to be had, or a newer eksnet wrote it: no older generation may be used then.
pub(super) async fn parse(
    place: &str,
    bytes: &[u8],
    keys: &mut Keyring,
) -> Result<Snapshot, Diagnostic> {
    let envelope: Envelope = match serde_json::from_slice(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Ok(Snapshot::Damaged(error.to_string())),
    };
    match keys.opened(place, envelope).await? {
        Ok(None) => parse_plain(place, bytes),
        Ok(Some(text)) => parse_plain(place, &text),
        Err(reason) => Ok(Snapshot::Damaged(reason)),
    }
}

/// What is asked of a snapshot before anything else.
#[derive(Deserialize)]
struct Heading {
    checksum: Option<String>,
    #[serde(default)]
    format: u64,
}

/// What the text of a snapshot holds that is not encrypted. A large state is read out of the text itself: a tree of all its
/// values beside it would be as large once more.
pub(super) fn parse_plain(place: &str, text: &[u8]) -> Result<Snapshot, Diagnostic> {
    let heading: Heading = match serde_json::from_slice(text) {
        Ok(heading) => heading,
        Err(error) => return Ok(Snapshot::Damaged(error.to_string())),
    };
    let fits = heading.checksum.is_some_and(|written| written == checksum_in(text, &written));
    if !fits {
        return Ok(Snapshot::Damaged("its checksum does not fit its content".to_owned()));
    }
    let format = heading.format;
    if format > u64::from(FORMAT) {
        return Err(Diagnostic::error(format!(
            "{place} was written by a newer eksnet (format {format}, this one reads {FORMAT})"
        ))
        .help("use the newer eksnet for this stack"));
    }
    Ok(match serde_json::from_slice(text) {
        Ok(state) => Snapshot::Whole(Box::new(state)),
        Err(error) => Snapshot::Damaged(error.to_string()),
    })
}

/// The checksum of a snapshot as it stands in its text, the line that tells it, `written`, taken away: that of the compact
/// form, which is the text without the white space between its parts.
fn checksum_in(text: &[u8], written: &str) -> String {
    let line = format!("\n  \"checksum\": \"{written}\",");
    let at = text.windows(line.len()).position(|window| window == line.as_bytes());
    let (before, after) = match at {
        Some(at) => (&text[..at], &text[at + line.len()..]),
        None => (text, &[][..]),
    };
    let mut hasher = Sha256::new();
    // The line stands between two members: no text goes on across it.
    for part in [before, after] {
        let (mut quoted, mut escaped, mut from) = (false, false, 0);
        for (at, byte) in part.iter().enumerate() {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' if !quoted => {
                    hasher.update(&part[from..at]);
                    from = at + 1;
                }
                b'"' if !escaped => quoted = !quoted,
                _ => {}
            }
            escaped = quoted && !escaped && *byte == b'\\';
        }
        hasher.update(&part[from..]);
    }
    shown(&hasher.finalize())
}

/// A state as a snapshot.
pub(super) fn text(state: &State) -> String {
    let mut document = serde_json::to_value(state).expect("a state is a tree of plain values");
    let sum = checksum(&document);
    if let Some(map) = document.as_object_mut() {
        map.insert("checksum".to_owned(), Value::String(sum));
    }
    format!("{document:#}\n")
}

/// Replaces the file at `path` by a snapshot: write beside it, sync, rename, sync the folder.
pub(super) fn save(disk: &Disk, path: &Path, snapshot: &str, former: Former) -> io::Result<()> {
    let beside = path.with_extension("json.new");
    let mut file =
        private(OpenOptions::new().write(true).create(true).truncate(true)).open(&beside)?;
    disk.write(&mut file, snapshot.as_bytes())?;
    disk.sync(&file)?;
    if former == Former::Keep && path.exists() {
        keep(disk, path)?;
    }
    disk.rename(&beside, path)?;
    disk.sync_folder(path)
}

/// Gives the snapshot at `path` its second name, as the former generation.
pub(super) fn keep(disk: &Disk, path: &Path) -> io::Result<()> {
    let beside = path.with_extension("json.old");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    // Not every file system has links.
    fs::hard_link(path, &beside).or_else(|_| fs::copy(path, &beside).map(|_| ()))?;
    disk.rename(&beside, &former(path))
}

/// Only its owner may read a state file: ids and addresses of a network are worth something to others.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// The first 16 hexadecimal digits of the SHA-256 of a document's compact form; keys are sorted in it.
pub(super) fn checksum(document: &Value) -> String {
    digest(document.to_string().as_bytes())
}

/// The first 16 hexadecimal digits of a SHA-256.
pub(super) fn digest(bytes: &[u8]) -> String {
    shown(&Sha256::digest(bytes))
}

fn shown(digest: &[u8]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
