//! Stories: what a person types and what eksnet answers, word for word. `stories/*.txt` are documentation that is run.
//!
//! A story is prose with three things in it:
//!
//! ```text
//! --- file stacks/shop.toml        a file to write, up to a line of three dashes
//! ---
//!
//!     $ eksnet plan --sandbox      a command, and below it everything it answers:
//!     ...                          standard output,
//!     [stderr]
//!     ...                          standard error,
//!     [exit 1]                     and the exit code, if it is not 0
//! ```
//!
//! A command that ends in `> FILE` writes its standard output there. Each story runs the real binary in a folder of its own, with the repository's `examples/` in it and nothing of the
//! caller's environment. Beside `eksnet` there are `cat FILE`, `cp FILE FILE`, `rm FILE` and `edit FILE s/old/new/`,
//! which replaces the one place where `old` stands (`\n` is a new line, `\/` a slash); and there is what somebody does to the shop's
//! sandbox behind eksnet's back: `outside delete ADDRESS`, `outside set ADDRESS FIELD JSON`, `outside untag ADDRESS KEY`,
//! and `outside put FILE`, a list of things that are not eksnet's; `outside remove KIND ID`.
//! Time on the wall is not compared.
//!
//! `UPDATE_STORIES=1 cargo test stories::` writes the answers anew, to be read before they are kept.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use eksnet::{
    model::Address,
    provider::sandbox::{Thing, World},
};
use similar::TextDiff;

use crate::lab::{folder, state_at};

const INDENT: &str = "    ";

