//! Nodes: managed node groups with their launch templates, Fargate profiles, and the roles of both.

use super::{Draft, addons, address, cluster, digest::digest, vpc};
use crate::{
    kinds::{
        FargateProfile, FargateSelector, InterfaceEndpoint, Kind, LaunchTemplate, NodeGroup,
        NodeTaint, Route, SecurityGroup, Subnet,
    },
    model::{Address, Ref, Until},
    stack::{Accelerator, Arch, Fargate, Nodes, Os, TaintEffect},
};

/// The security group that every node and pod is in, beside the cluster's own: load balancers are let in here.
const GROUP: &str = "nodes";

/// Draws every node group and profile; answers what runs pods.
pub(super) fn draw(draft: &mut Draft<'_>) -> Vec<Address> {
    let stack = draft.stack;
    if stack.cluster.is_none() {
        return Vec::new();
    }
    let mut runs_pods = Vec::new();
    if !stack.nodes.is_empty() {
        let policies = [
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKSWorkerNodePolicy",
            "AmazonEKS_CNI_Policy",
            "AmazonSSMManagedInstanceCore",
        ];
        cluster::role(draft, "nodes", "nodes", "ec2.amazonaws.com", &policies);
        let description = "Nodes and pods".to_owned();
        let fields = SecurityGroup {
            vpc: vpc::id(draft),
            name: format!("{}-{GROUP}", stack.name),
            description,
            open_egress: true,
        };
        draft.add("nodes", GROUP, fields);
    }
    for (name, nodes) in &stack.nodes {
        runs_pods.push(group(draft, name, nodes));
    }
    if !stack.fargate.is_empty() {
        let policies = ["AmazonEKSFargatePodExecutionRolePolicy"];
        cluster::role(draft, "fargate", "fargate", "eks-fargate-pods.amazonaws.com", &policies);
    }
    let mut former: Option<Address> = None;
    for (name, fargate) in &stack.fargate {
        let profile = profile(draft, name, fargate);
        if let Some(former) = former.replace(profile.clone()) {
            // EKS makes and deletes one profile of a cluster at a time.
            draft.needs(&profile, former, Until::Ready);
        }
        runs_pods.push(profile);
    }
    runs_pods
}

fn group(draft: &mut Draft<'_>, name: &str, nodes: &Nodes) -> Address {
    let section = format!("nodes.{name}");
    let template = template(draft, &section, name, nodes);
    let capacity = if nodes.spot { "SPOT" } else { "ON_DEMAND" };
    let ami = ami(nodes);
    let fields = NodeGroup {
        cluster: Ref::id(&cluster::id(draft)),
        name: group_name(name, nodes, capacity, ami),
        role: Ref::output(&address::<crate::kinds::Role>("nodes"), "arn"),
        subnets: nodes.subnets.iter().map(|subnet| Ref::id(&address::<Subnet>(subnet))).collect(),
        launch_template: Ref::id(&template.0),
        launch_template_revision: template.1,
        instances: nodes.instances.clone(),
        capacity: capacity.to_owned(),
        ami: ami.to_owned(),
        min: nodes.min,
        max: nodes.max,
        labels: nodes.labels.clone(),
        taints: nodes.taints.iter().map(taint).collect(),
    };
    let group = draft.add(&section, name, fields);
    // A node group that is replaced comes before the old one goes, so its launch template has to be complete.
    draft.needs(&group, template.0, Until::Ready);
    for attachment in cluster::attachments(draft, "nodes") {
        draft.needs(&group, attachment, Until::Created);
    }
    for addon in addons::before_nodes() {
        draft.needs(&group, addon, Until::Ready);
    }
    for way in ways_out(draft) {
        draft.needs(&group, way, Until::Ready);
    }
    group
}

fn profile(draft: &mut Draft<'_>, name: &str, fargate: &Fargate) -> Address {
    let selectors = fargate.selectors.iter().map(|selector| FargateSelector {
        namespace: selector.namespace.clone(),
        labels: selector.labels.clone(),
    });
    let fields = FargateProfile {
        cluster: Ref::id(&cluster::id(draft)),
        name: name.to_owned(),
        role: Ref::output(&address::<crate::kinds::Role>("fargate"), "arn"),
        subnets: fargate.subnets.iter().map(|subnet| Ref::id(&address::<Subnet>(subnet))).collect(),
        selectors: selectors.collect(),
    };
    let profile = draft.add(&format!("fargate.{name}"), name, fields);
    for needed in cluster::attachments(draft, "fargate").into_iter().chain(ways_out(draft)) {
        draft.needs(&profile, needed, Until::Ready);
    }
    profile
}

