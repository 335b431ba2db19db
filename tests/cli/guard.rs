//! A state belongs to one account, Region and world: a run with others is refused before it changes anything.

use eksnet::{
    model::Account,
    state::{Entry, Holder, Journal, State, Store},
};
use serde_json::json;

use super::SMALL;
use crate::{
    aws::{eksnet::Folder, moto::Moto},
    lab::in_virtual_time,
};

/// Every command that could change something is refused, for the same reason, and changes nothing.
fn assert_refused(moto: &Moto, folder: &Folder, more: &[&str], words: &[&str]) {
    moto.post("calls/clear", &json!({}));
    for command in [&["plan"][..], &["apply", "--auto-approve"], &["destroy", "--auto-approve"]] {
        let ran = folder.run(&[command, more].concat());
        assert_eq!(ran.code, Some(1), "{command:?}: {ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{command:?} does not say {word}: {}", ran.err);
        }
    }
    assert_eq!(moto.get("calls")["mutating"], json!(0), "{:#}", moto.get("calls"));
}

#[test]
fn the_sandbox_s_state_is_refused_on_aws() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    folder.done(&["apply", "--sandbox", "--auto-approve"]);
    let sandbox = folder.path("state/sandbox/shop.json");
    let before = std::fs::read(&sandbox).expect("the sandbox's state");
    let stack = "stacks/stack.toml";
    let more = [stack, "--state", "state/sandbox/shop.json"];
    assert_refused(&moto, &folder, &more, &["sandbox", "this run is for aws"]);
    assert_eq!(std::fs::read(&sandbox).expect("the sandbox's state"), before);
    assert_eq!(moto.counts(), []);
}

#[test]
fn aws_s_state_is_refused_in_the_sandbox() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    folder.apply();
    let ran = folder.run(&[
        "destroy",
        "stacks/stack.toml",
        "--sandbox",
        "--auto-approve",
        "--state",
        "state/shop.json",
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("this run is for sandbox"), "{}", ran.err);
    assert_eq!(folder.planned(), [""; 0]);
}

#[test]
fn a_stack_that_names_another_account_is_refused() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    folder.apply();
    folder.write(&SMALL.replace("[stack]", "[stack]\naccount = \"999999999999\""));
    assert_refused(&moto, &folder, &[], &["999999999999", "123456789012"]);
    folder.write(&SMALL.replace("[stack]", "[stack]\naccount = \"123456789012\""));
    assert_eq!(folder.planned(), [""; 0]);
}

#[test]
fn a_state_of_another_account_is_refused() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    let account = Account { id: "999999999999".to_owned(), region: "ap-southeast-1".to_owned() };
    let born = || State::new("shop", "aws", account, "lineage".to_owned());
    in_virtual_time(async {
        let store = Store::file(&folder.path("state/shop.json"));
        let journal = Journal::open(store, &Holder::here("test"), born).await;
        let mut journal = journal.expect("a state");
        let chosen = Entry::Chosen { choices: [].into() };
        journal.write([chosen]).await.expect("the state is written");
        journal.fold().await.expect("the state is folded");
    });
    assert_refused(&moto, &folder, &[], &["account 999999999999", "this run is for 123456789012"]);
}

#[test]
fn a_stack_that_moved_to_another_region_is_refused() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    folder.apply();
    folder.write(&SMALL.replace("ap-southeast-1", "eu-central-1"));
    assert_refused(&moto, &folder, &[], &["ap-southeast-1", "eu-central-1"]);
}
