//! `load_balancer`: an application or network load balancer.
//!
//! It takes requests on its listeners and hands them to targets, which are nodes or pods.
//! Elastic Load Balancing: CreateLoadBalancer, DescribeLoadBalancers, DescribeLoadBalancerAttributes, DescribeTags,
//! SetSubnets, SetSecurityGroups, SetIpAddressType, ModifyLoadBalancerAttributes, DeleteLoadBalancer. EC2:
//! DescribeNetworkInterfaces.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::NetworkInterface;
use aws_sdk_elasticloadbalancingv2::types::{
    self, IpAddressType, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum,
    LoadBalancerTypeEnum,
};
use futures_util::future::{try_join_all, try_join3};
use serde::{Deserialize, Serialize};

use super::{arns, changed, of_stack, owned, taken};
use crate::{
    aws::{
        Aws,
        ec2::{filter, in_chunks},
        elb::tagged,
        present,
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing},
    model::{Identity, Problem, Ref},
};

/// What a load balancer should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its name, one of its kind in the Region, at most 32 characters.
    pub name: String,
    /// `application` or `network`.
    pub family: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// Where it has its interfaces: one subnet for each zone.
    pub subnets: Vec<SubnetMapping>,
    /// What may reach it. AWS never gives any to a network load balancer that was made without.
    pub security_groups: Vec<Ref>,
    /// The rules of its groups hold for what comes through PrivateLink as well, as requests of REST APIs do; only network
    /// load balancers say so.
    pub private_link_rules: Option<bool>,
    /// Attributes in AWS's spelling, such as `idle_timeout.timeout_seconds`. Those not named here are left alone.
    pub attributes: BTreeMap<String, String>,
}

/// A load balancer in one zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetMapping {
    /// The subnet.
    pub subnet: Ref,
    /// Allocation of the address it has there; only network load balancers of the internet have one of ours. AWS takes
    /// one with a new subnet and never changes it.
    pub eip: Option<Ref>,
}

impl Kind for LoadBalancer {
    const FACTS: Facts = Facts {
        name: "load_balancer",
        // The true one has `app` or `net` for the family.
        id: "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{family}/{name}/{hex16}",
        replaces: &["name", "family", "scheme"],
        unique: &[&["name"]],
        outputs: &[
            ("dns_name", "{name}-{hex8}.{region}.elb.amazonaws.com"),
            // The hosted zone of its name, for alias records; each Region has one for each family.
            ("zone_id", "Z{hex13}"),
        ],
        // The delete is a matter of its interfaces, which leave its subnets some time after the call: seconds to minutes.
        timing: Timing { create: 142, delete: 30 },
        tags: Tagging::Elb,
        looks: &["elasticloadbalancing:DescribeLoadBalancers", "ec2:DescribeNetworkInterfaces"],
        sets: &["subnets", "security_groups"],
        partial: &["attributes"],
        guard: Some("/attributes/deletion_protection.enabled"),
        calls: Calls {
            create: "elasticloadbalancing:CreateLoadBalancer",
            read: &[
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeTags",
                "ec2:DescribeNetworkInterfaces",
            ],
            update: &[
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:SetSubnets",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetIpAddressType",
            ],
            delete: "elasticloadbalancing:DeleteLoadBalancer",
        },
        // Network load balancers are counted apart: L-69A177A2, as many.
        quota: Some(Quota {
            code: "L-53DA6B97",
            name: "Application Load Balancers per Region",
            default: 50,
            per: Some("family"),
        }),
        strays: Strays::Lodging,
        ..Facts::DEFAULT
    };

