//! The run's side of the journal: facts that steps learn in the same moment, or while others are being written, share one
//! write and one sync.

use std::cell::RefCell;

use tokio::sync::Mutex;

use crate::{
    model::Diagnostic,
    state::{Entry, Journal, Pen, State},
};

/// A journal that many steps write to.
pub(super) struct Log<'a> {
    state: RefCell<&'a mut State>,
    /// Held while something is written: writes follow each other, and what is learned meanwhile is the next one.
    pen: Mutex<&'a mut Pen>,
    pending: RefCell<Vec<Entry>>,
    /// Once a write was refused, nothing may be relied on any more.
    broken: RefCell<Option<Diagnostic>>,
}

impl<'a> Log<'a> {
    pub(super) fn new(journal: &'a mut Journal) -> Self {
        let (state, pen) = journal.halves();
        Self {
            state: RefCell::new(state),
            pen: Mutex::new(pen),
            pending: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Takes facts in. They are kept when this ends.
    pub(super) async fn write(
        &self,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<(), Diagnostic> {
        self.pending.borrow_mut().extend(entries);
        // Whoever else learned something in this moment adds it before any of them goes on.
        tokio::task::yield_now().await;
        self.finish().await
    }

    /// Writes what is pending. Ends only after all that was pending is kept, whoever has written it.
    pub(super) async fn finish(&self) -> Result<(), Diagnostic> {
        let mut pen = self.pen.lock().await;
        self.require_whole()?;
        let lines = self.state.borrow_mut().learn(self.pending.take());
        let written = pen.write(&lines).await;
        self.remember(written)
    }

    /// Makes sure that the state is ours still: to be asked before every call that changes something.
    pub(super) async fn hold(&self) -> Result<(), Diagnostic> {
        let pen = self.pen.lock().await;
        self.require_whole()?;
        let held = pen.hold().await;
        self.remember(held)
    }

    /// Asks the state, with everything that has been written.
    pub(super) fn state<T>(&self, ask: impl FnOnce(&State) -> T) -> T {
        ask(&self.state.borrow())
    }

    fn require_whole(&self) -> Result<(), Diagnostic> {
        self.broken.borrow().clone().map_or(Ok(()), Err)
    }

    fn remember(&self, result: Result<(), Diagnostic>) -> Result<(), Diagnostic> {
        result.inspect_err(|diagnostic| {
            self.broken.replace(Some(diagnostic.clone()));
        })
    }
}
