//! What is changed behind eksnet's back is found, field by field, and repaired; what is not eksnet's is shown or left
//! alone.

use std::collections::BTreeSet;

use eksnet::{
    kinds,
    model::{Address, Identity},
    plan::{Action, Drift, Finding, Plan},
    provider::sandbox::Thing,
};
use serde_json::{Value, json};

use super::edits::assert_untouched;
use crate::lab::{Lab, brief};

/// Something of every kind of a network, and names.
const EVERYTHING: &str = r#"
[stack]
name   = "all"
region = "ap-southeast-1"
tags   = { team = "platform" }

[vpc]
cidr      = "10.0.0.0/16"
nat       = "per-az"
endpoints = ["s3", "sts"]
pods      = "100.64.0.0/16"
ipv6      = true
flow_logs = true

[vpc.subnets]
public-a   = "10.0.0.0/24"
public-b   = "10.0.1.0/24"
private-a  = "10.0.16.0/20"
private-b  = "10.0.32.0/20"
isolated-a = "10.0.48.0/24"

[dns."example.com"]
zone    = "create"
records = { www = "A 192.0.2.1", "@" = ["MX 10 mail.example.com", "TXT v=spf1 mx -all"] }
"#;

fn lab() -> Lab {
    let lab = Lab::new();
    lab.apply(EVERYTHING);
    lab
}

/// What a plan finds changed, one short line each.
fn found(plan: &Plan) -> Vec<String> {
    let words = |Drift { address, finding }: &Drift| match finding {
        Finding::Gone => format!("{address} gone"),
        Finding::Field { field, .. } => format!("{address} field {field}"),
        Finding::Tag { key, .. } => format!("{address} tag {key}"),
        Finding::Foreign { foreign } => {
            format!("{address} foreign {} {}", foreign.kind, foreign.id)
        }
    };
    plan.drift.iter().map(words).collect()
}

/// Repairs what was done to `lab`: exactly `planned`, and then nothing is left to do or to be found.
fn repaired(lab: &Lab, planned: &[String], case: &str) {
    let before = lab.state().expect("a state");
    assert_eq!(brief(&lab.plan(EVERYTHING)), planned, "{case}");
    lab.apply(EVERYTHING);
    lab.assert_agrees(case);
    assert_untouched(
        case,
        &before,
        &lab.state().expect("a state"),
        &gone_are_replaced(planned, &before),
    );
    let plan = lab.plan(EVERYTHING);
    assert_eq!((brief(&plan), found(&plan)), (vec![], vec![]), "{case}");
}

/// What vanished comes back under another id, as if it were replaced.
fn gone_are_replaced(planned: &[String], before: &eksnet::state::State) -> Vec<String> {
    let sign = |line: &String| match line.strip_prefix("+ ") {
        Some(address) if before.resources.keys().any(|each| each.as_str() == address) => {
            format!("-/+ {address}")
        }
        Some(_) | None => line.clone(),
    };
    planned.iter().map(sign).collect()
}

#[test]
fn changed_fields_are_found_and_set_right() {
    let id = |lab: &Lab, address: &str| json!(lab.thing(address).id);
    type New = fn(&Lab, &dyn Fn(&Lab, &str) -> Value) -> Value;
    let cases: [(&str, &str, New); 22] = [
        ("vpc.all", "dns_hostnames", |_, _| json!(false)),
        ("vpc.all", "dns_support", |_, _| json!(false)),
        ("subnet.private-a", "public_ip", |_, _| json!(true)),
        ("subnet.private-a", "ipv6_on_launch", |_, _| json!(false)),
        ("subnet.private-a", "ipv6", |_, _| json!(null)),
        ("subnet.pods-a", "public_ip", |_, _| json!(true)),
        ("route.private-a/internet", "target", |lab, id| id(lab, "nat_gateway.b")),
        ("route.public/internet", "target", |lab, id| id(lab, "nat_gateway.a")),
        ("route_table_association.private-a", "table", |lab, id| id(lab, "route_table.public")),
        ("gateway_endpoint.s3", "route_tables", |lab, id| json!([id(lab, "route_table.public")])),
        ("interface_endpoint.sts", "subnets", |lab, id| json!([id(lab, "subnet.private-a")])),
        ("interface_endpoint.sts", "security_groups", |_, _| json!([])),
        ("interface_endpoint.sts", "private_dns", |_, _| json!(false)),
        ("security_group_rule.endpoints/https-vpc", "description", |_, _| json!("mine now")),
        ("log_group.flow-logs", "retention", |_, _| json!(null)),
        ("role.flow-logs", "description", |_, _| json!("mine now")),
        ("role.flow-logs", "trust", |_, _| json!({ "Version": "2012-10-17", "Statement": [] })),
        ("hosted_zone.example.com", "comment", |_, _| json!("mine now")),
        ("record.www.example.com/A", "values", |_, _| json!(["192.0.2.66"])),
        ("record.www.example.com/A", "ttl", |_, _| json!(5)),
        ("record.example.com/MX", "values", |_, _| json!([])),
        ("role_policy.flow-logs/write", "document", |_, _| json!({ "Statement": [] })),
    ];
    for (address, field, new) in cases {
        let lab = lab();
        let new = new(&lab, &id);
        lab.tamper(address, |thing| thing.fields[field] = new);
        let case = format!("{address} {field}");
        assert_eq!(found(&lab.plan(EVERYTHING)), [format!("{address} field {field}")]);
        repaired(&lab, &[format!("~ {address}")], &case);
    }
}

