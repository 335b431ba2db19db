//! Dependencies first: the order in which the planner looks at resources.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Address, Desired, Diagnostic, Resource};

/// What each desired resource needs: its references and its explicit needs.
pub(super) fn needs(desired: &Desired) -> BTreeMap<&Address, BTreeSet<Address>> {
    desired.iter().map(|(address, resource)| (address, needed(resource))).collect()
}

fn needed(resource: &Resource) -> BTreeSet<Address> {
    let references = resource.references().into_iter().map(|(address, _)| address);
    references.chain(resource.needs.iter().map(|need| need.address.clone())).collect()
}

/// What is desired, and whose turn it is when. A place stands for an address: in large networks numbers are found faster
/// than names.
pub(super) struct Order<'a> {
    /// Everything that is desired, in alphabetical order; where it stands here is its place.
    pub(super) resources: Vec<(&'a Address, &'a Resource)>,
    /// Every place, each after everything it needs; among equals in alphabetical order.
    pub(super) turns: Vec<usize>,
    places: HashMap<&'a Address, usize>,
}

impl Order<'_> {
    /// The place of `address`, if it is desired.
    pub(super) fn place(&self, address: &Address) -> Option<usize> {
        self.places.get(address).copied()
    }
}

/// What `map` has at each of `addresses`, both in alphabetical order: one walk instead of a search for each.
pub(super) fn beside<'a, T>(
    addresses: impl IntoIterator<Item = &'a Address>,
    map: &'a BTreeMap<Address, T>,
) -> impl Iterator<Item = Option<&'a T>> {
    let mut rest = map.iter().peekable();
    addresses.into_iter().map(move |address| {
        while rest.next_if(|(other, _)| *other < address).is_some() {}
        rest.next_if(|(other, _)| *other == address).map(|(_, thing)| thing)
    })
}

/// The order in which to look at `desired`.
///
/// # Errors
/// A reference to an address that does not exist, or references in a circle: mistakes of a blueprint, not of a user.
pub(super) fn dependencies_first(desired: &Desired) -> Result<Order<'_>, Diagnostic> {
    let resources: Vec<(&Address, &Resource)> = desired.iter().collect();
    let places: HashMap<&Address, usize> =
        resources.iter().enumerate().map(|(place, (address, _))| (*address, place)).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); resources.len()];
    let mut missing = Vec::with_capacity(resources.len());
    for (place, (address, resource)) in resources.iter().enumerate() {
        let needed = needed(resource);
        for needed in &needed {
            let Some(on) = places.get(needed) else {
                return Err(Diagnostic::error(format!(
                    "{address} refers to {needed}, which does not exist"
                ))
                .help("this is a fault of eksnet; please report it with the stack file"));
            };
            dependents[*on].push(place);
        }
        missing.push(needed.len());
    }
    let mut free: BTreeSet<usize> =
        (0..resources.len()).filter(|place| missing[*place] == 0).collect();
    let mut turns = Vec::with_capacity(resources.len());
    while let Some(place) = free.pop_first() {
        turns.push(place);
        for dependent in &dependents[place] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                free.insert(*dependent);
            }
        }
    }
    if turns.len() == resources.len() {
        return Ok(Order { resources, turns, places });
    }
    let stuck = resources.iter().zip(&missing).filter(|(_, missing)| **missing > 0);
    let stuck: Vec<&str> = stuck.map(|((address, _), _)| address.as_str()).collect();
    Err(Diagnostic::error(format!("these refer to each other in a circle: {}", stuck.join(", ")))
        .help("this is a fault of eksnet; please report it with the stack file"))
}
