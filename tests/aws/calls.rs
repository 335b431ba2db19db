//! How often each command calls AWS: as often as `calls.txt` says, so that no call is added unseen.
//!
//! A paragraph a stack, an operation a line. Calls of a plan and calls that change one thing are exact. The others are
//! looks at what is waited for as well, which happen once or a few times, because each wait begins at a moment of its
//! own, or change several things that became possible in the same moment, whatever that is on a busy machine: those
//! have a range. With `EKSNET_BLESS=1` the table is written anew, to be read before it is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    ops::RangeInclusive,
    path::PathBuf,
};

use serde_json::json;

use super::{eksnet::Folder, moto::Moto};
use crate::crowds::{groups, refresh_over};

const COMMANDS: [&str; 3] = ["apply", "plan", "destroy"];

/// By stack, operation and command.
type Cells<T> = BTreeMap<(String, String, &'static str), T>;

/// What was called, beside what is pinned.
pub struct Calls {
    pinned: Cells<RangeInclusive<u64>>,
    counted: Cells<u64>,
}

impl Calls {
    pub fn pinned() -> Self {
        let text = fs::read_to_string(file()).expect("the table of calls reads");
        let mut pinned = Cells::new();
        for paragraph in text.split("\n\n") {
            let mut lines = paragraph.lines().map(str::split_whitespace);
            let stack = lines.next().and_then(|mut heading| heading.next()).unwrap_or_default();
            for mut line in lines {
                let operation = line.next().expect("an operation");
                for (command, cell) in COMMANDS.iter().zip(line).filter(|(_, cell)| *cell != ".") {
                    let (low, high) = cell.split_once('-').unwrap_or((cell, cell));
                    let number = |text: &str| {
                        text.parse().unwrap_or_else(|_| panic!("{text:?} in {operation}"))
                    };
                    let key = (stack.to_owned(), operation.to_owned(), *command);
                    pinned.insert(key, number(low)..=number(high));
                }
            }
        }
        Self { pinned, counted: Cells::new() }
    }

    /// Runs a command to its good end and counts; answers what it printed.
    pub fn count(&mut self, moto: &Moto, folder: &Folder, stack: &str, args: &[&str]) -> String {
        let command = COMMANDS.into_iter().find(|command| *command == args[0]).expect("a command");
        moto.post("calls/clear", &json!({}));
        let printed = folder.done(args);
        let calls = moto.get("calls");
        for (operation, count) in calls["counts"].as_object().expect("counts") {
            let key = (stack.to_owned(), operation.clone(), command);
            self.counted.insert(key, count.as_u64().expect("a count"));
        }
        printed
    }

    /// Fails the test where the table says otherwise.
    pub fn assert_pinned(self) {
        if std::env::var_os("EKSNET_BLESS").is_some() {
            fs::write(file(), self.table()).expect("the table of calls is written");
            return;
        }
        let mut wrong = String::new();
        let cells: BTreeSet<_> = self.pinned.keys().chain(self.counted.keys()).collect();
        for key in cells {
            let count = self.counted.get(key).copied().unwrap_or_default();
            let pinned = self.pinned.get(key);
            if !pinned.is_some_and(|range| range.contains(&count)) {
                let (stack, operation, command) = key;
                let pinned = pinned.map_or_else(|| "none".to_owned(), shown);
                let _ = writeln!(
                    wrong,
                    "{command} of {stack}: {operation} is called {count} times, pinned: {pinned}"
                );
            }
        }
        assert!(wrong.is_empty(), "tests/aws/calls.txt says otherwise:\n{wrong}");
    }

    /// The table of what was counted; ranges that hold are kept.
    fn table(&self) -> String {
        let cell = |key: &(String, String, &'static str)| {
            let Some(count) = self.counted.get(key) else { return ".".to_owned() };
            match self.pinned.get(key) {
                Some(range) if range.contains(count) => shown(range),
                Some(_) | None if polls(key) => shown(&(1..=count * 2 + 1)),
                Some(_) | None => count.to_string(),
            }
        };
        let stacks: BTreeSet<&String> = self.counted.keys().map(|(stack, ..)| stack).collect();
        let mut paragraphs = Vec::new();
        for stack in stacks {
            let of_stack = self.counted.keys().filter(|(each, ..)| each == stack);
            let operations: BTreeSet<&String> =
                of_stack.map(|(_, operation, _)| operation).collect();
            let mut text = format!("{stack:<44}");
            COMMANDS.iter().for_each(|command| text.push_str(&format!("{command:>9}")));
            for operation in operations {
                let _ = write!(text, "\n{operation:<44}");
                for command in COMMANDS {
                    let _ =
                        write!(text, "{:>9}", cell(&(stack.clone(), operation.clone(), command)));
                }
            }
            paragraphs.push(text);
        }
        paragraphs.join("\n\n") + "\n"
    }

    /// Fails the test where a command makes more calls than `most` for each of its calls that change something.
    pub fn assert_frugal(&self, stack: &str, command: &str, most: f64) {
        let cells = self.counted.iter().filter(|((of, _, by), _)| of == stack && *by == command);
        let (mut all, mut changing) = (0, 0);
        for ((_, operation, _), count) in cells {
            all += count;
            changing += if reads(operation) { 0 } else { *count };
        }
        println!("{command} of {stack}: {all} calls, of which {changing} change something");
        assert!(
            all as f64 <= most * changing as f64,
            "{command} of {stack}: {all} calls for {changing} changes"
        );
    }
}

/// Whether an operation may look at what is waited for: it reads, and not during a plan, which waits for nothing.
fn polls((_, operation, command): &(String, String, &'static str)) -> bool {
    reads(operation) && operation != "sts.GetCallerIdentity" && *command != "plan"
}

fn reads(operation: &str) -> bool {
    let name = operation.split_once('.').map_or(operation, |(_, name)| name);
    ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/aws/calls.txt")
}

fn shown(range: &RangeInclusive<u64>) -> String {
    let (low, high) = (range.start(), range.end());
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}

/// The account, the VPC and its two attributes; subnets, route tables and the gateway; and DescribeSecurityGroups, which is
/// asked for 200 groups at a time and shows their rules.
#[test]
fn ten_thousand_rules_in_five_hundred_groups_are_three_calls() {
    let moto = Moto::start();
    assert_eq!(refresh_over(&moto.url, &groups(500, 20)), 10);
}
