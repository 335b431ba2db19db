//! Load balancing over AWS's protocols: every kind made, changed in place, found again and deleted, by the engine and
//! the real SDK, without a stack file.

use eksnet::{
    apply::Outcome,
    aws::{self, Aws, Target},
    kinds,
    model::{Desired, Identity},
    plan::{Plan, Wish},
    provider::{Phase, Provider},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::moto::Moto;
use crate::{
    balancing::{NODES, Road, forward},
    lab::{Drawn, Lab, brief},
};

/// An account, a state, and the engine between them.
struct Account {
    moto: Moto,
    runtime: Runtime,
    aws: Aws,
    lab: Lab,
}

impl Account {
    fn new() -> Self {
        let moto = Moto::start();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let target = Target {
            region: "ap-southeast-1".to_owned(),
            endpoint_url: Some(moto.url.clone()),
            ..Target::default()
        };
        let aws = runtime.block_on(aws::connect(&target)).expect("a connection");
        let account = Self { moto, runtime, aws, lab: Lab::new() };
        account.nodes();
        account
    }

    /// Makes the Auto Scaling group that a node group would have made.
    fn nodes(&self) {
        let launch = json!({
            "LaunchConfigurationName": NODES, "ImageId": "ami-12c6146b", "InstanceType": "m8g.large",
        });
        self.moto.call("autoscaling", "CreateLaunchConfiguration", &launch);
        let group = json!({
            "AutoScalingGroupName": NODES, "LaunchConfigurationName": NODES, "MinSize": 0,
            "MaxSize": 0, "AvailabilityZones": ["ap-southeast-1a"],
        });
        self.moto.call("autoscaling", "CreateAutoScalingGroup", &group);
    }

    fn run(&self, drawn: &Drawn) -> Outcome {
        let run = self.runtime.block_on(self.lab.run_on(&self.aws, drawn));
        let outcome = run.expect("the run ends");
        assert!(outcome.failures.is_empty(), "failed: {:#?}", outcome.failures);
        outcome
    }

    fn apply(&self, road: &Road) -> Outcome {
        self.run(&road.drawn())
    }

    fn destroy(&self, road: &Road) -> Outcome {
        self.run(&Drawn { desired: Desired::new(), ..road.drawn() })
    }

    fn plan(&self, road: &Road) -> Plan {
        let (drawn, wish) = (road.drawn(), Wish::default());
        let plan = self.lab.plan_on(&self.aws, &drawn, &wish);
        self.runtime.block_on(plan).expect("a plan")
    }

    /// Applies, and sees that AWS shows everything as it is wanted.
    fn settles(&self, road: &Road, what: &str) {
        self.apply(road);
        let plan = self.plan(road);
        assert_eq!(brief(&plan), [""; 0], "{what}: a second plan is not empty");
        assert!(plan.drift.is_empty(), "{what}: {:#?}", plan.drift);
    }

    /// What AWS knows the resource at `address` by.
    fn id(&self, address: &str) -> Identity {
        let state = self.lab.state().expect("a state");
        state.resources[&address.parse().expect("an address")].id.clone()
    }

    fn count(&self, operation: &str) -> u64 {
        self.moto.get("calls")["counts"][operation].as_u64().unwrap_or_default()
    }
}

/// The road with TLS on both load balancers.
fn secured(account: &Account) -> Road {
    let mut road = Road::new();
    let [first, second] =
        ["a.example.com", "b.example.com"].map(|name| account.moto.certificate(name));
    road.target_group("tls", "TCP");
    road.listener("web/443", "load_balancer.web", "HTTPS", &forward("orders"));
    road.listener("net/443", "load_balancer.net", "TLS", &forward("tls"));
    for name in ["web/443", "net/443"] {
        let listener = format!("listener.{name}");
        road.set(&listener, "certificate", json!(first));
        road.set(&listener, "tls_policy", json!("ELBSecurityPolicy-TLS13-1-2-2021-06"));
        let further = json!({ "listener": { "ref": listener }, "certificate": second });
        road.put(&format!("listener_certificate.{name}/b"), further);
    }
    road
}

#[test]
fn a_road_comes_up_stays_and_goes() {
    let account = Account::new();
    let road = secured(&account);
    let before = account.moto.counts();
    account.settles(&road, "new");
    account.moto.post("calls/clear", &json!({}));
    account.plan(&road);
    // One for up to 20 load balancers, target groups, listeners and rules.
    assert_eq!(account.count("elbv2.DescribeTags"), 1);
    account.destroy(&road);
    assert_eq!(account.count("elbv2.DeleteListener") + account.count("elbv2.DeleteRule"), 0);
    assert_eq!(account.moto.counts(), before, "left behind {:#}", account.moto.inventory());
    account.moto.assert_well_spoken();
}

#[test]
fn everything_that_can_changes_in_place() {
    let account = Account::new();
    let mut road = secured(&account);
    let alone = account.moto.counts();
    account.apply(&road);
    let before = account.moto.inventory();
    let subnet = |zone: &str| json!({ "subnet": { "ref": format!("subnet.{zone}") }, "eip": null });
    road.set("load_balancer.web", "subnets", json!([subnet("b"), subnet("c")]));
    road.set(
        "load_balancer.web",
        "security_groups",
        json!([{ "ref": "security_group.more" }, { "ref": "security_group.web" }]),
    );
    let attributes = json!({ "idle_timeout.timeout_seconds": "120" });
    road.set("load_balancer.web", "attributes", attributes);
    let mut zones =
        road.0[&"load_balancer.net".parse().expect("an address")].fields["subnets"].clone();
    zones.as_array_mut().expect("a list").push(subnet("b"));
    road.set("load_balancer.net", "subnets", zones);
    road.set("target_group.orders", "health_check.path", json!("/ready"));
    road.set("target_group.orders", "health_check.matcher", json!("200-299"));
    let attributes = json!({ "deregistration_delay.timeout_seconds": "0" });
    road.set("target_group.orders", "attributes", attributes);
    account.settles(&road, "balancers and targets");

    let redirect = json!({
        "does": "redirect", "protocol": "HTTPS", "host": "#{host}", "port": "443",
        "path": "/#{path}", "query": "#{query}", "status": 301,
    });
    road.set("listener.web/80", "action", redirect);
    road.set("listener.net/443", "alpn", json!("HTTP2Preferred"));
    let policy = json!("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    road.set("listener.web/443", "tls_policy", policy);
    account.settles(&road, "listeners");
    road.set("listener.net/443", "alpn", Value::Null);
    account.settles(&road, "no ALPN");

    road.set(
        "listener_rule.orders",
        "conditions",
        json!([
            { "on": "http_request_method", "values": ["GET", "PUT"] },
            { "on": "host_header", "values": ["a.example.com"] },
            { "on": "source_ip", "values": ["10.0.0.0/8"] },
            { "on": "query_string", "values": [{ "key": null, "value": "beta" }] },
        ]),
    );
    let target = |name: &str, weight: u32| json!({ "group": { "ref": format!("target_group.{name}") }, "weight": weight });
    let both = json!([target("pay", 1), target("orders", 9)]);
    let split = json!({ "does": "forward", "targets": both, "stickiness": 3600 });
    road.set("listener_rule.orders", "action", split);
    account.settles(&road, "a rule");

    account.moto.post("calls/clear", &json!({}));
    road.set("listener_rule.orders", "priority", json!(20));
    road.set("listener_rule.pay", "priority", json!(10));
    account.settles(&road, "places of rules");
    assert_eq!(account.count("elbv2.SetRulePriorities"), 1);

    assert_eq!(before, account.moto.inventory(), "something was replaced");
    account.destroy(&road);
    assert_eq!(account.moto.counts(), alone, "left behind {:#}", account.moto.inventory());
    account.moto.assert_well_spoken();
}

#[test]
fn a_create_whose_answer_is_lost_is_found_again() {
    let creates = [
        "elbv2.CreateLoadBalancer",
        "elbv2.CreateTargetGroup",
        "elbv2.CreateListener",
        "elbv2.CreateRule",
        "elbv2.AddListenerCertificates",
        "autoscaling.AttachLoadBalancerTargetGroups",
    ];
    let mut account = Account::new();
    for operation in creates {
        account.moto.post("reset", &json!({}));
        account.lab = Lab::new();
        account.nodes();
        let road = secured(&account);
        let before = account.moto.counts();
        let fault = json!({ "operation": operation, "mode": "drop-answer" });
        account.moto.post("fault", &fault);
        account.settles(&road, operation);
        assert_eq!(account.moto.get("faults")["fired"], json!(1), "{operation}");
        account.destroy(&road);
        assert_eq!(account.moto.counts(), before, "{operation}: {:#}", account.moto.inventory());
    }
}

#[test]
fn what_somebody_else_has_made_is_not_taken_over() {
    let account = Account::new();
    let mut road = Road::new();
    account.apply(&road);
    let (vpc, orders) = (account.id("vpc.shop"), account.id("target_group.orders"));
    // Both exactly as the engine would make them, but for the tags.
    let describe = json!({ "TargetGroupArns": [orders] });
    let shown = account.moto.call("elbv2", "DescribeTargetGroups", &describe);
    let mut theirs = shown["TargetGroups"][0].as_object().expect("an object").clone();
    theirs.retain(|key, _| {
        !["TargetGroupArn", "TargetGroupName", "LoadBalancerArns"].contains(&key.as_str())
    });
    theirs.remove("HealthCheckEnabled");
    theirs.insert("Name".to_owned(), json!("news-8080"));
    assert_eq!(theirs["VpcId"], json!(vpc));
    account.moto.call("elbv2", "CreateTargetGroup", &Value::Object(theirs));
    road.target_group("news", "HTTP");
    let drawn = road.drawn();
    let run = account.runtime.block_on(account.lab.run_on(&account.aws, &drawn));
    let outcome = run.expect("the run ends");
    let failed: Vec<String> = outcome
        .failures
        .iter()
        .map(|failure| format!("{} {}", failure.address, failure.problem.code))
        .collect();
    assert_eq!(failed, ["target_group.news DuplicateName"]);
}

#[test]
fn what_is_missing_does_not_hide_the_others() {
    let account = Account::new();
    let road = Road::new();
    account.apply(&road);
    let call = |operation: &str, params: &Value| account.moto.call("elbv2", operation, params);
    let net = account.id("load_balancer.net");
    call("DeleteLoadBalancer", &json!({ "LoadBalancerArn": net }));
    call("DeleteTargetGroup", &json!({ "TargetGroupArn": account.id("target_group.nodes") }));
    let listener = account.id("listener.web/80");
    let matching =
        json!([{ "Field": "path-pattern", "PathPatternConfig": { "Values": ["/admin"] } }]);
    let answer =
        json!([{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "200" } }]);
    let foreign = json!({
        "ListenerArn": listener, "Priority": 1, "Conditions": matching, "Actions": answer,
    });
    call("CreateRule", &foreign);
    let tags = json!({ "ResourceArns": [listener], "TagKeys": ["eksnet:address"] });
    call("RemoveTags", &tags);
    let drift: Vec<String> = account
        .plan(&road)
        .drift
        .iter()
        .map(|drift| {
            let finding = serde_json::to_value(&drift.finding).expect("serialises");
            format!("{} {}", drift.address, finding["finding"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        drift,
        [
            "listener.net/80 gone",
            "listener.web/80 tag",
            "listener.web/80 foreign",
            "load_balancer.net gone",
            "target_group.nodes gone",
        ]
    );
    account.apply(&road);
    let plan = account.plan(&road);
    assert_eq!((brief(&plan), plan.drift.len()), (Vec::new(), 1), "{:#?}", plan.drift);
    account.moto.assert_well_spoken();
}

#[test]
fn a_load_balancer_with_interfaces_left_is_on_its_way() {
    let account = Account::new();
    let road = Road::new();
    account.apply(&road);
    let web = account.id("load_balancer.web");
    let name = web.as_str().split_once(":loadbalancer/").expect("an ARN").1;
    let phase = || {
        let facts = kinds::get("load_balancer").expect("a kind").facts();
        let read = Provider::read(&account.aws, facts, std::slice::from_ref(&web));
        let found = account.runtime.block_on(read).expect("a read");
        found.into_iter().next().map(|found| found.phase)
    };
    assert_eq!(phase(), Some(Phase::Ready));
    account.moto.call("elbv2", "DeleteLoadBalancer", &json!({ "LoadBalancerArn": web }));
    assert_eq!(phase(), None);
    let description = format!("ELB {name}");
    let left = json!({ "SubnetId": account.id("subnet.a"), "Description": description });
    account.moto.call("ec2", "CreateNetworkInterface", &left);
    assert_eq!(phase(), Some(Phase::Deleting));
}
