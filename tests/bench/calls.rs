//! Calls over AWS's own protocols, beside what nobody could do with fewer; and the time of a plan when calls are slow.

use serde_json::json;

use crate::{
    Effort,
    eksnet::Folder,
    moto::Moto,
    process, shown,
    table::{Bound, Table, Unit, median},
};

const GROUP: &str = "API calls, beside the fewest that could do";
const TIME: &str = "empty plan of stacks/shop.toml, 50 ms a call";

/// The fewest calls a refresh, an apply and a destroy of a stack could do with, counted by hand, not by eksnet.
///
/// A refresh asks STS once (1) and makes one Describe for each that shows something of the stack. DescribeVpcs needs
/// two DescribeVpcAttribute beside it, because each tells one attribute (3 in all). Routes and associations are in
/// DescribeRouteTables, attachments in DescribeInternetGateways, rules in DescribeSecurityGroups, blocks in
/// DescribeVpcs. A log group takes a Describe and a list of its tags; a role and its policy one Get each.
///
/// An apply asks STS and makes one call for each resource, but one for all rules of a group in one direction; for the
/// VPC and each subnet one more where a create cannot set what is wanted; one for the retention of a log group; and one
/// look at each kind that is not ready when its create returns.
///
/// A destroy refreshes; makes one call for each resource that does not go with another (routes with their table,
/// associations with their subnet, rules with their group, blocks with their VPC), but one for all endpoints; one look
/// at each kind that goes slowly; and asks DescribeTags what is left, IAM and CloudWatch Logs too where they were used.
const FEWEST: [(&str, [u32; 3]); 11] = [
    // vpc 3, subnets, tables, gateway, addresses, NAT, egress-only. | vpc 2, block, gateway 2, egress-only, subnets 4 and
    // as many settings, tables 3, associations 4, routes 6, address, NAT; looks at block, NAT. | 13; NAT; tags.
    ("dual-stack", [10, 32, 25]),
    // vpc 3, subnets, tables, gateway, NAT. | vpc 2, gateway 2, subnets 4, tables 3, associations 4, routes 3, NAT 2; a
    // look at NAT. | NAT 2, subnets 4, tables 3, gateway 2, vpc; NAT; tags.
    ("existing-eips", [8, 22, 22]),
    // vpc 3, subnets, tables, gateway, flow log, log group 2, role, policy. | vpc 2, gateway 2, subnets 2, table,
    // associations 2, route, role, policy, log group 2, flow log. | flow log, subnets 2, table, gateway 2, vpc, policy,
    // role, log group; tags 3.
    ("flow-logs", [12, 16, 25]),
    // As existing-eips, and addresses: one Describe, two to allocate, two to release.
    ("minimal", [9, 24, 25]),
    // minimal with a third zone (address, NAT, subnets 2, table, associations 2, route: 8 up, 5 down); endpoints 6 (one
    // delete), group and its rules: two Describes, 8 up, 2 down, a look each way.
    ("per-az-endpoints", [11, 41, 35]),
    // vpc 3, subnets, tables, gateway, NAT. | vpc 2, block, gateway 2, subnets 6, tables 3, associations 6, routes 3,
    // NAT; looks at block, NAT. | NAT, subnets 6, tables 3, gateway 2, vpc; NAT; tags.
    ("pods", [8, 27, 23]),
    // vpc 3, subnets, tables, endpoints, group. | vpc 2, subnets 4, tables 3, associations 4, group 2, endpoints 9; a look
    // at endpoints. | endpoints 1, subnets 4, tables 3, group, vpc; endpoints; tags.
    ("private-only", [8, 26, 20]),
    // minimal with subnets for pods (2 and their associations, a block, a look at it), endpoints 5 and a group, flow logs.
    ("shop", [16, 43, 43]),
    // minimal with one address and one NAT gateway less.
    ("single-nat", [9, 22, 23]),
    // minimal, an endpoint call, groups; roles and their policies 4, key 3, log group 2, cluster, entry 2, add-ons 4, node
    // groups 2, templates 2. | minimal 22, endpoints 4, groups 3, roles 7, key 2, log group 2, cluster, entry 2, add-ons
    // 4, templates 2, node groups 2, STS; looks at NAT, endpoints, cluster, add-ons 4, node groups 2. | minimal 14,
    // endpoints, groups 2, node groups 2, templates 2, cluster, log group, key, roles 7; looks 5; tags.
    ("split-subnets", [31, 61, 68]),
    // The same without endpoints, key, log group and entry; with subnets and a block for pods, an OIDC provider, a third
    // role, a fifth add-on and a Fargate profile.
    ("ip-mode", [28, 59, 65]),
];

/// What the commands call, beside [`FEWEST`].
pub fn count(table: &mut Table) {
    let moto = Moto::start();
    for (name, text) in shown() {
        let (_, [refresh, apply, destroy]) = FEWEST
            .into_iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{name} has no floor"));
        moto.post("reset", &json!({}));
        let folder = Folder::new(&moto.url, &moto.prepared(&text));
        let mut calls = |command: &[&str], floor: u32| {
            moto.post("calls/clear", &json!({}));
            folder.done(command);
            let total = moto.get("calls")["total"].as_f64().expect("a count");
            let name =
                format!("{name}, {}", if command[0] == "plan" { "refresh" } else { command[0] });
            table.add(GROUP, name, total, Unit::Calls, Bound::Floor(f64::from(floor)));
        };
        calls(&["apply", "--auto-approve"], apply);
        calls(&["plan"], refresh);
        calls(&["destroy", "--auto-approve"], destroy);
    }
}

/// An empty plan when every call takes 50 ms.
pub fn time(table: &mut Table, effort: Effort) {
    let moto = Moto::start();
    let (_, text) = shown().into_iter().find(|(name, _)| name == "shop").expect("stacks/shop.toml");
    let folder = Folder::new(&moto.url, &text);
    folder.apply();
    moto.post("delay", &json!({ "ms": 50 }));
    let costs: Vec<_> =
        (0..effort.samples(5)).map(|_| process::cost(&mut folder.command(&["plan"]))).collect();
    let of = |each: fn(&process::Cost) -> f64| median(costs.iter().map(each).collect());
    table.add(TIME, "wall", of(|cost| cost.wall), Unit::Milliseconds, Bound::AtMost(500.0));
    table.add(TIME, "processor", of(|cost| cost.cpu), Unit::Milliseconds, Bound::AtMost(150.0));
    table.add(TIME, "peak memory", of(|cost| cost.peak), Unit::Mebibytes, Bound::AtMost(40.0));
}
