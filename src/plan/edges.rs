//! From changes to steps: what is asked of the provider, and what each step waits for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    kinds,
    model::{Address, Identity, Until, value},
    plan::{
        Action, Change, Plan, Replacement,
        collide::{collisions, early, exchanges, successions},
        diff::holds,
        picture::pictured,
    },
    state::{Deposed, Record, State},
};

/// A step's place in the list of steps.
pub type StepId = usize;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Makes a resource; a former one at its address is deposed.
    Create,
    /// Changes a resource in place, its tags among that, and sees that it becomes ready.
    Update,
    /// Deletes a resource.
    Delete,
    /// Makes no call: it goes with something else, or is gone already.
    Vanish,
    /// Takes away what a cluster left behind.
    Sweep,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// What is done with it.
    pub verb: Verb,
    /// Which one, where one exists.
    pub id: Option<Identity>,
    /// The steps that must have come so far before this one starts.
    pub waits: Vec<(StepId, Until)>,
    /// How long it usually takes, in seconds; what it lets pass before its call counts.
    pub seconds: u32,
    /// Seconds it lets pass before its call, so that what is under way in the resource can end.
    pub drain: u32,
}

/// The steps of one address.
#[derive(Clone, Copy, Default)]
pub(super) struct Steps {
    /// The one that makes or changes it.
    up: Option<StepId>,
    /// The one that takes it away.
    pub(super) down: Option<StepId>,
}

/// Every step of a plan, in a fixed order that says nothing about time.
pub fn steps(plan: &Plan, state: &State) -> Vec<Step> {
    let mut list = List::default();
    if plan.is_empty() && plan.swept.is_empty() {
        return list.steps;
    }
    for (address, change) in &plan.changes {
        list.add(address, change);
    }
    list.vanish(plan, state);
    let collisions = collisions(&plan.changes);
    list.pictures = pictured(plan, state);
    list.upwards(plan);
    list.downwards(plan, state, &early(&plan.changes, state, &collisions));
    for (coming, going) in &collisions {
        for going in going {
            list.wait(list.of(coming).up, list.of(going).down, Until::Ready);
        }
    }
    list.deposed(plan, state);
    list.sweep(plan);
    list.exchange(plan);
    for step in &mut list.steps {
        step.waits.sort_unstable();
        step.waits.dedup();
    }
    list.steps
}

#[derive(Default)]
pub(super) struct List<'a> {
    pub(super) steps: Vec<Step>,
    by_address: BTreeMap<&'a Address, Steps>,
    /// Resources that go with another, and which one.
    vanishing: BTreeMap<&'a Address, &'a Address>,
    /// Pictures about to be made, and what each has to show.
    pictures: BTreeMap<&'a Address, BTreeSet<&'a Address>>,
}

impl<'a> List<'a> {
    pub(super) fn of(&self, address: &Address) -> Steps {
        self.by_address.get(address).copied().unwrap_or_default()
    }

    pub(super) fn push(&mut self, address: &Address, verb: Verb, id: Option<&Identity>) -> StepId {
        let timing = kinds::get(address.kind()).map(|kind| kind.facts().timing);
        let seconds = timing.map_or(0, |timing| match verb {
            Verb::Create => timing.create,
            Verb::Delete => timing.delete,
            Verb::Update | Verb::Vanish | Verb::Sweep => 0,
        });
        let waits = Vec::new();
        self.steps.push(Step {
            address: address.clone(),
            verb,
            id: id.cloned(),
            waits,
            seconds,
            drain: 0,
        });
        self.steps.len() - 1
    }

    pub(super) fn wait(&mut self, waiting: Option<StepId>, on: Option<StepId>, until: Until) {
        if let (Some(waiting), Some(on)) = (waiting, on)
            && waiting != on
        {
            self.steps[waiting].waits.push((on, until));
        }
    }