/// Of every kind that takes tags, and of each tag on it: changed, then taken away.
#[test]
fn changed_tags_are_found_and_set_right() {
    let lab = lab();
    let mut kinds = BTreeSet::new();
    for (address, record) in lab.state().expect("a state").resources {
        if record.tags.is_empty() || !kinds.insert(address.kind().to_owned()) {
            continue;
        }
        for key in record.tags.keys() {
            let tampers: [fn(&mut Thing, &str); 2] = [
                |thing, key| _ = thing.tags.insert(key.to_owned(), "other".to_owned()),
                |thing, key| _ = thing.tags.remove(key),
            ];
            for change in tampers {
                lab.tamper(address.as_str(), |thing| change(thing, key));
                assert_eq!(found(&lab.plan(EVERYTHING)), [format!("{address} tag {key}")]);
                repaired(&lab, &[format!("~ {address}")], &format!("{address} tag {key}"));
            }
        }
    }
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}

#[test]
fn tags_of_others_are_nobodys_business() {
    let lab = lab();
    let state = lab.state().expect("a state");
    let tagged = || state.resources.iter().filter(|(_, record)| !record.tags.is_empty());
    for (address, _) in tagged() {
        lab.tamper(address.as_str(), |thing| {
            _ = thing.tags.insert("theirs".to_owned(), "1".to_owned())
        });
    }
    let plan = lab.plan(EVERYTHING);
    assert_eq!((brief(&plan), found(&plan)), (vec![], vec![]));
    // Nor are they taken away when our own change beside them.
    lab.apply(&EVERYTHING.replace("platform", "network"));
    let things = lab.things();
    for (address, _) in tagged() {
        let tags = &things[address].tags;
        assert_eq!((tags["theirs"].as_str(), tags["team"].as_str()), ("1", "network"), "{address}");
    }
}

/// Everything, one resource at a time, goes behind eksnet's back, and whatever AWS would have wanted gone before it.
#[test]
fn what_vanished_is_made_again() {
    let mut cases = 0;
    let all: Vec<Address> = lab().state().expect("a state").resources.into_keys().collect();
    for address in all {
        let lab = lab();
        let state = lab.state().expect("a state");
        let mut gone = BTreeSet::from([address.clone()]);
        loop {
            let holds = |(holder, record): &(&Address, &eksnet::state::Record)| {
                let loose = kinds::get(holder.kind()).expect("a kind").facts().loose;
                let mut needs = record.needs.iter();
                needs.any(|(needed, field)| {
                    gone.contains(needed) && !field.is_empty() && !loose.contains(&field.as_str())
                })
            };
            let more: Vec<Address> =
                state.resources.iter().filter(holds).map(|(holder, _)| holder.clone()).collect();
            let before = gone.len();
            gone.extend(more);
            if gone.len() == before {
                break;
            }
        }
        for address in &gone {
            lab.world.borrow_mut().remove(address.kind(), &state.resources[address].id);
        }
        let plan = lab.plan(EVERYTHING);
        let expected: Vec<String> = gone.iter().map(|address| format!("{address} gone")).collect();
        assert_eq!(found(&plan), expected, "{address}");
        for (other, change) in &plan.changes {
            let ids: Vec<&Identity> =
                gone.iter().map(|address| &state.resources[address].id).collect();
            let names =
                |fields: &Value| ids.iter().any(|id| fields.to_string().contains(id.as_str()));
            let right = match change.action {
                Action::Create => gone.contains(other),
                // A route to what is gone.
                Action::Update => change.before.as_deref().is_some_and(names),
                Action::Keep => true,
                Action::Replace(_) | Action::Delete | Action::Forget => false,
            };
            assert!(right, "{address}: {:?} {other}", change.action);
        }
        repaired(&lab, &brief(&plan), address.as_str());
        cases += 1;
    }
    println!("vanished: {cases}");
}

