//! What a stack file says of its cluster and of what pods run on, and how long AWS supports it.

use std::collections::BTreeMap;

use eksnet::{
    render::{Style, diagnostic},
    stack::{
        Accelerator, ApiAccess, Arch, Cluster, Cni, Fargate, Nodes, Os, Secrets, Selector, Stack,
        Taint, TaintEffect, UpgradePolicy, support_warnings,
    },
};
use jiff::civil::{Date, date};

use super::{SHOP, meaning::stack};

fn cluster(lines: &str) -> Stack {
    stack(&format!(
        "[stack]\nname = \"shop\"\nregion = \"ap-southeast-1\"\n\n[cluster]\n{lines}\n\n\
         [vpc]\ncidr = \"10.0.0.0/16\"\n\n[vpc.subnets]\npublic-a = \"10.0.1.0/24\"\n\
         public-b = \"10.0.4.0/24\"\nprivate-b = \"10.0.3.0/24\"\nprivate-a = \"10.0.2.0/24\"\n"
    ))
}

fn the(stack: Stack) -> Cluster {
    stack.cluster.expect("a cluster")
}

#[test]
fn everything_a_cluster_can_say() {
    let Stack { cluster, nodes, fargate, .. } = stack(SHOP);
    let cluster = cluster.expect("a cluster");
    assert_eq!((cluster.name.as_str(), cluster.version.as_str()), ("shop-blue", "1.36"));
    let blocks: Vec<String> = cluster.api.public.iter().map(ToString::to_string).collect();
    assert!(cluster.api.private);
    assert_eq!(blocks, ["203.0.113.0/24", "198.51.100.7/32"]);
    assert_eq!(
        cluster.admins,
        ["arn:aws:iam::123456789012:role/Platform", "arn:aws:iam::123456789012:user/ann"]
    );
    assert_eq!(cluster.logs, ["api", "audit", "scheduler"]);
    let (prefixes, policy, custom) = (true, true, true);
    let (warm_ip, warm_prefix, minimum_ip) = (Some(2), None, Some(16));
    assert_eq!(cluster.cni, Cni { prefixes, policy, custom, warm_ip, warm_prefix, minimum_ip });
    assert_eq!((cluster.secrets, cluster.upgrade), (Secrets::Created, UpgradePolicy::Standard));
    assert!(cluster.zonal_shift && cluster.deletion_protection && cluster.irsa);
    let addons = [("metrics-server", None), ("vpc-cni", Some("v1.21.1-eksbuild.1"))];
    assert_eq!(
        cluster.addons,
        addons.map(|(name, version)| (name.to_owned(), version.map(str::to_owned))).into()
    );

    let names: Vec<&str> = nodes.keys().map(String::as_str).collect();
    assert_eq!(names, ["gpu", "system"]);
    assert_eq!(nodes["gpu"], gpu());
    assert_eq!(nodes["system"], system());
    let selector = |namespace: &str, labels: BTreeMap<String, String>| Selector {
        namespace: namespace.to_owned(),
        labels,
    };
    let jobs = Fargate {
        selectors: vec![
            selector("jobs-*", BTreeMap::new()),
            selector("batch", BTreeMap::from([("app".to_owned(), "report".to_owned())])),
        ],
        subnets: vec!["private-a".to_owned()],
    };
    assert_eq!(fargate, BTreeMap::from([("jobs".to_owned(), jobs)]));
}

fn gpu() -> Nodes {
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let taint = |key: &str, value: &str, effect| Taint {
        key: key.to_owned(),
        value: value.to_owned(),
        effect,
    };
    Nodes {
        instances: vec!["g6.xlarge".to_owned(), "g6.2xlarge".to_owned()],
        arch: Arch::X86_64,
        accelerator: Some(Accelerator::Nvidia),
        os: Os::AmazonLinux,
        min: 0,
        max: 4,
        spot: true,
        disk: 50,
        labels: BTreeMap::from([label("team", "vision"), label("example.com/pool", "gpu")]),
        taints: vec![
            taint("nvidia.com/gpu", "", TaintEffect::NoSchedule),
            taint("dedicated", "gpu", TaintEffect::NoExecute),
        ],
        subnets: vec!["private-a".to_owned(), "private-b".to_owned()],
    }
}

fn system() -> Nodes {
    Nodes {
        instances: vec!["m7g.large".to_owned()],
        arch: Arch::Arm64,
        accelerator: None,
        os: Os::Bottlerocket,
        min: 3,
        max: 3,
        spot: false,
        disk: 80,
        labels: BTreeMap::new(),
        taints: Vec::new(),
        subnets: vec!["private-b".to_owned(), "isolated-db-a".to_owned()],
    }
}

