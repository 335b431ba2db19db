//! What a cluster leaves behind and what others have in the network, over AWS's protocols.

use serde_json::{Value, json};

use super::{eksnet::Folder, moto::Moto};

const STACK: &str = include_str!("../../examples/ip-mode.toml");

fn id(folder: &Folder, address: &str) -> String {
    folder.done(&["output", address]).trim().to_owned()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {value}"))
}

/// Tags of a create call of EC2.
fn tagged(resource_type: &str, tags: &[(&str, &str)]) -> Value {
    let tags: Vec<Value> =
        tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!([{ "ResourceType": resource_type, "Tags": tags }])
}

/// What the AWS Load Balancer Controller of `cluster` makes for an Ingress.
fn make_balancer(moto: &Moto, folder: &Folder, cluster: &str) {
    let mark = ("elbv2.k8s.aws/cluster", cluster);
    let tags = json!([{ "Key": mark.0, "Value": mark.1 }]);
    let group = moto.call(
        "ec2",
        "CreateSecurityGroup",
        &json!({
            "GroupName": format!("k8s-{cluster}"), "Description": "[k8s] Managed SecurityGroup for LoadBalancer",
            "VpcId": id(folder, "vpc.ip-mode"), "TagSpecifications": tagged("security-group", &[mark]),
        }),
    );
    let group = text(&group, "/GroupId");
    let made = moto.call(
        "elbv2",
        "CreateLoadBalancer",
        &json!({
            "Name": format!("k8s-{cluster}"), "SecurityGroups": [group], "Tags": tags,
            "Subnets": [id(folder, "subnet.public-a"), id(folder, "subnet.public-b")],
        }),
    );
    let target = moto.call(
        "elbv2",
        "CreateTargetGroup",
        &json!({
            "Name": format!("k8s-{cluster}"), "Protocol": "HTTP", "Port": 80, "TargetType": "ip",
            "VpcId": id(folder, "vpc.ip-mode"), "Tags": tags,
        }),
    );
    let listener = json!({
        "LoadBalancerArn": text(&made, "/LoadBalancers/0/LoadBalancerArn"), "Protocol": "HTTP", "Port": 80,
        "DefaultActions": [{ "Type": "forward", "TargetGroupArn": text(&target, "/TargetGroups/0/TargetGroupArn") }],
    });
    moto.call("elbv2", "CreateListener", &listener);
    let permission = json!([{ "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{ "GroupId": group }] }]);
    moto.call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        &json!({ "GroupId": id(folder, "security_group.nodes"), "IpPermissions": permission }),
    );
}

/// An interface in a subnet.
fn make_interface(
    moto: &Moto,
    folder: &Folder,
    subnet: &str,
    description: &str,
    tags: &[(&str, &str)],
) -> String {
    let mut request = json!({ "SubnetId": id(folder, subnet), "Description": description });
    if !tags.is_empty() {
        request["TagSpecifications"] = tagged("network-interface", tags);
    }
    let made = moto.call("ec2", "CreateNetworkInterface", &request);
    text(&made, "/NetworkInterface/NetworkInterfaceId").to_owned()
}

#[test]
fn what_a_cluster_left_behind_is_swept_and_nothing_else() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, STACK);
    folder.apply();
    make_balancer(&moto, &folder, "ip-mode");
    make_balancer(&moto, &folder, "other");
    let cni = |cluster| [("cluster.k8s.amazonaws.com/name", cluster)];
    let description = "aws-K8S-i-0123456789abcdef0";
    let ours = make_interface(&moto, &folder, "subnet.private-a", description, &cni("ip-mode"));
    let theirs = make_interface(&moto, &folder, "subnet.private-b", description, &cni("other"));

    let ran = folder.run(&["destroy", "--auto-approve"]);
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    let said = |line: &str| assert!(ran.out.contains(line), "{line}: {}", ran.out);
    said(&format!("network_interface.{ours}: swept"));
    said(&format!("network_interface.{theirs} holds it:"));
    said("elbv2.k8s.aws/cluster=ip-mode");
    let balancers = moto.call("elbv2", "DescribeLoadBalancers", &json!({}));
    assert_eq!(text(&balancers, "/LoadBalancers/0/LoadBalancerName"), "k8s-other");
    assert_eq!(balancers["LoadBalancers"].as_array().map(Vec::len), Some(1));
    let targets = moto.call("elbv2", "DescribeTargetGroups", &json!({}));
    assert_eq!(targets["TargetGroups"].as_array().map(Vec::len), Some(1));

    // Whoever it belongs to takes it away.
    let arn = json!({ "LoadBalancerArn": text(&balancers, "/LoadBalancers/0/LoadBalancerArn") });
    moto.call("elbv2", "DeleteLoadBalancer", &arn);
    let arn = json!({ "TargetGroupArn": text(&targets, "/TargetGroups/0/TargetGroupArn") });
    moto.call("elbv2", "DeleteTargetGroup", &arn);
    moto.call("ec2", "DeleteNetworkInterface", &json!({ "NetworkInterfaceId": theirs }));
    let filter = json!([{ "Name": "group-name", "Values": ["k8s-other"] }]);
    let group = moto.call("ec2", "DescribeSecurityGroups", &json!({ "Filters": filter }));
    let group = json!({ "GroupId": text(&group, "/SecurityGroups/0/GroupId") });
    if moto.counts().iter().any(|(kind, _)| kind == "security_group") {
        moto.call("ec2", "DeleteSecurityGroup", &group);
    }
    folder.destroy();
    assert_eq!(moto.counts(), [], "left behind {:#}", moto.inventory());
    moto.assert_well_spoken();
}
