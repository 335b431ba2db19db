//! Strays in a plan: what of the things that others put into our network goes with it, what keeps it from going, and
//! when each has its turn.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::List;
use crate::{
    kinds::{self, Strays},
    model::{Address, Until},
    plan::{Action, Plan, Verb},
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
                    Some(Action::Keep | Action::Create | Action::Update | Action::Replace(_))
                    | None => Life::Lives,
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
    pub fn with_strays(self, strays: Vec<Stray>) -> Self {
        let (swept, others) = self.concerned(strays);
        Self { swept, others, ..self }
    }

    /// Of `strays` those that go with what the plan takes away, and those that it has to live with.
    pub fn concerned(&self, strays: Vec<Stray>) -> (Vec<Stray>, Vec<Stray>) {
        let live = self.changes.values().filter(|change| takes_away(change.action));
        let live = live.filter_map(|change| change.id.as_ref());
        let deposed = self.deposed.iter().map(|old| &old.record.id);
        let mut ids: BTreeSet<String> = live.chain(deposed).map(|id| id.0.clone()).collect();
        let (mut left, mut others): (Vec<Stray>, Vec<Stray>) =
            strays.into_iter().partition(|stray| stray.mark().is_some());
        // What was left behind goes with what it holds, and what holds it goes with it.
        let mut swept = Vec::new();
        loop {
            let (goes, stays): (Vec<Stray>, Vec<Stray>) =
                left.into_iter().partition(|stray| stray.holds_any(&ids));
            left = stays;
            if goes.is_empty() {
                break;
            }
            ids.extend(goes.iter().map(|stray| stray.id.0.clone()));
            swept.extend(goes);
        }
        swept.sort_by(|one, other| (&one.kind, &one.id).cmp(&(&other.kind, &other.id)));
        others.retain(|stray| match stray.standing {
            Standing::Foreign(_) => stray.holds_any(&ids),
            Standing::Beside(_) => true,
            Standing::Left(_) | Standing::Follows => false,
        });
        (swept, others)
    }

    /// The address of what the plan takes away under each id.
    pub fn taken_away(&self) -> BTreeMap<&str, Address> {
        let gone = self.changes.iter().filter(|(_, change)| takes_away(change.action));
        let live = gone
            .filter_map(|(address, change)| Some((change.id.as_ref()?.as_str(), address.clone())));
        let deposed = self.deposed.iter().map(|old| (old.record.id.as_str(), old.address.clone()));
        let swept = self.swept.iter().map(|stray| (stray.id.as_str(), stray.address()));
        live.chain(deposed).chain(swept).collect()
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
