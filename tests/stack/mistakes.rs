//! Every mistake a stack file can have, as its author sees it: `mistakes/*.txt` hold stack files and what is said of
//! them.
//!
//! A case is `=== title`, what stands in the file, `---` and the whole answer, `fine` where there is none. What a case
//! leaves out (`[stack]`, `[vpc]` with a block, `[vpc.subnets]`) is added around it, unless its title ends in
//! `(whole file)`. With `EKSNET_BLESS=1` the answers are written anew, to be read before they are kept.

use std::{fs, path::Path};

use eksnet::{
    render::{Style, diagnostic},
    stack::parse,
};

const STACK: &str = "[stack]\nname = \"shop\"\nregion = \"ap-southeast-1\"\n\n";
const VPC: &str = "[vpc]\ncidr = \"10.0.0.0/16\"\n";
const SUBNETS: &str = "\n[vpc.subnets]\npublic-a = \"10.0.1.0/24\"\npublic-b = \"10.0.4.0/24\"\n\
                       private-a = \"10.0.2.0/24\"\nprivate-b = \"10.0.3.0/24\"\n";

#[test]
fn mistakes_are_answered_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stack/mistakes");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("a file of cases").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = String::new();
    for file in files {
        let written = fs::read_to_string(&file).expect("a file of cases");
        let answered = answer_all(&written);
        if std::env::var_os("EKSNET_BLESS").is_some() {
            fs::write(&file, &answered).expect("a file of cases");
        } else if answered != written {
            wrong.push_str(&first_difference(&file, &written, &answered));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn answer_all(cases: &str) -> String {
    let (mut answered, cases) = match cases.find("=== ") {
        Some(start) => (cases[..start].to_owned(), &cases[start..]),
        None => panic!("a file without cases"),
    };
    for case in cases.split("=== ").skip(1) {
        let (title, rest) = case.split_once('\n').expect("a title");
        let (stack, _) = rest.split_once("---\n").unwrap_or((rest, ""));
        let stack = format!("{}\n", stack.trim_end());
        answered.push_str(&format!("=== {title}\n{stack}---\n{}\n\n", answer(title, &stack)));
    }
    format!("{}\n", answered.trim_end())
}

fn answer(title: &str, case: &str) -> String {
    let found = match parse("shop.toml", &whole(title, case)) {
        Ok((_, found)) | Err(found) => found,
    };
    if found.is_empty() {
        return "fine".to_owned();
    }
    let shown: Vec<String> = found.iter().map(|it| diagnostic(it, Style::Plain)).collect();
    let lines = shown.join("\n\n");
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn whole(title: &str, case: &str) -> String {
    if title.ends_with("(whole file)") {
        return case.to_owned();
    }
    let has = |header: &str| case.lines().any(|line| line.trim() == header);
    let head = if has("[stack]") { "" } else { STACK };
    let (before, after) = match (has("[vpc]"), has("[stack]")) {
        (true, _) => ("", ""),
        (false, true) => ("", VPC),
        (false, false) => (VPC, ""),
    };
    let gap = if after.is_empty() { "" } else { "\n" };
    let subnets = if has("[vpc.subnets]") { "" } else { SUBNETS };
    format!("{head}{before}{case}{gap}{after}{subnets}")
}

fn first_difference(file: &Path, written: &str, answered: &str) -> String {
    let mut title = "";
    for (expected, found) in written.lines().zip(answered.lines()) {
        title = expected.strip_prefix("=== ").unwrap_or(title);
        if expected != found {
            return format!(
                "{}: {title}\n  expected {expected}\n  found    {found}\n",
                file.display()
            );
        }
    }
    format!("{}: one is longer than the other\n", file.display())
}