    /// AWS makes it without attributes, and with rules for everything; the rest is set once it exists.
    fn newborn(&self) -> Self {
        let private_link_rules = self.private_link_rules.map(|_| true);
        Self { attributes: BTreeMap::new(), private_link_rules, ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        taken("load balancer", &self.name, aws.balancer_named(&self.name).await?)?;
        let request = aws
            .elb
            .create_load_balancer()
            .name(&self.name)
            .r#type(LoadBalancerTypeEnum::from(self.family.as_str()))
            .scheme(LoadBalancerSchemeEnum::from(self.scheme.as_str()))
            .ip_address_type(self.ip_addresses())
            .set_subnet_mappings(self.mappings())
            .set_security_groups(self.groups())
            .set_tags(tagged(owner));
        let made = aws.write(|| request.clone().send()).await?.load_balancers;
        let balancer = made.as_deref().and_then(<[_]>::first);
        let made = Made::id(balancer.and_then(|balancer| balancer.load_balancer_arn()))?;
        Ok(made
            .output("dns_name", balancer.and_then(|balancer| balancer.dns_name()))
            .output("zone_id", balancer.and_then(|balancer| balancer.canonical_hosted_zone_id())))
    }

    /// One whose interfaces are still in its subnets is not gone: neither they nor its groups can be deleted yet.
    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let arns = arns(known);
        let attributes = try_join_all(arns.iter().map(|arn| attributes(aws, arn)));
        let tags = aws.elb_tags(&arns);
        let (mut all, attributes, tags) = try_join3(shown(aws, &arns), attributes, tags).await?;
        let mut attributes: BTreeMap<&String, _> = arns.iter().zip(attributes).collect();
        for found in all.iter_mut().filter(|found| found.phase != Phase::Deleting) {
            found.fields.attributes = attributes.remove(&found.id.0).unwrap_or_default();
            found.tags = Some(tags.get(&found.id.0).cloned().unwrap_or_default());
        }
        Ok(all)
    }

