//! Edits of stack files and exactly what follows from each: `edits/*.txt` hold them, for the sandbox and for moto.
//!
//! A case is `=== example: what is done`, the edit, `---` and the plan. An edit takes lines away (`-`), puts lines in
//! their place (`+`; at the end of the file before any `-`) and replaces text everywhere (`* this that`). A title that
//! begins with `then` goes on from the case before it. With `EKSNET_BLESS=1` the plans are written anew, to be read
//! before they are kept.

use std::{fs, path::Path};

use eksnet::{blueprint::egress, model::Identity, state::State};

use super::examples;
use crate::lab::{Lab, brief};

/// An edit and what follows from it.
pub struct Edit {
    pub title: String,
    /// The stack file afterwards.
    pub text: String,
    /// What has to happen, in the words of [`brief`].
    pub planned: Vec<String>,
}

/// An example and edits of it, each after the one before.
pub struct Chain {
    pub example: String,
    pub text: String,
    pub edits: Vec<Edit>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/edits")
}

/// Every chain, with the file it stands in.
pub fn chains() -> Vec<(String, Chain)> {
    let mut files: Vec<_> =
        fs::read_dir(folder()).expect("the edits").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut chains = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a file of edits");
        chains.extend(read(&text).into_iter().map(|chain| (name.clone(), chain)));
    }
    chains
}

fn read(cases: &str) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for case in cases.split("=== ").skip(1) {
        let (title, rest) = case.split_once('\n').expect("a title");
        let (edit, planned) = rest.split_once("---\n").expect("an edit, then ---");
        if !title.starts_with("then ") {
            let (example, _) = title.split_once(':').expect("a title names an example");
            let (_, text) =
                examples().into_iter().find(|(name, _)| name == example).expect("an example");
            chains.push(Chain { example: example.to_owned(), text, edits: Vec::new() });
        }
        let chain = chains.last_mut().expect("the first case names an example");
        let before = chain.edits.last().map_or(&chain.text, |edit| &edit.text);
        let text = edited(title, before, edit);
        let planned = planned.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        chain.edits.push(Edit { title: title.to_owned(), text, planned });
    }
    chains
}

fn edited(title: &str, text: &str, edit: &str) -> String {
    let mut text = text.to_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut at = lines.len();
    for line in edit.lines() {
        match line.split_once(' ') {
            Some(("-", old)) => {
                at = lines
                    .iter()
                    .position(|each| each == old)
                    .unwrap_or_else(|| panic!("{title}: no line {old}"));
                lines.remove(at);
            }
            Some(("+", new)) => {
                lines.insert(at, new.to_owned());
                at += 1;
            }
            Some(("*", words)) => {
                let (old, new) = words.split_once(' ').expect("* this that");
                lines = lines.iter().map(|line| line.replace(old, new)).collect();
            }
            _ => panic!("{title}: what is {line}?"),
        }
    }
    text = lines.join("\n");
    text.push('\n');
    text
}

/// Ids of what an edit has nothing to do with stay, and those of what it makes anew do not.
pub fn assert_untouched(title: &str, before: &State, after: &State, planned: &[String]) {
    for (address, record) in &before.resources {
        let sign = planned.iter().filter_map(|line| line.split_once(' '));
        let sign =
            sign.filter(|(_, other)| *other == address.as_str()).map(|(sign, _)| sign).next();
        let now: Option<&Identity> = after.resources.get(address).map(|record| &record.id);
        match sign {
            None | Some("~") => assert_eq!(now, Some(&record.id), "{title}: {address}"),
            Some("-") => assert_eq!(now, None, "{title}: {address}"),
            // What has a natural key may come back under the same one.
            Some("+/-" | "-/+") => assert!(now.is_some(), "{title}: {address}"),
            Some(other) => panic!("{title}: {other} {address}"),
        }
    }
    for address in after.resources.keys().filter(|address| !before.resources.contains_key(address))
    {
        assert!(planned.contains(&format!("+ {address}")), "{title}: {address} came from nowhere");
    }
}

#[test]
fn edits_do_what_is_written() {
    if std::env::var_os("EKSNET_BLESS").is_some() {
        return bless();
    }
    let mut edits = 0;
    for (file, Chain { example, text, edits: chain }) in chains() {
        let lab = Lab::new();
        lab.apply(&text);
        for Edit { title, text, planned } in chain {
            let title = format!("{file}: {example}, {title}");
            let before = lab.state().expect("a state");
            assert_eq!(brief(&lab.plan(&text)), planned, "{title}");
            lab.apply(&text);
            assert_eq!(brief(&lab.plan(&text)), [""; 0], "{title}: a second plan is not empty");
            lab.assert_agrees(&title);
            assert_untouched(&title, &before, &lab.state().expect("a state"), &planned);
            edits += 1;
        }
        lab.destroy(&text);
        assert!(lab.inventory().is_empty(), "{file}: {example} left behind {:#?}", lab.inventory());
    }
    println!("edits: {edits}");
}

/// Writes what is planned into the files.
fn bless() {
    for entry in fs::read_dir(folder()).expect("the edits").flatten() {
        let written = fs::read_to_string(entry.path()).expect("a file of edits");
        let mut plans = Vec::new();
        for chain in read(&written) {
            let lab = Lab::new();
            lab.apply(&chain.text);
            for edit in chain.edits {
                eprintln!("{}: {}", chain.example, edit.title);
                let mut plan = brief(&lab.plan(&edit.text)).join("\n");
                if !plan.is_empty() {
                    plan.push('\n');
                }
                plans.push(plan);
                lab.apply(&edit.text);
            }
        }
        let cases = written.split("=== ").skip(1).zip(plans).map(|(case, plan)| {
            let (edit, _) = case.split_once("---\n").expect("an edit");
            format!("=== {edit}---\n{plan}")
        });
        fs::write(entry.path(), cases.collect::<Vec<_>>().join("\n")).expect("a file of edits");
    }
}

/// Going from one gateway to one in each zone keeps the gateway and the address that partners know.
#[test]
fn the_first_gateway_survives_more_of_them() {
    let (_, single) =
        examples().into_iter().find(|(name, _)| name == "single-nat.toml").expect("an example");
    let per_zone = single.replace("\"single\"", "\"per-az\"");
    let lab = Lab::new();
    lab.apply(&single);
    let (gateway, address) = (lab.thing("nat_gateway.a"), lab.thing("eip.nat-a"));
    let ip = address.outputs["public_ip"].clone();
    let seen = egress(&lab.plan(&per_zone), &lab.state().expect("a state"));
    assert_eq!(seen.before, [ip.as_str()]);
    assert_eq!(seen.after, [ip.as_str(), "eip.nat-b"]);
    lab.apply(&per_zone);
    assert_eq!(lab.thing("nat_gateway.a"), gateway);
    assert_eq!(lab.thing("eip.nat-a"), address);
    let seen = egress(&lab.plan(&per_zone), &lab.state().expect("a state"));
    assert_eq!((seen.before.len(), seen.before == seen.after), (2, true));
    assert!(seen.before.contains(&ip));
    // And back: the zone that had it first keeps it.
    lab.apply(&single);
    assert_eq!(lab.thing("nat_gateway.a").id, gateway.id);
    assert_eq!(eksnet::blueprint::addresses(&lab.state().expect("a state")), [ip]);
}
