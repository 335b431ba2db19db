//! `vpc_cidr_block`: a secondary block of IPv4 addresses of a VPC.
//!
//! Pods take an address each; a block of their own (often out of 100.64.0.0/10) keeps them from using up the
//! addresses that the rest of a company can route to.
//! EC2: AssociateVpcCidrBlock, DescribeVpcs, DisassociateVpcCidrBlock.

use aws_sdk_ec2::types::{self, VpcCidrBlockState, VpcCidrBlockStateCode};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use super::{gone, heads};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Timing},
    model::{Identity, Problem, Ref},
};

/// What a secondary block should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VpcCidrBlock {
    /// The VPC that gets it.
    pub vpc: Ref,
    /// The addresses, /16 to /28, apart from all others of the VPC.
    pub cidr: Ipv4Net,
}

impl Kind for VpcCidrBlock {
    const FACTS: Facts = Facts {
        name: "vpc_cidr_block",
        id: "{vpc}|{cidr}",
        replaces: &["vpc", "cidr"],
        disjoint: &[("vpc", "cidr")],
        timing: Timing { create: 2, delete: 2 },
        vanishes_with: &["vpc"],
        lives_in: Some(("vpc", None)),
        calls: Calls {
            create: "ec2:AssociateVpcCidrBlock",
            read: &["ec2:DescribeVpcs"],
            update: &[],
            delete: "ec2:DisassociateVpcCidrBlock",
        },
        quota: Some(Quota {
            code: "L-83CA0A9D",
            name: "IPv4 CIDR blocks per VPC",
            default: 5,
            per: Some("vpc"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .associate_vpc_cidr_block()
            .vpc_id(self.vpc.get())
            .cidr_block(self.cidr.to_string());
        let answer = aws.write(|| request.clone().send()).await?;
        let state = answer.cidr_block_association.and_then(|block| block.cidr_block_state);
        Ok(Made { ready: phase(state.as_ref()) == Some(Phase::Ready), ..Made::keyed() })
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let vpcs = aws.vpcs(known.clone()).await?;
        let ours = vpcs.iter().filter(|vpc| vpc.vpc_id().is_some_and(|id| known.contains(id)));
        Ok(ours.flat_map(secondary_blocks).collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let vpcs = aws.vpcs([id.part(0).to_owned()]).await?;
        let vpc = vpcs.iter().find(|vpc| vpc.vpc_id() == Some(id.part(0)));
        let mut blocks = vpc.into_iter().flat_map(|vpc| vpc.cidr_block_association_set());
        let block = blocks
            .find(|block| {
                block.cidr_block() == Some(id.part(1))
                    && !matches!(phase(block.cidr_block_state()), None | Some(Phase::Deleting))
            })
            .ok_or_else(|| gone(id))?;
        let request = aws
            .ec2
            .disassociate_vpc_cidr_block()
            .association_id(block.association_id().unwrap_or_default());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

/// Every block of a VPC but its first.
fn secondary_blocks(vpc: &types::Vpc) -> impl Iterator<Item = Found<VpcCidrBlock>> {
    let id = vpc.vpc_id().unwrap_or_default();
    let secondary = vpc
        .cidr_block_association_set()
        .iter()
        .filter(|block| block.cidr_block() != vpc.cidr_block());
    secondary.filter_map(move |block| {
        let phase = phase(block.cidr_block_state())?;
        let cidr: Ipv4Net = block.cidr_block()?.parse().ok()?;
        let key = Identity::of(&[id, &cidr.to_string()]);
        Some(Found::ready(key, VpcCidrBlock { vpc: id.into(), cidr }).phase(phase))
    })
}

/// How far a block of either family is; nothing once it is gone.
pub(super) fn phase(state: Option<&VpcCidrBlockState>) -> Option<Phase> {
    match state.and_then(|state| state.state()) {
        Some(VpcCidrBlockStateCode::Disassociated) => None,
        Some(VpcCidrBlockStateCode::Disassociating) => Some(Phase::Deleting),
        Some(VpcCidrBlockStateCode::Associating) => Some(Phase::Pending),
        Some(VpcCidrBlockStateCode::Failing | VpcCidrBlockStateCode::Failed) => {
            let message = state.and_then(|state| state.status_message()).unwrap_or_default();
            Some(Phase::Failed(message.to_owned()))
        }
        _ => Some(Phase::Ready),
    }
}
