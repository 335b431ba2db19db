//! Looking for strays on AWS, and taking away what may go. A look is a fixed number of Describes, however much there is:
//! pages, and tags of load balancers, are the only thing that grows.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    Filter, NetworkInterface, SecurityGroup, VpcPeeringConnectionStateReasonCode,
};

use super::{Ground, Reach, Sighting, Stray, judge};
use crate::{
    aws::{
        Aws,
        ec2::{filter, tags},
    },
    kinds,
    model::{Class, Identity, Problem, Tags},
};

/// What divides or connects a VPC: its kinds, and who shows them.
const NETWORKS: [(&str, &str); 5] = [
    ("subnet", "ec2:DescribeSubnets"),
    ("route_table", "ec2:DescribeRouteTables"),
    ("network_acl", "ec2:DescribeNetworkAcls"),
    ("vpc_endpoint", "ec2:DescribeVpcEndpoints"),
    ("vpc_peering_connection", "ec2:DescribeVpcPeeringConnections"),
];

/// What a look asks where there is or was a cluster.
const CALLS_OF_A_CLUSTER: [&str; 3] = [
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "ec2:DescribeVolumes",
];

/// What a look asks.
pub fn calls(ground: &Ground) -> Vec<&'static str> {
    let mut calls = vec!["ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"];
    match ground.reach {
        Reach::Everything => calls.extend(NETWORKS.map(|(_, call)| call)),
        Reach::Guests => {}
    }
    if !ground.makers.is_empty() {
        calls.extend(CALLS_OF_A_CLUSTER);
    }
    calls
}

/// Whether things of this kind divide or connect a VPC.
pub fn divides(kind: &str) -> bool {
    NETWORKS.iter().any(|(network, _)| *network == kind)
}

/// The call that takes a stray away.
pub fn deletion(kind: &str) -> &'static str {
    match kind {
        "network_interface" => "ec2:DeleteNetworkInterface",
        _ => kinds::get(kind).map_or("", |kind| kind.facts().calls.delete),
    }
}

impl Aws {
    /// Everything in the VPCs of `ground` that is not ours, and whose it is.
    pub async fn strays(&self, ground: &Ground) -> Result<Vec<Stray>, Problem> {
        let here = || filter("vpc-id", ground.vpcs.iter().map(Identity::as_str));
        let (mut sightings, groups, networks, balancers, volumes) = tokio::try_join!(
            self.interfaces(here()),
            self.groups(here(), ground),
            self.networks(ground),
            self.balancers_of_clusters(ground),
            self.volumes(ground),
        )?;
        if ground.makers.is_empty() && sightings.iter().any(of_balancer) {
            sightings.extend(self.balancers(ground).await?);
        }
        sightings.extend(groups.into_iter().chain(networks).chain(balancers).chain(volumes));
        Ok(judge(sightings, ground))
    }

    /// Takes away what a cluster of ours left behind.
    pub async fn sweep(&self, stray: &Stray) -> Result<(), Problem> {
        let id = stray.id.as_str();
        match (stray.kind.as_str(), kinds::get(&stray.kind)) {
            (_, Some(kind)) => kind.delete(self, &stray.id).await,
            ("network_interface", None) => {
                let request = self.ec2.delete_network_interface().network_interface_id(id);
                self.write(|| request.clone().send()).await.map(drop)
            }
            (kind, None) => {
                let message = format!("eksnet cannot delete a {kind}");
                Err(Problem::new(Class::Invalid, "NotSweepable", message))
            }
        }
    }

    async fn interfaces(&self, here: Filter) -> Result<Vec<Sighting>, Problem> {
        let request = self.ec2.describe_network_interfaces().filters(here);
        let shown: Vec<NetworkInterface> =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let mut sightings: Vec<Sighting> = shown.iter().filter_map(interface).collect();
        // The interfaces of the CNI say themselves whose they are.
        let instances: BTreeSet<String> = sightings
            .iter()
            .filter(|sighting| !sighting.description.starts_with("aws-K8S-"))
            .filter_map(|sighting| sighting.instance.clone())
            .collect();
        if instances.is_empty() {
            return Ok(sightings);
        }
        let request = self.ec2.describe_instances().filters(filter("instance-id", instances));
        let reservations =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let instances: BTreeMap<String, Tags> = reservations
            .iter()
            .flat_map(|reservation| reservation.instances())
            .filter_map(|instance| {
                Some((instance.instance_id()?.to_owned(), tags(instance.tags())))
            })
            .collect();
        for sighting in &mut sightings {
            let tags = sighting.instance.as_ref().and_then(|instance| instances.get(instance));
            for (key, value) in tags.into_iter().flatten() {
                sighting.tags.entry(key.clone()).or_insert_with(|| value.clone());
            }
            if let Some(name) = sighting.tags.get("Name") {
                sighting.name.clone_from(name);
            }
        }
        Ok(sightings)
    }

