//! A destroy always ends: what clusters of ours left behind goes too, what others have is named at once and never
//! touched, and when it is gone the next run ends well.

use std::collections::BTreeSet;

use eksnet::{
    apply::Outcome,
    kinds,
    model::{Desired, value},
    provider::sandbox::{Faults, Moment, Thing},
};

use super::dirt::Dirt;
use crate::lab::{Drawn, Lab};

const STACKS: [&str; 3] = [
    include_str!("../../examples/ip-mode.toml"),
    include_str!("../../examples/split-subnets.toml"),
    include_str!("../../examples/single-nat.toml"),
];

/// Seconds that somebody in the way may cost.
const PROMPT: f64 = 60.0;

fn nothing(lab: &Lab, text: &str) -> Drawn {
    Drawn { desired: Desired::new(), ..lab.draw(text) }
}

/// A destroy that may fail.
fn destroy(lab: &Lab, text: &str) -> Outcome {
    let (outcome, _) = lab.try_out(&nothing(lab, text), Faults::default());
    outcome.expect("nobody died")
}

/// What is there of `things` as it was.
fn untouched<'a>(lab: &Lab, things: &'a [Thing]) -> Vec<&'a Thing> {
    let world = lab.world.borrow();
    things.iter().filter(|thing| world.get(&thing.kind, &thing.id) == Some(*thing)).collect()
}

/// Ids of everything that is there, but for `things`.
fn others(lab: &Lab, things: &[Thing]) -> Vec<String> {
    let theirs: BTreeSet<&str> = things.iter().map(|thing| thing.id.as_str()).collect();
    let ids = lab.inventory().into_values().flatten();
    ids.filter(|id| !theirs.contains(id.as_str())).collect()
}

/// Ids of everything in `world` that has to stay with `theirs`: what they refer to, what belongs to that, what these
/// refer to, and so on.
fn held(world: &[Thing], theirs: &[Thing]) -> BTreeSet<String> {
    let mut held: BTreeSet<String> = theirs.iter().map(|thing| thing.id.0.clone()).collect();
    loop {
        let mut more = held.clone();
        for thing in world {
            let facts = kinds::get(&thing.kind).map(|kind| kind.facts());
            let parents = facts.map_or(&[][..], |facts| facts.vanishes_with);
            let belongs = |field: &&str| {
                thing.fields[*field].as_str().is_some_and(|parent| held.contains(parent))
            };
            if held.contains(thing.id.as_str()) || parents.iter().any(|field| belongs(&field)) {
                more.insert(thing.id.0.clone());
                value::each_text(&thing.fields, &mut |text| {
                    more.insert(text.to_owned());
                });
            }
        }
        if more == held {
            return held;
        }
        held = more;
    }
}

#[test]
fn whatever_clusters_leave_behind_goes_too() {
    for seed in 0..200 {
        let text = STACKS[seed % 3];
        let lab = Lab::new();
        lab.apply(text);
        Dirt::new(&lab, seed as u64).of_ours();
        let outcome = destroy(&lab, text);
        assert!(outcome.failures.is_empty(), "{seed}: {:#?}", outcome.failures);
        assert!(lab.inventory().is_empty(), "{seed}: left behind {:#?}", lab.inventory());
        assert!(lab.state().expect("a state").is_empty());
    }
}

#[test]
fn what_others_have_is_named_at_once_and_never_touched() {
    let mut blocked = 0;
    for seed in 0..200 {
        let text = STACKS[seed % 3];
        let clean = Lab::new();
        clean.apply(text);
        Dirt::new(&clean, seed as u64).of_ours();
        let usual = destroy(&clean, text).elapsed.as_secs_f64();

        let lab = Lab::new();
        lab.apply(text);
        let mut dirt = Dirt::new(&lab, seed as u64);
        dirt.of_ours();
        let theirs = dirt.of_others();
        let world: Vec<Thing> = lab.world.borrow().things().cloned().collect();
        let outcome = destroy(&lab, text);
        assert_eq!(untouched(&lab, &theirs).len(), theirs.len(), "{seed}: touched");
        let elapsed = outcome.elapsed.as_secs_f64();
        assert!(elapsed < usual + PROMPT, "{seed}: {elapsed} instead of {usual} seconds");
        assert!(!outcome.failures.is_empty(), "{seed}: nobody was in the way");
        let ids: BTreeSet<&str> = theirs.iter().map(|thing| thing.id.as_str()).collect();
        for failure in &outcome.failures {
            assert!(!failure.held_by.is_empty(), "{seed}: {failure:#?}");
            for stray in failure.held_by.iter().filter(|stray| stray.is_foreign()) {
                assert!(ids.contains(stray.id.as_str()), "{seed}: {stray:#?}");
                blocked += 1;
            }
        }
        let held = held(&world, &theirs);
        let left = others(&lab, &theirs);
        assert!(left.iter().all(|id| held.contains(id)), "{seed}: {left:#?} of {held:#?}");
        for thing in &theirs {
            lab.world.borrow_mut().remove(&thing.kind, &thing.id);
        }
        let outcome = destroy(&lab, text);
        assert!(outcome.failures.is_empty(), "{seed}: again {:#?}", outcome.failures);
        assert!(lab.inventory().is_empty(), "{seed}: left behind {:#?}", lab.inventory());
    }
    println!("in the way: {blocked}");
}

/// What was swept need not be remembered, nor what was not.
#[test]
fn death_at_any_call_of_a_sweep() {
    let moments = [Moment::BeforeCall, Moment::AfterEffect, Moment::AfterAnswer];
    for (seed, moment) in (0..6).zip(moments.into_iter().cycle()) {
        let text = STACKS[usize::from(seed % 2 == 1)];
        for call in (1 + seed..).step_by(6) {
            let lab = Lab::new();
            lab.apply(text);
            Dirt::new(&lab, seed).of_ours();
            if !lab.die(&nothing(&lab, text), call, moment) {
                break;
            }
            let outcome = destroy(&lab, text);
            assert!(
                outcome.failures.is_empty(),
                "{seed}, dead {moment:?} {call}: {:#?}",
                outcome.failures
            );
            assert!(
                lab.inventory().is_empty(),
                "{seed}, dead {moment:?} {call}: {:#?}",
                lab.inventory()
            );
        }
    }
}
