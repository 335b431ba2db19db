//! `--target`: a part of a plan that can stand on its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{Address, Desired, Diagnostic},
    plan::{Plan, Wish, order},
    state::State,
};

/// The plan reduced to the targets, what they need, and what needs those that go. Without targets the plan itself.
pub(super) fn narrow(
    plan: Plan,
    desired: &Desired,
    state: &State,
    wish: &Wish,
) -> Result<Plan, Diagnostic> {
    if wish.targets.is_empty() {
        return Ok(plan);
    }
    for target in &wish.targets {
        if !plan.changes.contains_key(target) {
            return Err(unknown(target, &plan));
        }
    }
    let needs = order::needs(desired);
    let mut scope = closure(&wish.targets, |address| {
        needs.get(address).into_iter().flatten().cloned().collect()
    });
    // Something can only go after everything that needs it has gone.
    let mut dependents: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    for (address, record) in &state.resources {
        for needed in record.needs.keys() {
            dependents.entry(needed).or_default().push(address);
        }
    }
    let going = scope.iter().filter(|address| !desired.contains_key(*address)).cloned().collect();
    scope.extend(closure(&going, |address| {
        dependents
            .get(address)
            .into_iter()
            .flatten()
            .map(|dependent| (*dependent).clone())
            .collect()
    }));
    let Plan { changes, deposed, drift, swept, others } = plan;
    Ok(Plan {
        changes: changes.into_iter().filter(|(address, _)| scope.contains(address)).collect(),
        deposed: deposed.into_iter().filter(|old| scope.contains(&old.address)).collect(),
        drift: drift.into_iter().filter(|drift| scope.contains(&drift.address)).collect(),
        swept,
        others,
    })
}

fn closure(
    seeds: &BTreeSet<Address>,
    next: impl Fn(&Address) -> Vec<Address>,
) -> BTreeSet<Address> {
    let mut reached = seeds.clone();
    let mut frontier: Vec<Address> = seeds.iter().cloned().collect();
    while let Some(address) = frontier.pop() {
        for further in next(&address) {
            if reached.insert(further.clone()) {
                frontier.push(further);
            }
        }
    }
    reached
}

fn unknown(target: &Address, plan: &Plan) -> Diagnostic {
    let error = Diagnostic::error(format!("there is no {target} in this stack"));
    match plan.nearest(target) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("`eksnet plan --json` lists every address"),
    }
}
