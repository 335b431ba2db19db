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
                assert!(
                    lab.inventory().is_empty(),
                    "{name}, dead {moment:?} {call}: {:#?}",
                    lab.inventory()
                );
            }
        }
    }
    println!("deaths during a destroy: {cases}");
}

/// Edits that a death in their midst hurts most: what holds, what is held, and what may exist only once.
const EDITS: [(&str, &str, &str); 8] = [
    ("single-nat.toml", "\"single\"", "\"per-az\""),
    ("minimal.toml", "cidr = \"10.0.0.0/16\"", "cidr = \"10.0.0.0/16\"\nnat = \"regional\""),
    ("minimal.toml", "private-a = \"10.0.16.0/20\"", "private-a = \"10.0.48.0/20\""),
    ("minimal.toml", "public-a  = \"10.0.0.0/24\"", "public-front-a = \"10.0.0.0/25\""),
    ("private-only.toml", "private-a  =", "private-nodes-a ="),
    ("single-nat.toml", "10.1.", "10.8."),
    ("flow-logs.toml", "interval = 60", "interval = 600"),
    ("dual-stack.toml", "ipv6 = true", "pods = \"100.64.0.0/16\""),
];

#[test]
fn death_at_every_call_of_an_edit() {
    let mut cases = 0;
    for (example, old, new) in EDITS {
        let (_, before) =
            examples().into_iter().find(|(name, _)| name == example).expect("an example");
        let after = before.replace(old, new);
        assert_ne!(before, after, "{example}");
        for moment in MOMENTS {
            for call in 1.. {
                let lab = Lab::new();
                lab.apply(&before);
                if !lab.die(&lab.draw(&after), call, moment) {
                    break;
                }
                cases += 1;
                let case = format!("{example}, {old} to {new}, dead {moment:?} {call}");
                lab.apply(&after);
                lab.assert_agrees(&case);
                assert_eq!(brief(&lab.plan(&after)), [""; 0], "{case}");
                lab.destroy(&after);
                assert!(lab.inventory().is_empty(), "{case}: {:#?}", lab.inventory());
            }
        }
    }
    println!("deaths during an edit: {cases}");
}

/// How many of each kind exist.
fn counts(lab: &Lab) -> Vec<(String, usize)> {
    lab.inventory().into_iter().map(|(kind, ids)| (kind, ids.len())).collect()
}
