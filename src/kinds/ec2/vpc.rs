//! `vpc`: the private network that everything else of a stack lives in.
//!
//! EKS needs both DNS attributes: nodes find the cluster's endpoint by name, and interface endpoints answer to the
//! services' public names only where both are on.
//! EC2: CreateVpc, DescribeVpcs, DescribeVpcAttribute, ModifyVpcAttribute, DeleteVpc.

use aws_sdk_ec2::{
    operation::describe_vpc_attribute::DescribeVpcAttributeOutput,
    types::{self, AttributeBooleanValue, ResourceType, VpcAttributeName, VpcState},
};
use futures_util::future::{try_join, try_join_all};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{flag, tagged, tags},
        present,
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing},
    model::{Identity, Problem},
};

/// What a VPC should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vpc {
    /// Its first block of addresses, /16 to /28.
    pub cidr: Ipv4Net,
    /// Amazon's DNS server answers inside it.
    pub dns_support: bool,
    /// Instances in it get DNS names; needs `dns_support`.
    pub dns_hostnames: bool,
}

impl Kind for Vpc {
    const FACTS: Facts = Facts {
        name: "vpc",
        id: "vpc-{hex17}",
        replaces: &["cidr"],
        outputs: &[("arn", "arn:{partition}:ec2:{region}:{account}:vpc/{id}")],
        timing: Timing { create: 1, delete: 0 },
        tags: Tagging::Ec2("vpc"),
        calls: Calls {
            create: "ec2:CreateVpc",
            read: &["ec2:DescribeVpcs", "ec2:DescribeVpcAttribute"],
            update: &["ec2:ModifyVpcAttribute"],
            delete: "ec2:DeleteVpc",
        },
        quota: Some(Quota { code: "L-F678F1CE", name: "VPCs per Region", default: 5, per: None }),
        strays: Strays::Ground,
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { dns_support: true, dns_hostnames: false, ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_vpc()
            .cidr_block(self.cidr.to_string())
            .tag_specifications(tagged(ResourceType::Vpc, owner));
        let vpc = aws.write(|| request.clone().send()).await?.vpc;
        let made = Made::id(vpc.as_ref().and_then(|vpc| vpc.vpc_id()))?;
        Ok(Made { ready: vpc.is_some_and(|vpc| phase(&vpc) == Phase::Ready), ..made })
    }

    /// One Describe for 200 VPCs, and two more calls for each: AWS tells one attribute a call.
    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let attributes = try_join_all(known.iter().map(|id| attributes(aws, id)));
        let (vpcs, attributes) = try_join(aws.vpcs(known.clone()), attributes).await?;
        let found = known.iter().zip(attributes).filter_map(|(id, attributes)| {
            let vpc = vpcs.iter().find(|vpc| vpc.vpc_id() == Some(id))?;
            let [dns_support, dns_hostnames] = attributes?;
            let cidr = vpc.cidr_block()?.parse().ok()?;
            let fields = Self { cidr, dns_support, dns_hostnames };
            Some(Found::ready(id.as_str(), fields).tagged(tags(vpc.tags())).phase(phase(vpc)))
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let modify = || aws.ec2.modify_vpc_attribute().vpc_id(id.as_str());
        let support = (self.dns_support != prior.dns_support)
            .then(|| modify().enable_dns_support(flag(self.dns_support)));
        let hostnames = (self.dns_hostnames != prior.dns_hostnames)
            .then(|| modify().enable_dns_hostnames(flag(self.dns_hostnames)));
        // Names need the server: it is switched on before them and off after them.
        let requests = if self.dns_support { [support, hostnames] } else { [hostnames, support] };
        for request in requests.into_iter().flatten() {
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_vpc().vpc_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

/// Whether a VPC has a name server, and whether its instances have names: what only DescribeVpcAttribute tells. Nothing if
/// it is gone.
async fn attributes(aws: &Aws, id: &str) -> Result<Option<[bool; 2]>, Problem> {
    let (support, hostnames) = try_join(
        attribute(aws, id, VpcAttributeName::EnableDnsSupport),
        attribute(aws, id, VpcAttributeName::EnableDnsHostnames),
    )
    .await?;
    let support = support.map(|answer| answer.enable_dns_support);
    let hostnames = hostnames.map(|answer| answer.enable_dns_hostnames);
    let is_on =
        |flag: Option<AttributeBooleanValue>| flag.and_then(|flag| flag.value) == Some(true);
    Ok(support.zip(hostnames).map(|(support, hostnames)| [is_on(support), is_on(hostnames)]))
}

async fn attribute(
    aws: &Aws,
    id: &str,
    name: VpcAttributeName,
) -> Result<Option<DescribeVpcAttributeOutput>, Problem> {
    let request = aws.ec2.describe_vpc_attribute().vpc_id(id).attribute(name);
    present(aws.read(|| request.clone().send()).await)
}

fn phase(vpc: &types::Vpc) -> Phase {
    match vpc.state() {
        Some(VpcState::Pending) => Phase::Pending,
        Some(VpcState::Deleting) => Phase::Deleting,
        _ => Phase::Ready,
    }
}
