//! The laws of the sandbox, one by one, asked through the door like everybody else.

use std::{cell::RefCell, rc::Rc, time::Duration};

use eksnet::{
    kinds::{self, Facts, Order, Owner},
    model::{Address, Class, Identity, Problem, Tags},
    provider::{
        Phase, Provider,
        sandbox::{Faults, Sandbox, World},
    },
};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::lab::in_virtual_time;

/// A sandbox and short words for what one asks of it.
struct Door(Sandbox);

impl Door {
    fn new() -> Self {
        let world: Rc<RefCell<World>> = Rc::default();
        Self(Sandbox::new("eu-west-1", world, Faults::default()))
    }

    async fn make(&self, kind: &str, name: &str, fields: Value) -> Result<Identity, Problem> {
        self.make_with(kind, name, fields, name).await
    }

    async fn make_with(
        &self,
        kind: &str,
        name: &str,
        fields: Value,
        token: &str,
    ) -> Result<Identity, Problem> {
        let owner = Owner {
            stack: "laws".to_owned(),
            address: Address::new(kind, name),
            token: token.to_owned(),
            tags: Tags::from([("Name".to_owned(), name.to_owned())]),
        };
        let mut made = self.0.create(facts(kind), &[Order { fields, owner }]).await;
        made.pop().expect("one answer for one order").map(|made| made.id.expect("an id"))
    }

    async fn vpc(&self) -> Identity {
        let fields = json!({ "cidr": "10.0.0.0/16", "dns_support": true, "dns_hostnames": true });
        self.make("vpc", "laws", fields).await.expect("a VPC")
    }

    async fn subnet(&self, vpc: &Identity, name: &str, cidr: &str) -> Result<Identity, Problem> {
        self.make("subnet", name, subnet(vpc, cidr)).await
    }

    async fn delete(&self, kind: &str, id: &Identity) -> Result<(), Problem> {
        self.0.delete(facts(kind), id).await
    }

    async fn phase(&self, kind: &str, id: &Identity) -> Option<Phase> {
        let found = self.0.read(facts(kind), std::slice::from_ref(id)).await.expect("a read");
        found.into_iter().find(|found| found.id == *id).map(|found| found.phase)
    }
}

fn facts(kind: &str) -> &'static Facts {
    kinds::get(kind).expect("a kind").facts()
}

fn subnet(vpc: &Identity, cidr: &str) -> Value {
    json!({
        "vpc": vpc, "cidr": cidr, "zone": "eu-west-1a", "zone_id": null,
        "public_ip": false, "ipv6": null, "ipv6_on_launch": false,
    })
}

fn nat(subnet: &Identity, eip: Option<&Identity>) -> Value {
    json!({ "subnet": subnet, "eip": eip, "vpc": null })
}

fn class<T: std::fmt::Debug>(answer: Result<T, Problem>) -> (Class, String) {
    let problem = answer.expect_err("a refusal");
    (problem.class, problem.code)
}

#[test]
fn what_does_not_exist_cannot_be_named() {
    in_virtual_time(async {
        let door = Door::new();
        let nowhere = Identity::from("vpc-0123456789abcdef0");
        assert_eq!(class(door.subnet(&nowhere, "a", "10.0.0.0/24").await).0, Class::Missing);
        assert_eq!(class(door.delete("vpc", &nowhere).await).0, Class::Missing);
        let gone = door.vpc().await;
        door.delete("vpc", &gone).await.expect("nothing holds it");
        assert_eq!(class(door.subnet(&gone, "a", "10.0.0.0/24").await).0, Class::Missing);
    });
}

/// Ids of APIs look like any digits, and ids of what is in them have two parts.
#[test]
fn what_lives_in_nothing_cannot_be() {
    in_virtual_time(async {
        let door = Door::new();
        let api = json!({ "name": "a", "description": "", "default_endpoint": true });
        let api = door.make("rest_api", "a", api).await.expect("an API");
        let part =
            |api: &Identity, parent: &str| json!({ "api": api, "parent": parent, "part": "a" });
        let parent = Identity::of(&[api.as_str(), "0123ab"]);
        let dangling = door.make("rest_resource", "a", part(&api, parent.as_str())).await;
        assert_eq!(class(dangling).0, Class::Missing);
        door.delete("rest_api", &api).await.expect("nothing holds it");
        let orphan = door.make("rest_resource", "a", part(&api, "/")).await;
        assert_eq!(class(orphan).0, Class::Missing);
    });
}

