//! Where a state is kept, seen from the journal: files or objects, the same to whoever writes.

use std::{fmt, path::Path, time::Duration};

use crate::{
    model::Diagnostic,
    state::{
        Disk, Holder, Keyring, Place, Recalled, State,
        lease::{Lending, Revoked},
        local::Local,
        lock::Mark,
        recall::{self, Volume},
        remote::Remote,
        snapshot::{Former, Snapshot},
    },
};

/// A place of a state that can be read and, once it is locked, written.
#[derive(Debug)]
pub enum Store {
    /// Files.
    Local(Box<Local>),
    /// Objects in a bucket.
    Remote(Box<Remote>),
}

/// Everything that a place holds.
pub(super) struct Kept {
    /// The newest snapshot.
    pub(super) snapshot: Snapshot,
    /// The one before; looked at only if the newest is not whole.
    pub(super) former: Snapshot,
    /// What led from the former snapshot to the newest, and what has happened since.
    pub(super) journals: [Volume; 2],
    /// What is known to have been written last.
    pub(super) mark: Option<Mark>,
}

/// What became of a new snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// It is there; so many bytes were written.
    Done(u64),
    /// Somebody else has written one in the meantime.
    Overtaken,
}

impl Store {
    /// The state in the file at `path`.
    pub fn file(path: &Path) -> Self {
        Self::Local(Box::new(Local::new(path)))
    }

    /// The state in the object `key` of a bucket.
    pub fn object(bucket: crate::aws::Bucket, key: &str, lending: Lending) -> Self {
        Self::Remote(Box::new(Remote::new(bucket, key, lending)))
    }

    /// The same on a disk that may fail. A bucket is on no disk of ours.
    #[must_use]
    pub fn on(mut self, disk: Disk) -> Self {
        match &mut self {
            Self::Local(local) => local.disk = disk,
            Self::Remote(_) => {}
        }
        self
    }

    /// The same, read and written with these keys.
    #[must_use]
    pub fn with_keys(mut self, keys: Keyring) -> Self {
        self.set_keys(keys);
        self
    }

    pub(super) fn set_keys(&mut self, keys: Keyring) {
        match self {
            Self::Local(local) => local.keys = keys,
            Self::Remote(remote) => remote.keys = keys,
        }
    }

    /// What is remembered here, or `None` if nothing ever was. Takes no lock.
    ///
    /// # Errors
    /// Nothing whole is left, a journal is damaged before its end, it is older than what was written last, or a newer
    /// eksnet wrote it.
    pub async fn recall(&mut self) -> Result<Option<Recalled>, Diagnostic> {
        let kept = self.load().await?;
        recall::recall(&self.to_string(), kept)
    }

    /// Everything that is here.
    pub(super) async fn load(&mut self) -> Result<Kept, Diagnostic> {
        match self {
            Self::Local(local) => local.load().await,
            Self::Remote(remote) => remote.load().await,
        }
    }

    /// The newest serial that was ever used here, as far as it is known, and what is to become of what is here.
    pub(super) async fn newest(&mut self) -> Result<(u64, Former), Diagnostic> {
        match self {
            Self::Local(local) => local.newest().await,
            Self::Remote(remote) => remote.newest().await,
        }
    }

    /// Becomes the only one who writes.
    pub(super) async fn lock(&mut self, holder: &Holder) -> Result<(), Diagnostic> {
        match self {
            Self::Local(local) => local.lock(holder),
            Self::Remote(remote) => remote.lock(holder).await,
        }
    }

    /// Who holds a lease here, and how long ago the last sign of life was. A lock of the operating system is nothing that
    /// could stay behind.
    ///
    /// # Errors
    /// S3 refuses.
    pub async fn leaseholder(&self) -> Result<Option<(Holder, Option<Duration>)>, Diagnostic> {
        match self {
            Self::Local(_) => Ok(None),
            Self::Remote(remote) => remote.holder().await,
        }
    }

    /// Ends the lease of `holder`, whether it lives or not.
    ///
    /// # Errors
    /// S3 refuses.
    pub async fn revoke(&self, holder: &Holder) -> Result<Revoked, Diagnostic> {
        match self {
            Self::Local(_) => Ok(Revoked::Moved),
            Self::Remote(remote) => remote.revoke(holder).await,
        }
    }

    /// Makes sure that this is still the only one who writes.
    pub(super) async fn hold(&self) -> Result<(), Diagnostic> {
        match self {
            Self::Local(_) => Ok(()),
            Self::Remote(remote) => remote.hold().await,
        }
    }

    /// Lets others write.
    pub(super) async fn release(&mut self) {
        match self {
            Self::Local(local) => local.release(),
            Self::Remote(remote) => remote.release().await,
        }
    }

    /// Adds lines to the journal that continues the snapshot of `origin`. They are kept when this returns.
    pub(super) async fn append(
        &mut self,
        origin: &State,
        lines: &[String],
    ) -> Result<u64, Diagnostic> {
        match self {
            Self::Local(local) => local.append(origin, lines).await,
            Self::Remote(remote) => remote.append(origin, lines).await,
        }
    }

    /// Puts a new snapshot in the place of the former one, and the journal away that led to it.
    pub(super) async fn replace(
        &mut self,
        state: &State,
        former: Former,
    ) -> Result<Replaced, Diagnostic> {
        match self {
            Self::Local(local) => local.replace(state, former).await,
            Self::Remote(remote) => remote.replace(state, former).await,
        }
    }

    /// What to say when somebody else writes here though this should be the only one.
    pub(super) async fn overtaken(&self) -> Diagnostic {
        match self {
            Self::Local(local) => local.overtaken(),
            Self::Remote(remote) => remote.overtaken().await,
        }
    }

    /// Whether this took over from somebody who never let go.
    pub(super) fn has_taken_over(&self) -> bool {
        match self {
            Self::Local(_) => false,
            Self::Remote(remote) => remote.has_taken_over(),
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(local) => write!(f, "{}", Place::File(local.path().to_owned())),
            Self::Remote(remote) => write!(f, "{}", remote.place()),
        }
    }
}
