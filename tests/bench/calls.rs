//! Calls over AWS's own protocols: of a plan, beside what nobody could do with fewer, and of an apply and a destroy over
//! those that change something. And the time of a plan when calls are slow.

use std::collections::BTreeSet;

use eksnet::{kinds, model::Desired};
use serde_json::json;

use crate::{
    Effort, crowds,
    eksnet::Folder,
    lab::Lab,
    moto::{Moto, in_singapore},
    process, shown,
    table::{Bound, Table, Unit, median},
};

const PLAN: &str = "API calls of an empty plan, beside the fewest that could do";
const CHANGES: &str = "API calls over those that change something";
const TIME: &str = "empty plan of stacks/shop.toml, 50 ms a call";

/// Calls that tell of one resource each, with the kind of it. All others can tell of everything that a stack has.
const SINGLE: [(&str, &str); 15] = [
    ("acm:DescribeCertificate", "certificate"),
    ("acm:ListTagsForCertificate", "certificate"),
    ("eks:DescribeAccessEntry", "access_entry"),
    ("eks:DescribeAddon", "addon"),
    ("eks:DescribeFargateProfile", "fargate_profile"),
    ("eks:DescribeNodegroup", "node_group"),
    ("eks:DescribePodIdentityAssociation", "pod_identity_association"),
    ("eks:ListAssociatedAccessPolicies", "access_entry"),
    ("apigateway:GetStages", "rest_api"),
    ("apigatewayv2:GetApiMappings", "api_domain_name"),
    ("apigatewayv2:GetRoutes", "http_api"),
    ("elasticloadbalancing:DescribeLoadBalancerAttributes", "load_balancer"),
    ("elasticloadbalancing:DescribeTargetGroupAttributes", "target_group"),
    ("route53:GetHostedZone", "hosted_zone"),
    ("route53:ListResourceRecordSets", "hosted_zone"),
];

/// The fewest calls that tell of everything in `desired`: which account it is, and each call of each kind once, or once
/// for each resource where it tells of one. DescribeVpcAttribute tells one of two attributes; network interfaces tell of
/// load balancers that are gone.
fn fewest(desired: &Desired) -> usize {
    let kinds: BTreeSet<&str> = desired.keys().map(|address| address.kind()).collect();
    let facts = kinds.iter().filter_map(|kind| kinds::get(kind)).map(|kind| kind.facts());
    let actions: BTreeSet<&str> = facts.flat_map(|facts| facts.calls.read).copied().collect();
    let times = |action: &&str| match SINGLE.iter().find(|(single, _)| single == action) {
        Some((_, kind)) => desired.keys().filter(|address| address.kind() == *kind).count(),
        None if **action == *"ec2:DescribeVpcAttribute" => 2,
        None if **action == *"ec2:DescribeNetworkInterfaces" => 0,
        None => 1,
    };
    1 + actions.iter().map(times).sum::<usize>()
}

/// What the commands call.
pub fn count(table: &mut Table, effort: Effort) {
    let moto = Moto::start();
    let wanted = |name: &str| effort == Effort::Full || name == "shop";
    for (name, text) in shown().into_iter().filter(|(name, _)| wanted(name)) {
        moto.post("reset", &json!({}));
        let text = moto.prepared(&in_singapore(&text));
        let folder = Folder::new(&moto.url, &text);
        // All calls, and those that change something.
        let calls = |command: &[&str]| {
            moto.post("calls/clear", &json!({}));
            folder.done(command);
            let counts = moto.get("calls")["counts"].clone();
            let counts = counts.as_object().expect("counts");
            let count = |reads: &dyn Fn(&str) -> bool| -> u64 {
                let counted = counts.iter().filter(|(action, _)| reads(action));
                counted.filter_map(|(_, count)| count.as_u64()).sum()
            };
            let changes = |action: &str| {
                let name = action.split_once('.').map_or(action, |(_, name)| name);
                !["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
            };
            (count(&|_| true) as f64, count(&changes) as f64)
        };
        let of_shop = |bound| if name == "shop" { bound } else { Bound::None };
        let (all, changing) = calls(&["apply", "--auto-approve"]);
        let row = format!("{name}, apply, {changing} of them");
        table.add(CHANGES, row, all / changing, Unit::Pure, of_shop(Bound::AtMost(1.25, 1.10)));
        let (all, _) = calls(&["plan"]);
        table.add(PLAN, format!("{name}, refresh"), all, Unit::Calls, floor(&text));
        if name == "shop" {
            table.add(PLAN, "shop, refresh", all, Unit::Calls, Bound::AtMost(45.0, 37.0));
            table.because(
                "attributes of balancers and target groups, add-ons, certificates: one call each",
            );
        }
        let (all, changing) = calls(&["destroy", "--auto-approve"]);
        let row = format!("{name}, destroy, {changing} of them");
        table.add(CHANGES, row, all / changing, Unit::Pure, of_shop(Bound::AtMost(1.35, 1.15)));
    }
}

fn floor(text: &str) -> Bound {
    Bound::Floor(fewest(&Lab::new().draw(text).desired) as f64)
}

/// 10,000 rules in 500 security groups, of which DescribeSecurityGroups shows those of 200 groups at once.
pub fn crowd(table: &mut Table) {
    let moto = Moto::start();
    let calls = crowds::refresh_over(&moto.url, &crowds::groups(500, 20));
    let row = "10,000 rules of 500 security groups, refresh";
    table.add(PLAN, row, f64::from(calls), Unit::Calls, Bound::AtMost(25.0, 14.0));
}

/// An empty plan when every call takes 50 ms.
pub fn time(table: &mut Table, effort: Effort) {
    let moto = Moto::start();
    let (_, text) = shown().into_iter().find(|(name, _)| name == "shop").expect("stacks/shop.toml");
    let folder = Folder::new(&moto.url, &moto.prepared(&text));
    folder.apply();
    moto.post("delay", &json!({ "ms": 50 }));
    let costs: Vec<_> =
        (0..effort.samples(5)).map(|_| process::cost(&mut folder.command(&["plan"]))).collect();
    let of = |each: fn(&process::Cost) -> f64| median(costs.iter().map(each).collect());
    table.add(TIME, "wall", of(|cost| cost.wall), Unit::Milliseconds, Bound::AtMost(500.0, 250.0));
    table.add(
        TIME,
        "processor",
        of(|cost| cost.cpu),
        Unit::Milliseconds,
        Bound::AtMost(150.0, 50.0),
    );
    table.add(
        TIME,
        "peak memory",
        of(|cost| cost.peak),
        Unit::Mebibytes,
        Bound::AtMost(40.0, 20.0),
    );
    table.because("pages of the binary, which processes share; data and stacks are 8 MiB");
}