#[test]
fn what_a_cluster_does_not_say() {
    let small = the(cluster("version = \"1.35\""));
    assert_eq!((small.name.as_str(), small.version.as_str()), ("shop", "1.35"));
    let anywhere = vec![ipnet::Ipv4Net::default()];
    assert_eq!(small.api, ApiAccess { private: true, public: anywhere.clone() });
    assert_eq!(small.cni, Cni::default());
    assert_eq!((small.secrets, small.upgrade), (Secrets::Default, UpgradePolicy::Extended));
    assert!(small.admins.is_empty() && small.logs.is_empty() && small.addons.is_empty());
    assert!(!small.zonal_shift && !small.deletion_protection && !small.irsa);

    let api = |word: &str| the(cluster(&format!("version = \"1.35\"\napi = \"{word}\""))).api;
    assert_eq!(api("private"), ApiAccess { private: true, public: Vec::new() });
    assert_eq!(api("public"), ApiAccess { private: false, public: anywhere });

    let key = "arn:aws:kms:ap-southeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let kept = the(cluster(&format!("version = \"1.35\"\nsecrets = \"{key}\"")));
    assert_eq!(kept.secrets, Secrets::Key(key.to_owned()));
}

#[test]
fn no_cluster_is_no_mistake() {
    let network = stack(
        "[stack]\nname = \"shop\"\nregion = \"ap-southeast-1\"\n[vpc]\ncidr = \"10.0.0.0/16\"\n\
         [vpc.subnets]\nprivate-a = \"10.0.2.0/24\"\nprivate-b = \"10.0.3.0/24\"\n",
    );
    assert_eq!((network.cluster, network.nodes.len(), network.fargate.len()), (None, 0, 0));
}

#[test]
fn nodes_stand_in_all_private_subnets_by_name() {
    let nodes = "version = \"1.35\"\n[nodes.a]\ninstances = [\"t3.large\"]\nsize = \"2\"";
    let group = &cluster(nodes).nodes["a"];
    assert_eq!(group.subnets, ["private-a", "private-b"]);
    assert_eq!((group.min, group.max, group.os, group.disk), (2, 2, Os::AmazonLinux, 50));
}

#[test]
fn pods_of_their_own_block_are_custom_networking() {
    let pods = |cni: &str| {
        let lines =
            format!("[cluster]\nversion = \"1.36\"\n{cni}\n[vpc]\npods = \"100.64.0.0/16\"");
        the(stack(&SHOP_NETWORK.replace("[vpc]", &lines))).cni
    };
    assert!(pods("").custom);
    assert!(pods("cni = { prefixes = true }").custom);
    assert!(pods("cni = { custom = true }").custom);
}

const SHOP_NETWORK: &str = "[stack]\nname = \"shop\"\nregion = \"ap-southeast-1\"\n\n[vpc]\n\
                            cidr = \"10.0.0.0/16\"\n\n[vpc.subnets]\nprivate-a = \"10.0.2.0/24\"\n\
                            private-b = \"10.0.3.0/24\"\n";

fn said(version: &str, upgrade: &str, today: Date) -> String {
    let text = format!("version = \"{version}\"\nupgrade = \"{upgrade}\"");
    let found = support_warnings(&cluster(&text), today);
    let shown: Vec<String> = found.iter().map(|it| diagnostic(it, Style::Plain)).collect();
    shown.join("\n\n").lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn support_is_said_sixty_days_before_it_ends() {
    assert_eq!(said("1.34", "extended", date(2026, 10, 2)), "");
    assert_eq!(
        said("1.34", "extended", date(2026, 10, 3)),
        "warning: Kubernetes 1.34 leaves standard support in 60 days
 --> shop.toml:6:11
  |
6 | version = \"1.34\"
  |           ^^^^^^ until 2026-12-02
  |
  = note: it then costs $0.60 an hour instead of $0.10
  = help: write `version = \"1.35\"`"
    );
    assert_eq!(
        said("1.34", "standard", date(2026, 12, 1)),
        "warning: Kubernetes 1.34 leaves standard support in one day
 --> shop.toml:6:11
  |
6 | version = \"1.34\"
  |           ^^^^^^ until 2026-12-02
  |
  = note: `upgrade = \"standard\"`: AWS then upgrades the cluster by itself, to 1.35
  = help: write `version = \"1.35\"`"
    );
}

#[test]
fn extended_support_is_said_with_its_price() {
    assert_eq!(
        said("1.34", "extended", date(2026, 12, 2)),
        "warning: Kubernetes 1.34 is in extended support
 --> shop.toml:6:11
  |
6 | version = \"1.34\"
  |           ^^^^^^ until 2027-12-02
  |
  = note: the cluster costs $0.60 an hour instead of $0.10
  = help: write `version = \"1.35\"`"
    );
    let standard = said("1.33", "standard", date(2026, 12, 2));
    assert!(standard.contains("AWS does not keep a cluster on this version"), "{standard}");
}

#[test]
fn the_end_of_support_is_said() {
    assert_eq!(
        said("1.36", "extended", date(2028, 8, 2)),
        "warning: AWS no longer supports Kubernetes 1.36
 --> shop.toml:6:11
  |
6 | version = \"1.36\"
  |           ^^^^^^ since 2028-08-02
  |
  = note: AWS makes no new clusters of it and upgrades those there are by itself
  = help: look for a newer eksnet, which may know a newer version"
    );
    assert!(support_warnings(&stack(SHOP_NETWORK), date(2028, 8, 2)).is_empty());
}

#[test]
fn where_a_version_is_written_makes_no_difference() {
    let one = the(cluster("version = \"1.36\"\nlogs = [\"api\"]"));
    let other = the(cluster("logs = [\"api\"]\nversion = \"1.36\""));
    assert_eq!(one, other);
    assert_ne!(one.version_origin.0, other.version_origin.0);
}
