//! The house rules that a test can check: imports point down, only the command line prints, files stay small and say
//! what they are, a create makes one mutating call, the engine names no kind, the SDK is compiled once.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Every room and the floor it is on. A room uses its own floor and those below.
const FLOORS: [(&str, u8); 17] = [
    ("model", 0),
    ("data", 0),
    ("aws", 1),
    ("kinds", 1),
    ("strays", 1),
    ("provider", 2),
    ("state", 2),
    ("stack", 2),
    ("plan", 2),
    ("blueprint", 2),
    ("refresh", 3),
    ("rebuild", 3),
    ("sweep", 3),
    ("apply", 3),
    ("render", 4),
    ("cli", 5),
    ("lib", 5),
];

const LONGEST: usize = 400;

/// Every source file below a folder, with its text.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file reads");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn room(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap_or(path);
    let first = inside.components().next().expect("a path has parts").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The part of a source file that is not a test.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// The rooms that a file imports from: `use crate::room…` and `use crate::{room…, room…}`.
fn imports(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for statement in text.split("use crate::").skip(1) {
        let statement = statement.split(';').next().unwrap_or_default();
        let Some(group) = statement.strip_prefix('{') else {
            rooms.extend(statement.split([':', ' ', '\n']).next().map(str::to_owned));
            continue;
        };
        // Only the first word of each entry of the outer group names a room.
        let mut depth = 0;
        let mut name = Some(String::new());
        for letter in group.chars() {
            match (letter, &mut name) {
                ('{', _) => depth += 1,
                ('}', _) => depth -= 1,
                (',', _) if depth == 0 => name = Some(String::new()),
                (':', Some(word)) if depth == 0 => {
                    rooms.push(word.trim().to_owned());
                    name = None;
                }
                (letter, Some(word)) if depth == 0 => word.push(letter),
                (_, _) => {}
            }
        }
    }
    rooms.into_iter().filter(|room| !room.is_empty()).collect()
}

#[test]
fn imports_point_down() {
    for (path, text) in sources("src") {
        let room = room(&path);
        if room == "main" {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| panic!("{room} has no floor"));
        for imported in imports(product(&text)) {
            let theirs = floor(&imported)
                .unwrap_or_else(|| panic!("{imported} has no floor ({})", path.display()));
            assert!(
                theirs <= own,
                "{} (floor {own}) uses {imported} (floor {theirs})",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_command_line_prints() {
    for (path, text) in sources("src") {
        if room(&path) != "cli" {
            for word in ["println!", "print!(", "eprintln!", "eprint!(", "dbg!"] {
                assert!(!product(&text).contains(word), "{} holds {word}", path.display());
            }
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines; it is two files", path.display());
        assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
    }
}

#[test]
fn a_create_makes_one_mutating_call() {
    for (path, text) in sources("src/kinds") {
        for create in bodies(product(&text), "async fn create(") {
            let calls = ["aws.write(", "aws.change_record("]
                .map(|call| create.matches(call).count())
                .iter()
                .sum::<usize>();
            let through = writers(product(&text))
                .iter()
                .filter(|name| create.contains(&format!("{name}(")))
                .count();
            assert_eq!(
                calls + through,
                1,
                "the create in {} makes {calls} mutating calls",
                path.display()
            );
            assert_eq!(
                create.matches("aws.read(").count(),
                0,
                "the create in {} reads",
                path.display()
            );
        }
    }
}

/// The functions of a file, beside those of the kind, that make exactly one mutating call.
fn writers(text: &str) -> Vec<&str> {
    let functions = text.split("\nasync fn ").skip(1).chain(text.split("\n    async fn ").skip(1));
    functions
        .filter_map(|function| {
            let name = function.split(['(', '<']).next()?;
            let body = function.split("\n}\n").next()?.split("\n    }\n").next()?;
            let single = body.matches("aws.write(").count() >= 1;
            (single && !["create", "update", "delete", "create_all"].contains(&name))
                .then_some(name)
        })
        .collect()
}

#[test]
fn no_unwrap_and_no_unsafe() {
    for (path, text) in sources("src") {
        for word in [".unwrap()", "unsafe {", "todo!", "unimplemented!"] {
            assert!(!product(&text).contains(word), "{} holds {word}", path.display());
        }
    }
}

#[test]
fn the_engine_names_no_kind() {
    let names: Vec<&str> = eksnet::kinds::all().iter().map(|kind| kind.facts().name).collect();
    for folder in ["src/plan", "src/apply", "src/state", "src/provider"] {
        for (path, text) in sources(folder) {
            for line in product(&text).lines().filter(|line| !line.trim_start().starts_with("//")) {
                for name in &names {
                    assert!(
                        !line.contains(&format!("\"{name}\"")),
                        "{} names {name}: {line}",
                        path.display()
                    );
                }
            }
        }
    }
}

/// Libraries that only the tests use may ask for features of what the SDK stands on: then it is compiled once for the
/// binary and once for the tests, unless the binary asks for the same features.
#[test]
fn binary_and_tests_share_one_build() {
    let built = |edges: &str| -> BTreeSet<String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["tree", "--locked", "--offline", "--edges", edges])
            .args(["--prefix", "none", "--format", "{p} {f}"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    };
    let (binary, tests) = (built("normal"), built("normal,dev"));
    let twice: Vec<&String> = binary.difference(&tests).collect();
    assert!(twice.is_empty(), "with other features for the tests: {twice:#?}");
}

/// The bodies of functions whose signature begins with `start`.
fn bodies<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let end_of = |body: &'a str| {
        let mut depth = 0;
        for (at, letter) in body.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 1 => return &body[..at],
                '}' => depth -= 1,
                _ => {}
            }
        }
        body
    };
    text.match_indices(start)
        .map(|(at, _)| &text[at..])
        .filter(|body| {
            body.find('{')
                .is_some_and(|brace| body.find(';').is_none_or(|semicolon| brace < semicolon))
        })
        .map(end_of)
        .collect()
}