    fn add(&mut self, address: &'a Address, change: &Change) {
        let id = change.id.as_ref();
        let mut steps = Steps::default();
        match change.action {
            Action::Keep => return,
            Action::Create => steps.up = Some(self.push(address, Verb::Create, None)),
            Action::Update => steps.up = Some(self.push(address, Verb::Update, id)),
            Action::Delete => steps.down = Some(self.push(address, Verb::Delete, id)),
            Action::Forget => steps.down = Some(self.push(address, Verb::Vanish, id)),
            Action::Replace(order) => {
                let up = self.push(address, Verb::Create, None);
                let down = self.push(address, Verb::Delete, id);
                match order {
                    Replacement::CreateFirst => self.wait(Some(down), Some(up), Until::Ready),
                    Replacement::DeleteFirst => self.wait(Some(up), Some(down), Until::Ready),
                }
                steps = Steps { up: Some(up), down: Some(down) };
            }
        }
        self.by_address.insert(address, steps);
    }

    /// Finds out what needs no delete call because AWS takes it along with something else that is deleted.
    ///
    /// A resource that also names another of the same kind as the one it would go with (a rule from one group to
    /// another), or another that its like go with (a rule from a group to a cluster), is deleted by itself: the two could
    /// wait for each other otherwise.
    fn vanish(&mut self, plan: &'a Plan, state: &'a State) {
        let deleted = |address: &Address| {
            plan.changes.get(address).is_some_and(|change| change.action == Action::Delete)
        };
        let mut going = Vec::new();
        let mut parents: BTreeMap<&str, BTreeSet<&Address>> = BTreeMap::new();
        for (address, record) in state.resources.iter().filter(|(address, _)| deleted(address)) {
            let Some(facts) = kinds::get(address.kind()).map(|kind| kind.facts()) else { continue };
            let takes_along = |field: &String| facts.vanishes_with.contains(&field.as_str());
            let parent =
                record.needs.iter().find(|(_, field)| takes_along(field)).map(|(parent, _)| parent);
            if let Some(parent) = parent.filter(|parent| deleted(parent)) {
                going.push((address, record, parent));
                parents.entry(address.kind()).or_default().insert(parent);
            }
        }
        for (address, record, parent) in going {
            let alike = &parents[address.kind()];
            let like = |needed: &&Address| needed.kind() == parent.kind() || alike.contains(needed);
            if record.needs.keys().filter(like).count() == 1 {
                self.vanishing.insert(address, parent);
            }
        }
        for address in self.vanishing.keys().copied().collect::<Vec<_>>() {
            if let Some(down) = self.of(address).down {
                self.steps[down].verb = Verb::Vanish;
                self.steps[down].seconds = 0;
                self.wait(Some(down), self.going(address), Until::Ready);
            }
        }
    }

    /// The step whose call takes `address` away: its own, or that of what it goes with.
    fn going(&self, mut address: &'a Address) -> Option<StepId> {
        while let Some(parent) = self.vanishing.get(address) {
            address = parent;
        }
        self.of(address).down
    }

    /// Lets `step`, which deletes what has these `fields`, give what is under way there the time to end.
    fn drain(&mut self, step: Option<StepId>, address: &Address, fields: &Value) {
        let Some(facts) = kinds::get(address.kind()).map(|kind| kind.facts()) else { return };
        if let Some(step) = step
            && self.steps[step].verb == Verb::Delete
        {
            let step = &mut self.steps[step];
            step.drain = facts.drain(fields);
            step.seconds += step.drain;
        }
    }

    /// Who takes what another has waits until that one has let go of it. Those that may exchange it by one call start
    /// together, once all of them may.
    fn exchange(&mut self, plan: &Plan) {
        let exchanges = exchanges(&plan.changes);
        for (coming, holders) in successions(&plan.changes) {
            for holder in holders {
                let together = |group: &&BTreeSet<&Address>| group.contains(holder);
                if !exchanges.iter().filter(together).any(|group| group.contains(coming)) {
                    self.wait(self.of(coming).up, self.of(holder).up, Until::Ready);
                }
            }
        }
        for group in exchanges {
            let ups: Vec<StepId> = group.iter().filter_map(|address| self.of(address).up).collect();
            let waits = ups.iter().flat_map(|up| self.steps[*up].waits.clone());
            let waits: Vec<_> = waits.filter(|(on, _)| !ups.contains(on)).collect();
            for up in ups {
                self.steps[up].waits.clone_from(&waits);
            }
        }
    }