#[test]
fn what_others_hold_cannot_go() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let subnet = door.subnet(&vpc, "a", "10.0.0.0/24").await.expect("a subnet");
        let held = (Class::InUse, "DependencyViolation".to_owned());
        assert_eq!(class(door.delete("vpc", &vpc).await), held);
        let eip = door.make("eip", "a", json!({})).await.expect("an address");
        let gateway =
            door.make("nat_gateway", "a", nat(&subnet, Some(&eip))).await.expect("a gateway");
        assert_eq!(class(door.delete("eip", &eip).await), held);
        assert_eq!(class(door.delete("subnet", &subnet).await), held);
        door.delete("nat_gateway", &gateway).await.expect("nothing holds it");
        // It holds on until it is gone.
        assert_eq!(class(door.delete("eip", &eip).await), held);
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        door.delete("eip", &eip).await.expect("let go");
        door.delete("subnet", &subnet).await.expect("let go");
        door.delete("vpc", &vpc).await.expect("let go");
    });
}

/// A route does not hold its target, and goes with its table.
#[test]
fn some_references_hold_nothing() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let gateway = door.make("internet_gateway", "a", json!({})).await.expect("a gateway");
        let table = door.make("route_table", "a", json!({ "vpc": vpc })).await.expect("a table");
        let fields = json!({ "table": table, "destination": "0.0.0.0/0", "target": gateway });
        let route = door.make("route", "a", fields).await.expect("a route");
        assert_eq!(route, Identity::of(&[table.as_str(), "0.0.0.0/0"]));
        door.delete("internet_gateway", &gateway).await.expect("a route lets it go");
        door.delete("route_table", &table).await.expect("its routes go along");
        assert_eq!(door.phase("route", &route).await, None);
    });
}

#[test]
fn one_is_enough() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let taken = |answer| assert_eq!(class(answer).0, Class::Taken);
        door.subnet(&vpc, "a", "10.0.0.0/24").await.expect("a subnet");
        taken(door.subnet(&vpc, "same", "10.0.0.0/24").await);
        taken(door.subnet(&vpc, "inside", "10.0.0.128/25").await);
        taken(door.subnet(&vpc, "around", "10.0.0.0/20").await);
        door.subnet(&vpc, "beside", "10.0.1.0/24").await.expect("no overlap");
        let other = door.vpc().await;
        door.subnet(&other, "elsewhere", "10.0.0.0/24").await.expect("another VPC");
        let group = json!({ "vpc": vpc, "name": "g", "description": "" });
        door.make("security_group", "a", group.clone()).await.expect("a group");
        taken(door.make("security_group", "b", group).await);
        let gateway = door.make("internet_gateway", "a", json!({})).await.expect("a gateway");
        let attach = |vpc: &Identity| json!({ "vpc": vpc, "gateway": gateway });
        door.make("internet_gateway_attachment", "a", attach(&vpc)).await.expect("an attachment");
        taken(door.make("internet_gateway_attachment", "b", attach(&other)).await);
        let role = json!({ "name": "r", "description": "", "trust": {} });
        door.make("role", "a", role.clone()).await.expect("a role");
        taken(door.make("role", "b", role).await);
    });
}

#[test]
fn quotas_are_those_of_a_new_account() {
    in_virtual_time(async {
        let door = Door::new();
        for _ in 0..5 {
            door.vpc().await;
            door.make("eip", "a", json!({})).await.expect("an address");
        }
        let fields = json!({ "cidr": "10.9.0.0/16", "dns_support": true, "dns_hostnames": true });
        assert_eq!(class(door.make("vpc", "sixth", fields).await).0, Class::Quota);
        assert_eq!(class(door.make("eip", "sixth", json!({})).await).0, Class::Quota);
    });
}

/// The same token answers the same gateway; for kinds without a token a second create makes a second one.
#[test]
fn a_token_makes_one() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let subnet = door.subnet(&vpc, "a", "10.0.0.0/24").await.expect("a subnet");
        let first =
            door.make_with("nat_gateway", "a", nat(&subnet, None), "one").await.expect("a gateway");
        let again =
            door.make_with("nat_gateway", "a", nat(&subnet, None), "one").await.expect("the same");
        let other =
            door.make_with("nat_gateway", "a", nat(&subnet, None), "two").await.expect("another");
        assert_eq!(first, again);
        assert_ne!(first, other);
        let eips = [door.make("eip", "a", json!({})).await, door.make("eip", "a", json!({})).await];
        assert_ne!(eips[0].as_ref().expect("an address"), eips[1].as_ref().expect("another"));
    });
}

#[test]
fn what_aws_cannot_change_stays() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let id = door.subnet(&vpc, "a", "10.0.0.0/24").await.expect("a subnet");
        let (prior, moved) = (subnet(&vpc, "10.0.0.0/24"), subnet(&vpc, "10.0.1.0/24"));
        let refused = class(door.0.update(facts("subnet"), &id, &moved, &prior).await);
        assert_eq!(refused, (Class::Invalid, "InvalidParameterCombination".to_owned()));
        let mut public = prior.clone();
        public["public_ip"] = json!(true);
        door.0.update(facts("subnet"), &id, &public, &prior).await.expect("this may change");
        let nowhere = Identity::from("subnet-0123456789abcdef0");
        assert_eq!(
            class(door.0.update(facts("subnet"), &nowhere, &public, &prior).await).0,
            Class::Missing
        );
    });
}

