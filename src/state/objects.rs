//! The names of the objects that a state in a bucket is made of.

use crate::aws::Listed;

/// A page of a journal that is there.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) key: String,
    /// The snapshot that its journal continues.
    pub(super) serial: u64,
    /// Its number.
    pub(super) page: u64,
    /// It ends its journal.
    pub(super) empty: bool,
}

impl Known {
    /// The page that a listed object is.
    pub(super) fn of(prefix: &str, listed: Listed) -> Option<Self> {
        let (serial, page) = listed.key.strip_prefix(prefix)?.split_once('/')?;
        let (serial, page) = (serial.parse().ok()?, page.parse().ok()?);
        Some(Self { key: listed.key, serial, page, empty: listed.empty })
    }
}

/// The former snapshot.
pub(super) fn former(key: &str) -> String {
    format!("{key}.1")
}

/// The lease.
pub(super) fn lock(key: &str) -> String {
    format!("{key}.lock")
}

/// What the names of all pages begin with.
pub(super) fn pages(key: &str) -> String {
    format!("{key}.journal/")
}

/// A page. Numbers are padded, so that the order of names is that of pages.
pub(super) fn page(key: &str, serial: u64, page: u64) -> String {
    format!("{}{serial:010}/{page:06}", pages(key))
}
