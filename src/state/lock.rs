//! One writer at a time: a lock file that the operating system lets go when its holder dies.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{model::Diagnostic, state::snapshot};

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
}

/// Takes the lock in the file at `path`; it is held until the file is dropped or the process ends.
pub(super) fn take(path: &Path, holder: &Holder) -> Result<File, Diagnostic> {
    let failed = |error: io::Error| {
        Diagnostic::error(format!("cannot lock {}", path.display())).note(error.to_string())
    };
    let mut file = snapshot::private(OpenOptions::new().read(true).write(true).create(true))
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(held(&mut file)),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let text = serde_json::to_string(holder).map_err(|error| failed(error.into()))?;
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(text.as_bytes()))
        .map_err(failed)?;
    Ok(file)
}

fn held(file: &mut File) -> Diagnostic {
    let mut text = String::new();
    let holder = file
        .read_to_string(&mut text)
        .ok()
        .and_then(|_| serde_json::from_str::<Holder>(&text).ok());
    let who = holder.map_or_else(
        || "another process".to_owned(),
        |holder| {
            let Holder { user, host, pid, since, command } = holder;
            format!("`eksnet {command}` of {user} on {host} (process {pid}, since {since})")
        },
    );
    Diagnostic::error(format!("the state is in use by {who}"))
        .help("wait for it to end; the lock goes with its process and never needs to be broken")
}
