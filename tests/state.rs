//! Damage to the files of a state: what is read is what was written, or an error. Never nothing, never something else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use eksnet::{
    model::{Account, Address, Diagnostic, Tags},
    state::{Entry, Holder, Journal, Recalled, Record, State, Store},
};
use serde_json::json;

use crate::lab::{folder, in_virtual_time};

fn record(n: usize) -> Entry {
    let record = Record {
        id: format!("subnet-{n:017x}").into(),
        fields: json!({ "cidr": format!("10.0.{n}.0/24") }).into(),
        tags: Tags::from([("Name".to_owned(), format!("shop-{n}"))]).into(),
        outputs: Default::default(),
        needs: Default::default(),
        section: "vpc.subnets".to_owned(),
        made: 0,
    };
    Entry::Settled { address: Address::new("subnet", n), record: Box::new(record) }
}

fn born() -> State {
    let account = Account { id: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
    State::new("shop", "sandbox", account, "lineage".to_owned())
}

fn open(path: &Path) -> Journal {
    in_virtual_time(Journal::open(Store::file(path), &Holder::here("test"), born))
        .expect("the state opens")
}

fn recall(path: &Path) -> Result<Option<Recalled>, Diagnostic> {
    in_virtual_time(Store::file(path).recall())
}

fn read(path: &Path) -> Result<Option<State>, Diagnostic> {
    Ok(recall(path)?.map(|recalled| recalled.state))
}

/// A state with two generations and a journal that was not folded, and every state that it was in on the way.
fn written(folder: &Path) -> (PathBuf, Vec<State>) {
    let path = folder.join("shop.json");
    let mut states = vec![born()];
    let mut journal = open(&path);
    for n in 0..6 {
        in_virtual_time(journal.write([record(n)])).expect("the journal takes it");
        states.push(journal.state().clone());
        if n % 2 == 1 && n < 5 {
            in_virtual_time(journal.fold()).expect("the journal folds");
        }
    }
    (path, states)
}

fn same(one: &State, other: &State) -> bool {
    one.resources == other.resources && one.deposed == other.deposed && one.open == other.open
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_none_or(|extension| extension != "lock"));
    files.sort();
    files
}

#[test]
fn a_lost_or_damaged_snapshot_is_made_up_for() {
    for damage in ["remove", "empty", "foreign", "flip"] {
        let folder = folder();
        let (path, states) = written(folder.path());
        let whole = fs::read(&path).expect("the snapshot reads");
        match damage {
            "remove" => fs::remove_file(&path).expect("removed"),
            "empty" => fs::write(&path, "").expect("emptied"),
            "foreign" => fs::write(&path, "{\"version\": 4}").expect("replaced"),
            _ => fs::write(&path, String::from_utf8_lossy(&whole).replacen("10.0.1", "10.0.9", 1))
                .expect("changed"),
        }
        let recalled = recall(&path).expect("it reads").expect("there is a state");
        assert!(same(&recalled.state, states.last().expect("states")), "{damage}");
        assert!(recalled.notice.is_some(), "{damage} is said");
        drop(open(&path));
        let healed = recall(&path).expect("it reads").expect("there is a state");
        assert!(same(&healed.state, states.last().expect("states")), "{damage}");
        assert_eq!(healed.notice, None, "{damage} is mended by the next run that writes");
    }
}

#[test]
fn nothing_whole_is_an_error_and_never_an_empty_state() {
    let folder = folder();
    let (path, _) = written(folder.path());
    fs::write(&path, "{").expect("damaged");
    fs::write(path.with_extension("json.1"), "{").expect("damaged");
    assert!(read(&path).is_err());
    fs::remove_file(&path).expect("removed");
    fs::remove_file(path.with_extension("json.1")).expect("removed");
    assert!(read(&path).is_err(), "a journal without a snapshot is not a new stack");
}

#[test]
fn files_cut_at_every_byte() {
    let folder = folder();
    let (path, states) = written(folder.path());
    let mut cuts = 0;
    for file in files(folder.path()) {
        let whole = fs::read(&file).expect("a file reads");
        for length in 0..whole.len() {
            fs::write(&file, &whole[..length]).expect("cut");
            cuts += 1;
            check(&path, &states, &format!("{} cut at {length}", file.display()));
        }
        fs::write(&file, &whole).expect("restored");
    }
    println!("files cut: {cuts}");
}

#[test]
fn ten_thousand_flipped_bits() {
    let folder = folder();
    let (path, states) = written(folder.path());
    let files = files(folder.path());
    // A small generator of its own keeps the run repeatable.
    let mut seed: u64 = 7;
    let mut next = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % bound
    };
    for round in 0..10_000 {
        let file = &files[next(files.len())];
        let whole = fs::read(file).expect("a file reads");
        let mut flipped = whole.clone();
        flipped[next(whole.len())] ^= 1 << next(8);
        fs::write(file, &flipped).expect("flipped");
        check(&path, &states, &format!("round {round}, {}", file.display()));
        fs::write(file, &whole).expect("restored");
    }
    println!("bits flipped: 10000");
}

/// What is read is the last state, or one from which only the last facts are missing (a tail that was never synced
/// looks the same), or an error. Losing all of it in silence is none of these.
fn check(path: &Path, states: &[State], what: &str) {
    match read(path) {
        Err(_) => {}
        Ok(None) => panic!("{what}: taken for a new stack"),
        Ok(Some(state)) => {
            let known = states.iter().skip(4).any(|known| same(known, &state));
            assert!(
                known,
                "{what}: read as something that never was: {:?}",
                state.resources.keys()
            );
        }
    }
}