/// Nodes join, and pull images, over these: routes and interface endpoints have to be there first.
fn ways_out(draft: &Draft<'_>) -> Vec<Address> {
    let ways = [Route::FACTS.name, InterfaceEndpoint::FACTS.name];
    draft.desired.keys().filter(|address| ways.contains(&address.kind())).cloned().collect()
}

/// The launch template of a group, and the revision that stands for its content.
fn template(draft: &mut Draft<'_>, section: &str, name: &str, nodes: &Nodes) -> (Address, String) {
    let stack = draft.stack;
    let device = match nodes.os {
        Os::AmazonLinux => "/dev/xvda",
        // Bottlerocket keeps its system on xvda; images and logs are on xvdb.
        Os::Bottlerocket => "/dev/xvdb",
    };
    let groups = [
        Ref::output(&cluster::id(draft), "security_group"),
        Ref::id(&address::<SecurityGroup>(GROUP)),
    ];
    let mut instance_tags = stack.tags.clone();
    instance_tags.insert("Name".to_owned(), format!("{}-{name}", stack.name));
    // The cluster's version is part of it: nodes follow an upgrade of the control plane in the same apply.
    let version = stack.cluster.as_ref().map_or("", |cluster| &cluster.version);
    let revision = digest(&format!("{version} {device} {} {instance_tags:?}", nodes.disk));
    let fields = LaunchTemplate {
        name: format!("{}-{name}", stack.name),
        disk: nodes.disk,
        device: device.to_owned(),
        // One hop: pods do not get the node's credentials; they have their own by Pod Identity.
        hop_limit: 1,
        security_groups: groups.to_vec(),
        instance_tags,
        revision: revision.clone(),
    };
    (draft.add(section, name, fields), revision)
}

/// A group's name with a digest of what cannot be changed in place: another group has another name, so that it can come
/// up before the old one goes.
fn group_name(name: &str, nodes: &Nodes, capacity: &str, ami: &str) -> String {
    let Nodes { instances, subnets, .. } = nodes;
    format!("{name}-{}", digest(&format!("{instances:?} {subnets:?} {capacity} {ami}")))
}

/// EKS's own image for what a group's instances are. Bottlerocket has none for Neuron; the language refuses that.
const fn ami(nodes: &Nodes) -> &'static str {
    match (nodes.os, nodes.arch, nodes.accelerator) {
        (Os::AmazonLinux, Arch::X86_64, None) => "AL2023_x86_64_STANDARD",
        (Os::AmazonLinux, Arch::X86_64, Some(Accelerator::Nvidia)) => "AL2023_x86_64_NVIDIA",
        (Os::AmazonLinux, Arch::X86_64, Some(Accelerator::Neuron)) => "AL2023_x86_64_NEURON",
        (Os::AmazonLinux, Arch::Arm64, Some(Accelerator::Nvidia)) => "AL2023_ARM_64_NVIDIA",
        (Os::AmazonLinux, Arch::Arm64, None | Some(Accelerator::Neuron)) => {
            "AL2023_ARM_64_STANDARD"
        }
        (Os::Bottlerocket, Arch::X86_64, Some(Accelerator::Nvidia)) => "BOTTLEROCKET_x86_64_NVIDIA",
        (Os::Bottlerocket, Arch::X86_64, None | Some(Accelerator::Neuron)) => "BOTTLEROCKET_x86_64",
        (Os::Bottlerocket, Arch::Arm64, Some(Accelerator::Nvidia)) => "BOTTLEROCKET_ARM_64_NVIDIA",
        (Os::Bottlerocket, Arch::Arm64, None | Some(Accelerator::Neuron)) => "BOTTLEROCKET_ARM_64",
    }
}

fn taint(taint: &crate::stack::Taint) -> NodeTaint {
    let effect = match taint.effect {
        TaintEffect::NoSchedule => "NO_SCHEDULE",
        TaintEffect::PreferNoSchedule => "PREFER_NO_SCHEDULE",
        TaintEffect::NoExecute => "NO_EXECUTE",
    };
    NodeTaint { key: taint.key.clone(), value: taint.value.clone(), effect: effect.to_owned() }
}
