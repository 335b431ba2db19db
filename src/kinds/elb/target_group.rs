//! `target_group`: where a load balancer sends requests, and how it tells that they are answered there.
//!
//! Its targets are not its fields: Auto Scaling groups bring nodes (`target_group_attachment`), and a controller in the
//! cluster brings pods.
//! Elastic Load Balancing: CreateTargetGroup, DescribeTargetGroups, DescribeTargetGroupAttributes, DescribeTags,
//! ModifyTargetGroup, ModifyTargetGroupAttributes, DeleteTargetGroup.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    self, Matcher, ProtocolEnum, TargetGroupAttribute, TargetGroupIpAddressTypeEnum, TargetTypeEnum,
};
use futures_util::future::{try_join_all, try_join3};
use serde::{Deserialize, Serialize};

use super::{arns, changed, of_stack, owned, signed, taken, unsigned};
use crate::{
    aws::{
        Aws,
        elb::{by_arn, tagged},
        present,
    },
    kinds::{Calls, Drain, Facts, Found, Kind, Made, Owner, Quota, Strays, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a target group should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its name, one of its kind in the Region, at most 32 characters.
    pub name: String,
    /// The VPC its targets are in.
    pub vpc: Ref,
    /// What targets speak: `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP` or `TCP_UDP`.
    pub protocol: String,
    /// The port of a target that is registered without one.
    pub port: u16,
    /// `ip` or `instance`.
    pub target_type: String,
    /// `HTTP1`, `HTTP2` or `GRPC`; only with HTTP and HTTPS.
    pub protocol_version: Option<String>,
    /// Addresses of the targets: `ipv4` or `ipv6`.
    pub ip_address_type: String,
    /// How it finds out which targets work.
    pub health_check: HealthCheck,
    /// Attributes in AWS's spelling, such as `deregistration_delay.timeout_seconds`. Those not named here are left
    /// alone.
    pub attributes: BTreeMap<String, String>,
}

/// How a target group finds out which of its targets work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// `HTTP`, `HTTPS` or `TCP`.
    pub protocol: String,
    /// What is asked for; not with TCP.
    pub path: Option<String>,
    /// A port, or `traffic-port`: the one that requests go to.
    pub port: String,
    /// Seconds between two checks.
    pub interval: u32,
    /// Seconds after which no answer is a bad one.
    pub timeout: u32,
    /// So many good answers in a row make a target healthy.
    pub healthy: u32,
    /// So many bad ones make it unhealthy.
    pub unhealthy: u32,
    /// Status codes of a good answer, of HTTP (`200-399`) or gRPC (`12`); not with TCP.
    pub matcher: Option<String>,
}

impl Kind for TargetGroup {
    const FACTS: Facts = Facts {
        name: "target_group",
        id: "arn:{partition}:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hex16}",
        replaces: &[
            "name",
            "vpc",
            "protocol",
            "port",
            "target_type",
            "protocol_version",
            "ip_address_type",
        ],
        unique: &[&["name"]],
        tags: Tagging::Elb,
        // A VPC goes and leaves its target groups behind.
        loose: &["vpc"],
        partial: &["attributes"],
        drains: Some(Drain {
            seconds: "/attributes/deregistration_delay.timeout_seconds",
            usual: 300,
        }),
        calls: Calls {
            create: "elasticloadbalancing:CreateTargetGroup",
            read: &[
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeTags",
            ],
            update: &[
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
            ],
            delete: "elasticloadbalancing:DeleteTargetGroup",
        },
        quota: Some(Quota {
            code: "L-B22855CB",
            name: "Target Groups per Region",
            default: 3000,
            per: None,
        }),
        strays: Strays::Lodging,
        ..Facts::DEFAULT
    };

