//! Goldens over hand-built plans.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{
    model::{Identity, Shared, Tags},
    plan::{Change, Drift, Finding, Foreign, Reason, Replacement},
    state::{Deposed, Record},
};

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn change(action: Action, section: &str) -> Change {
    Change {
        action,
        reasons: Vec::new(),
        id: None,
        before: None,
        after: None,
        tags_before: Shared::default(),
        tags_after: Shared::default(),
        needs: BTreeMap::new(),
        section: section.to_owned(),
    }
}

fn create(section: &str, after: Value) -> Change {
    Change { after: Some(after.into()), ..change(Action::Create, section) }
}

fn there(action: Action, section: &str, id: &str, before: Value, after: Value) -> Change {
    let (before, after) = (Some(before.into()), Some(after.into()));
    Change { id: Some(id.into()), before, after, ..change(action, section) }
}

fn delete(section: &str, id: &str) -> Change {
    Change {
        id: Some(id.into()),
        before: Some(json!({}).into()),
        ..change(Action::Delete, section)
    }
}

fn of(changes: impl IntoIterator<Item = (&'static str, Change)>) -> Plan {
    let changes = changes.into_iter().map(|(text, change)| (address(text), change));
    Plan { changes: changes.collect(), ..Plan::default() }
}

fn facts() -> PlanFacts {
    PlanFacts {
        stack: "shop".to_owned(),
        account: Account { id: "123456789012".to_owned(), region: "ap-southeast-1".to_owned() },
        provider: "sandbox".to_owned(),
        compared: Compared::Seen,
        purpose: crate::render::Purpose::Apply,
        egress_before: Vec::new(),
        egress_after: Vec::new(),
        critical_path_seconds: 2,
        critical_chain: Vec::new(),
    }
}

fn subnet(cidr: &str, zone: &str) -> Value {
    let vpc = json!({ "ref": "vpc.main" });
    json!({ "vpc": vpc, "cidr": cidr, "zone": zone, "zone_id": null, "public_ip": false })
}

#[test]
fn a_first_plan() {
    let plan_ = of([
        ("vpc.main", create("vpc", json!({ "cidr": "10.20.0.0/16", "dns_support": true }))),
        ("subnet.private-a", create("vpc.subnets", subnet("10.20.0.0/24", "ap-southeast-1a"))),
        ("subnet.pods-b", create("vpc.subnets", subnet("10.20.128.0/17", "ap-southeast-1b"))),
        ("eip.nat-a", create("vpc.nat", json!({}))),
        (
            "nat_gateway.a",
            create(
                "vpc.nat",
                json!({ "subnet": { "ref": "subnet.public-a" }, "eip": { "ref": "eip.nat-a" }, "vpc": null }),
            ),
        ),
        (
            "role.flow-logs",
            create(
                "vpc.flow_logs",
                json!({ "name": "shop-flow-logs", "description": "lets the service write", "trust": { "Version": "2012-10-17" } }),
            ),
        ),
    ]);
    let facts = PlanFacts {
        egress_after: vec!["eip.nat-a".to_owned()],
        critical_path_seconds: 112,
        critical_chain: vec![
            (address("vpc.main"), 1),
            (address("nat_gateway.a"), 106),
            (address("route.private-a-out"), 0),
        ],
        ..facts()
    };
    assert_eq!(
        plan(&plan_, &facts, Style::Plain),
        "\
shop  ap-southeast-1  account 123456789012 (sandbox)

vpc
  +  vpc.main  cidr 10.20.0.0/16  dns_support

vpc.subnets
  +  subnet.pods-b     vpc.main  cidr 10.20.128.0/17  zone ap-southeast-1b
  +  subnet.private-a  vpc.main  cidr 10.20.0.0/24    zone ap-southeast-1a

vpc.flow_logs
  +  role.flow-logs  name shop-flow-logs  trust {…}

vpc.nat
  +  eip.nat-a
  +  nat_gateway.a  subnet.public-a  eip.nat-a

egress   none → eip.nat-a
takes    about 1 min 52 s (nat_gateway.a 1 min 46 s)

Plan: 6 to create, 0 to update, 0 to replace, 0 to delete, 0 stay.
"
    );
}

#[test]
fn an_empty_plan_still_tells_what_changed_outside() {
    let known = json!({ "cidr": "10.20.0.0/16" });
    let mut plan_ =
        of([("vpc.main", there(Action::Keep, "vpc", "vpc-0abc", known.clone(), known))]);
    let rule = json!({
        "group": "sg-0abc", "direction": "ingress", "protocol": "tcp", "from": 443, "to": 443, "peer": "0.0.0.0/0",
        "description": "by hand",
    });
    let kind = "security_group_rule".to_owned();
    let foreign = Foreign { kind, id: "sg-0abc|ingress|tcp".into(), fields: rule };
    plan_.changes.insert(
        address("security_group.nodes"),
        there(Action::Keep, "nodes", "sg-0abc", json!({}), json!({})),
    );
    plan_.drift = vec![Drift {
        address: address("security_group.nodes"),
        finding: Finding::Foreign { foreign },
    }];
    assert_eq!(
        plan(&plan_, &PlanFacts { provider: "aws".to_owned(), ..facts() }, Style::Plain),
        "\
shop  ap-southeast-1  account 123456789012

made by others inside, left alone
  security_group.nodes  security_group_rule: direction ingress  protocol tcp  from 443  to 443  peer 0.0.0.0/0

No changes. shop is as its stack file says.
"
    );
}

#[test]
fn changes_in_place_show_as_small_diffs() {
    let policy = |actions: &[&str]| json!({ "Statement": [{ "Action": actions, "Effect": "Allow" }], "Version": "2012-10-17" });
    let mut plan_ = of([
        ("vpc.main", there(Action::Keep, "vpc", "vpc-0abc", json!({}), json!({}))),
        (
            "subnet.private-a",
            there(
                Action::Update,
                "vpc.subnets",
                "subnet-0a",
                json!({ "public_ip": true, "vpc": "vpc-0abc" }),
                json!({ "public_ip": false, "vpc": "vpc-0abc" }),
            ),
        ),
        (
            "role_policy.writer",
            there(
                Action::Update,
                "vpc.flow_logs",
                "shop|writer",
                json!({ "document": policy(&["logs:PutLogEvents"]), "vpc": null, "zones": ["a", "b"] }),
                json!({ "document": policy(&["logs:PutLogEvents", "logs:CreateLogStream"]), "vpc": "vpc-0abc", "zones": ["b", "c"] }),
            ),
        ),
        (
            "nat_gateway.a",
            Change {
                reasons: vec![Reason::Unfinished],
                ..there(Action::Update, "vpc.nat", "nat-0a", json!({}), json!({}))
            },
        ),
        (
            "route.out",
            there(
                Action::Update,
                "vpc.nat",
                "rtb-0a|0.0.0.0/0",
                json!({ "target": "nat-0a" }),
                json!({ "target": { "ref": "nat_gateway.b" } }),
            ),
        ),
    ]);
    if let Some(subnet) = plan_.changes.get_mut(&address("subnet.private-a")) {
        let tags = |team: &str| Tags::from([("team".to_owned(), team.to_owned())]);
        subnet.tags_before = tags("platform").into();
        subnet.tags_after = tags("core").into();
    }
    plan_.drift = vec![
        Drift { address: address("nat_gateway.b"), finding: Finding::Gone },
        Drift {
            address: address("subnet.private-a"),
            finding: Finding::Field {
                field: "public_ip".to_owned(),
                was: json!(false),
                is: json!(true),
            },
        },
        Drift {
            address: address("subnet.private-a"),
            finding: Finding::Tag { key: "team".to_owned(), was: "core".to_owned(), is: None },
        },
    ];
    let facts = PlanFacts { compared: Compared::Remembered, ..facts() };
    assert_eq!(
        plan(&plan_, &facts, Style::Plain),
        "\
shop  ap-southeast-1  account 123456789012 (sandbox)
not refreshed: compared with what the state remembers

changed outside eksnet
  nat_gateway.b     gone
  subnet.private-a  public_ip  false → true
  subnet.private-a  tags.team  core → none

vpc.subnets
  ~  subnet.private-a
       public_ip  true → false
       tags.team  platform → core

vpc.flow_logs
  ~  role_policy.writer
       document
             - logs:PutLogEvents
         +   - logs:CreateLogStream
           Effect: Allow
       vpc  none → vpc.main
       zones
         - a
           b
         + c

vpc.nat
  ~  nat_gateway.a  a former run did not see it become ready
  ~  route.out      target  nat_gateway.a → nat_gateway.b

Plan: 0 to create, 4 to update, 0 to replace, 0 to delete, 1 stay.
"
    );
}

#[test]
fn replacements_say_why_and_the_former_ones_are_named() {
    let first = Action::Replace(Replacement::DeleteFirst);
    let later = Action::Replace(Replacement::CreateFirst);
    let mut plan_ = of([
        (
            "subnet.private-a",
            Change {
                reasons: vec![Reason::Fields(vec!["cidr".to_owned()])],
                ..there(
                    first,
                    "vpc.subnets",
                    "subnet-0a",
                    json!({ "cidr": "10.20.0.0/24", "public_ip": false }),
                    json!({ "cidr": "10.20.4.0/22", "public_ip": true }),
                )
            },
        ),
        (
            "nat_gateway.a",
            Change {
                reasons: vec![
                    Reason::Fields(vec!["subnet".to_owned()]),
                    Reason::Holds(address("subnet.private-a")),
                ],
                ..there(
                    later,
                    "vpc.nat",
                    "nat-0a",
                    json!({ "subnet": "subnet-0a" }),
                    json!({ "subnet": { "ref": "subnet.private-a" } }),
                )
            },
        ),
        ("eip.nat-a", Change { reasons: vec![Reason::Vanished], ..create("vpc.nat", json!({})) }),
        ("eip.nat-c", delete("vpc.nat", "eipalloc-0c")),
        ("nat_gateway.c", change(Action::Forget, "vpc.nat")),
    ]);
    let record = Record {
        id: Identity::from("nat-0old"),
        fields: json!({}).into(),
        tags: Shared::default(),
        outputs: BTreeMap::new(),
        needs: BTreeMap::new(),
        section: "vpc.nat".to_owned(),
        made: 0,
    };
    plan_.deposed = vec![Deposed { address: address("nat_gateway.b"), record }];
    let facts = PlanFacts {
        egress_before: vec!["203.0.113.7".to_owned()],
        egress_after: vec!["eip.nat-a".to_owned(), "eip.nat-b".to_owned()],
        ..facts()
    };
    assert_eq!(
        plan(&plan_, &facts, Style::Plain),
        "\
shop  ap-southeast-1  account 123456789012 (sandbox)

vpc.subnets
  -/+  subnet.private-a  subnet-0a
         cidr       10.20.0.0/24 → 10.20.4.0/22  forces replacement
         public_ip  false → true

vpc.nat
    +  eip.nat-a      (deleted outside eksnet; made again)
    -  eip.nat-c      eipalloc-0c
  +/-  nat_gateway.a  nat-0a  holds subnet.private-a, which has to go first
         subnet  subnet-0a → subnet.private-a  forces replacement
    -  nat_gateway.b  (former, nat-0old)
    ×  nat_gateway.c  gone already; eksnet forgets it

egress   203.0.113.7 → eip.nat-a, eip.nat-b

Plan: 1 to create, 0 to update, 2 to replace, 2 to delete, 1 to forget, 0 stay.
"
    );
}

#[test]
fn colour_adds_codes_and_changes_no_character() {
    let evil = json!({ "cidr": "10.0.0.0/16\u{1b}]0;owned\u{7}" });
    let plan_ = of([("vpc.main", create("vpc", evil))]);
    let coloured = plan(&plan_, &facts(), Style::Colour);
    assert!(coloured.contains("  \u{1b}[32m+\u{1b}[0m  vpc.main"), "{coloured}");
    assert!(coloured.contains("10.0.0.0/16\\u{1b}]0;owned\\u{7}"), "{coloured}");
    let mut bare = coloured;
    for code in ["\u{1b}[32m", "\u{1b}[1m", "\u{1b}[0m"] {
        bare = bare.replace(code, "");
    }
    assert_eq!(bare, plan(&plan_, &facts(), Style::Plain));
}
