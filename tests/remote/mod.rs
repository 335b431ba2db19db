//! State in a bucket, and races for a state wherever it is: one writer at any time, nothing overwritten, nothing lost, and
//! never a lock that somebody has to break.

mod crash;
mod damage;
mod encryption;
mod moving;
mod races;

use std::{
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::aws::{
    eksnet::{Folder, Ran},
    moto::Moto,
};

/// Two public subnets, remembered in a bucket.
const REMOTE: &str = r#"
[stack]
name   = "shop"
region = "ap-southeast-1"
state  = "s3://memory/prod/shop"

[vpc]
cidr = "10.0.0.0/16"
nat  = "none"

[vpc.subnets]
public-a = "10.0.1.0/24"
public-b = "10.0.4.0/24"
"#;

/// How long a lease lasts in these tests.
const TERM: u64 = 1;

/// The bucket, in another Region than the stack.
fn make_bucket(moto: &Moto) {
    let place = json!({ "LocationConstraint": "eu-west-1" });
    let params = json!({ "Bucket": "memory", "CreateBucketConfiguration": place });
    let body = json!({ "service": "s3", "operation": "CreateBucket", "region": "eu-west-1", "params": params });
    let answer = moto.post("call", &body);
    assert!(answer.get("error").is_none(), "{answer}");
}

/// A server with the bucket, and a folder whose stack is remembered in it.
fn remote() -> (Moto, Folder) {
    let moto = Moto::start();
    make_bucket(&moto);
    let folder = Folder::new(&moto.url, REMOTE);
    (moto, folder)
}

/// Starts a run with a short lease.
fn start(folder: &Folder, args: &[&str]) -> Child {
    let mut command = folder.command(args);
    command.env("EKSNET_LEASE_SECONDS", TERM.to_string()).env("USER", "ada");
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("eksnet starts")
}

fn end(child: Child) -> Ran {
    let output = child.wait_with_output().expect("eksnet ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn run(folder: &Folder, args: &[&str]) -> Ran {
    end(start(folder, args))
}

/// Runs again until the state is free, as a person would: nobody breaks a lock.
fn run_when_free(folder: &Folder, args: &[&str]) -> Ran {
    let patience = Instant::now();
    loop {
        let ran = run(folder, args);
        if ran.code == Some(0) || !ran.err.contains("in use by") {
            return ran;
        }
        assert!(patience.elapsed() < Duration::from_secs(30), "it never becomes free: {ran:?}");
        sleep(Duration::from_millis(200));
    }
}

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !holds() {
        assert!(patience.elapsed() < Duration::from_secs(30), "never: {what}");
        sleep(Duration::from_millis(5));
    }
}

/// What a run that nobody disturbs makes.
fn whole(moto: &Moto, folder: &Folder) -> Vec<(String, usize)> {
    folder.apply();
    let counts = moto.counts();
    moto.post("reset", &json!({}));
    make_bucket(moto);
    counts
}
