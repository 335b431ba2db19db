//! Every example over AWS's protocols: apply, an empty second plan, destroy, nothing left, no call more than the table
//! says, and not one request that the services' own models would refuse.

use serde_json::{Value, json};

use super::{
    calls::Calls,
    eksnet::Folder,
    moto::{Moto, in_singapore},
};
use crate::sandbox::examples;

#[test]
fn every_stack_comes_up_stays_and_goes() {
    let moto = Moto::start();
    let mut calls = Calls::pinned();
    let shop = ("shop.toml".to_owned(), include_str!("../../stacks/shop.toml").to_owned());
    for (file, text) in examples().into_iter().chain([shop]) {
        let name = file.trim_end_matches(".toml");
        moto.post("reset", &json!({}));
        let text = moto.prepared(&in_singapore(&text));
        let before = moto.counts();
        let folder = Folder::new(&moto.url, &text);
        calls.count(&moto, &folder, name, &["apply", "--auto-approve"]);
        let plan: Value =
            serde_json::from_str(&calls.count(&moto, &folder, name, &["plan", "--json"]))
                .expect("a plan is JSON");
        assert_eq!(Folder::changes(&plan), [""; 0], "{name}: a second plan is not empty");
        assert_eq!(plan["drift"], json!([]), "{name}: drift on a clean stack");
        calls.count(&moto, &folder, name, &["destroy", "--auto-approve"]);
        assert_eq!(moto.counts(), before, "{name}: left behind {:#}", moto.inventory());
        moto.assert_well_spoken();
    }
    // The rest is what it waits for, and what it has to know before it begins.
    calls.assert_frugal("shop", "apply", 1.25);
    calls.assert_frugal("shop", "destroy", 1.35);
    calls.assert_pinned();
}
