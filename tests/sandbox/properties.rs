//! What holds of every stack and every edit: properties over random ones.

use std::collections::BTreeMap;

use eksnet::{
    kinds,
    model::{Address, Desired},
    plan::{Action, Wish},
    provider::sandbox::{Moment, Thing},
    stack,
};
use proptest::{
    prelude::{ProptestConfig, Strategy, any},
    proptest,
    sample::{Index, select},
    test_runner::RngSeed,
};
use serde_json::{Value, json};

use super::stacks::{Wild, stack as stacks};
use crate::lab::{Drawn, Lab, brief};

/// `count` cases, always the same ones, so that a failure is one for everybody; others with `PROPTEST_CASES` and
/// `PROPTEST_RNG_SEED`.
fn cases(count: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let is_set = |name| std::env::var_os(name).is_some();
    ProptestConfig {
        cases: if is_set("PROPTEST_CASES") { asked.cases } else { count },
        rng_seed: if is_set("PROPTEST_RNG_SEED") { asked.rng_seed } else { RngSeed::Fixed(7) },
        failure_persistence: None,
        max_shrink_iters: 300,
        ..asked
    }
}

/// The world in words that are the same for every world in which the same was made: by address, with addresses for ids.
fn portrait(lab: &Lab) -> BTreeMap<String, Value> {
    let things = lab.things();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (address, thing) in &things {
        for (output, text) in &thing.outputs {
            names.insert(text.clone(), format!("<{address}.{output}>"));
        }
        // What has a natural key is the same everywhere, or made of ids that are known.
        if !thing.id.as_str().contains('|') {
            names.insert(thing.id.to_string(), format!("<{address}>"));
        }
    }
    let portrait = |(address, thing): (Address, Thing)| {
        let fields = renamed(&thing.fields, &names);
        let facts = kinds::get(address.kind()).expect("a kind").facts();
        (address.to_string(), json!({ "fields": facts.normal(fields), "tags": thing.tags }))
    };
    things.into_iter().map(portrait).collect()
}

fn renamed(fields: &Value, names: &BTreeMap<String, String>) -> Value {
    match fields {
        Value::String(text) => json!(names.get(text).unwrap_or(text)),
        Value::Array(items) => items.iter().map(|item| renamed(item, names)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, item)| (key.clone(), renamed(item, names))).collect()
        }
        other => other.clone(),
    }
}

/// After an edit everything is as it would be had the stack been made so in the first place.
fn assert_as_new(lab: &Lab, drawn: &Drawn, text: &str, case: &str) {
    lab.assert_agrees(case);
    assert_eq!(brief(&lab.plan(text)), [""; 0], "{case}: a second plan is not empty");
    let fresh = Lab::new();
    fresh.carry_out(drawn);
    assert_eq!(portrait(lab), portrait(&fresh), "{case}");
}

fn moments() -> impl Strategy<Value = Moment> {
    select(Moment::ALL.to_vec())
}

/// About how many mutating calls it takes to get to `drawn`.
fn calls(lab: &Lab, drawn: &Drawn) -> usize {
    brief(&lab.plan_drawn(drawn, &Wish::default())).len()
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn what_was_made_stays_and_goes(wild in stacks()) {
        let text = wild.text();
        let lab = Lab::new();
        lab.apply(&text);
        lab.assert_agrees(&text);
        let plan = lab.plan(&text);
        assert_eq!(brief(&plan), [""; 0]);
        assert_eq!(plan.drift, []);
        lab.destroy(&text);
        assert!(lab.inventory().is_empty(), "left behind {:#?}", lab.inventory());
        assert!(lab.state().expect("a state").is_empty());
    }

    /// Lines in another order are the same stack; a subnet that comes or goes leaves every other one alone.
    #[test]
    fn subnets_leave_each_other_alone(wild in stacks(), place in any::<Index>(), shuffle in any::<u64>()) {
        let text = wild.text();
        let lab = Lab::new();
        lab.apply(&text);
        let mut other = wild.clone();
        let count = other.subnets.len();
        other.subnets.sort_by_key(|(name, ..)| name.bytes().fold(shuffle, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }));
        assert_eq!(brief(&lab.plan(&other.text())), [""; 0], "{}", other.text());
        let (gone, ..) = other.subnets.remove(place.index(count));
        if stack::parse("wild.toml", &other.text()).is_ok() {
            assert_alone(&lab, &other, &gone);
        }
        let mut more = wild.clone();
        let free = (0..16).find(|slot| wild.subnets.iter().all(|(_, taken, _)| taken != slot));
        let slot = free.expect("at most ten are taken");
        more.subnets.insert(place.index(count + 1), ("private-new-b".to_owned(), slot, 24));
        if stack::parse("wild.toml", &more.text()).is_ok() {
            assert_alone(&lab, &more, "private-new-b");
        }
    }
}

