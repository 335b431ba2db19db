//! Dependencies first: the order in which the planner looks at resources.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Address, Desired, Diagnostic};

/// What each desired resource needs: its references and its explicit needs.
pub(super) fn needs(desired: &Desired) -> BTreeMap<&Address, BTreeSet<Address>> {
    let of = |resource: &crate::model::Resource| {
        let references = resource.references().into_iter().map(|(address, _)| address);
        references.chain(resource.needs.iter().map(|need| need.address.clone())).collect()
    };
    desired.iter().map(|(address, resource)| (address, of(resource))).collect()
}

/// All addresses of `desired`, each after everything it needs; among equals in alphabetical order.
///
/// # Errors
/// A reference to an address that does not exist, or references in a circle: mistakes of a blueprint, not of a user.
pub(super) fn dependencies_first(desired: &Desired) -> Result<Vec<Address>, Diagnostic> {
    let addresses: Vec<&Address> = desired.keys().collect();
    // A place among them stands for an address: in large networks numbers are found faster than names.
    let places: HashMap<&Address, usize> =
        addresses.iter().enumerate().map(|(place, address)| (*address, place)).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); addresses.len()];
    let mut missing = Vec::with_capacity(addresses.len());
    for (place, (address, needed)) in needs(desired).into_iter().enumerate() {
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
        (0..addresses.len()).filter(|place| missing[*place] == 0).collect();
    let mut order = Vec::with_capacity(addresses.len());
    while let Some(place) = free.pop_first() {
        order.push(addresses[place].clone());
        for dependent in &dependents[place] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                free.insert(*dependent);
            }
        }
    }
    if order.len() == desired.len() {
        return Ok(order);
    }
    let placed: BTreeSet<&Address> = order.iter().collect();
    let stuck: Vec<&str> =
        desired.keys().filter(|address| !placed.contains(address)).map(Address::as_str).collect();
    Err(Diagnostic::error(format!("these refer to each other in a circle: {}", stuck.join(", ")))
        .help("this is a fault of eksnet; please report it with the stack file"))
}
