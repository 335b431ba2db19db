//! Dependencies first: the order in which the planner looks at resources.

use std::collections::{BTreeMap, BTreeSet};

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
    let needs = needs(desired);
    let mut dependents: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    let mut missing: BTreeMap<&Address, usize> = BTreeMap::new();
    for (address, needed) in &needs {
        for needed in needed {
            let Some((needed, _)) = desired.get_key_value(needed) else {
                return Err(Diagnostic::error(format!(
                    "{address} refers to {needed}, which does not exist"
                ))
                .help("this is a fault of eksnet; please report it with the stack file"));
            };
            dependents.entry(needed).or_default().push(address);
        }
        missing.insert(address, needed.len());
    }
    let mut free: BTreeSet<&Address> =
        missing.iter().filter(|(_, count)| **count == 0).map(|(address, _)| *address).collect();
    let mut order = Vec::with_capacity(desired.len());
    while let Some(address) = free.pop_first() {
        order.push(address.clone());
        for dependent in dependents.get(address).into_iter().flatten() {
            if let Some(count) = missing.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    free.insert(dependent);
                }
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
