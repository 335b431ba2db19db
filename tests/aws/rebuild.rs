//! A lost state is restored over AWS's protocols: a stack is found again, whole, by reads alone.

use std::{collections::BTreeMap, fs};

use eksnet::state::State;
use serde_json::json;

use super::{
    eksnet::Folder,
    moto::{Moto, in_singapore},
};
use crate::{lab::state_at, sandbox::examples};

/// What is known of each resource but for its fields and when it was made.
fn known(state: &State) -> BTreeMap<String, String> {
    let known = state.resources.iter().map(|(address, record)| {
        let words = format!(
            "{} {} {:?} {:?} {:?}",
            record.id, record.section, record.tags, record.needs, record.outputs
        );
        (address.to_string(), words)
    });
    known.collect()
}

/// Examples that are unlike each other; the stack that comes with them has most of the rest.
const FILES: [&str; 6] = [
    "dual-stack.toml",
    "flow-logs.toml",
    "http-api-alb.toml",
    "names.toml",
    "rest-api-nlb.toml",
    "target-modes.toml",
];

#[test]
fn stacks_are_found_again() {
    let moto = Moto::start();
    let shop = ("shop.toml".to_owned(), include_str!("../../stacks/shop.toml").to_owned());
    let some = examples().into_iter().filter(|(file, _)| FILES.contains(&file.as_str()));
    for (file, text) in some.chain([shop]) {
        moto.post("reset", &json!({}));
        let text = moto.prepared(&in_singapore(&text));
        let folder = Folder::new(&moto.url, &text);
        let before = moto.counts();
        folder.apply();
        let state = fs::read_dir(folder.path("state")).expect("the states").flatten();
        let state = state.map(|file| file.path());
        let state = state.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
        let state = state.last().expect("a state");
        let was = state_at(&state).expect("a state");
        fs::remove_dir_all(folder.path("state")).expect("the state is lost");
        let there = moto.counts();
        let said = folder.done(&["state", "rebuild"]);
        assert!(!said.contains("not found"), "{file}: {said}");
        assert!(!said.contains("any more"), "{file}: {said}");
        assert_eq!(moto.counts(), there, "{file}: a rebuild only reads");
        let is = state_at(&state).expect("a state");
        let (was_known, is_known) = (known(&was), known(&is));
        for (address, was) in &was_known {
            assert_eq!(is_known.get(address), Some(was), "{file}: {address}");
        }
        assert_eq!(was_known.len(), is_known.len(), "{file}");
        assert_eq!(is.choices, was.choices, "{file}");
        let plan = folder.plan();
        assert_eq!(Folder::changes(&plan), [""; 0], "{file}: a plan is not empty");
        assert_eq!(plan["drift"], json!([]), "{file}: drift");
        folder.destroy();
        assert_eq!(moto.counts(), before, "{file}: left behind {:#}", moto.inventory());
        moto.assert_well_spoken();
    }
}
