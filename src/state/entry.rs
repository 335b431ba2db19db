//! The entries of the journal: each a fact learned, and what it does to the state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    kinds::{self, Outputs, Strays},
    model::{Address, Identity},
    state::{Deposed, Doomed, Intent, Record, State},
};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Entry {
    /// A create is about to be asked for.
    Intend {
        /// For which address.
        address: Address,
        /// With what.
        intent: Box<Intent>,
    },
    /// The create was answered: it exists under this id, though perhaps not complete or ready.
    Created {
        /// For which address.
        address: Address,
        /// What AWS knows it by.
        id: Identity,
        /// What the answer told beside the id.
        outputs: Outputs,
    },
    /// The create had no effect: refused, or shown never to have happened. What it would have replaced is back at its
    /// address.
    Unmade {
        /// For which address.
        address: Address,
    },
    /// The resource is known to be so.
    Settled {
        /// At which address.
        address: Address,
        /// How.
        record: Box<Record>,
    },
    /// Its replacement takes its address.
    Deposed {
        /// The address.
        address: Address,
    },
    /// A delete is about to be asked for.
    Doomed(Doomed),
    /// The delete had no effect.
    Spared {
        /// The address it has or, deposed, had.
        address: Address,
        /// Which one.
        id: Identity,
    },
    /// It does not exist any more, or is not ours to remember.
    Gone {
        /// The address it has or, deposed, had.
        address: Address,
        /// Which one.
        id: Identity,
    },
    /// A cluster of ours is gone, and what it made behind our back may still be there.
    Outlived {
        /// The cluster's name.
        maker: String,
    },
    /// It is known by another address from now on.
    Moved {
        /// The old address.
        from: Address,
        /// The new one.
        to: Address,
    },
    /// Choices made once and kept.
    Chosen {
        /// All of them; they take the place of the former ones.
        choices: BTreeMap<String, String>,
    },
}

impl State {
    /// Takes facts in; answers the lines of the journal that say them.
    pub fn learn(&mut self, entries: impl IntoIterator<Item = Entry>) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in entries {
            let line = serde_json::to_string(&entry);
            lines.push(line.expect("an entry holds only strings, numbers and maps of them"));
            self.take(entry);
        }
        lines
    }

    /// Takes a fact in. Entries about what is not there do nothing, so that replaying a journal twice does no harm.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Intend { address, intent } => {
                self.open.insert(address, *intent);
            }
            Entry::Created { address, id, outputs } => {
                if let Some(intent) = self.open.remove(&address) {
                    let Intent { fields, tags, needs, section, begun: made, token: _ } = intent;
                    let record = Record { id, fields, tags, outputs, needs, section, made };
                    self.resources.insert(address, record);
                }
            }
            Entry::Unmade { address } => {
                self.open.remove(&address);
                let former = self.deposed.iter().rposition(|old| old.address == address);
                if let Some(former) = former.filter(|_| !self.resources.contains_key(&address)) {
                    self.resources.insert(address, self.deposed.remove(former).record);
                }
            }
            Entry::Settled { address, record } => {
                self.resources.insert(address, *record);
            }
            Entry::Deposed { address } => {
                if let Some(record) = self.resources.remove(&address) {
                    self.deposed.push(Deposed { address, record });
                }
            }
            Entry::Gone { address, id } => {
                self.bury(&id);
                self.spare(&address, &id);
                if self.resources.get(&address).is_some_and(|record| record.id == id) {
                    self.resources.remove(&address);
                }
                self.deposed
                    .retain(|deposed| deposed.address != address || deposed.record.id != id);
                self.forget_makers(&address);
            }
            Entry::Outlived { maker } => {
                self.makers.insert(maker);
            }
            Entry::Doomed(doomed) => {
                self.spare(&doomed.address, &doomed.id);
                self.doomed.push(doomed);
            }
            Entry::Spared { address, id } => self.spare(&address, &id),
            Entry::Moved { from, to } => {
                if let Some(record) = self.resources.remove(&from) {
                    self.resources.insert(to.clone(), record);
                }
                for doomed in self.doomed.iter_mut().filter(|doomed| doomed.address == from) {
                    doomed.address = to.clone();
                }
                for record in self.resources.values_mut() {
                    if let Some(field) = record.needs.remove(&from) {
                        record.needs.insert(to.clone(), field);
                    }
                }
            }
            Entry::Chosen { choices } => self.choices = choices,
        }
    }

    /// What clusters left behind is gone with the network that it was in.
    fn forget_makers(&mut self, gone: &Address) {
        let is_ground = |address: &Address| {
            kinds::get(address.kind()).is_some_and(|kind| kind.facts().strays == Strays::Ground)
        };
        if !self.makers.is_empty() && is_ground(gone) && !self.resources.keys().any(is_ground) {
            self.makers.clear();
        }
    }

    fn spare(&mut self, address: &Address, id: &Identity) {
        self.doomed.retain(|doomed| doomed.address != *address || doomed.id != *id);
    }

    fn bury(&mut self, id: &Identity) {
        // More than AWS can still show by the time that so many others have gone.
        const REMEMBERED: usize = 500;
        self.buried.retain(|buried| buried != id);
        self.buried.push(id.clone());
        let forgotten = self.buried.len().saturating_sub(REMEMBERED);
        self.buried.drain(..forgotten);
    }
}
