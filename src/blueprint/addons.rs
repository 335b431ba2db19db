//! Add-ons: what every cluster runs. Those that are on every node come before the nodes, so that a node boots with its
//! final settings; those that need a node to run on come after.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Draft, address, cluster};
use crate::{
    kinds::{Addon, SecurityGroup, Subnet},
    model::{Address, Ref, Until},
    stack::{Cni, Zone},
};

const SECTION: &str = "cluster.addons";
/// On every node: before the nodes.
const BEFORE: [&str; 3] = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"];
/// Deployments: after them.
const AFTER: [&str; 1] = ["coredns"];

pub(super) fn draw_before_nodes(draft: &mut Draft<'_>) {
    if draft.stack.cluster.is_none() {
        return;
    }
    for name in BEFORE {
        let configuration = if name == "vpc-cni" { cni(draft) } else { json!({}) };
        add(draft, name, configuration);
    }
}

pub(super) fn draw_after_nodes(draft: &mut Draft<'_>, nodes: &[Address]) {
    let Some(cluster) = &draft.stack.cluster else { return };
    let further = cluster
        .addons
        .keys()
        .map(String::as_str)
        .filter(|name| !BEFORE.contains(name) && !AFTER.contains(name));
    for name in AFTER.into_iter().chain(further) {
        if let Some(addon) = add(draft, name, json!({})) {
            for nodes in nodes {
                // A deployment without a node to run on stays degraded.
                draft.needs(&addon, nodes.clone(), Until::Ready);
            }
        }
    }
}

/// What has to run before a node boots.
pub(super) fn before_nodes() -> impl Iterator<Item = Address> {
    BEFORE.into_iter().map(address::<Addon>)
}

fn add(draft: &mut Draft<'_>, name: &str, configuration: Value) -> Option<Address> {
    let version = draft.stack.cluster.as_ref()?.addons.get(name).cloned().flatten();
    let cluster = Ref::id(&cluster::id(draft));
    let fields = Addon { cluster, name: name.to_owned(), version, configuration, role: None };
    Some(draft.add(SECTION, name, fields))
}

/// The settings of the VPC CNI, in the words of its configuration schema.
fn cni(draft: &Draft<'_>) -> Value {
    let cni = draft.stack.cluster.as_ref().map(|cluster| cluster.cni.clone()).unwrap_or_default();
    let Cni { prefixes, policy, custom, warm_ip, warm_prefix, minimum_ip } = cni;
    let mut env: BTreeMap<&str, String> = BTreeMap::new();
    if prefixes {
        env.insert("ENABLE_PREFIX_DELEGATION", "true".to_owned());
    }
    let targets = [
        ("WARM_IP_TARGET", warm_ip),
        ("WARM_PREFIX_TARGET", warm_prefix),
        ("MINIMUM_IP_TARGET", minimum_ip),
    ];
    for (name, target) in targets {
        if let Some(target) = target {
            env.insert(name, target.to_string());
        }
    }
    let mut settings = Map::new();
    if custom {
        let (label, subnets) = pod_subnets(draft);
        env.insert("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true".to_owned());
        env.insert("ENI_CONFIG_LABEL_DEF", label.to_owned());
        let region = &draft.stack.region;
        settings.insert(
            "eniConfig".to_owned(),
            json!({ "create": true, "region": region, "subnets": subnets }),
        );
    }
    if !env.is_empty() {
        settings.insert("env".to_owned(), json!(env));
    }
    if policy {
        settings.insert("enableNetworkPolicy".to_owned(), json!("true"));
    }
    Value::Object(settings)
}

/// One ENIConfig a zone, named as the nodes of that zone are labelled, and the label.
fn pod_subnets(draft: &Draft<'_>) -> (&'static str, Map<String, Value>) {
    let zones = draft.stack.vpc.pods.iter().flat_map(|pods| &pods.zones);
    let mut label = "topology.kubernetes.io/zone";
    let mut subnets = Map::new();
    for (key, part) in zones {
        let zone = match &part.zone {
            Zone::Name(name) => name.clone(),
            Zone::Id(id) => {
                label = "topology.k8s.aws/zone-id";
                id.clone()
            }
        };
        let subnet = Ref::id(&address::<Subnet>(&format!("pods-{key}")));
        let groups = [
            Ref::output(&cluster::id(draft), "security_group"),
            Ref::id(&address::<SecurityGroup>("nodes")),
        ];
        subnets.insert(zone, json!({ "id": subnet, "securityGroups": groups }));
    }
    (label, subnets)
}
