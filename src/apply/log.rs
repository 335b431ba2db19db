//! The run's side of the journal: facts that steps learn in the same moment share one write and one sync.

use std::cell::RefCell;

use crate::{
    model::Diagnostic,
    state::{Entry, Journal, State},
};

/// A journal that many steps write to.
pub(super) struct Log<'a> {
    journal: RefCell<&'a mut Journal>,
    pending: RefCell<Vec<Entry>>,
    /// Once the disk has refused, nothing may be relied on any more.
    broken: RefCell<Option<Diagnostic>>,
}

impl<'a> Log<'a> {
    pub(super) fn new(journal: &'a mut Journal) -> Self {
        Self {
            journal: RefCell::new(journal),
            pending: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Takes facts in. They are on disk when this ends.
    pub(super) async fn write(
        &self,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<(), Diagnostic> {
        self.pending.borrow_mut().extend(entries);
        // Whoever else learned something in this moment adds it before any of them goes on.
        tokio::task::yield_now().await;
        self.finish()
    }

    /// Writes what is pending.
    pub(super) fn finish(&self) -> Result<(), Diagnostic> {
        if let Some(diagnostic) = &*self.broken.borrow() {
            return Err(diagnostic.clone());
        }
        let pending = self.pending.take();
        if pending.is_empty() {
            return Ok(());
        }
        self.journal.borrow_mut().write(pending).inspect_err(|diagnostic| {
            self.broken.replace(Some(diagnostic.clone()));
        })
    }

    /// Asks the state, with everything that has been written.
    pub(super) fn state<T>(&self, ask: impl FnOnce(&State) -> T) -> T {
        ask(self.journal.borrow().state())
    }
}
