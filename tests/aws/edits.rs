//! The edits of the sandbox's table over AWS's protocols: the same plans, carried out, and nothing to do afterwards.

use std::collections::BTreeMap;

use eksnet::state::State;
use serde_json::{Value, json};

use super::{
    eksnet::Folder,
    moto::{Moto, in_singapore},
};
use crate::{
    lab::state_at,
    sandbox::edits::{Chain, Edit, assert_untouched, chains},
};

/// Addresses and zones that exist in this account for those that the examples name.
struct Addresses<'a> {
    moto: &'a Moto,
    known: BTreeMap<String, String>,
}

impl Addresses<'_> {
    /// The stack file with allocations that exist, in the Region that moto is asked in.
    fn localise(&mut self, text: &str) -> String {
        let mut text = in_singapore(text);
        for named in [
            "eipalloc-0a1b2c3d4e5f60001",
            "eipalloc-0a1b2c3d4e5f60002",
            "eipalloc-0a1b2c3d4e5f60003",
        ] {
            if text.contains(named) {
                let made = self.known.entry(named.to_owned()).or_insert_with(|| {
                    let made =
                        self.moto.call("ec2", "AllocateAddress", &json!({ "Domain": "vpc" }));
                    made["AllocationId"].as_str().expect("an allocation id").to_owned()
                });
                text = text.replace(named, made);
            }
        }
        if text.contains(ZONE) && !self.known.contains_key(ZONE) {
            self.known.insert(ZONE.to_owned(), self.moto.zone("example.org"));
        }
        text
    }

    /// How many of each kind were given.
    fn given(&self) -> Vec<(String, usize)> {
        let zones = usize::from(self.known.contains_key(ZONE));
        let given = [("eip", self.known.len() - zones), ("hosted_zone", zones)];
        given.into_iter().filter(|(_, n)| *n > 0).map(|(kind, n)| (kind.to_owned(), n)).collect()
    }
}

/// The section of a zone that exists already.
const ZONE: &str = "[dns.\"example.org\"]";

/// What a plan does, in the words that the table is written in.
fn brief(folder: &Folder) -> Vec<String> {
    let plan = folder.plan();
    let sign = |change: &Value| {
        let actions = change["change"]["actions"].as_array().expect("actions");
        let actions: Vec<&str> = actions.iter().filter_map(Value::as_str).collect();
        let sign = match actions[..] {
            ["no-op"] => return None,
            ["create"] => "+",
            ["update"] => "~",
            ["delete"] => "-",
            ["create", "delete"] => "+/-",
            ["delete", "create"] => "-/+",
            _ => "?",
        };
        Some(format!("{sign} {}", change["address"].as_str()?))
    };
    plan["resource_changes"].as_array().expect("changes").iter().filter_map(sign).collect()
}

fn remembered(folder: &Folder) -> State {
    let files = std::fs::read_dir(folder.path("state")).expect("the state's folder").flatten();
    let mut paths = files
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"));
    let path = paths.next().expect("a state");
    state_at(&path).expect("a state")
}

/// Carries out the edits of one file.
fn carry_out(file: &str) {
    let moto = Moto::start();
    let mut edits = 0;
    for (_, Chain { example, text, edits: chain }) in
        chains().into_iter().filter(|(name, _)| name == file)
    {
        moto.post("reset", &json!({}));
        let mut addresses = Addresses { moto: &moto, known: BTreeMap::new() };
        let folder = Folder::new(&moto.url, &addresses.localise(&text));
        folder.apply();
        for Edit { title, text, planned } in chain {
            let title = format!("{file}: {example}, {title}");
            let before = remembered(&folder);
            folder.write(&addresses.localise(&text));
            assert_eq!(brief(&folder), planned, "{title}");
            let ran = folder.run(&["apply", "--auto-approve"]);
            assert_eq!(ran.code, Some(0), "{title}: {}\n{}", ran.out, ran.err);
            assert_eq!(brief(&folder), [""; 0], "{title}: a second plan is not empty");
            assert_untouched(&title, &before, &remembered(&folder), &planned);
            edits += 1;
        }
        folder.destroy();
        assert_eq!(
            moto.counts(),
            addresses.given(),
            "{file}: {example} left behind {:#}",
            moto.inventory()
        );
        moto.assert_well_spoken();
    }
    println!("{file}: {edits} edits");
}

#[test]
fn edits_of_blocks_do_what_is_written() {
    carry_out("blocks.txt");
}

#[test]
fn edits_of_names_do_what_is_written() {
    carry_out("names.txt");
}

#[test]
fn edits_of_nat_do_what_is_written() {
    carry_out("nat.txt");
}

#[test]
fn edits_of_parts_do_what_is_written() {
    carry_out("parts.txt");
}

#[test]
fn edits_of_subnets_do_what_is_written() {
    carry_out("subnets.txt");
}

/// The address that partners know survives a gateway in each zone, and is shown to.
#[test]
fn the_first_address_survives_more_of_them() {
    let moto = Moto::start();
    let single = in_singapore(include_str!("../../examples/single-nat.toml"));
    let folder = Folder::new(&moto.url, &single);
    folder.apply();
    let known = folder.plan()["egress"]["before"].clone();
    assert_eq!(known.as_array().map(Vec::len), Some(1), "{known}");
    folder.write(&single.replace("\"single\"", "\"per-az\""));
    let planned = folder.plan()["egress"].clone();
    assert_eq!(planned, json!({ "before": known, "after": [known[0], "eip.nat-b"] }));
    folder.apply();
    let now = folder.plan()["egress"]["before"].clone();
    assert!(now.as_array().is_some_and(|now| now.len() == 2 && now.contains(&known[0])), "{now}");
    folder.destroy();
    assert_eq!(moto.counts(), []);
}