    /// Making or changing something waits for what it needs, and a picture for all that it shows.
    fn upwards(&mut self, plan: &Plan) {
        for (address, change) in &plan.changes {
            let up = self.of(address).up;
            for (needed, edge) in &change.needs {
                self.wait(up, self.of(needed).up, edge.until);
            }
        }
        for (picture, shown) in self.pictures.clone() {
            for shown in shown {
                let Steps { up, down } = self.of(shown);
                self.wait(self.of(picture).up, up, Until::Ready);
                self.wait(self.of(picture).up, down, Until::Ready);
            }
        }
    }

    /// Taking something away waits until whoever needed it is gone or has turned to something else. What goes `early`
    /// waits only for what goes early too: nobody can have turned to its successor by then, and what does not hold it
    /// (a route its target) need not be gone.
    fn downwards(&mut self, plan: &'a Plan, state: &'a State, early: &BTreeSet<&Address>) {
        let mut dependents: BTreeMap<&Address, Vec<(&'a Address, &str)>> = BTreeMap::new();
        for (address, record) in &state.resources {
            for (needed, field) in &record.needs {
                dependents.entry(needed).or_default().push((address, field));
            }
        }
        let none = Vec::new();
        for (address, change) in &plan.changes {
            let going = self.going(address);
            if going.is_none() {
                continue;
            }
            // Somebody that stays, or is deleted by a call of its own, sent requests to it until a moment ago.
            let mut used = false;
            for (dependent, field) in dependents.get(address).unwrap_or(&none) {
                let Steps { up, down } = self.of(dependent);
                if self.pictures.get(dependent).is_some_and(|shown| shown.contains(address)) {
                    continue;
                }
                if self.vanishing.contains_key(dependent) && !holds(dependent, field) {
                    // It does not keep `address` from going, but whoever needs it needs them both.
                    for (further, _) in dependents.get(dependent).unwrap_or(&none) {
                        self.wait(going, self.going(further), Until::Ready);
                    }
                } else if early.contains(address) && !early.contains(dependent) {
                    continue;
                } else {
                    let turns = if down.is_some() { self.going(dependent) } else { up };
                    self.wait(going, turns, Until::Ready);
                    used |= turns.is_some()
                        && holds(dependent, field)
                        && down.is_none_or(|down| self.steps[down].verb == Verb::Delete);
                }
            }
            if let Some(before) = change.before.as_ref().filter(|_| used)
                && !early.contains(address)
            {
                self.drain(self.of(address).down, address, before);
            }
        }
    }

    /// What former replacements left behind goes after whatever still names it has turned away, and before what it
    /// needed itself.
    fn deposed(&mut self, plan: &Plan, state: &State) {
        let first = self.steps.len();
        for old in &plan.deposed {
            let step = Some(self.push(&old.address, Verb::Delete, Some(&old.record.id)));
            let live = self.of(&old.address);
            // Where everything goes there is nobody left to wait for; else nobody remembers when it was turned away from.
            if live.up.is_some() || live.down.is_none() {
                self.drain(step, &old.address, &old.record.fields);
            }
            self.wait(step, self.of(&old.address).up, Until::Ready);
            for needed in old.record.needs.keys() {
                self.wait(self.of(needed).down, step, Until::Ready);
            }
            for (address, change) in &plan.changes {
                let record = state.resources.get(address);
                let names = |before| names(before, &old.record.id);
                if change.before.as_deref().is_some_and(names)
                    || record.is_some_and(|record| relies(record, old))
                {
                    let Steps { up, down } = self.of(address);
                    self.wait(step, down.or(up), Until::Ready);
                }
            }
        }
        for (n, old) in plan.deposed.iter().enumerate() {
            for (m, other) in plan.deposed.iter().enumerate() {
                let other = &other.record;
                if n != m && (names(&other.fields, &old.record.id) || relies(other, old)) {
                    self.wait(Some(first + n), Some(first + m), Until::Ready);
                }
            }
        }
    }
}

/// Whether an id stands anywhere in `fields`.
fn names(fields: &Value, id: &Identity) -> bool {
    let mut named = false;
    value::each_text(fields, &mut |text| named |= text == id.as_str());
    named
}

/// Whether what is remembered took something else than its id from `old`: a subnet the block that its VPC got.
fn relies(record: &Record, old: &Deposed) -> bool {
    let mut named = false;
    if record.needs.contains_key(&old.address) {
        let outputs = &old.record.outputs;
        value::each_text(&record.fields, &mut |text| {
            named |= outputs.values().any(|output| output == text)
        });
    }
    named
}
