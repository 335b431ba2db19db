//! The snapshot file: a state and a checksum over it, replaced as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    model::Diagnostic,
    state::{FORMAT, State},
};

/// The state in the file at `path`, or `None` if there is no file.
pub(super) fn load(path: &Path) -> Result<Option<State>, Diagnostic> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    let mut document: Value =
        serde_json::from_str(&text).map_err(|error| unreadable(path, &error.to_string()))?;
    let written = document
        .as_object_mut()
        .and_then(|map| map.remove("checksum"))
        .and_then(|checksum| checksum.as_str().map(str::to_owned));
    if written.as_deref() != Some(&*checksum(&document)) {
        return Err(unreadable(path, "its checksum does not fit its content"));
    }
    let format = document.get("format").and_then(Value::as_u64).unwrap_or(0);
    if format > u64::from(FORMAT) {
        return Err(Diagnostic::error(format!(
            "{} was written by a newer eksnet (format {format}, this one reads {FORMAT})",
            path.display()
        ))
        .help("use the newer eksnet for this stack"));
    }
    serde_json::from_value(document).map(Some).map_err(|error| unreadable(path, &error.to_string()))
}

/// Replaces the file at `path` by `state`: write beside it, sync, rename, sync the folder.
pub(super) fn save(path: &Path, state: &State) -> io::Result<()> {
    let mut document = serde_json::to_value(state)?;
    let sum = checksum(&document);
    if let Some(map) = document.as_object_mut() {
        map.insert("checksum".to_owned(), Value::String(sum));
    }
    let beside = path.with_extension("json.new");
    let mut file =
        private(OpenOptions::new().write(true).create(true).truncate(true)).open(&beside)?;
    file.write_all(serde_json::to_string_pretty(&document)?.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// Makes a rename or removal in the folder of `path` durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
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

fn unreadable(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::error(format!("the state in {} cannot be read", path.display()))
        .note(reason)
        .help("restore the file from a backup; nothing has been changed")
}
