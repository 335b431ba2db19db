//! The snapshot file: a state and a checksum over it, replaced as a whole or not at all.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    model::Diagnostic,
    state::{Disk, FORMAT, State, seal::Keyring},
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
    let document: Value = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => return Ok(Snapshot::Damaged(error.to_string())),
    };
    match keys.opened(place, document).await? {
        Ok(document) => parse_plain(place, document),
        Err(reason) => Ok(Snapshot::Damaged(reason)),
    }
}

/// What a document holds that is not encrypted.
pub(super) fn parse_plain(place: &str, mut document: Value) -> Result<Snapshot, Diagnostic> {
    let written = document
        .as_object_mut()
        .and_then(|map| map.remove("checksum"))
        .and_then(|checksum| checksum.as_str().map(str::to_owned));
    if written.as_deref() != Some(&*checksum(&document)) {
        return Ok(Snapshot::Damaged("its checksum does not fit its content".to_owned()));
    }
    let format = document.get("format").and_then(Value::as_u64).unwrap_or(0);
    if format > u64::from(FORMAT) {
        return Err(Diagnostic::error(format!(
            "{place} was written by a newer eksnet (format {format}, this one reads {FORMAT})"
        ))
        .help("use the newer eksnet for this stack"));
    }
    Ok(match serde_json::from_value(document) {
        Ok(state) => Snapshot::Whole(Box::new(state)),
        Err(error) => Snapshot::Damaged(error.to_string()),
    })
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
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
