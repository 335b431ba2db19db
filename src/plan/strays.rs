//! Strays in a plan: what of the things that others put into our network goes with it, what keeps it from going, and
//! when each has its turn.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::List;
use crate::{
    kinds::{self, Strays},
    model::{Address, Until},
    plan::{Action, Change, Plan, Verb},
    provider::{Ground, Life, Standing, Stray},
    state::{Record, State},
};

fn role(address: &Address) -> Strays {
    kinds::get(address.kind()).map_or(Strays::None, |kind| kind.facts().strays)
}

/// Whether an action takes the resource away that is there now.
const fn takes_away(action: Action) -> bool {
    match action {
        Action::Delete | Action::Replace(_) => true,
        Action::Keep | Action::Create | Action::Update | Action::Forget => false,
    }
}

/// Whether strays are worth a look: something goes that others may live in.
pub fn is_asked_for(plan: &Plan) -> bool {
    let houses = |address: &Address| match role(address) {
        Strays::Ground | Strays::Lodging => true,
        Strays::None | Strays::Maker | Strays::Runner => false,
    };
    plan.changes.iter().any(|(address, change)| takes_away(change.action) && houses(address))
        || plan.deposed.iter().any(|old| houses(&old.address))
}

/// Whether anything that `plan` takes away still runs what makes strays; `exists` says what is there.
pub fn runs_on(plan: &Plan, exists: impl Fn(&Address) -> bool) -> bool {
    plan.changes.iter().any(|(address, change)| {
        role(address) == Strays::Runner && takes_away(change.action) && exists(address)
    })
}

/// Where strays are looked for, and what in it is known. A cluster that `plan` deletes ends; one that the state does not
/// have any more is gone.
pub fn ground(plan: &Plan, state: &State) -> Ground {
    let mut ground = Ground::default();
    for maker in &state.makers {
        ground.makers.insert(maker.clone(), Life::Gone);
    }
    let deposed = state.deposed.iter().map(|old| (&old.address, &old.record));
    for (address, record) in state.resources.iter().chain(deposed) {
        let Record { id, outputs, .. } = record;
        ground.ours.insert(id.0.clone());
        match role(address) {
            Strays::Ground => ground.vpcs.push(id.clone()),
            Strays::Maker => {
                let life = match plan.changes.get(address).map(|change| change.action) {
                    Some(Action::Delete) => Life::Ends,
                    Some(Action::Forget) => Life::Gone,
                    Some(Action::Keep | Action::Create | Action::Update | Action::Replace(_)) | None => Life::Lives,
                };
                ground.makers.insert(id.0.clone(), life);
                // What else it gives names to, it makes and takes away itself.
                continue;
            }
            Strays::None | Strays::Lodging | Strays::Runner => {}
        }
        ground.ours.extend(outputs.values().cloned());
    }
    ground
}

impl Plan {
    /// The plan with what was found in our network: of what has to do with anything that goes, the part that goes with
    /// it, and the part that is in the way.
    #[must_use]
    pub fn with_strays(mut self, strays: Vec<Stray>) -> Self {
        let going = |change: &Change| change.id.clone().filter(|_| takes_away(change.action));
        let ids: BTreeSet<String> = self
            .changes
            .values()
            .filter_map(going)
            .chain(self.deposed.iter().map(|old| old.record.id.clone()))
            .map(|id| id.0)
            .collect();
        for stray in strays {
            match stray.standing {
                Standing::Left(_) if stray.holds_any(&ids) => self.swept.push(stray),
                Standing::Foreign(_) if stray.holds_any(&ids) => self.others.push(stray),
                Standing::Beside(_) => self.others.push(stray),
                Standing::Left(_) | Standing::Foreign(_) | Standing::Follows => {}
            }
        }
        self
    }

    /// The address of what the plan takes away under each id.
    pub fn taken_away(&self) -> BTreeMap<&str, &Address> {
        let gone = self.changes.iter().filter(|(_, change)| takes_away(change.action));
        let live = gone.filter_map(|(address, change)| Some((change.id.as_ref()?.as_str(), address)));
        let deposed = self.deposed.iter().map(|old| (old.record.id.as_str(), &old.address));
        live.chain(deposed).collect()
    }
}

impl List<'_> {
    /// What was left behind is taken away when nothing runs any more that could make it anew, and before whatever it
    /// holds.
    pub(super) fn sweep(&mut self, plan: &Plan) {
        let first = self.steps.len();
        for stray in &plan.swept {
            self.push(&stray.address(), Verb::Sweep, Some(&stray.id));
        }
        let sweeps = || plan.swept.iter().enumerate().map(|(n, stray)| (first + n, stray));
        for (step, stray) in sweeps() {
            for address in plan.changes.keys().filter(|address| role(address) == Strays::Runner) {
                self.wait(Some(step), self.of(address).down, Until::Ready);
            }
            for (held, other) in sweeps() {
                if stray.names.contains(other.id.as_str()) {
                    self.wait(Some(held), Some(step), Until::Ready);
                }
            }
            for id in 0..first {
                let Some(held) = &self.steps[id].id else { continue };
                let goes = self.steps[id].verb == Verb::Delete;
                if goes && stray.names.contains(held.as_str()) {
                    self.wait(Some(id), Some(step), Until::Ready);
                }
            }
        }
    }
}
