//! Damage to the objects of a state: what is read is what was written, or an error. Never nothing, never something else.

use std::time::Duration;

use eksnet::{
    aws::{self, Bucket, Expected, Put, Target},
    model::{Account, Address, Diagnostic},
    state::{Entry, Holder, Journal, Lending, Record, State, Store},
};
use serde_json::json;

use super::{make_bucket, remote};
use crate::aws::moto::Moto;

const KEY: &str = "prod/shop";

fn store(bucket: &Bucket) -> Store {
    Store::object(bucket.clone(), KEY, Lending { term: Duration::from_secs(30), tell: |_| {} })
}

fn record(n: usize) -> Entry {
    let record = Record {
        id: format!("subnet-{n:017x}").into(),
        fields: json!({ "cidr": format!("10.0.{n}.0/24") }).into(),
        tags: Default::default(),
        outputs: Default::default(),
        needs: Default::default(),
        section: "vpc.subnets".to_owned(),
        made: 0,
    };
    Entry::Settled { address: Address::new("subnet", n), record: Box::new(record) }
}

fn born() -> State {
    let account = Account { id: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
    State::new("shop", "aws", account, "lineage".to_owned())
}

async fn bucket(moto: &Moto) -> Bucket {
    let target = Target {
        region: "ap-southeast-1".to_owned(),
        endpoint_url: Some(moto.url.clone()),
        ..Target::default()
    };
    aws::bucket(&target, "memory").await.expect("the bucket is there")
}

/// A state with two generations and two pages of a journal that was not folded, and every state that it was in.
async fn written(bucket: &Bucket) -> Vec<State> {
    let mut states = vec![born()];
    let holder = Holder::here("test");
    let mut journal = Journal::open(store(bucket), &holder, born).await.expect("it opens");
    for n in 0..6 {
        journal.write([record(n)]).await.expect("the journal takes it");
        states.push(journal.state().clone());
        if n == 1 || n == 3 {
            journal.fold().await.expect("the journal folds");
        }
    }
    journal.close().await;
    states
}

async fn put(bucket: &Bucket, key: &str, bytes: &[u8]) {
    let there = bucket.get(key).await.expect("S3 answers");
    let etag = there.map(|object| object.etag);
    let expected = etag.as_deref().map_or(Expected::Nothing, Expected::Etag);
    let done = bucket.put(key, bytes, expected).await.expect("S3 takes it");
    assert_ne!(done, Put::Refused);
}

fn in_real_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// The last state, or one from which only the last facts are missing, or an error. Losing all in silence is none of these.
fn check(read: Result<Option<State>, Diagnostic>, states: &[State], what: &str) -> bool {
    match read {
        Err(_) => false,
        Ok(None) => panic!("{what}: taken for a new stack"),
        Ok(Some(state)) => {
            let known = states.iter().skip(5).any(|known| known.resources == state.resources);
            assert!(
                known,
                "{what}: read as something that never was: {:?}",
                state.resources.keys()
            );
            true
        }
    }
}

#[test]
fn objects_cut_flipped_exchanged_and_removed() {
    let moto = Moto::start();
    make_bucket(&moto);
    in_real_time(async {
        let bucket = bucket(&moto).await;
        let states = written(&bucket).await;
        let read = || async {
            let recalled = store(&bucket).recall().await;
            recalled.map(|recalled| recalled.map(|recalled| recalled.state))
        };
        assert!(check(read().await, &states, "untouched"));
        let objects = bucket.list(KEY).await.expect("S3 answers");
        let objects: Vec<String> = objects.into_iter().map(|object| object.key).collect();
        assert!(objects.len() >= 7, "{objects:?}");
        let foreign = b"{\"version\": 4, \"serial\": 9}";
        let mut usable = 0;
        for key in objects.iter().filter(|key| !key.ends_with(".lock")) {
            let whole = bucket.get(key).await.expect("S3 answers").expect("it is there").bytes;
            let mut damaged: Vec<(String, Vec<u8>)> =
                vec![("foreign".to_owned(), foreign.to_vec())];
            for step in 0..12 {
                let at = whole.len() * step / 12;
                damaged.push((format!("cut at {at}"), whole[..at].to_vec()));
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << (step % 8);
                damaged.push((format!("flipped at {at}"), flipped));
            }
            let page = objects.iter().find(|other| other.contains(".journal/") && *other != key);
            let other = bucket.get(page.expect("another page")).await.expect("S3 answers");
            damaged.push(("another page".to_owned(), other.expect("it is there").bytes));
            for (how, bytes) in damaged {
                put(&bucket, key, &bytes).await;
                usable += u32::from(check(read().await, &states, &format!("{key} {how}")));
            }
            bucket.delete(std::slice::from_ref(key)).await.expect("S3 deletes");
            usable += u32::from(check(read().await, &states, &format!("{key} removed")));
            put(&bucket, key, &whole).await;
        }
        assert!(usable > 0, "the former generation is never of use");
        // A snapshot that was lost is made up for by the next run that writes.
        put(&bucket, KEY, b"{").await;
        let holder = Holder::here("test");
        let journal = Journal::open(store(&bucket), &holder, born).await.expect("it opens");
        assert!(journal.notice().is_some());
        journal.close().await;
        let recalled = store(&bucket).recall().await.expect("it reads").expect("a state");
        assert_eq!(recalled.notice, None);
        assert_eq!(recalled.state.resources, states[6].resources);
    });
}

#[test]
fn an_older_copy_is_refused() {
    let moto = Moto::start();
    make_bucket(&moto);
    in_real_time(async {
        let bucket = bucket(&moto).await;
        let holder = Holder::here("test");
        let mut older = Vec::new();
        for n in 0..3 {
            let mut journal = Journal::open(store(&bucket), &holder, born).await.expect("it opens");
            journal.write([record(n)]).await.expect("the journal takes it");
            journal.fold().await.expect("the journal folds");
            journal.close().await;
            older.push(bucket.get(KEY).await.expect("S3 answers").expect("a snapshot").bytes);
        }
        for copy in &older[..2] {
            put(&bucket, KEY, copy).await;
            let refused = store(&bucket).recall().await.expect_err("it is older");
            assert!(refused.notes.iter().any(|note| note.contains("older")), "{refused:?}");
            Journal::open(store(&bucket), &holder, born).await.expect_err("it is older");
        }
        bucket.delete(&[KEY.to_owned(), format!("{KEY}.1")]).await.expect("S3 deletes");
        store(&bucket).recall().await.expect_err("it is gone");
        let meant = State::of_copy("copy", &older[0]).expect("a copy");
        Journal::overwrite(store(&bucket), &holder, meant).await.expect("it is meant");
        let recalled = store(&bucket).recall().await.expect("it reads").expect("a state");
        assert_eq!(recalled.state.resources.len(), 1);
        assert!(recalled.state.serial > 3);
    });
}

#[test]
fn beyond_repair_it_is_rebuilt() {
    let (moto, folder) = remote();
    folder.apply();
    let there = moto.counts();
    in_real_time(async {
        let bucket = bucket(&moto).await;
        put(&bucket, KEY, b"{").await;
        put(&bucket, &format!("{KEY}.1"), b"").await;
    });
    let refused = folder.run(&["plan"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    folder.done(&["state", "rebuild"]);
    assert_eq!(moto.counts(), there);
    assert_eq!(folder.planned(), [""; 0]);
    let refused = folder.run(&["state", "rebuild"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("nothing is wrong with it"), "{}", refused.err);
    folder.done(&["state", "rebuild", "--force"]);
    assert_eq!(folder.planned(), [""; 0]);
    folder.destroy();
}