    /// AWS makes it without attributes; they are set once it exists.
    fn newborn(&self) -> Self {
        Self { attributes: BTreeMap::new(), ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        taken("target group", &self.name, aws.target_group_named(&self.name).await?)?;
        let check = &self.health_check;
        let request = aws
            .elb
            .create_target_group()
            .name(&self.name)
            .vpc_id(self.vpc.get())
            .protocol(ProtocolEnum::from(self.protocol.as_str()))
            .port(self.port.into())
            .target_type(TargetTypeEnum::from(self.target_type.as_str()))
            .set_protocol_version(self.protocol_version.clone())
            .ip_address_type(TargetGroupIpAddressTypeEnum::from(self.ip_address_type.as_str()))
            .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
            .set_health_check_path(check.path.clone())
            .health_check_port(&check.port)
            .health_check_interval_seconds(signed(check.interval))
            .health_check_timeout_seconds(signed(check.timeout))
            .healthy_threshold_count(signed(check.healthy))
            .unhealthy_threshold_count(signed(check.unhealthy))
            .set_matcher(self.matcher())
            .set_tags(tagged(owner));
        let made = aws.write(|| request.clone().send()).await?.target_groups;
        let group = made.as_deref().and_then(<[_]>::first);
        Made::id(group.and_then(|group| group.target_group_arn()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let arns = arns(known);
        let shown = by_arn(&arns, |chunk| async move {
            let request = aws.elb.describe_target_groups().set_target_group_arns(Some(chunk));
            let answer = aws.read(|| request.clone().send()).await?;
            Ok(answer.target_groups.unwrap_or_default())
        });
        let attributes = try_join_all(arns.iter().map(|arn| attributes(aws, arn)));
        let (shown, attributes, mut tags) =
            try_join3(shown, attributes, aws.elb_tags(&arns)).await?;
        let mut attributes: BTreeMap<&str, _> =
            arns.iter().map(String::as_str).zip(attributes).collect();
        let found = shown.iter().filter_map(|group| {
            let arn = group.target_group_arn()?;
            let fields = Self::shown(group, attributes.remove(arn).unwrap_or_default());
            Some(Found::ready(arn, fields).tagged(tags.remove(arn).unwrap_or_default()))
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        if self.health_check != prior.health_check {
            let check = &self.health_check;
            let request = aws
                .elb
                .modify_target_group()
                .target_group_arn(id.as_str())
                .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
                .set_health_check_path(check.path.clone())
                .health_check_port(&check.port)
                .health_check_interval_seconds(signed(check.interval))
                .health_check_timeout_seconds(signed(check.timeout))
                .healthy_threshold_count(signed(check.healthy))
                .unhealthy_threshold_count(signed(check.unhealthy))
                .set_matcher(self.matcher());
            aws.write(|| request.clone().send()).await?;
        }
        let changed = changed(&self.attributes, &prior.attributes).into_iter();
        let changed: Vec<_> = changed
            .map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build())
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let request = aws.elb.modify_target_group_attributes().target_group_arn(id.as_str());
        let request = request.set_attributes(Some(changed));
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.elb.delete_target_group().target_group_arn(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let named = aws.target_group_named(&self.name).await?;
        owned(aws, named.into_iter().collect(), owner).await
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let request = aws.elb.describe_target_groups();
        let all: Vec<types::TargetGroup> =
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let arns = all.into_iter().filter_map(|group| group.target_group_arn).collect();
        of_stack(aws, arns, stack).await
    }
}

impl TargetGroup {
    /// The codes of a good answer, which are of gRPC where the targets speak it.
    fn matcher(&self) -> Option<Matcher> {
        let codes = self.health_check.matcher.as_ref()?;
        let matcher = Matcher::builder();
        Some(match self.protocol_version.as_deref() {
            Some("GRPC") => matcher.grpc_code(codes).build(),
            Some(_) | None => matcher.http_code(codes).build(),
        })
    }

    fn shown(group: &types::TargetGroup, attributes: BTreeMap<String, String>) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let codes = |matcher: &Matcher| {
            let codes = matcher.http_code().or(matcher.grpc_code());
            codes.filter(|codes| !codes.is_empty()).map(str::to_owned)
        };
        Self {
            name: text(group.target_group_name()),
            vpc: group.vpc_id().unwrap_or_default().into(),
            protocol: text(group.protocol().map(|protocol| protocol.as_str())),
            port: unsigned(group.port()),
            target_type: text(group.target_type().map(|kind| kind.as_str())),
            protocol_version: group.protocol_version().map(str::to_owned),
            ip_address_type: text(group.ip_address_type().map(|kind| kind.as_str())),
            health_check: HealthCheck {
                protocol: text(group.health_check_protocol().map(|protocol| protocol.as_str())),
                path: group.health_check_path().map(str::to_owned),
                port: text(group.health_check_port()),
                interval: unsigned(group.health_check_interval_seconds()),
                timeout: unsigned(group.health_check_timeout_seconds()),
                healthy: unsigned(group.healthy_threshold_count()),
                unhealthy: unsigned(group.unhealthy_threshold_count()),
                matcher: group.matcher().and_then(codes),
            },
            attributes,
        }
    }
}

/// All attributes of a target group; none if it is not there.
async fn attributes(aws: &Aws, arn: &str) -> Result<BTreeMap<String, String>, Problem> {
    let request = aws.elb.describe_target_group_attributes().target_group_arn(arn);
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let attributes = answer.and_then(|answer| answer.attributes).unwrap_or_default();
    Ok(attributes.into_iter().filter_map(|entry| Some((entry.key?, entry.value?))).collect())
}
