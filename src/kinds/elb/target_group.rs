//! `target_group`: where a load balancer sends requests, and how it tells that they are answered there.
//!
//! Its targets are not its fields: Auto Scaling groups bring nodes (`target_group_attachment`), and a controller in the
//! cluster brings pods.
//! Elastic Load Balancing: CreateTargetGroup, DescribeTargetGroups, DescribeTargetGroupAttributes, DescribeTags,
//! ModifyTargetGroup, ModifyTargetGroupAttributes, DeleteTargetGroup.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Drain, Facts, Found, Kind, Made, Owner, Quota, Tagging},
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
        ..Facts::DEFAULT
    };

    async fn create(&self, _aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        todo!()
    }

    async fn read(_aws: &Aws, _known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        todo!()
    }

    async fn delete(_aws: &Aws, _id: &Identity) -> Result<(), Problem> {
        todo!()
    }
}
