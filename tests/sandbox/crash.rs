//! A process may die at any mutating call: the next run ends well, without an orphan and without a duplicate. What exists
//! is what the sandbox says, never what the state says.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use eksnet::{
    kinds,
    provider::sandbox::{Fault, Faults, Moment},
};

use super::{
    cases::{Case, Dice, Stage, Work, for_seeds, seeds, stages, updatable},
    examples,
};
use crate::lab::{Lab, brief};

/// For every kind in the registry, in the smallest example that has one: made, changed, replaced and deleted, with a
/// death around each of its calls. Where the same call is made for another of the kind, the seeds below sample it.
#[test]
fn a_death_at_every_call_of_every_kind() {
    let stages = stages();
    let mut cases = 0;
    let mut died: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut done: BTreeSet<(String, &str)> = BTreeSet::new();
    for stage in &*stages {
        for (word, work) in works(stage, &done) {
            let case = Case { stage, work };
            let own = match &case.work {
                Work::Update(address) | Work::Replace(address) => Some(address.kind().to_owned()),
                Work::Create | Work::Delete => None,
            };
            if let Some(kind) = &own {
                done.insert((kind.clone(), word));
            }
            let mut seen = BTreeSet::new();
            for (call, label) in (1..).zip(case.mutations()) {
                let kind = label.split(' ').next().unwrap_or_default().to_owned();
                let first = match &own {
                    Some(own) => *own == kind && seen.insert(label.clone()),
                    None => !died.contains(&(label.clone(), word)) && seen.insert(label.clone()),
                };
                if !first {
                    continue;
                }
                for moment in Moment::ALL {
                    let title = format!("{}, dead {moment} {call} ({label})", case.title());
                    let died = case.survives(&Faults::default(), &[(moment, call)], &title);
                    // Of the last change of something new nothing is to be written down.
                    assert!(died == 1 || moment == Moment::AfterJournal, "{title}");
                    cases += 1;
                }
                died.insert((label, word));
            }
        }
    }
    let mut of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (label, word) in &died {
        of.entry(word).or_default().insert(label.split(' ').next().unwrap_or_default());
    }
    for facts in kinds::all().iter().map(|kind| kind.facts()) {
        // What goes with its parent is deleted without a call, unless something else replaces it.
        for word in ["create", "replace"] {
            assert!(of[word].contains(facts.name), "no {word} of a {}", facts.name);
        }
    }
    println!(
        "deaths around the calls of {} kinds: {cases} ({} create, {} update, {} replace, {} delete)",
        kinds::all().len(),
        of["create"].len(),
        of["update"].len(),
        of["replace"].len(),
        of["delete"].len()
    );
}

/// What to do with an example, leaving out what has been done with the same kind in a smaller one.
fn works(stage: &Stage, done: &BTreeSet<(String, &str)>) -> Vec<(&'static str, Work)> {
    let mut works = vec![("create", Work::Create), ("delete", Work::Delete)];
    let mut seen = BTreeSet::new();
    for address in updatable(stage) {
        if !done.contains(&(address.kind().to_owned(), "update"))
            && seen.insert(address.kind().to_owned())
        {
            works.push(("update", Work::Update(address)));
        }
    }
    seen.clear();
    for address in stage.addresses() {
        if !done.contains(&(address.kind().to_owned(), "replace"))
            && seen.insert(address.kind().to_owned())
        {
            works.push(("replace", Work::Replace(address)));
        }
    }
    works
}

/// Any example, any work, any call; the run that takes it up dies too, and the run after that. News travel slowly for
/// half of them.
#[test]
fn deaths_within_recovery() {
    // With each call of each kind done above, these are for what comes together; `EKSNET_SEEDS` asks for more.
    let seeds: u64 = seeds(600);
    let case = |seed| {
        let stages = stages();
        let mut dice = Dice::new(seed);
        let stage = dice.stage(&stages);
        let case = Case { stage, work: dice.work(stage) };
        let most = match &case.work {
            Work::Create | Work::Delete => stage.calls(),
            // Those that are replaced along are not many.
            Work::Update(_) | Work::Replace(_) => 4,
        };
        let mut death = |most| (*dice.one_of(&Moment::ALL), dice.below(most) + 1);
        // What is left to be done shrinks with each run.
        let deaths = [death(most), death(most.div_ceil(2)), death(most.div_ceil(4))];
        let minute = Duration::from_secs(60);
        let faults = match seed % 6 {
            0 => vec![Fault::Lag(minute)],
            1 => vec![Fault::StaleTags(minute), Fault::RefuseDelete(Duration::from_secs(30))],
            2 => vec![Fault::Lag(minute), Fault::Error(0.1)],
            _ => Vec::new(),
        };
        let faults = faults.into_iter().fold(Faults::default().and(Fault::Seed(seed)), Faults::and);
        let title = format!("seed {seed}, {}, {faults:?}, deaths {deaths:?}", case.title());
        let died = case.survives(&faults, &deaths, &title);
        let mut counts = [0_u32; 4];
        counts[died] += 1;
        counts
    };
    let add = |one: [u32; 4], other: [u32; 4]| std::array::from_fn(|n| one[n] + other[n]);
    let died = for_seeds(seeds, case, add);
    println!(
        "{seeds} seeds: {} runs ended before they died, {} died once, {} twice, {} three times",
        died[0], died[1], died[2], died[3]
    );
    assert!(u64::from(died[3]) > seeds / 10, "{died:?}");
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
        let applied = Lab::new();
        applied.apply(&before);
        for moment in Moment::ALL {
            for call in 1.. {
                let lab = applied.twin();
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
