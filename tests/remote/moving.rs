//! Copies of a state, and its way from one place to another.

use serde_json::json;

use super::{REMOTE, make_bucket};
use crate::aws::{eksnet::Folder, moto::Moto};

#[test]
fn from_a_file_to_a_bucket_and_back() {
    let moto = Moto::start();
    make_bucket(&moto);
    let local = REMOTE.replace("state  = \"s3://memory/prod/shop\"\n", "");
    let folder = Folder::new(&moto.url, &local);
    folder.apply();
    folder.write(REMOTE);
    moto.post("calls/clear", &json!({}));
    for command in [&["plan"][..], &["apply", "--auto-approve"], &["state", "list"]] {
        let ran = folder.run(command);
        assert_eq!(ran.code, Some(1), "{command:?}: {ran:?}");
        assert!(ran.err.contains("eksnet state migrate state/shop.json"), "{}", ran.err);
    }
    folder.done(&["state", "migrate", "state/shop.json"]);
    assert_eq!(folder.planned(), [""; 0]);
    // Whoever still looks at the old place is told where the state is.
    let old =
        folder.run(&["apply", "stacks/stack.toml", "--auto-approve", "--state", "state/shop.json"]);
    assert_eq!(old.code, Some(1), "{old:?}");
    assert!(old.err.contains("has been moved to s3://memory/prod/shop"), "{}", old.err);
    folder.write(&local);
    folder.done(&["state", "migrate", "s3://memory/prod/shop"]);
    assert_eq!(folder.planned(), [""; 0]);
    let again = folder.run(&["state", "migrate", "s3://memory/prod/shop"]);
    assert_eq!(again.code, Some(1), "{again:?}");
    let calls = moto.get("calls");
    let made = calls["list"].as_array().into_iter().flatten().filter(|call| {
        call[0] == "ec2" && !call[1].as_str().is_some_and(|name| name.starts_with("Describe"))
    });
    assert_eq!(made.count(), 0, "{calls:#}");
    folder.destroy();
    assert_eq!(moto.counts(), []);
}

#[test]
fn destroyed_without_the_stack_file() {
    let moto = Moto::start();
    make_bucket(&moto);
    let folder = Folder::new(&moto.url, REMOTE);
    folder.apply();
    let elsewhere = Folder::new(&moto.url, "");
    elsewhere.done(&["destroy", "--state", "s3://memory/prod/shop", "--auto-approve"]);
    assert_eq!(moto.counts(), []);
}

#[test]
fn a_copy_is_taken_and_put_back() {
    let moto = Moto::start();
    make_bucket(&moto);
    let folder = Folder::new(&moto.url, REMOTE);
    folder.apply();
    let copy = folder.done(&["state", "pull"]);
    std::fs::write(folder.path("copy.json"), &copy).expect("a copy");
    folder.done(&["state", "rm", "subnet.public-a"]);
    let refused = folder.run(&["state", "push", "copy.json"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("it has serial 1, the state has 2"), "{}", refused.err);
    folder.done(&["state", "push", "copy.json", "--force"]);
    assert_eq!(folder.planned(), [""; 0]);
    let foreign = copy.replace("\"stack\": \"shop\"", "\"stack\": \"other\"");
    std::fs::write(folder.path("copy.json"), foreign).expect("a copy");
    let refused = folder.run(&["state", "push", "copy.json", "--force"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("checksum"), "{}", refused.err);
}

/// What is wrong with the place is said before anything else.
#[test]
fn a_bucket_that_is_not_there() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, REMOTE);
    for command in [&["plan"][..], &["apply", "--auto-approve"], &["state", "list"]] {
        let ran = folder.run(command);
        assert_eq!(ran.code, Some(1), "{command:?}: {ran:?}");
        assert!(ran.err.contains("there is no bucket memory"), "{}", ran.err);
    }
    assert_eq!(moto.counts(), []);
}
