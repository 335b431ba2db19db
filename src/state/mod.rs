//! The state file: what a stack remembers between runs. A memory, not the truth: everything in it can be found again on
//! AWS by ownership tags and natural keys.
//!
//! It is a snapshot and a journal of what has happened since, one line each. Every line is kept before the next call to
//! AWS leaves, so a process may die anywhere. The former snapshot and the journal that led from it to the present one are
//! kept too, so one of them may be lost.
//!
//! In files these are `shop.json`, `shop.journal`, `shop.json.1`, `shop.journal.1`, and a lock in `shop.lock`. In a
//! bucket they are objects (`shop`, `shop.journal/…`, `shop.1`), every one written only if what is there is what was
//! seen there last, and a lease in `shop.lock`.

mod disk;
mod entry;
mod journal;
mod lease;
mod local;
mod lock;
mod objects;
mod place;
mod recall;
mod remote;
mod seal;
mod snapshot;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use disk::{Disk, Fate, Mishap};
pub use entry::Entry;
pub use journal::{Journal, Pen};
pub use lease::{Lending, Revoked};
pub use lock::Holder;
pub use place::Place;
pub use recall::Recalled;
pub use seal::{Encryption, Keyring};
pub use store::Store;

use crate::{
    kinds::Outputs,
    model::{Account, Address, Diagnostic, Identity, Shared, Tags},
};

/// The version of the format this build writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// Everything a stack remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// [`FORMAT`] of the build that wrote it.
    pub format: u32,
    /// The stack's name.
    pub stack: String,
    /// Set once when the state is born; two states with the same stack name are told apart by it.
    pub lineage: String,
    /// Counts the snapshots of this lineage.
    pub serial: u64,
    /// Whose resources these are: `aws` or `sandbox`.
    pub provider: String,
    /// Where this state has been moved to: it is not here any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<String>,
    /// Where they are. A run with other credentials or in another Region is refused.
    pub account: Account,
    /// Choices made once and kept, such as the zone of a single NAT gateway.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub choices: BTreeMap<String, String>,
    /// What exists, by address.
    #[serde(default)]
    pub resources: BTreeMap<Address, Record>,
    /// What a replacement has taken the place of and that is not deleted yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposed: Vec<Deposed>,
    /// Deletes that were begun and whose outcome is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doomed: Vec<Doomed>,
    /// Ids that are gone, the latest last. AWS may show them and their tags for a while: none of them is what a create
    /// without an answer made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buried: Vec<Identity>,
    /// Creates that were begun and whose outcome is not known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open: BTreeMap<Address, Intent>,
    /// Clusters of the stack that are gone, by name: what they left behind in our network may be swept for as long as
    /// there is one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub makers: BTreeSet<String>,
}

/// One resource as last seen or made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What AWS knows it by.
    pub id: Identity,
    /// Its fields, references resolved.
    pub fields: Shared<Value>,
    /// The tags we set.
    #[serde(default, skip_serializing_if = "Shared::is_without_tags")]
    pub tags: Shared<Tags>,
    /// Values beside the id, such as `arn`.
    #[serde(default, skip_serializing_if = "Outputs::is_empty")]
    pub outputs: Outputs,
    /// What it refers to and through which field (empty for an edge that no field shows): `destroy` follows these
    /// backwards without a stack file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<Address, String>,
    /// The section of the stack file it came from.
    #[serde(default)]
    pub section: String,
    /// When its create was begun, in seconds since 1970 by the provider's clock: something so young may not show yet.
    #[serde(default)]
    pub made: i64,
}

/// A record whose address belongs to its replacement already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deposed {
    /// The address it had.
    pub address: Address,
    /// What it was.
    pub record: Record,
}

/// A delete that is about to be asked for, written down before the call: from then on, what a read shows may be gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doomed {
    /// The address it has or, deposed, had.
    pub address: Address,
    /// Which one.
    pub id: Identity,
    /// When, in seconds since 1970 by the provider's clock.
    pub begun: i64,
}

/// A create that is about to be asked for, written down before the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The client token: every try of this create carries the same.
    pub token: String,
    /// Fields to create it with, references resolved.
    pub fields: Shared<Value>,
    /// Tags to create it with.
    pub tags: Shared<Tags>,
    /// As [`Record::needs`].
    pub needs: BTreeMap<Address, String>,
    /// As [`Record::section`].
    pub section: String,
    /// When, in seconds since 1970 by the provider's clock.
    pub begun: i64,
}

impl State {
    /// The state of a stack that has never been applied.
    pub fn new(stack: &str, provider: &str, account: Account, lineage: String) -> Self {
        Self {
            format: FORMAT,
            stack: stack.to_owned(),
            lineage,
            serial: 0,
            provider: provider.to_owned(),
            moved: None,
            account,
            choices: BTreeMap::new(),
            resources: BTreeMap::new(),
            deposed: Vec::new(),
            doomed: Vec::new(),
            buried: Vec::new(),
            open: BTreeMap::new(),
            makers: BTreeSet::new(),
        }
    }

    /// The state as a file that can be kept elsewhere, with a checksum.
    pub fn copy_text(&self) -> String {
        snapshot::text(self)
    }

    /// The state that [`State::copy_text`] wrote.
    ///
    /// # Errors
    /// It is not as it was written, or a newer eksnet wrote it.
    pub fn of_copy(name: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        match snapshot::parse_plain(name, bytes)? {
            snapshot::Snapshot::Whole(state) => Ok(*state),
            snapshot::Snapshot::Damaged(reason) => {
                Err(Diagnostic::error(format!("{name} is not a state")).note(reason))
            }
            snapshot::Snapshot::Absent => Err(Diagnostic::error(format!("{name} is empty"))),
        }
    }

    /// The same state, remembering nothing.
    fn nothing(&self) -> Self {
        let Self { stack, provider, account, lineage, .. } = self;
        let serial = self.serial;
        Self { serial, ..Self::new(stack, provider, account.clone(), lineage.clone()) }
    }

    /// The id of the resource at `address`, or the named output.
    pub fn value(&self, address: &Address, output: Option<&str>) -> Option<String> {
        let record = self.resources.get(address)?;
        match output {
            None => Some(record.id.0.clone()),
            Some(output) => record.outputs.get(output).cloned(),
        }
    }

    /// When the create of the resource that has or had this address was begun; long ago where nothing is remembered.
    pub fn made(&self, address: &Address, id: &Identity) -> i64 {
        let live = self.resources.get(address);
        let deposed = self.deposed.iter().filter(|old| old.address == *address);
        let mut records = live.into_iter().chain(deposed.map(|old| &old.record));
        records.find(|record| record.id == *id).map_or(0, |record| record.made)
    }

    /// Whether nothing is remembered: the stack owns nothing.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.deposed.is_empty() && self.open.is_empty()
    }
}
