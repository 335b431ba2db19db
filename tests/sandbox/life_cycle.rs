//! Every example: apply, an empty second plan, destroy, nothing left.

use std::fs;

use crate::lab::{Lab, brief};

/// The examples, by file name.
pub fn examples() -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = fs::read_dir("examples")
        .expect("the examples folder")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "toml"))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read_to_string(entry.path()).expect("an example reads"))
        })
        .collect();
    examples.sort();
    examples
}

#[test]
fn every_example_comes_up_stays_and_goes() {
    for (name, text) in examples() {
        let lab = Lab::new();
        let outcome = lab.apply(&text);
        assert!(outcome.done > 0, "{name}: nothing was done");
        let plan = lab.plan(&text);
        assert_eq!(brief(&plan), [""; 0], "{name}: a second plan is not empty");
        assert_eq!(plan.drift, [], "{name}: drift on a clean stack");
        lab.destroy(&text);
        assert!(lab.inventory().is_empty(), "{name}: left behind {:#?}", lab.inventory());
        assert!(lab.state().is_some_and(|state| state.is_empty()), "{name}: still remembered");
    }
}
