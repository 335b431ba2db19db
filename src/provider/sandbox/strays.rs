//! Strays in the sandbox: whatever refers to our network and is not ours, found by following references from the VPC,
//! and judged by the same marks as on AWS.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    holds::{self, Hold},
    world::{Thing, World},
};
use crate::{
    kinds,
    model::{Account, Identity},
    strays::{Ground, Reach, Sighting, divides},
};

/// Everything in the VPCs of `ground` that is there at `time`, and what clusters of ours marked elsewhere.
pub(super) fn sightings(
    world: &World,
    account: &Account,
    ground: &Ground,
    time: f64,
) -> Vec<Sighting> {
    let of_ground = |thing: &&Thing| ground.vpcs.contains(&thing.id);
    let mut next: Vec<&Thing> = world.things().filter(of_ground).collect();
    let mut reached: BTreeSet<&Identity> = next.iter().map(|vpc| &vpc.id).collect();
    let mut things: Vec<&Thing> = Vec::new();
    let mut held: BTreeMap<&Identity, BTreeSet<String>> = BTreeMap::new();
    while let Some(thing) = next.pop() {
        let holding = holds::holding(world, account, thing, time).into_iter();
        // Things of others say what they refer to, whatever that does.
        for (name, holder, _) in
            holding.filter(|(_, holder, hold)| *hold == Hold::Fast || holder.wild.is_some())
        {
            held.entry(&holder.id).or_default().insert(name);
            if reached.insert(&holder.id) {
                next.push(holder);
                things.push(holder);
            }
        }
    }
    let marked = world.things().filter(|thing| {
        let of_maker =
            |maker: &String| thing.tags.keys().any(|key| key.ends_with(&format!("/{maker}")));
        let elsewhere = thing.is_there(time) && !reached.contains(&thing.id);
        elsewhere && kinds::get(&thing.kind).is_none() && ground.makers.keys().any(of_maker)
    });
    let shows = |thing: &&Thing| match ground.reach {
        Reach::Everything => true,
        Reach::Guests => !divides(&thing.kind),
    };
    let seen = things.iter().copied().chain(marked).filter(shows);
    seen.map(|thing| sighting(thing, held.get(&thing.id).cloned().unwrap_or_default())).collect()
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
