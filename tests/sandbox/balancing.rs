//! What load balancing asks of planner, engine and sandbox: places that rules exchange, requests that end before their
//! targets go, load balancers that must not be deleted, and whatever goes with them.

use std::time::Duration;

use eksnet::{
    model::{Class, Desired},
    plan::{self, Verb, Wish},
    provider::{
        Provider,
        sandbox::{Faults, Moment, Thing, World},
    },
};
use serde_json::json;

use crate::{
    balancing::{DRAIN, NODES, Road},
    lab::{Drawn, Lab, brief, in_virtual_time},
};

/// A lab where the nodes of the road are somebody else's.
fn lab() -> Lab {
    let mut world = World::default();
    let outputs = [("autoscaling_groups".to_owned(), NODES.to_owned())].into();
    let now = world.now;
    world.put(Thing {
        kind: "node_group".to_owned(),
        id: "other|nodes".into(),
        fields: json!({}),
        tags: Default::default(),
        outputs,
        born: now,
        ready_at: now,
        gone_at: None,
        token: None,
        wild: None,
    });
    Lab::within(world)
}

fn applied(road: &Road) -> Lab {
    let lab = lab();
    lab.carry_out(&road.drawn());
    lab
}

fn planned(lab: &Lab, road: &Road) -> Vec<String> {
    brief(&lab.plan_drawn(&road.drawn(), &Wish::default()))
}

fn nothing() -> Drawn {
    Drawn { desired: Desired::new(), ..Road::new().drawn() }
}

#[test]
fn a_road_comes_up_stays_and_goes() {
    let road = Road::new();
    let lab = applied(&road);
    assert_eq!(planned(&lab, &road), [""; 0]);
    lab.assert_agrees("up");
    lab.carry_out(&nothing());
    assert!(lab.inventory().is_empty(), "{:#?}", lab.inventory());
}

#[test]
fn what_lives_in_a_load_balancer_needs_no_delete() {
    let lab = applied(&Road::new());
    let plan = lab.plan_drawn(&nothing(), &Wish::default());
    let steps = plan::steps(&plan, &lab.state().expect("a state"));
    for step in steps {
        let lives = ["listener", "listener_rule"].contains(&step.address.kind());
        assert_eq!(step.verb == Verb::Vanish, lives, "{}", step.address);
    }
}

#[test]
fn rules_exchange_places_by_one_call() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.set("listener_rule.orders", "priority", json!(20));
    road.set("listener_rule.pay", "priority", json!(10));
    assert_eq!(planned(&lab, &road), ["~ listener_rule.orders", "~ listener_rule.pay"]);
    let (_, ended) = lab.endure(&road.drawn(), &Wish::default(), Faults::default(), "an exchange");
    assert_eq!(ended.mutations, ["listener_rule elasticloadbalancing:ModifyRule"]);
    lab.assert_agrees("exchanged");
}

#[test]
fn rules_exchange_places_when_one_of_them_has_to_wait() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.set("listener_rule.orders", "priority", json!(20));
    road.set("listener_rule.pay", "priority", json!(10));
    road.another_port("pay");
    lab.carry_out(&road.drawn());
    lab.assert_agrees("exchanged");
}

#[test]
fn a_rule_takes_the_place_of_one_that_moves_and_of_one_that_goes() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.target_group("news", "HTTP");
    road.rule("news", 10, &["/news/*"]);
    road.set("listener_rule.orders", "priority", json!(20));
    road.remove("listener_rule.pay");
    road.remove("target_group.pay");
    lab.carry_out(&road.drawn());
    lab.assert_agrees("moved");
    assert_eq!(planned(&lab, &road), [""; 0]);
}

#[test]
fn requests_end_before_a_former_target_group_goes() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.another_port("orders");
    assert_eq!(planned(&lab, &road), ["~ listener_rule.orders", "+/- target_group.orders"]);
    let outcome = lab.carry_out(&road.drawn());
    assert!(outcome.critical_path >= Duration::from_secs(DRAIN), "{:?}", outcome.critical_path);
    assert!(outcome.elapsed >= Duration::from_secs(DRAIN), "{:?}", outcome.elapsed);
    assert!(outcome.elapsed < Duration::from_secs(DRAIN + 20), "{:?}", outcome.elapsed);
    lab.assert_agrees("replaced");
}

#[test]
fn requests_end_before_the_target_group_of_a_removed_service_goes() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.remove("listener_rule.pay");
    road.remove("target_group.pay");
    let outcome = lab.carry_out(&road.drawn());
    assert!(outcome.elapsed >= Duration::from_secs(DRAIN), "{:?}", outcome.elapsed);
}

#[test]
fn nodes_leave_a_former_target_group_once_nobody_sends_requests_there() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.another_port("nodes");
    let plan = lab.plan_drawn(&road.drawn(), &Wish::default());
    let steps = plan::steps(&plan, &lab.state().expect("a state"));
    let step = |address: &str, verb: Verb| {
        let mut named =
            steps.iter().enumerate().filter(|(_, step)| step.address.as_str() == address);
        named.find(|(_, step)| step.verb == verb).unwrap_or_else(|| panic!("{verb:?} {address}"))
    };
    let waits = |waiting: (usize, &plan::Step), on: (usize, &plan::Step)| {
        assert!(waiting.1.waits.iter().any(|(id, _)| *id == on.0), "{:?}", waiting.1);
    };
    let listener = step("listener.net/80", Verb::Update);
    waits(listener, step("target_group_attachment.nodes", Verb::Create));
    let detach = step("target_group_attachment.nodes", Verb::Delete);
    waits(detach, listener);
    let group = step("target_group.nodes", Verb::Delete);
    waits(group, detach);
    assert_eq!(u64::from(group.1.drain), DRAIN);
}

