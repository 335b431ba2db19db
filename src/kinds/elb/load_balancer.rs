//! `load_balancer`: an application or network load balancer.
//!
//! It takes requests on its listeners and hands them to targets, which are nodes or pods.
//! Elastic Load Balancing: CreateLoadBalancer, DescribeLoadBalancers, DescribeLoadBalancerAttributes, DescribeTags,
//! SetSubnets, SetSecurityGroups, SetIpAddressType, ModifyLoadBalancerAttributes, DeleteLoadBalancer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging, Timing},
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
        timing: Timing { create: 142, delete: 0 },
        tags: Tagging::Elb,
        sets: &["subnets", "security_groups"],
        partial: &["attributes"],
        calls: Calls {
            create: "elasticloadbalancing:CreateLoadBalancer",
            read: &[
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeTags",
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
