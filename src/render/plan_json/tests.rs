//! One golden document, and the shape of what is unknown.

use std::collections::BTreeMap;

use super::*;
use crate::{
    model::{Account, Identity, Shared},
    plan::{Drift, Finding},
    provider::{Standing, Whose},
    render::Compared,
    state::Record,
};

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn facts() -> PlanFacts {
    PlanFacts {
        stack: "shop".to_owned(),
        account: Account { id: "123456789012".to_owned(), region: "ap-southeast-1".to_owned() },
        provider: "sandbox".to_owned(),
        compared: Compared::Seen,
        purpose: crate::render::Purpose::Apply,
        egress_before: vec!["203.0.113.7".to_owned()],
        egress_after: vec!["eip.nat-a".to_owned()],
        critical_path_seconds: 106,
        critical_chain: vec![(address("nat_gateway.a"), 106)],
    }
}

#[test]
fn the_document() {
    let replaced = Change {
        action: Action::Replace(Replacement::DeleteFirst),
        reasons: vec![Reason::Fields(vec!["eip".to_owned()]), Reason::Holds(address("eip.nat-a"))],
        id: Some("nat-0a".into()),
        before: Some(json!({ "eip": "eipalloc-0a" }).into()),
        after: Some(json!({ "eip": { "ref": "eip.nat-a" } }).into()),
        tags_before: Tags::from([("team".to_owned(), "platform".to_owned())]).into(),
        tags_after: Tags::from([("team".to_owned(), "core".to_owned())]).into(),
        needs: BTreeMap::new(),
        section: "vpc.nat".to_owned(),
    };
    let record = Record {
        id: Identity::from("nat-0old"),
        fields: json!({ "eip": "eipalloc-0b" }).into(),
        tags: Shared::default(),
        outputs: BTreeMap::new(),
        needs: BTreeMap::new(),
        section: "vpc.nat".to_owned(),
        made: 0,
    };
    let stray = |id: &str, standing| Stray {
        kind: "network_interface".to_owned(),
        id: id.into(),
        label: id.to_owned(),
        names: ["subnet-0a".to_owned()].into(),
        standing,
    };
    let whose = Whose { owner: "instance i-0c".to_owned(), advice: "terminate it".to_owned() };
    let plan = Plan {
        changes: BTreeMap::from([(address("nat_gateway.a"), replaced)]),
        deposed: vec![Deposed { address: address("nat_gateway.b"), record }],
        drift: vec![Drift { address: address("eip.nat-a"), finding: Finding::Gone }],
        swept: vec![stray("eni-0a", Standing::Left("its mark".to_owned()))],
        others: vec![stray("eni-0b", Standing::Foreign(whose))],
    };
    let expected = json!({
        "format_version": "1.0",
        "stack": "shop",
        "account": "123456789012",
        "region": "ap-southeast-1",
        "provider": "sandbox",
        "refreshed": true,
        "resource_changes": [
            {
                "address": "nat_gateway.a",
                "type": "nat_gateway",
                "name": "a",
                "section": "vpc.nat",
                "id": "nat-0a",
                "change": {
                    "actions": ["delete", "create"],
                    "before": { "eip": "eipalloc-0a", "tags": { "team": "platform" } },
                    "after": { "eip": { "ref": "eip.nat-a" }, "tags": { "team": "core" } },
                    "after_unknown": { "eip": true },
                    "replace_paths": [["eip"]],
                    "reasons": [{ "fields": ["eip"] }, { "holds": "eip.nat-a" }],
                },
            },
            {
                "address": "nat_gateway.b",
                "type": "nat_gateway",
                "name": "b",
                "section": "vpc.nat",
                "id": "nat-0old",
                "deposed": "nat-0old",
                "change": {
                    "actions": ["delete"],
                    "before": { "eip": "eipalloc-0b" },
                    "after": null,
                    "after_unknown": {},
                    "replace_paths": [],
                    "reasons": [],
                },
            },
        ],
        "drift": [{ "address": "eip.nat-a", "finding": "gone" }],
        "swept": [{
            "address": "network_interface.eni-0a", "type": "network_interface", "id": "eni-0a",
            "names": ["subnet-0a"], "mark": "its mark", "in_the_way": false, "owner": null, "advice": null,
        }],
        "others": [{
            "address": "network_interface.eni-0b", "type": "network_interface", "id": "eni-0b",
            "names": ["subnet-0a"], "mark": null, "in_the_way": true,
            "owner": "instance i-0c", "advice": "terminate it",
        }],
        "summary": { "create": 0, "update": 0, "replace": 1, "delete": 1, "sweep": 1, "keep": 0 },
        "egress": { "before": ["203.0.113.7"], "after": ["eip.nat-a"] },
        "critical_path_seconds": 106,
        "critical_path": [{ "address": "nat_gateway.a", "seconds": 106 }],
    });
    assert_eq!(plan_json(&plan, &facts()), expected);
    let line = strays_json(&plan).expect("there are strays");
    assert_eq!(line["swept"], expected["swept"]);
    assert_eq!(line["others"], expected["others"]);
    assert_eq!(strays_json(&Plan::default()), None);
}

#[test]
fn unknown_has_only_the_paths_of_references() {
    let after = json!({
        "vpc": { "ref": "vpc.main" },
        "cidr": "10.0.0.0/16",
        "subnets": ["subnet-0a", { "ref": "subnet.b" }],
        "statements": [{ "action": "a" }, { "role": { "ref": "role.x", "output": "arn" }, "effect": "Allow" }],
        "empty": { "nothing": [] },
    });
    let expected = json!({
        "vpc": true,
        "subnets": [false, true],
        "statements": [{}, { "role": true }],
    });
    assert_eq!(unknown(&after), Some(expected));
    assert_eq!(unknown(&json!({ "a": [1, 2] })), None);
}
