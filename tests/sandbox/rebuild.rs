//! A state that is lost is restored from what exists: it remembers what it did before.

use std::{fs, rc::Rc};

use eksnet::{
    kinds,
    model::{Account, Diagnostic},
    plan::Plan,
    provider::{
        Provider,
        sandbox::{ACCOUNT, Faults, Sandbox, Thing},
    },
    rebuild::{self, Rebuilt},
    stack,
    state::{Holder, Journal, State, Store},
};

use serde_json::json;

use super::examples;
use crate::lab::{Lab, brief, in_virtual_time};

/// Texts of an example, and what takes their place.
type Edit = &'static [(&'static str, &'static str)];

/// Examples that come in two steps: what was chosen for the first stays, though it would be chosen otherwise for both.
const STEPS: [(&str, Edit, Edit); 4] = [
    ("path-routing.toml", &[("\"/healthz\"    = { fixed = 200, exact = true }\n", "")], &[]),
    ("single-nat.toml", &[("public-a  = \"10.1.1.0/24\"\n", "")], &[]),
    (
        "one-alb.toml",
        &[("\"admin.example.com\"     = { to = \"admin\", source = \"203.0.113.0/24\" }\n", "")],
        &[],
    ),
    (
        "http-api-nlb.toml",
        &[],
        &[
            ("[services.orders]\n", "[services.first]\nport = 8080\n\n[services.orders]\n"),
            ("[\"orders\", \"payment\"]", "[\"first\", \"orders\", \"payment\"]"),
        ],
    ),
];

/// What is left out of an example.
const LESS: [(&str, Edit); 5] = [
    (
        "one-alb.toml",
        &[
            ("[services.admin]\nport   = 8080\nhealth = \"/healthz\"\n", ""),
            ("\"admin.example.com\"     = { to = \"admin\", source = \"203.0.113.0/24\" }\n", ""),
        ],
    ),
    (
        "path-routing.toml",
        &[
            ("[services.payment-before]\nport   = 9090\nhealth = \"/healthz\"\n", ""),
            ("{ to = \"payment\", weights = { payment = 95, payment-before = 5 } }", "\"payment\""),
        ],
    ),
    (
        "http-api-nlb.toml",
        &[
            ("[services.payment]\nport = 8080\n", ""),
            ("\"orders\", \"payment\"", "\"orders\""),
            (
                "\"ANY /v1/payment/{proxy+}\" = { to = \"payment\", throttle = { rate = 50, burst = 100 }, timeout = 10000 }\n",
                "",
            ),
        ],
    ),
    (
        "nlb-per-service.toml",
        &[
            ("[services.mqtt]\nport     = 1883\nprotocol = \"tcp\"\ndrain    = 60\n", ""),
            (
                "[nlb.mqtt]\nscheme         = \"internet-facing\"\neips           = \"create\"\nserves         = [{ to = \"mqtt\", port = 1883 }]\nproxy_protocol = true\n",
                "",
            ),
        ],
    ),
    (
        "flow-logs.toml",
        &[("flow_logs = { retention = 90, traffic = \"reject\", interval = 60 }\n", "")],
    ),
];

/// A name that others could have written as well.
const RECORDS: &str = r#"
[dns."example.com"]
zone = "create"
records = { www = "CNAME shop.example.net" }
"#;

/// Loses every trace of the state.
fn lose(lab: &Lab) {
    let path = lab.state_path();
    for file in fs::read_dir(path.parent().expect("a folder")).expect("the folder").flatten() {
        fs::remove_file(file.path()).expect("a file less");
    }
}

/// What `eksnet state rebuild` does.
fn rebuild(lab: &Lab, text: &str) -> Result<Rebuilt, Diagnostic> {
    let (stack, _) = stack::parse("stack.toml", text).expect("a stack");
    in_virtual_time(async {
        let sandbox = Sandbox::new(&stack.region, Rc::clone(&lab.world), Faults::default());
        let rebuilt = rebuild::rebuild(&sandbox, &stack).await?;
        let account = Account { id: ACCOUNT.to_owned(), region: stack.region.clone() };
        let born = State::new(&stack.name, sandbox.name(), account, "another".to_owned());
        let store = Store::file(&lab.state_path());
        let mut journal = Journal::displace(store, &Holder::here("test"), born, |_| Ok(())).await?;
        let Rebuilt { resources, choices, .. } = rebuilt.clone();
        let state = State { resources, choices, ..journal.state().clone() };
        journal.become_state(state).await?;
        journal.close().await;
        Ok(rebuilt)
    })
}

