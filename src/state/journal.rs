//! The journal: facts are appended and synced as they are learned, and folded into the snapshot when a run ends.

use crate::{
    model::Diagnostic,
    state::{Entry, Holder, Keyring, Recalled, State, Store, snapshot::Former, store::Replaced},
};

/// A state open for writing. Nobody else writes until it is closed or its process ends.
#[derive(Debug)]
pub struct Journal {
    state: State,
    pen: Pen,
    notice: Option<Diagnostic>,
}

/// The writing half of a journal: what is to be kept goes through it, line by line.
#[derive(Debug)]
pub struct Pen {
    store: Store,
    /// The snapshot that is continued, without what it remembers.
    origin: State,
    /// What is to become of the snapshot that is there now.
    former: Former,
    written: u64,
    dirty: bool,
}

impl Journal {
    /// Locks the state in `store` and opens it; `born` is the state of a stack that has none yet.
    ///
    /// # Errors
    /// Another process holds the lock (it is named), or as [`Store::recall`].
    pub async fn open(
        mut store: Store,
        holder: &Holder,
        born: impl FnOnce() -> State,
    ) -> Result<Self, Diagnostic> {
        store.lock(holder).await?;
        match Self::locked(&mut store, born).await {
            Ok(Recalled { state, notice, .. }) => {
                let pen = Pen::new(store, &state, Former::Keep);
                Ok(Self { state, pen, notice })
            }
            Err(diagnostic) => {
                store.release().await;
                Err(diagnostic)
            }
        }
    }

    /// Reads, and ends what a run that died left half done: a journal that it did not fold, a snapshot that was lost, a
    /// lease that it holds.
    async fn locked(
        store: &mut Store,
        born: impl FnOnce() -> State,
    ) -> Result<Recalled, Diagnostic> {
        let born = Recalled { state: born(), notice: None, continued: false };
        // A run that was taken over from may write one last snapshot before it learns that it was.
        for _ in 0..3 {
            let recalled = store.recall().await?;
            let new = recalled.is_none();
            let mut recalled = recalled.unwrap_or_else(|| born.clone());
            let lost = recalled.notice.is_some();
            if !(lost || recalled.continued || store.has_taken_over()) {
                return Ok(recalled);
            }
            recalled.state.serial += u64::from(!new);
            // The former generation is the only whole one if the newest is not: it stays until the new one is there.
            let former = if lost { Former::Spare } else { Former::Keep };
            if store.replace(&recalled.state, former).await? != Replaced::Overtaken {
                return Ok(recalled);
            }
        }
        Err(store.overtaken().await)
    }

    /// Writes `state` over whatever is in `store`, readable or not, as the newest that was ever written there.
    ///
    /// # Errors
    /// Another process holds the lock, or the place cannot be written.
    pub async fn overwrite(store: Store, holder: &Holder, state: State) -> Result<(), Diagnostic> {
        let mut journal = Self::displace(store, holder, state, |_| Ok(())).await?;
        let written = journal.replace().await;
        journal.close().await;
        written
    }

    /// Locks the place of a state for `state` to take it, whatever is there, if `admits` has nothing against that. Until
    /// then everything is as it was.
    ///
    /// # Errors
    /// Another process holds the lock, what is there must not be overwritten, or as `admits` says.
    pub async fn displace(
        mut store: Store,
        holder: &Holder,
        mut state: State,
        admits: impl FnOnce(Result<Option<Recalled>, Diagnostic>) -> Result<(), Diagnostic>,
    ) -> Result<Self, Diagnostic> {
        store.lock(holder).await?;
        let newest = match admits(store.recall().await) {
            Ok(()) => store.newest().await,
            Err(diagnostic) => Err(diagnostic),
        };
        match newest {
            Ok((newest, former)) => {
                state.serial = state.serial.max(newest);
                let pen = Pen::new(store, &state, former);
                Ok(Self { state, pen, notice: None })
            }
            Err(diagnostic) => {
                store.release().await;
                Err(diagnostic)
            }
        }
    }

    /// What is remembered now.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Whether nothing was ever remembered here.
    pub fn is_new(&self) -> bool {
        self.state.serial == 0 && self.state.is_empty()
    }

    /// What is to be said about how the state was found.
    pub const fn notice(&self) -> Option<&Diagnostic> {
        self.notice.as_ref()
    }

    /// Bytes written to snapshot and journal since it was opened.
    pub const fn written(&self) -> u64 {
        self.pen.written
    }

    /// What is remembered and what writes it down, for those who go on asking while it is written.
    pub const fn halves(&mut self) -> (&mut State, &mut Pen) {
        (&mut self.state, &mut self.pen)
    }

    /// Takes facts in. They are kept when this returns.
    ///
    /// # Errors
    /// The disk refuses, or somebody else has taken over: nothing more may be asked of AWS then.
    pub async fn write(
        &mut self,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<(), Diagnostic> {
        let lines = self.state.learn(entries);
        self.pen.write(&lines).await
    }

    /// Makes sure that nobody has taken over: to be asked before every call that changes something.
    ///
    /// # Errors
    /// Somebody has, or it cannot be told.
    pub async fn hold(&self) -> Result<(), Diagnostic> {
        self.pen.hold().await
    }

    /// Folds the journal into a new snapshot and keeps both as the former generation. Without a journal there is nothing
    /// to fold.
    ///
    /// # Errors
    /// The disk refuses, or somebody else has taken over; snapshot and journal are then as they were.
    pub async fn fold(&mut self) -> Result<(), Diagnostic> {
        if self.pen.dirty { self.replace().await } else { Ok(()) }
    }

    /// Puts another state in the place of this one, whatever it remembers.
    ///
    /// # Errors
    /// As [`Journal::fold`].
    pub async fn become_state(&mut self, state: State) -> Result<(), Diagnostic> {
        self.state = state;
        self.replace().await
    }

    /// Writes everything anew with other keys, the former generation too.
    ///
    /// # Errors
    /// As [`Journal::fold`].
    pub async fn change_keys(&mut self, keys: Keyring) -> Result<(), Diagnostic> {
        self.pen.store.set_keys(keys);
        self.replace().await?;
        // What was the newest has become the former generation.
        self.replace().await
    }

    async fn replace(&mut self) -> Result<(), Diagnostic> {
        self.state.serial += 1;
        match self.pen.store.replace(&self.state, self.pen.former).await? {
            Replaced::Done(written) => {
                self.pen.former = Former::Keep;
                self.pen.written += written;
                self.pen.dirty = false;
                self.pen.origin = self.state.nothing();
                Ok(())
            }
            Replaced::Overtaken => Err(self.pen.store.overtaken().await),
        }
    }

    /// Lets others write. What was written and not folded is folded by the next one.
    pub async fn close(mut self) {
        self.pen.store.release().await;
    }
}

impl Pen {
    fn new(store: Store, state: &State, former: Former) -> Self {
        Self { store, origin: state.nothing(), former, written: 0, dirty: false }
    }

    /// Keeps lines. They are kept when this returns.
    ///
    /// # Errors
    /// As [`Journal::write`].
    pub async fn write(&mut self, lines: &[String]) -> Result<(), Diagnostic> {
        if lines.is_empty() {
            return Ok(());
        }
        self.written += self.store.append(&self.origin, lines).await?;
        self.dirty = true;
        Ok(())
    }

    /// As [`Journal::hold`].
    ///
    /// # Errors
    /// As [`Journal::hold`].
    pub async fn hold(&self) -> Result<(), Diagnostic> {
        self.store.hold().await
    }
}
