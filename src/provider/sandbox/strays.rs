//! Strays in the sandbox: whatever refers to our network and is not ours, found by following references from the VPC,
//! and judged by the same marks as on AWS.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    laws::{self, Hold},
    world::{Thing, World, strings},
};
use crate::{
    kinds,
    strays::{CALLS, CALLS_OF_A_CLUSTER, Ground, Sighting},
};

/// The calls of a look.
pub(super) fn calls(ground: &Ground) -> impl Iterator<Item = &'static str> {
    let of_clusters = if ground.makers.is_empty() { &[][..] } else { &CALLS_OF_A_CLUSTER[..] };
    CALLS.iter().chain(of_clusters).copied()
}

/// Everything in the VPCs of `ground` that is there at `time`, and what clusters of ours marked elsewhere.
pub(super) fn sightings(world: &World, ground: &Ground, time: f64) -> Vec<Sighting> {
    let mut reached: BTreeSet<String> = ground.vpcs.iter().map(|vpc| vpc.0.clone()).collect();
    let mut things: Vec<&Thing> = Vec::new();
    let mut next: Vec<String> = reached.iter().cloned().collect();
    while let Some(id) = next.pop() {
        let holders = world.holders(&id).filter(|(kind, holder, field)| {
            !matches!(laws::hold(world, kind, holder, field, time), Hold::Along(_) | Hold::Not)
                || world
                    .get(kind, holder)
                    .is_some_and(|thing| thing.wild.is_some() && thing.is_there(time))
        });
        for thing in holders.filter_map(|(kind, holder, _)| world.get(kind, holder)) {
            if reached.insert(thing.id.0.clone()) {
                next.push(thing.id.0.clone());
                next.extend(thing.outputs.values().cloned());
                things.push(thing);
            }
        }
    }
    let known = |text: &str| reached.contains(text) || world.gave_out(text);
    let marked = world.things().filter(|thing| {
        let of_maker =
            |maker: &String| thing.tags.keys().any(|key| key.ends_with(&format!("/{maker}")));
        let elsewhere = thing.is_there(time) && !reached.contains(thing.id.as_str());
        elsewhere && kinds::get(&thing.kind).is_none() && ground.makers.keys().any(of_maker)
    });
    let held = |thing: &Thing| {
        let mut names = BTreeSet::new();
        strings(&thing.fields, None, &mut |field, text| {
            let refers = known(text) && text != thing.id.as_str();
            let wild = thing.wild.is_some();
            if refers
                && (wild || laws::hold(world, &thing.kind, &thing.id, field, time) == Hold::Fast)
            {
                names.insert(text.to_owned());
            }
        });
        names
    };
    things.iter().copied().chain(marked).map(|thing| sighting(thing, held(thing))).collect()
}

fn sighting(thing: &Thing, names: BTreeSet<String>) -> Sighting {
    let text = |field: &str| thing.fields.get(field).and_then(Value::as_str).map(str::to_owned);
    Sighting {
        name: text("name").or_else(|| thing.tags.get("Name").cloned()).unwrap_or_default(),
        description: text("description").unwrap_or_default(),
        requester: text("requester").unwrap_or_default(),
        instance: text("instance"),
        detached: text("status").is_some_and(|status| status == "available"),
        tags: thing.tags.clone(),
        names,
        ..Sighting::of(&thing.kind, thing.id.clone())
    }
}