/// A lab in which `text` has been applied and its state is lost.
fn lost(text: &str) -> (Lab, State) {
    let lab = Lab::new();
    lab.apply(text);
    let state = lab.state().expect("a state");
    lose(&lab);
    (lab, state)
}

/// What is remembered, but for when it was made: in the normal form, in which lists have no order that means nothing.
fn remembered(state: &State) -> String {
    let mut state = state.clone();
    for (address, record) in &mut state.resources {
        let facts = kinds::get(address.kind()).expect("a kind").facts();
        record.fields = facts.normal((*record.fields).clone()).into();
        record.made = 0;
    }
    format!("{:#?}\n{:#?}", state.resources, state.choices)
}

/// The examples and the stack that comes with them.
fn stacks() -> Vec<(String, String)> {
    let shop = fs::read_to_string("stacks/shop.toml").expect("the stack reads");
    examples().into_iter().chain([("shop.toml".to_owned(), shop)]).collect()
}

fn example(name: &str) -> String {
    stacks().into_iter().find(|(each, _)| each == name).expect("an example").1
}

fn edited(name: &str, edit: Edit) -> String {
    let replaced = |text: String, (from, to): &(&str, &str)| {
        assert!(text.contains(from), "{name} does not say {from}");
        text.replace(from, to)
    };
    edit.iter().fold(example(name), replaced)
}

/// Plans, and expects nothing to do and nothing changed.
fn assert_still(lab: &Lab, text: &str, case: &str) {
    let plan = lab.plan(text);
    assert_eq!(brief(&plan), [""; 0], "{case}");
    assert_eq!(plan.drift, [], "{case}");
}

#[test]
fn every_example_is_remembered_as_before() {
    for (name, text) in stacks() {
        let (lab, before) = lost(&text);
        let rebuilt = rebuild(&lab, &text).unwrap_or_else(|error| panic!("{name}: {error:#?}"));
        assert_eq!(rebuilt.missing, [].into(), "{name}");
        assert_eq!(rebuilt.former, [].into(), "{name}");
        assert_eq!(rebuilt.foreign, [], "{name}");
        let after = lab.state().expect("a state");
        assert_same(&name, &remembered(&before), &remembered(&after));
        lab.assert_agrees(&name);
        assert_still(&lab, &text, &name);
        lab.destroy(&text);
        assert!(lab.inventory().is_empty(), "{name}: left behind {:#?}", lab.inventory());
    }
}