/// Nothing but the subnet `name`, and those for pods that come and go with it, is touched among the subnets.
fn assert_alone(lab: &Lab, wild: &Wild, name: &str) {
    for (address, change) in lab.plan(&wild.text()).changes {
        if address.kind() == "subnet" && address.name() != name {
            let pods = address.name().starts_with("pods-");
            let fine = change.action == Action::Keep
                || pods && matches!(change.action, Action::Create | Action::Delete);
            assert!(fine, "{name} does {:?} to {address}: {}", change.action, wild.text());
        }
    }
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn any_stack_can_become_any_other(first in stacks(), second in stacks()) {
        let (first, second) = (first.text(), second.text());
        let lab = Lab::new();
        lab.apply(&first);
        let drawn = lab.draw(&second);
        lab.carry_out(&drawn);
        assert_as_new(&lab, &drawn, &second, "edited");
        lab.destroy(&second);
        assert!(lab.inventory().is_empty(), "left behind {:#?}", lab.inventory());
    }

    /// Nothing is lost when a run dies, and the run that takes it up dies too.
    #[test]
    fn an_edit_survives_two_deaths(
        (first, second) in (stacks(), stacks()),
        (when, again) in (any::<Index>(), any::<Index>()),
        (moment, last) in (moments(), moments()),
    ) {
        let (first, second) = (first.text(), second.text());
        let lab = Lab::new();
        lab.apply(&first);
        let drawn = lab.draw(&second);
        let calls = calls(&lab, &drawn) + 1;
        // Either run may have less to do than it takes to die.
        let (call, next) = (when.index(calls) as u64 + 1, again.index(calls) as u64 + 1);
        lab.die(&drawn, call, moment);
        lab.die(&lab.draw(&second), next, last);
        let drawn = lab.draw(&second);
        lab.carry_out(&drawn);
        assert_as_new(&lab, &drawn, &second, &format!("dead {moment:?} {call}"));
        lab.destroy(&second);
        assert!(lab.inventory().is_empty(), "left behind {:#?}", lab.inventory());
    }

    /// The same when the stack is on its way out.
    #[test]
    fn a_destroy_survives_two_deaths(
        wild in stacks(),
        (when, again) in (any::<Index>(), any::<Index>()),
        (moment, last) in (moments(), moments()),
    ) {
        let text = wild.text();
        let lab = Lab::new();
        lab.apply(&text);
        let nothing = || Drawn { desired: Desired::new(), ..lab.draw(&text) };
        let calls = calls(&lab, &nothing());
        lab.die(&nothing(), when.index(calls) as u64 + 1, moment);
        lab.die(&nothing(), again.index(calls) as u64 + 1, last);
        lab.destroy(&text);
        assert!(lab.inventory().is_empty(), "left behind {:#?}", lab.inventory());
        assert!(lab.state().expect("a state").is_empty());
    }
}

/// A portrait that still had ids in it would find every edit different.
#[test]
fn portraits_have_no_ids() {
    let lab = Lab::new();
    lab.apply(include_str!("../../examples/per-az-endpoints.toml"));
    for (address, portrait) in portrait(&lab) {
        let text = portrait["fields"].to_string();
        let ids = ["\"subnet-", "\"vpc-", "\"rtb-", "\"nat-", "\"sg-", "\"vpce-", "\"igw-"];
        assert!(ids.iter().all(|id| !text.contains(id)), "{address}: {text}");
    }
}

/// A subnet has an address range that its VPC got, which is no id: after two deaths, with the VPC and its block replaced,
/// the block still goes after the subnet.
#[test]
fn what_was_taken_from_a_former_resource_goes_before_it() {
    let stack = |cidr: &str, first: &str, second: &str, more: &str| {
        format!(
            "[stack]\nname = \"wild\"\nregion = \"ap-southeast-1\"\n\
             [vpc]\ncidr = \"{cidr}.0.0/16\"\n{more}\nipv6 = true\n\
             [vpc.subnets]\n{first} = \"{cidr}.0.0/20\"\n{second} = \"{cidr}.16.0/20\"\n"
        )
    };
    let first = stack("10.0", "private-a", "private-x-b", "nat = \"none\"\nendpoints = [\"sts\"]");
    let second = stack("10.8", "private-x-a", "private-x-b", "nat = \"regional\"");
    for (call, next) in (1..6).flat_map(|call| (1..16).map(move |next| (call, next))) {
        let lab = Lab::new();
        lab.apply(&first);
        lab.die(&lab.draw(&second), call, Moment::BeforeCall);
        lab.die(&lab.draw(&second), next, Moment::AfterEffect);
        lab.apply(&second);
        lab.destroy(&second);
        assert!(lab.inventory().is_empty(), "{call} {next}: left behind {:#?}", lab.inventory());
    }
}
