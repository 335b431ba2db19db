//! `vpc_ipv6_block`: the VPC's /56 of IPv6 addresses out of Amazon's pool.
//!
//! A dual-stack network needs one; each subnet takes a /64 of it.
//! EC2: AssociateVpcCidrBlock, DescribeVpcs, DisassociateVpcCidrBlock.

use aws_sdk_ec2::types::{self, VpcIpv6CidrBlockAssociation};
use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};

use super::{gone, heads, vpc_cidr_block::phase};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Timing},
    model::{Identity, Problem, Ref},
};

/// What an IPv6 block should be. AWS lets a VPC have several; eksnet gives it one and minds the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VpcIpv6Block {
    /// The VPC that gets it.
    pub vpc: Ref,
}

impl Kind for VpcIpv6Block {
    const FACTS: Facts = Facts {
        name: "vpc_ipv6_block",
        id: "{vpc}|ipv6",
        replaces: &["vpc"],
        outputs: &[("cidr", "2600:1f18:{hex4}:{hex2}00::/56")],
        timing: Timing { create: 2, delete: 2 },
        vanishes_with: &["vpc"],
        lives_in: Some(("vpc", None)),
        calls: Calls {
            create: "ec2:AssociateVpcCidrBlock",
            read: &["ec2:DescribeVpcs"],
            update: &[],
            delete: "ec2:DisassociateVpcCidrBlock",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .associate_vpc_cidr_block()
            .vpc_id(self.vpc.get())
            .amazon_provided_ipv6_cidr_block(true);
        let block = aws.write(|| request.clone().send()).await?.ipv6_cidr_block_association;
        let cidr = block.as_ref().and_then(normal_cidr);
        let state = block.as_ref().and_then(|block| block.ipv6_cidr_block_state());
        let ready = cidr.is_some() && phase(state) == Some(Phase::Ready);
        Ok(Made { ready, ..Made::keyed().output("cidr", cidr.as_deref()) })
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let vpcs = aws.vpcs(known.clone()).await?;
        let found = vpcs.iter().filter_map(|vpc| {
            let id = vpc.vpc_id().filter(|id| known.contains(*id))?;
            let (block, phase) = first_block(vpc)?;
            let found = Found::ready(Identity::of(&[id, "ipv6"]), Self { vpc: id.into() });
            Some(found.phase(phase).output("cidr", normal_cidr(block).as_deref()))
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let vpcs = aws.vpcs([id.part(0).to_owned()]).await?;
        let vpc = vpcs.iter().find(|vpc| vpc.vpc_id() == Some(id.part(0)));
        let (block, _) = vpc
            .and_then(first_block)
            .filter(|(_, phase)| *phase != Phase::Deleting)
            .ok_or_else(|| gone(id))?;
        let request = aws
            .ec2
            .disassociate_vpc_cidr_block()
            .association_id(block.association_id().unwrap_or_default());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

/// The VPC's first IPv6 block; one on its way out only if there is no other.
fn first_block(vpc: &types::Vpc) -> Option<(&VpcIpv6CidrBlockAssociation, Phase)> {
    let blocks = vpc.ipv6_cidr_block_association_set().iter();
    let mut blocks =
        blocks.filter_map(|block| Some((block, phase(block.ipv6_cidr_block_state())?)));
    blocks.clone().find(|(_, phase)| *phase != Phase::Deleting).or_else(|| blocks.next())
}

/// The block's addresses in the one spelling that subnets compare with; none while AWS still chooses.
fn normal_cidr(block: &VpcIpv6CidrBlockAssociation) -> Option<String> {
    let cidr: Ipv6Net = block.ipv6_cidr_block()?.parse().ok()?;
    Some(cidr.to_string())
}
