//! A polite request to stop: calls in flight end and are remembered, nothing new begins.

use std::cell::Cell;

use tokio::sync::Notify;

/// Whether a run should stop.
#[derive(Debug, Default)]
pub struct Stop {
    asked: Cell<bool>,
    notify: Notify,
}

impl Stop {
    /// Asks the run to stop.
    pub fn ask(&self) {
        self.asked.set(true);
        self.notify.notify_waiters();
    }

    /// Whether it has been asked.
    pub fn asked(&self) -> bool {
        self.asked.get()
    }

    /// Ends when it is asked.
    pub async fn wait(&self) {
        let notified = self.notify.notified();
        if !self.asked() {
            notified.await;
        }
    }
}