    async fn look(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<()>>, Problem> {
        Ok(shown(aws, &arns(known)).await?.into_iter().map(Found::bare).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let retyped = self.ip_address_type != prior.ip_address_type;
        if self.subnets != prior.subnets {
            let request = aws.elb.set_subnets().load_balancer_arn(id.as_str());
            let request = request
                .set_subnet_mappings(self.mappings())
                .set_ip_address_type(retyped.then(|| self.ip_addresses()));
            aws.write(|| request.clone().send()).await?;
        } else if retyped {
            let request = aws.elb.set_ip_address_type().load_balancer_arn(id.as_str());
            let request = request.ip_address_type(self.ip_addresses());
            aws.write(|| request.clone().send()).await?;
        }
        if self.security_groups != prior.security_groups
            || self.private_link_rules != prior.private_link_rules
        {
            let request = aws.elb.set_security_groups().load_balancer_arn(id.as_str());
            let request = request
                .set_security_groups(self.groups())
                .set_enforce_security_group_inbound_rules_on_private_link_traffic(
                    self.private_link_rules.map(|hold| if hold { "on" } else { "off" }.into()),
                );
            aws.write(|| request.clone().send()).await?;
        }
        let changed = changed(&self.attributes, &prior.attributes).into_iter();
        let changed: Vec<_> = changed
            .map(|(key, value)| LoadBalancerAttribute::builder().key(key).value(value).build())
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let request = aws.elb.modify_load_balancer_attributes().load_balancer_arn(id.as_str());
        let request = request.set_attributes(Some(changed));
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.elb.delete_load_balancer().load_balancer_arn(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let named = aws.balancer_named(&self.name).await?;
        owned(aws, named.into_iter().collect(), owner).await
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let request = aws.elb.describe_load_balancers();
        let all: Vec<types::LoadBalancer> =
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let arns = all.into_iter().filter_map(|balancer| balancer.load_balancer_arn).collect();
        of_stack(aws, arns, stack).await
    }
}

impl LoadBalancer {
    fn ip_addresses(&self) -> IpAddressType {
        self.ip_address_type.as_str().into()
    }

    fn mappings(&self) -> Option<Vec<types::SubnetMapping>> {
        let mapping = |mapping: &SubnetMapping| {
            types::SubnetMapping::builder()
                .subnet_id(mapping.subnet.get())
                .set_allocation_id(mapping.eip.as_ref().map(|eip| eip.get().to_owned()))
                .build()
        };
        Some(self.subnets.iter().map(mapping).collect())
    }

    fn groups(&self) -> Option<Vec<String>> {
        let groups: Vec<String> =
            self.security_groups.iter().map(|group| group.get().to_owned()).collect();
        Some(groups).filter(|groups| !groups.is_empty())
    }
}

/// Those that are shown and those that are leaving, without their attributes and tags.
async fn shown(aws: &Aws, arns: &[String]) -> Result<Vec<Found<LoadBalancer>>, Problem> {
    let described: Vec<types::LoadBalancer> = aws.load_balancers(arns).await?;
    let mut all: Vec<_> = described.iter().filter_map(found).collect();
    let there = |arn: &&String| all.iter().any(|found| found.id.as_str() == arn.as_str());
    let gone: Vec<&String> = arns.iter().filter(|arn| !there(arn)).collect();
    all.extend(leaving(aws, &gone).await?);
    Ok(all)
}

/// All attributes of a load balancer; none if it is not there.
async fn attributes(aws: &Aws, arn: &str) -> Result<BTreeMap<String, String>, Problem> {
    let request = aws.elb.describe_load_balancer_attributes().load_balancer_arn(arn);
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let attributes = answer.and_then(|answer| answer.attributes).unwrap_or_default();
    Ok(attributes.into_iter().filter_map(|entry| Some((entry.key?, entry.value?))).collect())
}

fn found(balancer: &types::LoadBalancer) -> Option<Found<LoadBalancer>> {
    let arn = balancer.load_balancer_arn()?;
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let groups = balancer.security_groups().iter();
    let fields = LoadBalancer {
        name: text(balancer.load_balancer_name()),
        family: text(balancer.r#type().map(|family| family.as_str())),
        scheme: text(balancer.scheme().map(|scheme| scheme.as_str())),
        ip_address_type: text(balancer.ip_address_type().map(|kind| kind.as_str())),
        subnets: balancer.availability_zones().iter().map(SubnetMapping::shown).collect(),
        security_groups: groups.map(|group| group.as_str().into()).collect(),
        private_link_rules: balancer
            .enforce_security_group_inbound_rules_on_private_link_traffic()
            .map(|word| word != "off"),
        attributes: BTreeMap::new(),
    };
    let state = balancer.state();
    let phase = match state.and_then(|state| state.code()) {
        Some(LoadBalancerStateEnum::Provisioning) => Phase::Pending,
        Some(LoadBalancerStateEnum::Failed) => {
            Phase::Failed(text(state.and_then(|state| state.reason())))
        }
        // One that cannot grow for the moment still takes requests.
        _ => Phase::Ready,
    };
    let found = Found::ready(arn, fields).phase(phase).output("dns_name", balancer.dns_name());
    Some(found.output("zone_id", balancer.canonical_hosted_zone_id()))
}

impl SubnetMapping {
    fn shown(zone: &types::AvailabilityZone) -> Self {
        let mut addresses = zone.load_balancer_addresses().iter();
        let eip = addresses.find_map(|address| address.allocation_id());
        Self {
            subnet: zone.subnet_id().unwrap_or_default().into(),
            eip: eip.filter(|eip| !eip.is_empty()).map(Ref::from),
        }
    }
}

/// Those that are not shown any more but still have interfaces. Nothing else of them is left to be seen.
async fn leaving(aws: &Aws, arns: &[&String]) -> Result<Vec<Found<LoadBalancer>>, Problem> {
    let described: BTreeMap<String, &String> =
        arns.iter().map(|arn| (description(arn), *arn)).collect();
    let interfaces: Vec<NetworkInterface> =
        in_chunks(described.keys().cloned(), |descriptions| async move {
            let request = aws.ec2.describe_network_interfaces();
            let request = request.filters(filter("description", descriptions));
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await?;
    let mut left: BTreeMap<&String, LoadBalancer> = BTreeMap::new();
    for interface in &interfaces {
        let description = interface.description().unwrap_or_default();
        let Some(arn) = described.get(description) else { continue };
        let fields = left.entry(arn).or_insert_with(|| LoadBalancer::remains(description));
        let subnet = interface.subnet_id().unwrap_or_default().into();
        fields.subnets.push(SubnetMapping { subnet, eip: None });
    }
    let left = left.into_iter();
    Ok(left
        .map(|(arn, fields)| Found::ready(arn.as_str(), fields).phase(Phase::Deleting))
        .collect())
}

impl LoadBalancer {
    /// What the description of an interface tells of the load balancer it belonged to.
    fn remains(description: &str) -> Self {
        let mut words = description.split([' ', '/']).skip(1);
        let family = if words.next() == Some("app") { "application" } else { "network" };
        Self {
            name: words.next().unwrap_or_default().to_owned(),
            family: family.to_owned(),
            scheme: String::new(),
            ip_address_type: String::new(),
            subnets: Vec::new(),
            security_groups: Vec::new(),
            private_link_rules: None,
            attributes: BTreeMap::new(),
        }
    }
}

/// How the interfaces of a load balancer are described: `ELB app/web/50dc6c495c0c9188`.
fn description(arn: &str) -> String {
    let name = arn.split_once(":loadbalancer/").map_or(arn, |(_, name)| name);
    format!("ELB {name}")
}
