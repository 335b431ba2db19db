//! A process may die at any mutating call: the next run ends well, without an orphan and without a duplicate.

use eksnet::{model::Desired, provider::sandbox::Moment};

use super::life_cycle::examples;
use crate::lab::{Drawn, Lab, brief};

const MOMENTS: [Moment; 3] = [Moment::BeforeCall, Moment::AfterEffect, Moment::AfterAnswer];

#[test]
fn death_at_every_call_of_a_create() {
    let mut cases = 0;
    for (name, text) in examples() {
        let reference = Lab::new();
        reference.apply(&text);
        let expected = counts(&reference);
        for moment in MOMENTS {
            for call in 1.. {
                let lab = Lab::new();
                if !lab.die(&lab.draw(&text), call, moment) {
                    break;
                }
                cases += 1;
                lab.apply(&text);
                assert_eq!(counts(&lab), expected, "{name}, dead {moment:?} {call}");
                assert_eq!(brief(&lab.plan(&text)), [""; 0], "{name}, dead {moment:?} {call}");
            }
        }
    }
    println!("deaths during a create: {cases}");
}

#[test]
fn death_at_every_call_of_a_destroy() {
    let mut cases = 0;
    for (name, text) in examples() {
        for moment in MOMENTS {
            for call in 1.. {
                let lab = Lab::new();
                lab.apply(&text);
                let nothing = Drawn { desired: Desired::new(), ..lab.draw(&text) };
                if !lab.die(&nothing, call, moment) {
                    break;
                }
                cases += 1;
                lab.destroy(&text);
                assert!(lab.inventory().is_empty(), "{name}, dead {moment:?} {call}: {:#?}", lab.inventory());
            }
        }
    }
    println!("deaths during a destroy: {cases}");
}

/// How many of each kind exist.
fn counts(lab: &Lab) -> Vec<(String, usize)> {
    lab.inventory().into_iter().map(|(kind, ids)| (kind, ids.len())).collect()
}