/// Equal, or the lines around the first in which they differ.
fn assert_same(name: &str, one: &str, other: &str) {
    let at = one.lines().zip(other.lines()).position(|(one, other)| one != other);
    let part = |text: &str| {
        let lines = text.lines().skip(at.unwrap_or_default().saturating_sub(15)).take(25);
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(one == other, "{name}: was\n{}\n\nis\n{}", part(one), part(other));
}

#[test]
fn choices_are_told_by_what_was_made_of_them() {
    for (name, first, second) in STEPS {
        let (first, second) = (edited(name, first), edited(name, second));
        let lab = Lab::new();
        lab.apply(&first);
        lab.apply(&second);
        let state = lab.state().expect("a state");
        lose(&lab);
        assert_ne!(lab.draw(&second).choices, state.choices, "{name}: nothing chosen otherwise");
        rebuild(&lab, &second).expect("all is found");
        assert_same(name, &remembered(&state), &remembered(&lab.state().expect("a state")));
        assert_still(&lab, &second, name);
    }
}

/// What a plan does to which kinds.
fn kinds_of(plan: &Plan) -> Vec<String> {
    let kind = |line: String| line.split('.').next().unwrap_or_default().to_owned();
    let mut kinds: Vec<String> = brief(plan).into_iter().map(kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn what_the_stack_file_does_not_have_any_more_is_found_and_goes() {
    for (name, without) in LESS {
        let (text, less) = (example(name), edited(name, without));
        let (lab, _) = lost(&text);
        let rebuilt = rebuild(&lab, &less).unwrap_or_else(|error| panic!("{name}: {error:#?}"));
        assert_eq!(rebuilt.missing, [].into(), "{name}");
        // What takes no tags has lost its name, and what may be anybody's is left alone.
        let (known, plan) = (Lab::new(), lab.plan(&less));
        known.apply(&text);
        let alone = rebuilt.foreign.iter().map(|foreign| format!("- {}", foreign.kind));
        let mut found: Vec<String> = kinds_of(&plan).into_iter().chain(alone).collect();
        found.sort();
        assert_eq!(found, kinds_of(&known.plan(&less)), "{name}");
        assert!(rebuilt.foreign.len() <= 1, "{name}: {:#?}", rebuilt.foreign);
        lab.apply(&less);
        assert_eq!(brief(&lab.plan(&less)), [""; 0], "{name}");
        lab.destroy(&less);
        assert!(lab.inventory().is_empty(), "{name}: left behind {:#?}", lab.inventory());
    }
}

#[test]
fn two_things_with_the_tags_of_one_address_are_for_a_person_to_decide() {
    let text = example("minimal.toml");
    let (lab, state) = lost(&text);
    let address = "subnet.private-a".parse().expect("an address");
    let record = &state.resources[&address];
    let twin = {
        let world = lab.world.borrow();
        let thing = world.get("subnet", &record.id).expect("the subnet").clone();
        Thing { id: "subnet-0123456789abcdef0".into(), ..thing }
    };
    lab.world.borrow_mut().put(twin.clone());
    let error = rebuild(&lab, &text).expect_err("nobody can tell");
    assert!(error.message.contains("subnet.private-a"), "{error:#?}");
    let ids = format!("{}, {}", twin.id, record.id);
    assert!(error.notes.contains(&ids), "{error:#?}");
    assert_eq!(lab.state(), None);
    // What is on its way down is none of them any more.
    let gone_at = Some(lab.world.borrow().now + 60.0);
    lab.world.borrow_mut().put(Thing { gone_at, ..twin });
    rebuild(&lab, &text).expect("one of them goes");
    assert_still(&lab, &text, "one of them goes");
}

#[test]
fn what_others_use_as_well_is_ours_only_if_it_is_as_asked_for() {
    let text = format!("{}{RECORDS}", example("minimal.toml"));
    let adopting = text.replace("zone = \"create\"", "zone = \"create\"\nadopt = [\"www CNAME\"]");
    let address = "record.www.example.com/CNAME".parse().expect("an address");
    let (lab, before) = lost(&text);
    let mut record = {
        let world = lab.world.borrow();
        world.get("record", &before.resources[&address].id).expect("the record").clone()
    };
    record.fields["ttl"] = json!(7);
    let touched = Lab::within(lab.world.borrow().twin());
    touched.world.borrow_mut().put(record);
    rebuild(&lab, &text).expect("it is as asked for");
    assert_still(&lab, &text, "it is as asked for");
    let rebuilt = rebuild(&touched, &text).expect("the others are found");
    assert_eq!(rebuilt.missing.keys().collect::<Vec<_>>(), [&address]);
    assert!(rebuilt.foreign.iter().any(|foreign| foreign.kind == "record"));
    lose(&touched);
    let rebuilt = rebuild(&touched, &adopting).expect("it may be taken over");
    assert_eq!(rebuilt.missing, [].into());
    assert_eq!(brief(&touched.plan(&adopting)), ["~ record.www.example.com/CNAME"]);
}

#[test]
fn what_is_displaced_is_kept() {
    let text = example("minimal.toml");
    let lab = Lab::new();
    lab.apply(&text);
    let before = lab.state().expect("a state");
    rebuild(&lab, &text).expect("all is found");
    let after = lab.state().expect("a state");
    assert!(after.serial > before.serial && after.lineage != before.lineage);
    let kept = fs::read(lab.state_path().with_extension("json.1")).expect("the former state");
    assert_eq!(State::of_copy("the former state", &kept), Ok(before));
}

#[test]
fn what_carries_the_tags_of_another_stack_is_not_claimed() {
    let text = example("minimal.toml");
    let (lab, state) = lost(&text);
    let address = "subnet.private-a".parse().expect("an address");
    let id = &state.resources[&address].id;
    let mut thing = lab.world.borrow().get("subnet", id).expect("the subnet").clone();
    thing.tags.insert("eksnet:stack".to_owned(), "another".to_owned());
    lab.world.borrow_mut().put(thing);
    let rebuilt = rebuild(&lab, &text).expect("the others are found");
    assert!(rebuilt.missing.contains_key(&address), "{:#?}", rebuilt.missing);
    assert!(lab.state().is_some_and(|state| !state.resources.contains_key(&address)));
}
