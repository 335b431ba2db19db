//! How often each command calls AWS: exactly as often as the table in `calls.txt` says, so that no call is added unseen.

use std::{collections::BTreeMap, ops::RangeInclusive};

use serde_json::json;

use super::{eksnet::Folder, life_cycle::in_singapore, moto::Moto};
use crate::sandbox::examples;

const TABLE: &str = include_str!("calls.txt");

/// By command, stack and operation.
type Pinned = BTreeMap<(String, String, String), RangeInclusive<u64>>;

/// The table: paragraphs after the first have a command and stacks as their heading, then an operation a line.
fn pinned() -> Pinned {
    let mut pinned = Pinned::new();
    for paragraph in TABLE.split("\n\n").skip(1) {
        let mut lines = paragraph.lines().map(str::split_whitespace);
        let mut heading = lines.next().expect("a heading");
        let command = heading.next().expect("a command");
        let stacks: Vec<&str> = heading.collect();
        for mut line in lines {
            let operation = line.next().expect("an operation");
            for (stack, cell) in stacks.iter().zip(line).filter(|(_, cell)| *cell != ".") {
                let (low, high) = cell.split_once('-').unwrap_or((cell, cell));
                let number =
                    |text: &str| text.parse().unwrap_or_else(|_| panic!("{text:?} in {operation}"));
                let key = (command.to_owned(), (*stack).to_owned(), operation.to_owned());
                pinned.insert(key, number(low)..=number(high));
            }
        }
    }
    pinned
}

#[test]
fn every_command_makes_the_calls_that_are_pinned() {
    let moto = Moto::start();
    let mut pinned = pinned();
    let mut wrong = Vec::new();
    let shop = ("shop.toml".to_owned(), include_str!("../../stacks/shop.toml").to_owned());
    for (file, text) in examples().into_iter().chain([shop]) {
        let stack = file.trim_end_matches(".toml");
        moto.post("reset", &json!({}));
        let folder = Folder::new(&moto.url, &moto.prepared(&in_singapore(&text)));
        for command in [&["apply", "--auto-approve"][..], &["plan"], &["destroy", "--auto-approve"]]
        {
            moto.post("calls/clear", &json!({}));
            folder.done(command);
            let calls = moto.get("calls");
            for (operation, count) in calls["counts"].as_object().expect("counts") {
                let key = (command[0].to_owned(), stack.to_owned(), operation.clone());
                let count = count.as_u64().expect("a count");
                match pinned.remove(&key) {
                    Some(range) if range.contains(&count) => {}
                    Some(range) => wrong.push(complaint(&key, count, &shown(&range))),
                    None => wrong.push(complaint(&key, count, "none")),
                }
            }
        }
    }
    wrong.extend(pinned.iter().map(|(key, range)| complaint(key, 0, &shown(range))));
    assert!(wrong.is_empty(), "tests/aws/calls.txt says otherwise:\n{}", wrong.join("\n"));
}

fn shown(range: &RangeInclusive<u64>) -> String {
    let (low, high) = (range.start(), range.end());
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}

fn complaint(cell: &(String, String, String), count: u64, pinned: &str) -> String {
    let (command, stack, operation) = cell;
    format!("{command} of {stack}: {operation} is called {count} times, pinned: {pinned}")
}
