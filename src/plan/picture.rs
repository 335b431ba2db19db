//! Pictures: what is made of everything that lives in something at one moment, and so comes after all of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    kinds,
    model::Address,
    plan::{Action, Plan},
    state::State,
};

/// For each picture about to be made, everything about to change that it has to show: what lives in the same, or went
/// out of it, and does not need the picture itself.
pub(super) fn pictured<'a>(
    plan: &'a Plan,
    state: &'a State,
) -> BTreeMap<&'a Address, BTreeSet<&'a Address>> {
    let mut pictured: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    for (address, change) in &plan.changes {
        let makes = matches!(change.action, Action::Create | Action::Replace(_));
        for parent in homes(address, plan, state, |facts| facts.pictures).filter(|_| makes) {
            let inside = plan.changes.keys().filter(|other| {
                *other != address
                    && homes(other, plan, state, |facts| facts.vanishes_with)
                        .any(|home| home == parent)
                    && !needs(other, plan, state).any(|needed| needed == address)
            });
            pictured.entry(address).or_default().extend(inside);
        }
    }
    pictured
}

/// What `address` refers to in the fields that `of` its facts names, or referred to before.
fn homes<'a>(
    address: &Address,
    plan: &'a Plan,
    state: &'a State,
    of: fn(&kinds::Facts) -> &'static [&'static str],
) -> impl Iterator<Item = &'a Address> {
    let fields = kinds::get(address.kind()).map_or(&[][..], |kind| of(kind.facts()));
    let now = plan.changes.get(address).into_iter().flat_map(|change| &change.needs);
    let before = state.resources.get(address).into_iter().flat_map(|record| &record.needs);
    let now = now.map(|(needed, edge)| (needed, edge.field.as_str()));
    let all = now.chain(before.map(|(needed, field)| (needed, field.as_str())));
    all.filter(move |(_, field)| fields.contains(field)).map(|(needed, _)| needed)
}

/// What `address` needs, or needed before.
fn needs<'a>(
    address: &Address,
    plan: &'a Plan,
    state: &'a State,
) -> impl Iterator<Item = &'a Address> {
    let now = plan.changes.get(address).into_iter().flat_map(|change| change.needs.keys());
    let before = state.resources.get(address).into_iter();
    now.chain(before.flat_map(|record| record.needs.keys()))
}
