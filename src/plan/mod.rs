//! Planning: what is desired, what is observed, what is remembered, and out of these what must change.
//!
//! Pure: no clock, no disk, no network, no async. The planner names no kind; it looks their facts up.

mod change;
mod collide;
mod diff;
mod drift;
mod edges;
mod observed;
mod order;
mod others;
mod picture;
mod protect;
mod scope;
mod strays;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use change::{Action, Change, Edge, Reason, Replacement};
pub use diff::needs;
pub use drift::{Drift, Finding};
pub use edges::{Step, StepId, Verb, steps};
pub use observed::{Foreign, Observed, Sight};
pub use strays::{ground, is_asked_for, runs_on};

use crate::{
    model::{Address, Desired, Diagnostic},
    provider::Stray,
    state::{Deposed, State},
};

/// What a plan is asked for, beside the stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Only these, what they need, and (when they go) what needs them. Empty: everything.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub targets: BTreeSet<Address>,
    /// Replace these though nothing in them differs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replace: BTreeSet<Address>,
    /// Refuse a plan that deletes or replaces one of these.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub protect: BTreeSet<Address>,
}

/// What will be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Every resource of the stack file and of the state, those that stay as they are among them.
    pub changes: BTreeMap<Address, Change>,
    /// Former resources that a replacement left behind, to be deleted.
    pub deposed: Vec<Deposed>,
    /// What changed behind our back.
    pub drift: Vec<Drift>,
    /// What clusters of ours left in our network, to be taken away with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub swept: Vec<Stray>,
    /// What others have in our network and keeps something from going, and data that a cluster leaves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Stray>,
}

/// How many resources meet which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// To be created.
    pub create: usize,
    /// To be changed in place.
    pub update: usize,
    /// To be replaced.
    pub replace: usize,
    /// To be deleted, deposed ones among them.
    pub delete: usize,
    /// Left behind by clusters, to be taken away.
    pub sweep: usize,
    /// To stay as they are.
    pub keep: usize,
}

impl Plan {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.deposed.is_empty() && self.changes.values().all(|change| change.action == Action::Keep)
    }

    /// Whether anything of ours, rather than beside it, changed behind our back.
    pub fn has_drift(&self) -> bool {
        self.drift.iter().any(|drift| !matches!(drift.finding, Finding::Foreign { .. }))
    }

    /// The address in the plan that is spelled most like `address`, if any is close.
    pub(crate) fn nearest(&self, address: &Address) -> Option<&Address> {
        let distance =
            |known: &&Address| strsim::damerau_levenshtein(known.as_str(), address.as_str());
        self.changes.keys().min_by_key(distance).filter(|nearest| distance(nearest) <= 5)
    }

    /// How many resources meet which fate.
    pub fn summary(&self) -> Summary {
        let (delete, sweep) = (self.deposed.len(), self.swept.len());
        let mut summary = Summary { delete, sweep, ..Summary::default() };
        for change in self.changes.values() {
            match change.action {
                Action::Create => summary.create += 1,
                Action::Update => summary.update += 1,
                Action::Replace(_) => summary.replace += 1,
                Action::Delete => summary.delete += 1,
                Action::Keep => summary.keep += 1,
                Action::Forget => {}
            }
        }
        summary
    }
}

/// A plan that changes nothing and shows what changed behind our back.
pub fn drift_only(observed: &Observed, state: &State) -> Plan {
    Plan { drift: drift::drift(state, observed), ..Plan::default() }
}

/// Compares what is desired with what is observed and says what must change.
///
/// # Errors
/// References in a circle or to nothing, targets that do not exist, a change that `protect` forbids, and one that would
/// overwrite what others made or take away what it lives in.
pub fn plan(
    desired: &Desired,
    observed: &Observed,
    state: &State,
    wish: &Wish,
) -> Result<Plan, Diagnostic> {
    let order = order::dependencies_first(desired)?;
    let changes = diff::changes(&order, observed, state, wish)?;
    let plan = Plan {
        changes,
        deposed: state
            .deposed
            .iter()
            .filter(|old| observed.is_there(&old.record.id))
            .cloned()
            .collect(),
        drift: drift::drift(state, observed),
        ..Plan::default()
    };
    protect::exist(&plan, &wish.protect)?;
    let plan = scope::narrow(plan, desired, state, wish)?;
    protect::pass(&plan, &wish.protect)?;
    others::not_overwritten(&plan, desired)?;
    others::not_homeless(&plan, observed)?;
    protect::unguarded(&plan)?;
    Ok(plan)
}
