//! What can go wrong in the sandbox on request: the process dies at a chosen call, and news travel slowly.

use std::{cell::Cell, rc::Rc, time::Duration};

/// Where, around a mutating call, the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The call never leaves.
    BeforeCall,
    /// It had its effect; nobody hears of it.
    AfterEffect,
    /// It was answered; nobody writes the answer down.
    AfterAnswer,
}

/// A death at the n-th mutating call, counted from 1.
#[derive(Clone)]
pub struct Death {
    /// At which mutating call.
    pub call: u64,
    /// Where around it.
    pub moment: Moment,
    /// What dying is: ending the process, or telling a test to drop everything that runs.
    pub die: Rc<dyn Fn()>,
}

/// What goes wrong.
#[derive(Clone, Default)]
pub struct Faults {
    /// The process dies.
    pub death: Option<Death>,
    /// How long what was made stays invisible to reads and tag searches.
    pub lag: Duration,
    mutations: Rc<Cell<u64>>,
}

impl Faults {
    /// The process dies as `death` says.
    pub fn dying(death: Death) -> Self {
        Self { death: Some(death), ..Self::default() }
    }

    /// How many mutating calls have begun.
    pub fn mutations(&self) -> u64 {
        self.mutations.get()
    }

    pub(super) fn next_mutation(&self) -> u64 {
        self.mutations.set(self.mutations.get() + 1);
        self.mutations.get()
    }

    /// Dies here if it is time to; nothing goes on after that.
    pub(super) async fn strike(&self, call: u64, moment: Moment) {
        if self.announce(call, moment) {
            std::future::pending::<()>().await;
        }
    }

    /// Dies if it is time to, but lets the call be answered first.
    pub(super) fn announce(&self, call: u64, moment: Moment) -> bool {
        match &self.death {
            Some(death) if death.call == call && death.moment == moment => {
                (death.die)();
                true
            }
            Some(_) | None => false,
        }
    }
}