    /// Security groups, and of the rules in them those between groups, where one of the groups is not ours.
    async fn groups(&self, here: Filter, ground: &Ground) -> Result<Vec<Sighting>, Problem> {
        let request = self.ec2.describe_security_groups().filters(here);
        let shown: Vec<SecurityGroup> =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let mut sightings: Vec<Sighting> = shown.iter().filter_map(group).collect();
        let is_ours = |id: &str| ground.ours.contains(id);
        let between = |group: &Sighting| {
            let mut peers = group.names.iter().filter(|id| id.starts_with("sg-"));
            peers.any(|peer| !is_ours(group.id.as_str()) || !is_ours(peer))
        };
        let apart: Vec<Identity> =
            sightings.iter().filter(|group| between(group)).map(|group| group.id.clone()).collect();
        if let Some(kind) = kinds::get("security_group_rule").filter(|_| !apart.is_empty()) {
            let rules = kind.read(self, &apart).await?.into_iter().filter_map(|rule| {
                let (group, peer) = (rule.id.part(0), rule.id.part(5).to_owned());
                let between = peer.starts_with("sg-") && group != peer;
                let names = BTreeSet::from([peer]);
                between.then(|| Sighting { names, ..Sighting::of(kind.facts().name, rule.id) })
            });
            sightings.extend(rules);
        }
        Ok(sightings)
    }

    /// What divides or connects a VPC.
    async fn networks(&self, ground: &Ground) -> Result<Vec<Sighting>, Problem> {
        match ground.reach {
            Reach::Everything => {}
            Reach::Guests => return Ok(Vec::new()),
        }
        let here = || filter("vpc-id", ground.vpcs.iter().map(Identity::as_str));
        let subnets = self.ec2.describe_subnets().filters(here());
        let tables = self.ec2.describe_route_tables().filters(here());
        let acls = self.ec2.describe_network_acls().filters(here());
        let endpoints = self.ec2.describe_vpc_endpoints().filters(here());
        let peerings = self.ec2.describe_vpc_peering_connections();
        let (subnets, tables, acls, endpoints, peerings) = tokio::try_join!(
            self.read(|| subnets.clone().into_paginator().items().send().try_collect()),
            self.read(|| tables.clone().into_paginator().items().send().try_collect()),
            self.read(|| acls.clone().into_paginator().items().send().try_collect()),
            self.read(|| endpoints.clone().into_paginator().items().send().try_collect()),
            self.read(|| peerings.clone().into_paginator().items().send().try_collect()),
        )?;
        let mut found = Vec::new();
        let mut see = |kind: &str, id: Option<&str>, vpc: Option<&str>, tags: Tags, name: &str| {
            if let (Some(id), Some(vpc)) = (id, vpc) {
                let name = tags.get("Name").map_or(name, String::as_str).to_owned();
                let names = BTreeSet::from([vpc.to_owned()]);
                found.push(Sighting { name, tags, names, ..Sighting::of(kind, id) });
            }
        };
        for subnet in &subnets {
            see("subnet", subnet.subnet_id(), subnet.vpc_id(), tags(subnet.tags()), "");
        }
        for table in &tables {
            let main = table.associations().iter().any(|each| each.main == Some(true));
            let id = table.route_table_id().filter(|_| !main);
            see("route_table", id, table.vpc_id(), tags(table.tags()), "");
        }
        for acl in &acls {
            let id = acl.network_acl_id().filter(|_| acl.is_default != Some(true));
            see("network_acl", id, acl.vpc_id(), tags(acl.tags()), "");
        }
        for endpoint in &endpoints {
            let service = endpoint.service_name().unwrap_or_default();
            let (id, vpc) = (endpoint.vpc_endpoint_id(), endpoint.vpc_id());
            see("vpc_endpoint", id, vpc, tags(endpoint.tags()), service);
        }
        for peering in &peerings {
            use VpcPeeringConnectionStateReasonCode::{Active, PendingAcceptance, Provisioning};
            let state = peering.status().and_then(|status| status.code());
            let holds = matches!(state, Some(Active | PendingAcceptance | Provisioning));
            let id = peering.vpc_peering_connection_id().filter(|_| holds);
            let sides = [peering.requester_vpc_info(), peering.accepter_vpc_info()];
            let mut sides = sides.into_iter().flatten().filter_map(|side| side.vpc_id());
            let vpc = sides.find(|vpc| ground.vpcs.iter().any(|ours| ours.as_str() == *vpc));
            see("vpc_peering_connection", id, vpc, tags(peering.tags()), "");
        }
        Ok(found)
    }

    /// Load balancers and target groups that a cluster of ours may have made.
    async fn balancers_of_clusters(&self, ground: &Ground) -> Result<Vec<Sighting>, Problem> {
        if ground.makers.is_empty() {
            return Ok(Vec::new());
        }
        let (mut balancers, targets) =
            tokio::try_join!(self.balancers(ground), self.target_groups(ground))?;
        for (target, holders) in &targets {
            // A listener holds its target groups.
            for balancer in balancers.iter_mut().filter(|each| holders.contains(&each.id.0)) {
                balancer.names.insert(target.id.0.clone());
            }
        }
        let theirs = targets.into_iter().map(|(target, _)| target);
        balancers.extend(theirs.filter(|target| !ground.ours.contains(target.id.as_str())));
        let arns: Vec<String> = balancers.iter().map(|sighting| sighting.id.0.clone()).collect();
        let mut tags = self.elb_tags(&arns).await?;
        for sighting in &mut balancers {
            sighting.tags = tags.remove(sighting.id.as_str()).unwrap_or_default();
        }
        Ok(balancers)
    }

