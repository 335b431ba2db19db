//! A destroy always ends: what clusters of ours left behind goes too, what others have is named at once and never
//! touched, and when it is gone the next run ends well.

use std::collections::BTreeSet;

use eksnet::{
    apply::Outcome,
    kinds,
    model::{Desired, value},
    plan::Wish,
    provider::sandbox::{Faults, Moment, Thing},
};

use serde_json::json;

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
    let ended = lab.try_out(&nothing(lab, text), &Wish::default(), Faults::default());
    ended.outcome.expect("nobody died").expect("the run ends")
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
            if held.contains(thing.id.as_str()) || parents.iter().any(belongs) {
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

/// A balancer of the cluster in one subnet, though neither the state nor the stack file knows of it.
fn balance(lab: &Lab, subnet: &str) -> Thing {
    let (vpc, subnet) = (lab.thing("vpc.ip-mode").id, lab.thing(subnet).id);
    let arn = "arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:loadbalancer/app/web/0a0a0a0a0a0a0a0a";
    let now = lab.world.borrow().now;
    let fields = json!({ "name": "web", "vpc": vpc, "subnets": [subnet] });
    let mut thing = Thing::wild("load_balancer", arn, fields, now);
    thing.tags.insert("elbv2.k8s.aws/cluster".to_owned(), "ip-mode".to_owned());
    lab.world.borrow_mut().put(thing.clone());
    thing
}

/// A subnet goes out of the stack file, and the controller of a cluster that stays has something in it.
#[test]
fn while_a_cluster_lives_what_it_made_is_its_own_business() {
    let text = STACKS[0];
    let lab = Lab::new();
    lab.apply(text);
    let balancer = balance(&lab, "subnet.public-b");
    let smaller = text.replace("public-b  = \"10.9.1.0/24\"\n", "");
    assert_ne!(smaller, text);
    let ended = lab.try_out(&lab.draw(&smaller), &Wish::default(), Faults::default());
    let outcome = ended.outcome.expect("nobody died").expect("the run ends");
    let failures: Vec<&str> =
        outcome.failures.iter().map(|failure| failure.address.as_str()).collect();
    assert_eq!(failures, ["subnet.public-b"]);
    let whose = outcome.failures[0].held_by[0].whose().expect("it is the cluster's");
    assert_eq!(whose.owner, "made by a cluster that stays (elbv2.k8s.aws/cluster=ip-mode)");
    assert_eq!(untouched(&lab, &[balancer]).len(), 1);
    // With the cluster it goes.
    lab.destroy(&smaller);
    assert!(lab.inventory().is_empty(), "left behind {:#?}", lab.inventory());
}

/// A cluster that went before its network is remembered for what it may have left in that; one that was only forgotten
/// lives on.
#[test]
fn a_cluster_that_is_gone_is_remembered_until_its_network_is() {
    let (text, lab) = (STACKS[0], Lab::new());
    lab.apply(text);
    let bare = text.split("[cluster]").next().expect("a network");
    let bare = bare.replace("pods      = \"100.64.0.0/16\"\n", "");
    lab.carry_out(&lab.draw(&bare));
    assert_eq!(lab.state().expect("a state").makers, ["ip-mode".to_owned()].into());
    balance(&lab, "subnet.private-a");
    let outcome = lab.destroy(&bare);
    assert_eq!(outcome.swept.len(), 1);
    assert!(lab.state().expect("a state").makers.is_empty());
    assert!(lab.inventory().is_empty(), "left behind {:#?}", lab.inventory());

    let lab = Lab::new();
    lab.apply(&bare);
    let balancer = balance(&lab, "subnet.private-a");
    assert!(!destroy(&lab, &bare).failures.is_empty(), "it had no cluster");
    assert_eq!(untouched(&lab, &[balancer]).len(), 1);
}
