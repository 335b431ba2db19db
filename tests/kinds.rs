//! The README's table of kinds comes out of the registry and the first sentence of each kind's file, so that it cannot
//! fall behind; and how long those files are is told. With `EKSNET_BLESS=1` the table is written anew.

use std::{collections::BTreeMap, fs, path::Path};

use eksnet::kinds::{self, Facts};

use crate::house::sources;

const BEGIN: &str = "<!-- kinds: written by the tests -->\n";
const END: &str = "<!-- end of kinds -->\n";

/// What the file of a kind says of it, and how many lines it has without its tests.
struct Source {
    sentence: String,
    lines: usize,
}

/// The file of each kind: the one that opens with the kind's name.
fn files() -> BTreeMap<String, Source> {
    let mut files = BTreeMap::new();
    for (_, text) in sources("src/kinds") {
        let Some(opening) = text.strip_prefix("//! `") else { continue };
        let Some((name, rest)) = opening.split_once("`: ") else { continue };
        let paragraph: Vec<&str> = rest
            .lines()
            .map(|line| line.trim_start_matches("//!").trim())
            .take_while(|line| !line.is_empty())
            .collect();
        let paragraph = paragraph.join(" ");
        let sentence = paragraph.split(". ").next().unwrap_or_default().trim_end_matches('.');
        let product = text.split("#[cfg(test)]").next().unwrap_or(&text);
        files.insert(
            name.to_owned(),
            Source { sentence: sentence.to_owned(), lines: product.lines().count() },
        );
    }
    files
}

fn row(facts: &Facts, source: &Source) -> String {
    let seconds = |seconds: u32| match seconds {
        0 => String::new(),
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min", (f64::from(seconds) / 60.0).round()),
    };
    let replaces: Vec<String> = facts.replaces.iter().map(|field| format!("`{field}`")).collect();
    let cells = [
        format!("`{}`", facts.name),
        source.sentence.replace('|', "\\|"),
        replaces.join(", "),
        seconds(facts.timing.create),
        seconds(facts.timing.delete),
    ];
    let cells =
        cells.map(|cell| if cell.is_empty() { " ".to_owned() } else { format!(" {cell} ") });
    format!("|{}|\n", cells.join("|"))
}

#[test]
fn the_readme_lists_every_kind() {
    let files = files();
    let mut table = "| kind | what it is | replaced when these change | create | delete |\n|---|---|---|---|---|\n".to_owned();
    let mut lines = Vec::new();
    for facts in kinds::all().iter().map(|kind| kind.facts()) {
        let name = facts.name;
        let source = files.get(name).unwrap_or_else(|| panic!("no file opens with `{name}`"));
        table.push_str(&row(facts, source));
        lines.push((source.lines, name));
    }
    lines.sort_unstable();
    let total: usize = lines.iter().map(|(lines, _)| lines).sum();
    println!("lines of {} kinds: {total}, median {}", lines.len(), lines[lines.len() / 2].0);
    for (lines, name) in &lines {
        println!("{lines:>5}  {name}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("the README reads");
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the table");
    let (written, after) = rest.split_once(END).expect("the table ends somewhere");
    if std::env::var_os("EKSNET_BLESS").is_some() {
        fs::write(path, format!("{before}{BEGIN}{table}{END}{after}"))
            .expect("the README is written");
        return;
    }
    assert_eq!(written, table, "run EKSNET_BLESS=1 cargo test --test main kinds::");
}