    /// Load balancers of others in our VPCs.
    async fn balancers(&self, ground: &Ground) -> Result<Vec<Sighting>, Problem> {
        let request = self.elb.describe_load_balancers();
        let shown =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let balancer = |shown: &aws_sdk_elasticloadbalancingv2::types::LoadBalancer| {
            let (arn, vpc) = (shown.load_balancer_arn()?, shown.vpc_id()?);
            let subnets = shown.availability_zones().iter().filter_map(|zone| zone.subnet_id());
            let groups = shown.security_groups().iter().map(String::as_str);
            let names = subnets.chain(groups).chain([vpc]).map(str::to_owned).collect();
            let name = shown.load_balancer_name().unwrap_or_default().to_owned();
            let ours = ground.ours.contains(arn);
            let here = ground.vpcs.iter().any(|ours| ours.as_str() == vpc);
            (here && !ours).then(|| Sighting { name, names, ..Sighting::of("load_balancer", arn) })
        };
        Ok(shown.iter().filter_map(balancer).collect())
    }

    /// Target groups in our VPCs, with the load balancers that send to them.
    async fn target_groups(
        &self,
        ground: &Ground,
    ) -> Result<Vec<(Sighting, Vec<String>)>, Problem> {
        let request = self.elb.describe_target_groups();
        let shown =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let target = |shown: &aws_sdk_elasticloadbalancingv2::types::TargetGroup| {
            let (arn, vpc) = (shown.target_group_arn()?, shown.vpc_id()?);
            let name = shown.target_group_name().unwrap_or_default().to_owned();
            let names = BTreeSet::from([vpc.to_owned()]);
            let here = ground.vpcs.iter().any(|ours| ours.as_str() == vpc);
            let sighting = Sighting { name, names, ..Sighting::of("target_group", arn) };
            here.then(|| (sighting, shown.load_balancer_arns().to_vec()))
        };
        Ok(shown.iter().filter_map(target).collect())
    }

    /// Volumes that clusters of ours made for claims.
    async fn volumes(&self, ground: &Ground) -> Result<Vec<Sighting>, Problem> {
        if ground.makers.is_empty() {
            return Ok(Vec::new());
        }
        let keys = ground.makers.keys().map(|name| format!("kubernetes.io/cluster/{name}"));
        let request = self.ec2.describe_volumes().filters(filter("tag-key", keys));
        let shown =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let volume = |shown: &aws_sdk_ec2::types::Volume| {
            let tags = tags(shown.tags());
            // The disk of a node goes with the node.
            let claim = tags.contains_key("kubernetes.io/created-for/pvc/name");
            claim.then(|| Some(Sighting { tags, ..Sighting::of("volume", shown.volume_id()?) }))?
        };
        Ok(shown.iter().filter_map(volume).collect())
    }
}

fn of_balancer(sighting: &Sighting) -> bool {
    sighting.description.starts_with("ELB ") && sighting.description.contains('/')
}

fn interface(shown: &NetworkInterface) -> Option<Sighting> {
    let tags = tags(shown.tag_set());
    let groups = shown.groups().iter().filter_map(|group| group.group_id());
    let places = [shown.vpc_id(), shown.subnet_id()].into_iter().flatten();
    let instance = shown.attachment().and_then(|attachment| attachment.instance_id());
    Some(Sighting {
        name: tags.get("Name").cloned().unwrap_or_default(),
        description: shown.description().unwrap_or_default().to_owned(),
        requester: shown.requester_id().unwrap_or_default().to_owned(),
        instance: instance.map(str::to_owned),
        detached: shown.status().is_some_and(|status| status.as_str() == "available"),
        names: places.chain(groups).map(str::to_owned).collect(),
        tags,
        ..Sighting::of("network_interface", shown.network_interface_id()?)
    })
}

fn group(shown: &SecurityGroup) -> Option<Sighting> {
    let id = shown.group_id()?;
    let permissions = shown.ip_permissions().iter().chain(shown.ip_permissions_egress());
    let peers = permissions.flat_map(|permission| permission.user_id_group_pairs());
    let peers = peers.filter_map(|pair| pair.group_id()).filter(|peer| *peer != id);
    Some(Sighting {
        name: shown.group_name().unwrap_or_default().to_owned(),
        description: shown.description().unwrap_or_default().to_owned(),
        tags: tags(shown.tags()),
        names: peers.chain(shown.vpc_id()).map(str::to_owned).collect(),
        ..Sighting::of("security_group", id)
    })
}