#[test]
fn nobody_waits_for_requests_that_nobody_sends() {
    let mut road = Road::new();
    road.target_group("idle", "HTTP");
    let lab = applied(&road);
    road.remove("target_group.idle");
    let outcome = lab.carry_out(&road.drawn());
    assert!(outcome.elapsed < Duration::from_secs(20), "unused: {:?}", outcome.elapsed);
    let outcome = lab.carry_out(&nothing());
    assert!(outcome.elapsed < Duration::from_secs(DRAIN), "destroyed: {:?}", outcome.elapsed);
}

#[test]
fn nobody_waits_for_requests_by_way_of_a_load_balancer_that_is_gone() {
    let whole = applied(&Road::new());
    for call in 1.. {
        let lab = whole.twin();
        if !lab.die(&nothing(), call, Moment::AfterEffect) {
            break;
        }
        let outcome = lab.carry_out(&nothing());
        assert!(outcome.elapsed < Duration::from_secs(DRAIN), "{call}: {:?}", outcome.elapsed);
    }
}

#[test]
fn a_run_that_dies_while_requests_end_leaves_nothing_behind() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.another_port("orders");
    // Mutating calls: create the group, set its attributes, turn the rule, delete the former group.
    let died = lab.die(&road.drawn(), 4, Moment::BeforeCall);
    assert!(died);
    let outcome = lab.carry_out(&road.drawn());
    assert!(outcome.elapsed >= Duration::from_secs(DRAIN), "{:?}", outcome.elapsed);
    lab.assert_agrees("replaced");
}

#[test]
fn deletion_protection_is_said_before_the_first_call() {
    let mut road = Road::new();
    let attributes = json!({ "deletion_protection.enabled": "true" });
    road.set("load_balancer.web", "attributes", attributes);
    let lab = applied(&road);
    let ended = lab.try_out(&nothing(), &Wish::default(), Faults::default());
    let refused = ended.outcome.expect("nobody died").expect_err("a refusal");
    assert_eq!(
        refused.message,
        "load_balancer.web has its deletion protection on, and this plan would delete it"
    );
    assert_eq!(ended.mutations, [""; 0]);
    let web = lab.thing("load_balancer.web");
    let answer = in_virtual_time(async {
        let provider = lab.sandbox(&road.drawn(), Faults::default());
        let facts = eksnet::kinds::get("load_balancer").expect("a kind").facts();
        provider.delete(facts, &web.id).await
    });
    let problem = answer.expect_err("a refusal");
    assert_eq!((problem.class, problem.code.as_str()), (Class::Invalid, "OperationNotPermitted"));
    road.set("load_balancer.web", "attributes", json!({ "deletion_protection.enabled": "false" }));
    lab.carry_out(&road.drawn());
    lab.carry_out(&nothing());
    assert!(lab.inventory().is_empty(), "{:#?}", lab.inventory());
}

#[test]
fn only_attributes_of_ours_are_drift() {
    let road = Road::new();
    let lab = applied(&road);
    lab.tamper("load_balancer.web", |thing| {
        thing.fields["attributes"]["idle_timeout.timeout_seconds"] = json!("60");
    });
    let plan = lab.plan_drawn(&road.drawn(), &Wish::default());
    assert!(plan.drift.is_empty() && plan.is_empty(), "{:#?}", plan.drift);
    lab.tamper("load_balancer.web", |thing| {
        thing.fields["attributes"]["load_balancing.cross_zone.enabled"] = json!("false");
    });
    let plan = lab.plan_drawn(&road.drawn(), &Wish::default());
    assert_eq!((plan.drift.len(), brief(&plan)), (1, vec!["~ load_balancer.web".to_owned()]));
}

#[test]
fn the_order_of_values_is_no_difference() {
    let mut road = Road::new();
    let lab = applied(&road);
    road.set("load_balancer.web", "subnets", {
        let subnet =
            |zone: &str| json!({ "subnet": { "ref": format!("subnet.{zone}") }, "eip": null });
        json!([subnet("b"), subnet("a")])
    });
    assert_eq!(planned(&lab, &road), [""; 0]);
}

#[test]
fn load_balancers_of_each_family_are_counted_apart() {
    let mut road = Road::new();
    // With the one that there is already, one more than an account has.
    for n in 1..=50 {
        road.balancer(&format!("more-{n}"), "network", vec![("a", None)]);
    }
    let ended = lab().try_out(&road.drawn(), &Wish::default(), Faults::default());
    let failures = ended.outcome.expect("nobody died").expect("a run").failures;
    let classes: Vec<Class> = failures.iter().map(|failure| failure.problem.class).collect();
    assert_eq!(classes, [Class::Quota], "{failures:#?}");
}
