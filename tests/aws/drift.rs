//! What is changed behind eksnet's back is found, field by field, and nothing else is.

use serde_json::{Value, json};

use super::{
    eksnet::Folder,
    moto::{Moto, in_singapore},
};

/// A network with one of most things.
const STACK: &str = r#"
[stack]
name   = "shop"
region = "ap-southeast-1"
tags   = { team = "platform" }

[vpc]
cidr      = "10.0.0.0/16"
nat       = "per-az"                   # a gateway and an address of its own in each zone
endpoints = ["s3", "ecr", "sts", "logs"]
pods      = "100.64.0.0/16"            # addresses for pods only, carved by zone
flow_logs = true

[vpc.subnets]                          # <tier>-<zone letter> = addresses
public-a  = "10.0.1.0/24"
public-b  = "10.0.4.0/24"
private-a = "10.0.2.0/24"
private-b = "10.0.3.0/24"
"#;

/// The id of a resource.
fn id(folder: &Folder, address: &str) -> String {
    folder.done(&["output", address]).trim().to_owned()
}

/// What a plan finds changed: address, finding, and which field or tag.
fn found(plan: &Value) -> Vec<String> {
    let drift = plan["drift"].as_array().expect("drift");
    let mut found: Vec<String> = drift
        .iter()
        .map(|drift| {
            let what =
                drift.get("field").or_else(|| drift.get("key")).or_else(|| drift.get("kind"));
            let words = [&drift["address"], &drift["finding"], what.unwrap_or(&Value::Null)];
            words
                .map(|word| word.as_str().unwrap_or_default().to_owned())
                .join(" ")
                .trim()
                .to_owned()
        })
        .collect();
    found.sort();
    found
}

#[test]
fn out_of_band_changes_are_found() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, &in_singapore(STACK));
    folder.apply();
    assert_eq!(found(&folder.plan()), [""; 0], "nothing was changed");
    let table = id(&folder, "route_table.private-a");
    let subnet = id(&folder, "subnet.private-b");
    let group = id(&folder, "security_group.endpoints");
    let vpc = id(&folder, "vpc.shop");
    let call = |operation: &str, params: Value| moto.call("ec2", operation, &params);
    call("DeleteRoute", json!({ "RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0" }));
    call(
        "ModifySubnetAttribute",
        json!({ "SubnetId": subnet, "MapPublicIpOnLaunch": { "Value": true } }),
    );
    let rule = |cidr: &str, port: u16| json!([{ "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{ "CidrIp": cidr }] }]);
    call(
        "RevokeSecurityGroupIngress",
        json!({ "GroupId": group, "IpPermissions": rule("10.0.0.0/16", 443) }),
    );
    call(
        "AuthorizeSecurityGroupIngress",
        json!({ "GroupId": group, "IpPermissions": rule("0.0.0.0/0", 22) }),
    );
    call("DeleteTags", json!({ "Resources": [vpc], "Tags": [{ "Key": "team" }] }));
    call("ModifyVpcAttribute", json!({ "VpcId": vpc, "EnableDnsHostnames": { "Value": false } }));
    assert_eq!(
        found(&folder.plan()),
        [
            "route.private-a/internet gone",
            "security_group.endpoints foreign security_group_rule",
            "security_group_rule.endpoints/https-vpc gone",
            "subnet.private-b field public_ip",
            "vpc.shop field dns_hostnames",
            "vpc.shop tag team",
        ]
    );
    assert_eq!(
        folder.planned(),
        [
            "create route.private-a/internet",
            "create security_group_rule.endpoints/https-vpc",
            "update subnet.private-b",
            "update vpc.shop",
        ]
    );
    folder.apply();
    // What is foreign is shown for as long as it is there, and never touched.
    assert_eq!(found(&folder.plan()), ["security_group.endpoints foreign security_group_rule"]);
    assert_eq!(folder.planned(), [""; 0]);
    folder.destroy();
    assert_eq!(moto.counts(), []);
    moto.assert_well_spoken();
}