/// Something of others inside something of ours.
fn foreign(kind: &str, id: &[&str], fields: Value) -> Thing {
    Thing {
        kind: kind.to_owned(),
        id: Identity::of(id),
        fields,
        tags: [].into(),
        outputs: [].into(),
        born: 0.0,
        ready_at: 0.0,
        gone_at: None,
        token: None,
        wild: None,
    }
}

#[test]
fn what_is_not_ours_is_shown_and_never_touched() {
    let lab = lab();
    let id = |address: &str| lab.thing(address).id.0;
    let (group, table, vpc) =
        (id("security_group.endpoints"), id("route_table.private-a"), id("vpc.all"));
    let zone = id("hosted_zone.example.com");
    let things = [
        foreign(
            "security_group_rule",
            &[&group, "ingress", "tcp", "22", "22", "0.0.0.0/0"],
            json!({
                "group": group, "direction": "ingress", "protocol": "tcp", "from": 22, "to": 22,
                "peer": "0.0.0.0/0", "description": "",
            }),
        ),
        foreign(
            "route",
            &[&table, "192.168.0.0/16"],
            json!({ "table": table, "destination": "192.168.0.0/16", "target": id("nat_gateway.a") }),
        ),
        foreign(
            "vpc_cidr_block",
            &[&vpc, "10.200.0.0/16"],
            json!({ "vpc": vpc, "cidr": "10.200.0.0/16" }),
        ),
        foreign(
            "record",
            &[&zone, "theirs.example.com", "A"],
            json!({
                "zone": zone, "name": "theirs.example.com", "type": "A", "ttl": 60,
                "values": ["192.0.2.9"], "alias": null,
            }),
        ),
    ];
    for thing in &things {
        lab.world.borrow_mut().put(thing.clone());
    }
    let shown = [
        format!("hosted_zone.example.com foreign record {}", things[3].id),
        format!("route_table.private-a foreign route {}", things[1].id),
        format!("security_group.endpoints foreign security_group_rule {}", things[0].id),
        format!("vpc.all foreign vpc_cidr_block {}", things[2].id),
    ];
    let plan = lab.plan(EVERYTHING);
    assert_eq!(found(&plan), shown);
    assert_eq!(brief(&plan), [""; 0]);
    assert!(!plan.has_drift());
    // Neither by a change beside them.
    let changed = EVERYTHING.replace("\"per-az\"", "\"single\"").replace("platform", "network");
    lab.apply(&changed);
    for thing in &things {
        assert_eq!(lab.world.borrow().get(&thing.kind, &thing.id), Some(thing));
    }
    let plan = lab.plan(&changed);
    assert_eq!((brief(&plan), found(&plan)), (vec![], shown.to_vec()));
}

/// Somebody deletes a gateway, and eksnet comes while it is on its way down.
#[test]
fn what_is_on_its_way_down_is_replaced() {
    let lab = lab();
    let former = lab.thing("nat_gateway.a").id;
    let soon = lab.world.borrow().now + 50.0;
    lab.tamper("nat_gateway.a", |thing| thing.gone_at = Some(soon));
    let plan = lab.plan(EVERYTHING);
    assert_eq!(brief(&plan), ["-/+ nat_gateway.a", "~ route.private-a/internet"]);
    lab.apply(EVERYTHING);
    lab.assert_agrees("on its way down");
    assert_ne!(lab.thing("nat_gateway.a").id, former);
}

#[test]
fn a_cluster_that_was_changed_is_set_right() {
    let text = include_str!("../../examples/split-subnets.toml");
    let lab = Lab::new();
    lab.apply(text);
    let cases = [
        ("cluster.split", "logs", json!([])),
        ("cluster.split", "public_cidrs", json!(["0.0.0.0/0"])),
        ("node_group.apps", "max", json!(9)),
        ("node_group.apps", "labels", json!({})),
        ("addon.vpc-cni", "configuration", json!({})),
        ("access_entry.role/Platform", "policies", json!([])),
        ("launch_template.apps", "disk", json!(20)),
        ("kms_key.secrets", "rotation", json!(false)),
    ];
    for (address, field, value) in cases {
        lab.tamper(address, |thing| thing.fields[field] = value.clone());
        let plan = lab.plan(text);
        assert_eq!(brief(&plan), [format!("~ {address}")], "{address} {field}");
        assert_eq!(plan.drift.len(), 1, "{address} {field}");
        lab.apply(text);
        assert_eq!(brief(&lab.plan(text)), [""; 0], "{address} {field}");
    }
}
