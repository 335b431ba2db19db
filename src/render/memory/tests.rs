//! Tables over a hand-made state.

use super::*;
use crate::{
    model::{Account, Shared, Tags},
    state::{Deposed, Intent},
};

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn record(id: &str, section: &str, fields: Value) -> Record {
    Record {
        id: id.into(),
        fields: fields.into(),
        tags: Shared::default(),
        outputs: BTreeMap::new(),
        needs: BTreeMap::new(),
        section: section.to_owned(),
        made: 0,
    }
}

fn state() -> State {
    let account = Account { id: "123456789012".to_owned(), region: "ap-southeast-1".to_owned() };
    let mut state = State::new("shop", "sandbox", account, "lineage".to_owned());
    state.resources.insert(address("vpc.main"), record("vpc-0a", "vpc", json!({})));
    state
        .resources
        .insert(address("subnet.private-a"), record("subnet-0a\u{1b}", "vpc.subnets", json!({})));
    let record = record("vpc-0old", "vpc", json!({}));
    state.deposed.push(Deposed { address: address("vpc.main"), record });
    let intent = Intent {
        token: "t".to_owned(),
        fields: json!({}).into(),
        tags: Shared::default(),
        needs: BTreeMap::new(),
        section: String::new(),
        begun: 0,
    };
    state.open.insert(address("eip.nat-a"), intent);
    state
}

#[test]
fn a_list_has_a_line_for_all_that_is_remembered() {
    assert_eq!(
        state_list(&state(), Style::Plain),
        "\
eip.nat-a                          (begun; its outcome is not known)
subnet.private-a  subnet-0a\\u{1b}  vpc.subnets
vpc.main          vpc-0a           vpc
vpc.main          vpc-0old         vpc  (former, to be deleted)
"
    );
    let json = state_list_json(&state());
    assert_eq!(json["resources"][1]["address"], "vpc.main");
    assert_eq!(json["open"], json!(["eip.nat-a"]));
}

#[test]
fn a_record_shows_all_of_itself() {
    let mut shown = record(
        "shop-writer",
        "vpc.flow_logs",
        json!({ "name": "shop-writer", "description": "", "trust": { "Statement": [{ "Effect": "Allow" }] }, "zones": ["a", "b"], "limit": null }),
    );
    shown.outputs.insert("arn".to_owned(), "arn:aws:iam::123456789012:role/shop-writer".to_owned());
    shown.tags = Tags::from([("team".to_owned(), "platform".to_owned())]).into();
    shown.needs.insert(address("log_group.flow"), String::new());
    shown.needs.insert(address("vpc.main"), "vpc".to_owned());
    assert_eq!(
        state_show(&address("role.writer"), &shown, Style::Plain),
        "\
role.writer
  id       shop-writer
  section  vpc.flow_logs
  fields
    description  none
    limit        none
    name         shop-writer
    trust        Statement:
                   -
                     Effect: Allow
    zones        a
                 b
  outputs
    arn  arn:aws:iam::123456789012:role/shop-writer
  tags
    team  platform
  needs
    log_group.flow
    vpc.main        vpc
"
    );
}

#[test]
fn outputs_are_a_table_or_an_object() {
    let both = BTreeMap::from([
        ("vpc_id".to_owned(), json!("vpc-0a")),
        ("nat_ips".to_owned(), json!(["203.0.113.7", "203.0.113.8"])),
    ]);
    assert_eq!(outputs(&both), "nat_ips  203.0.113.7\n         203.0.113.8\nvpc_id   vpc-0a\n");
    assert_eq!(outputs_json(&both)["vpc_id"], "vpc-0a");
}

#[test]
fn an_inventory_lists_things() {
    let thing = Thing::wild("vpc", "vpc-0a", json!({ "cidr": "10.0.0.0/16" }), 0.0);
    let expected = json!([{ "kind": "vpc", "id": "vpc-0a", "tags": {}, "fields": { "cidr": "10.0.0.0/16" }, "outputs": {} }]);
    assert_eq!(inventory_json([&thing]), expected);
}