/// A NAT gateway is ready after 106 seconds and gone after 60, by the clock of the sandbox.
#[test]
fn things_take_their_time() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let subnet = door.subnet(&vpc, "a", "10.0.0.0/24").await.expect("a subnet");
        let gateway = door.make("nat_gateway", "a", nat(&subnet, None)).await.expect("a gateway");
        let wait = |phase: Option<Phase>| {
            let (door, gateway) = (&door, &gateway);
            async move {
                let began = Instant::now();
                while door.phase("nat_gateway", gateway).await != phase {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                began.elapsed().as_secs()
            }
        };
        assert_eq!(door.phase("nat_gateway", &gateway).await, Some(Phase::Pending));
        assert!((104..=106).contains(&wait(Some(Phase::Ready)).await));
        door.delete("nat_gateway", &gateway).await.expect("nothing holds it");
        assert_eq!(door.phase("nat_gateway", &gateway).await, Some(Phase::Deleting));
        assert!((58..=60).contains(&wait(None).await));
    });
}

/// Twenty gateways at once: ten are served from the bucket, the others one a second, and none is throttled.
#[test]
fn many_calls_are_paced_not_throttled() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let mut subnets = Vec::new();
        for n in 0..4 {
            let cidr = format!("10.0.{n}.0/24");
            subnets.push(door.subnet(&vpc, &cidr, &cidr).await.expect("a subnet"));
        }
        let began = Instant::now();
        let names: Vec<String> = (0..20).map(|n| format!("nat-{n}")).collect();
        let gateways = names
            .iter()
            .enumerate()
            .map(|(n, name)| door.make("nat_gateway", name, nat(&subnets[n / 5], None)));
        let made = futures_util::future::join_all(gateways).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        assert_eq!(door.0.throttled(), 0);
        assert_eq!(began.elapsed().as_secs(), 10);
        assert_eq!(door.0.calls()["ec2:CreateNatGateway"], 20);
    });
}

/// Of creates that are one call all happen or none.
#[test]
fn one_call_is_all_or_nothing() {
    in_virtual_time(async {
        let door = Door::new();
        let vpc = door.vpc().await;
        let group = json!({ "vpc": vpc, "name": "g", "description": "" });
        let group = door.make("security_group", "a", group).await.expect("a group");
        let order = |port: u16| Order {
            fields: json!({
                "group": group, "direction": "ingress", "protocol": "tcp", "from": port, "to": port,
                "peer": "10.0.0.0/16", "description": "",
            }),
            owner: Owner {
                stack: "laws".to_owned(),
                address: Address::new("security_group_rule", port),
                token: String::new(),
                tags: Tags::new(),
            },
        };
        let rules = |door: &Door| door.0.world().borrow().of_kind("security_group_rule").count();
        let refused =
            door.0.create(facts("security_group_rule"), &[order(1), order(2), order(1)]).await;
        assert!(refused.iter().all(Result::is_err), "{refused:?}");
        assert_eq!(rules(&door), 0);
        let made = door.0.create(facts("security_group_rule"), &[order(1), order(2)]).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        assert_eq!(rules(&door), 2);
    });
}

/// A certificate shows the record that proves it long before it is issued, though not in the answer to its request.
#[test]
fn what_others_need_early_shows_before_it_is_ready() {
    in_virtual_time(async {
        let door = Door::new();
        let fields = json!({ "domain": "example.com", "wildcard": false });
        let certificate =
            door.make("certificate", "example.com", fields).await.expect("a certificate");
        let seen = || async {
            let known = std::slice::from_ref(&certificate);
            let found = door.0.read(facts("certificate"), known).await.expect("a read");
            let found = found.into_iter().next().expect("the certificate");
            let names: Vec<String> = found.outputs.into_keys().collect();
            (found.phase, names)
        };
        assert_eq!(seen().await, (Phase::Pending, vec![]));
        tokio::time::sleep(Duration::from_secs(5)).await;
        let early = vec!["validation_name".to_owned(), "validation_value".to_owned()];
        assert_eq!(seen().await, (Phase::Pending, early.clone()));
        tokio::time::sleep(Duration::from_secs(110)).await;
        assert_eq!(seen().await, (Phase::Ready, early));
    });
}

/// What can only be tagged by a call of its own has no tags before that.
#[test]
fn some_tags_come_later() {
    in_virtual_time(async {
        let door = Door::new();
        let fields = json!({ "name": "example.com", "comment": "" });
        let zone = door.make("hosted_zone", "example.com", fields).await.expect("a zone");
        let known = std::slice::from_ref(&zone);
        let found = door.0.read(facts("hosted_zone"), known).await.expect("a read");
        assert_eq!(found[0].tags, Some(Tags::new()));
    });
}