#[test]
fn every_story_goes_as_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let entries = fs::read_dir(&folder).expect("the folder of stories").flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut wrong = String::new();
    for path in paths {
        let written = fs::read_to_string(&path).expect("a story");
        let told = tell(&parse(&written));
        if told == written {
            continue;
        }
        if std::env::var_os("UPDATE_STORIES").is_some() {
            fs::write(&path, &told).expect("a story is written");
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let diff = TextDiff::from_lines(&written, &told);
            wrong.push_str(&diff.unified_diff().header(&name, "what happens").to_string());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_story_is_told_again_as_it_is_written() {
    let story = "Cats\n====\n\n--- file a/cat\nmiaow\n\n  purr\n---\n\nProse.\n\n    $ cat a/cat\n    miaow\n\n      \
                 purr\n\n    $ edit a/cat s/ow/u/\n    $ cat a/dog\n    [stderr]\n    there is no a/dog\n    [exit 1]\n\nThe end.\n";
    assert_eq!(tell(&parse(story)), story);
    let forgotten = story.replace("    miaow\n", "    woof\n");
    assert_eq!(tell(&parse(&forgotten)), story);
}

/// A piece of a story.
enum Part<'a> {
    /// A line for the reader.
    Prose(&'a str),
    /// A file, and what is written to it.
    File { path: &'a str, text: String },
    /// A command. What it is said to answer is left out: it is what the command is run for.
    Command(&'a str),
}

fn parse(story: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut lines = story.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(path) = line.strip_prefix("--- file ") {
            let text = lines
                .by_ref()
                .take_while(|line| *line != "---")
                .map(|line| format!("{line}\n"))
                .collect();
            parts.push(Part::File { path, text });
        } else if let Some(command) =
            line.strip_prefix(INDENT).and_then(|line| line.strip_prefix("$ "))
        {
            parts.push(Part::Command(command));
            let mut blank = 0;
            // Blank lines belong to an answer if more of the answer follows.
            while let Some(line) = lines.next_if(|line| line.is_empty() || is_answer(line)) {
                blank = if line.is_empty() { blank + 1 } else { 0 };
            }
            parts.extend((0..blank).map(|_| Part::Prose("")));
        } else {
            parts.push(Part::Prose(line));
        }
    }
    parts
}

fn is_answer(line: &str) -> bool {
    line.strip_prefix(INDENT).is_some_and(|line| !line.starts_with("$ "))
}

/// The story with the answers that its commands really give.
fn tell(parts: &[Part<'_>]) -> String {
    let folder = folder();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    fs::create_dir(folder.path().join("examples")).expect("a folder for the examples");
    for entry in fs::read_dir(examples).expect("the examples").flatten() {
        fs::copy(entry.path(), folder.path().join("examples").join(entry.file_name()))
            .expect("an example");
    }
    let mut told = String::new();
    for part in parts {
        match part {
            Part::Prose(line) => told.push_str(&format!("{line}\n")),
            Part::File { path, text } => {
                write(&folder.path().join(path), text);
                told.push_str(&format!("--- file {path}\n{text}---\n"));
            }
            Part::Command(command) => {
                told.push_str(&format!("{INDENT}$ {command}\n"));
                let answer = match command.split_once(" > ") {
                    Some((command, file)) => {
                        let Answer { out, err, code } = run(folder.path(), command);
                        write(&folder.path().join(file), &out);
                        Answer { out: String::new(), err, code }
                    }
                    None => run(folder.path(), command),
                };
                for line in answer.text(command).lines() {
                    told.push_str(&if line.is_empty() {
                        "\n".to_owned()
                    } else {
                        format!("{INDENT}{line}\n")
                    });
                }
            }
        }
    }
    told
}

/// What a command answers.
struct Answer {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Answer {
    fn text(&self, command: &str) -> String {
        let mut text = masked(&self.out);
        if !self.err.is_empty() {
            text.push_str("[stderr]\n");
            text.push_str(&masked(&self.err));
        }
        if self.code != Some(0) {
            text.push_str(&format!(
                "[exit {}]\n",
                self.code.map_or("by a signal".to_owned(), |code| code.to_string())
            ));
        }
        // A blank line ends a diagnostic, and nothing else.
        for (stream, end) in [(&self.out, "\n\n"), (&self.err, "\n\n\n")] {
            let whole = stream.is_empty() || stream.ends_with('\n') && !stream.ends_with(end);
            assert!(whole, "`{command}` does not end with a line:\n{stream:?}");
            let tidy = stream.lines().all(|line| line.trim_end() == line);
            assert!(tidy, "`{command}` leaves blanks at the end of a line:\n{stream:?}");
        }
        // Blank lines after an answer are the story's own.
        text.truncate(text.trim_end_matches('\n').len());
        if text.is_empty() { text } else { text + "\n" }
    }

    fn of(result: Result<String, String>) -> Self {
        match result {
            Ok(out) => Self { out, err: String::new(), code: Some(0) },
            Err(reason) => Self { out: String::new(), err: format!("{reason}\n"), code: Some(1) },
        }
    }
}

/// `text` without time on the wall.
fn masked(text: &str) -> String {
    let line = |line: &str| match (line.find("(virtual; "), line.find(" on the clock)")) {
        (Some(start), Some(end)) => format!("{}(virtual; …{}\n", &line[..start], &line[end..]),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn run(folder: &Path, command: &str) -> Answer {
    let words: Vec<&str> = command.split_whitespace().collect();
    let read = |path: &str| {
        fs::read_to_string(folder.join(path)).map_err(|_| format!("there is no {path}"))
    };
    match &words[..] {
        ["eksnet", args @ ..] => eksnet(folder, args),
        ["cat", path] => Answer::of(read(path)),
        ["cp", from, to] => Answer::of(read(from).map(|text| {
            write(&folder.join(to), &text);
            String::new()
        })),
        ["rm", path] => Answer::of(read(path).map(|_| {
            fs::remove_file(folder.join(path)).expect("a file is removed");
            String::new()
        })),
        ["edit", path, ..] => {
            let text = read(path).expect("a file to edit");
            let (_, change) =
                command.split_once(" s/").unwrap_or_else(|| panic!("{command}: no s/old/new/"));
            let change = change.replace("\\/", "\0").replace("\\n", "\n");
            let parts: Vec<String> =
                change.split('/').map(|part| part.replace('\0', "/")).collect();
            let [old, new, end] = &parts[..] else {
                panic!("{command}: not of the form s/old/new/")
            };
            let count = text.matches(old).count();
            assert!(
                end.is_empty() && count == 1,
                "{command}: `{old}` stands there {count} times:\n{text}"
            );
            write(&folder.join(path), &text.replace(old, new));
            Answer::of(Ok(String::new()))
        }
        ["outside", "delete", address] => outside(folder, address, |_| false),
        ["outside", "set", address, field, value] => outside(folder, address, |thing| {
            thing.fields[field] = serde_json::from_str(value).expect("a JSON value");
            true
        }),
        ["outside", "untag", address, key] => {
            outside(folder, address, |thing| thing.tags.remove(*key).is_some())
        }
        ["outside", "remove", kind, id] => {
            world(folder).remove(kind, &(*id).into());
            Answer::of(Ok(String::new()))
        }
        ["outside", "put", path] => put(folder, &read(path).expect("a file of things")),
        _ => panic!("a story cannot run `{command}`"),
    }
}

fn eksnet(folder: &Path, args: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_eksnet"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_clear()
        .env("HOME", folder)
        .env("NO_COLOR", "1")
        // Where there is no instance metadata, asking for it costs seconds.
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .expect("eksnet runs");
    Answer {
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
        code: output.status.code(),
    }
}

/// Changes the thing at `address` without eksnet, or deletes it where `change` answers that it is not to stay.
fn outside(folder: &Path, address: &str, change: impl FnOnce(&mut Thing) -> bool) -> Answer {
    let address: Address = address.parse().expect("an address");
    let state = state_at(&folder.join("state/sandbox/shop.json"));
    let id = state.expect("a state").resources[&address].id.clone();
    let mut world = world(folder);
    let mut thing = world.get(address.kind(), &id).expect("it exists").clone();
    if change(&mut thing) {
        world.put(thing);
    } else {
        world.remove(address.kind(), &id);
    }
    Answer::of(Ok(String::new()))
}

/// Puts things into the shop's world that eksnet did not make. `@ADDRESS` stands for the id of what the state has there,
/// and a thing is born so many seconds from now.
fn put(folder: &Path, text: &str) -> Answer {
    let state = crate::lab::state_at(&folder.join("state/sandbox/shop.json"));
    let mut text = text.to_owned();
    for (address, record) in state.expect("a state").resources {
        text = text.replace(&format!("\"@{address}\""), &format!("\"{}\"", record.id));
    }
    assert!(!text.contains("\"@"), "an address that the state does not have:\n{text}");
    let things: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of things");
    let mut world = world(folder);
    for thing in things {
        let born = world.now + thing["born"].as_f64().unwrap_or_default();
        let (kind, id) = (&thing["kind"], &thing["id"]);
        let (kind, id) = (kind.as_str().expect("a kind"), id.as_str().expect("an id"));
        let mut put = Thing::wild(kind, id, thing["fields"].clone(), born);
        put.tags = serde_json::from_value(thing["tags"].clone()).unwrap_or_default();
        put.wild = serde_json::from_value(thing["wild"].clone()).ok().or(put.wild);
        world.put(put);
    }
    Answer::of(Ok(String::new()))
}

/// The shop's sandbox.
fn world(folder: &Path) -> World {
    World::open(&folder.join("state/sandbox/ap-southeast-1.world")).expect("a world")
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("a folder");
    fs::write(path, text).expect("a file is written");
}
