//! States at rest: nobody reads them without the key, and what somebody else puts in their place is refused.

use std::{fs, path::PathBuf};

use serde_json::json;

use super::{REMOTE, make_bucket};
use crate::aws::{
    eksnet::{Folder, Ran},
    moto::Moto,
};

const LOCAL: &str = "state  = \"state/shop.json\"\nencryption = \"passphrase\"\n";

fn stack(place: &str) -> String {
    REMOTE.replace("state  = \"s3://memory/prod/shop\"\n", place)
}

fn run(folder: &Folder, passphrase: &str, args: &[&str]) -> Ran {
    let mut command = folder.command(args);
    let output = command.env("EKSNET_STATE_PASSPHRASE", passphrase).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn done(folder: &Folder, passphrase: &str, args: &[&str]) -> String {
    let ran = run(folder, passphrase, args);
    assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
    ran.out
}

fn refused(folder: &Folder, passphrase: &str, word: &str) {
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let ran = run(folder, passphrase, args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert!(ran.err.contains(word), "{word} is not said: {}", ran.err);
    }
}

/// Files of the state, but for the lock.
fn files(folder: &Folder) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path("state")).expect("the state's folder").flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_none_or(|extension| extension != "lock"));
    files.sort();
    files
}

fn assert_sealed(folder: &Folder) {
    assert!(files(folder).len() >= 3, "{:?}", files(folder));
    for path in files(folder) {
        let text = fs::read_to_string(&path).expect("text");
        for word in ["10.0.1.0", "subnet.public-a", "vpc-"] {
            assert!(!text.contains(word), "{} shows {word}", path.display());
        }
    }
}

#[test]
fn by_a_passphrase() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack(LOCAL));
    let ran = run(&folder, "", &["apply", "--auto-approve"]);
    assert!(ran.err.contains("set EKSNET_STATE_PASSPHRASE"), "{ran:?}");
    assert_eq!(moto.counts(), [], "it has begun with something that it cannot remember");
    done(&folder, "correct horse", &["apply", "--auto-approve"]);
    assert_sealed(&folder);
    let plan = done(&folder, "correct horse", &["plan"]);
    assert!(plan.contains("No changes"), "{plan}");
    refused(&folder, "battery staple", "encrypted with another passphrase");
    refused(&folder, "", "set EKSNET_STATE_PASSPHRASE");
    // It stays encrypted when the stack file stops saying so.
    folder.write(&stack("state  = \"state/shop.json\"\n"));
    done(&folder, "correct horse", &["state", "rm", "subnet.public-a"]);
    done(&folder, "correct horse", &["apply", "--auto-approve"]);
    assert_sealed(&folder);
}

/// A run that was killed leaves a journal that nobody reads either, and the next run takes up.
#[test]
fn a_journal_that_was_not_folded() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack(LOCAL));
    moto.post("fault", &json!({ "operation": "ec2.CreateSubnet", "mode": "hold" }));
    let mut command = folder.command(&["apply", "--auto-approve"]);
    let mut child = command.env("EKSNET_STATE_PASSPHRASE", "secret").spawn().expect("it starts");
    super::until("a call is held", || moto.get("held") != json!(0));
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    assert!(folder.path("state/shop.journal").exists());
    let journal = fs::read_to_string(folder.path("state/shop.journal")).expect("a journal");
    assert!(!journal.contains("vpc.shop"), "{journal}");
    done(&folder, "secret", &["apply", "--auto-approve"]);
    assert!(done(&folder, "secret", &["plan"]).contains("No changes"));
    done(&folder, "secret", &["destroy", "--auto-approve"]);
    assert_eq!(moto.counts(), []);
}

#[test]
fn what_somebody_else_puts_there_is_refused() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &stack(LOCAL));
    done(&folder, "secret", &["apply", "--auto-approve"]);
    let path = folder.path("state/shop.json");
    let first = fs::read(&path).expect("a state");
    let clear = done(&folder, "secret", &["state", "pull"]);
    // One generation back, the former journal leads to the newest all the same.
    done(&folder, "secret", &["state", "rm", "route.public/internet"]);
    done(&folder, "secret", &["state", "rm", "subnet.public-a"]);
    let newest = fs::read(&path).expect("a state");
    fs::write(&path, &first).expect("an older copy");
    refused(&folder, "secret", "is not the one that was written last");
    fs::write(&path, clear).expect("a copy in the clear");
    refused(&folder, "secret", "is not encrypted");
    // Its serial is part of what is sealed.
    let text = String::from_utf8_lossy(&first).replace("\"serial\": 1", "\"serial\": 9");
    fs::write(&path, text).expect("a changed copy");
    let ran = run(&folder, "secret", &["state", "list"]);
    assert!(ran.code != Some(0) || !ran.out.contains("route.public/internet"), "{ran:?}");
    fs::write(&path, newest).expect("the newest");
    done(&folder, "secret", &["plan"]);
}

#[test]
fn from_the_clear_to_a_key_of_kms_in_a_bucket() {
    let moto = Moto::start();
    make_bucket(&moto);
    let key = moto.call("kms", "CreateKey", &json!({}));
    let key = key["KeyMetadata"]["Arn"].as_str().expect("a key").to_owned();
    let folder = Folder::new(&moto.url, REMOTE);
    folder.apply();
    let said = format!("state  = \"s3://memory/prod/shop\"\nencryption = \"{key}\"\n");
    folder.write(&stack(&said));
    let ran = folder.run(&["apply", "--auto-approve"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("eksnet state migrate s3://memory/prod/shop"), "{}", ran.err);
    folder.done(&["state", "migrate", "s3://memory/prod/shop"]);
    let listed = moto.call("s3", "ListObjectsV2", &json!({ "Bucket": "memory" }));
    for object in listed["Contents"].as_array().expect("objects") {
        let object = json!({ "Bucket": "memory", "Key": object["Key"] });
        let text = moto.call("s3", "GetObject", &object).to_string();
        assert!(!text.contains("subnet.public-a"), "{object}: {text}");
    }
    assert_eq!(folder.planned(), [""; 0]);
    folder.done(&[
        "destroy",
        "--state",
        "s3://memory/prod/shop",
        "--auto-approve",
        "stacks/stack.toml",
    ]);
    moto.assert_well_spoken();
}
