//! `subnet`: a slice of the VPC's addresses in one availability zone.
//!
//! EKS puts control-plane interfaces, nodes and pods here; load balancers find subnets by their
//! `kubernetes.io/role/*` tags, which the blueprint sets.
//! EC2: CreateSubnet, DescribeSubnets, ModifySubnetAttribute, AssociateSubnetCidrBlock, DisassociateSubnetCidrBlock,
//! DeleteSubnet.

use aws_sdk_ec2::types::{
    self, ResourceType, SubnetCidrBlockStateCode, SubnetIpv6CidrBlockAssociation, SubnetState,
};
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use super::{gone, heads};
use crate::{
    aws::{
        Aws,
        ec2::{filter, flag, in_chunks, tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing},
    model::{Class, Identity, Problem, Ref},
};

/// What a subnet should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    /// The VPC it belongs to.
    pub vpc: Ref,
    /// Its addresses, inside the VPC's, /16 to /28.
    pub cidr: Ipv4Net,
    /// Availability zone by name, such as `ap-southeast-1a`; either this or `zone_id` is written.
    pub zone: Option<String>,
    /// Availability zone by id, such as `apse1-az1`, which means the same place in every account.
    pub zone_id: Option<String>,
    /// Instances launched here get a public IPv4 address.
    pub public_ip: bool,
    /// Its part of the VPC's IPv6 addresses, if it has one.
    pub ipv6: Option<Ipv6Part>,
    /// Interfaces created here get an IPv6 address.
    pub ipv6_on_launch: bool,
}

/// One of the 256 /64 blocks in a VPC's /56.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ipv6Part {
    /// The /56 as text: output `cidr` of a `vpc_ipv6_block`.
    pub block: Ref,
    /// Which of its parts.
    pub index: u8,
}

impl Ipv6Part {
    /// The /64.
    fn cidr(&self) -> Result<Ipv6Net, Problem> {
        let part = self.block.get().parse().ok().and_then(|block: Ipv6Net| {
            let bits = block.network().to_bits() | u128::from(self.index) << 64;
            Ipv6Net::new(bits.into(), 64).ok()
        });
        part.ok_or_else(|| {
            let message = format!("`{}` is not a block of IPv6 addresses", self.block.get());
            Problem::new(Class::Invalid, "InvalidIpv6Block", message)
        })
    }

    /// Where in its /56 a /64 is.
    fn of(cidr: Ipv6Net) -> Option<Self> {
        let bits = cidr.network().to_bits();
        let block = Ipv6Net::new(bits.into(), 56).ok()?.trunc();
        Some(Self { block: block.to_string().into(), index: bits.to_be_bytes()[7] })
    }
}

impl Kind for Subnet {
    const FACTS: Facts = Facts {
        name: "subnet",
        id: "subnet-{hex17}",
        replaces: &["vpc", "cidr", "zone", "zone_id"],
        disjoint: &[("vpc", "cidr")],
        outputs: &[("arn", "arn:{partition}:ec2:{region}:{account}:subnet/{id}")],
        timing: Timing { create: 1, delete: 0 },
        tags: Tagging::Ec2("subnet"),
        chosen: &["zone", "zone_id"],
        calls: Calls {
            create: "ec2:CreateSubnet",
            read: &["ec2:DescribeSubnets"],
            update: &[
                "ec2:ModifySubnetAttribute",
                "ec2:AssociateSubnetCidrBlock",
                "ec2:DisassociateSubnetCidrBlock",
            ],
            delete: "ec2:DeleteSubnet",
        },
        quota: Some(Quota {
            code: "L-407747CB",
            name: "Subnets per VPC",
            default: 200,
            per: Some("vpc"),
        }),
        strays: Strays::Lodging,
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { public_ip: false, ipv6_on_launch: false, ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let ipv6 = self.ipv6.as_ref().map(Ipv6Part::cidr).transpose()?;
        let request = aws
            .ec2
            .create_subnet()
            .vpc_id(self.vpc.get())
            .cidr_block(self.cidr.to_string())
            .set_availability_zone(self.zone.clone())
            .set_availability_zone_id(self.zone_id.clone())
            .set_ipv6_cidr_block(ipv6.map(|cidr| cidr.to_string()))
            .tag_specifications(tagged(ResourceType::Subnet, owner));
        let subnet = aws.write(|| request.clone().send()).await?.subnet;
        let made = Made::id(subnet.as_ref().and_then(|subnet| subnet.subnet_id()))?;
        let ready = subnet.is_some_and(|subnet| subnet.state == Some(SubnetState::Available));
        Ok(Made { ready, ..made })
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let subnets = in_chunks(heads(known), |ids| described(aws, ids)).await?;
        Ok(subnets.iter().filter_map(found).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let modify = || aws.ec2.modify_subnet_attribute().subnet_id(id.as_str());
        let readdressed = self.ipv6 != prior.ipv6;
        // Handing out IPv6 addresses needs a block to take them from: off before the block goes, on after one came.
        if prior.ipv6_on_launch && (readdressed || !self.ipv6_on_launch) {
            let request = modify().assign_ipv6_address_on_creation(flag(false));
            aws.write(|| request.clone().send()).await?;
        }
        if readdressed {
            self.readdress(aws, id).await?;
        }
        if self.ipv6_on_launch && (readdressed || !prior.ipv6_on_launch) {
            let request = modify().assign_ipv6_address_on_creation(flag(true));
            aws.write(|| request.clone().send()).await?;
        }
        if self.public_ip != prior.public_ip {
            let request = modify().map_public_ip_on_launch(flag(self.public_ip));
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_subnet().subnet_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

impl Subnet {
    /// Takes away every IPv6 block but the right one, and gives that unless it is there already.
    async fn readdress(&self, aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let wanted = self.ipv6.as_ref().map(Ipv6Part::cidr).transpose()?;
        let subnets = described(aws, vec![id.0.clone()]).await?;
        let subnet = subnets.first().ok_or_else(|| gone(id))?;
        let mut there = false;
        for (block, cidr) in ipv6_blocks(subnet) {
            if wanted == Some(cidr) {
                there = true;
                continue;
            }
            let request = aws
                .ec2
                .disassociate_subnet_cidr_block()
                .association_id(block.association_id().unwrap_or_default());
            aws.write(|| request.clone().send()).await?;
        }
        if let Some(cidr) = wanted.filter(|_| !there) {
            let request = aws
                .ec2
                .associate_subnet_cidr_block()
                .subnet_id(id.as_str())
                .ipv6_cidr_block(cidr.to_string());
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }
}

async fn described(aws: &Aws, ids: Vec<String>) -> Result<Vec<types::Subnet>, Problem> {
    let request = aws.ec2.describe_subnets().filters(filter("subnet-id", ids));
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}

fn found(subnet: &types::Subnet) -> Option<Found<Subnet>> {
    let fields = Subnet {
        vpc: subnet.vpc_id().unwrap_or_default().into(),
        cidr: subnet.cidr_block()?.parse().ok()?,
        zone: subnet.availability_zone.clone(),
        zone_id: subnet.availability_zone_id.clone(),
        public_ip: subnet.map_public_ip_on_launch.unwrap_or_default(),
        ipv6: ipv6_blocks(subnet).next().and_then(|(_, cidr)| Ipv6Part::of(cidr)),
        ipv6_on_launch: subnet.assign_ipv6_address_on_creation.unwrap_or_default(),
    };
    let phase = match subnet.state() {
        Some(SubnetState::Pending) => Phase::Pending,
        Some(state @ (SubnetState::Failed | SubnetState::FailedInsufficientCapacity)) => {
            Phase::Failed(state.as_str().to_owned())
        }
        _ => Phase::Ready,
    };
    Some(Found::ready(subnet.subnet_id()?, fields).tagged(tags(subnet.tags())).phase(phase))
}

/// The subnet's IPv6 blocks, without those that are gone or going.
fn ipv6_blocks(
    subnet: &types::Subnet,
) -> impl Iterator<Item = (&SubnetIpv6CidrBlockAssociation, Ipv6Net)> {
    use SubnetCidrBlockStateCode::{Disassociated, Disassociating, Failed, Failing};
    subnet.ipv6_cidr_block_association_set().iter().filter_map(|block| {
        match block.ipv6_cidr_block_state().and_then(|state| state.state()) {
            Some(Disassociated | Disassociating | Failed | Failing) => None,
            _ => Some((block, block.ipv6_cidr_block()?.parse().ok()?)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_64_of_the_56() {
        let part = Ipv6Part { block: "2600:1f18:1234:ab00::/56".into(), index: 0xc5 };
        assert_eq!(part.cidr().expect("a block").to_string(), "2600:1f18:1234:abc5::/64");
    }

    #[test]
    fn reading_a_part_gives_back_what_was_written() {
        for index in [0, 1, 15, 16, 255] {
            let part = Ipv6Part { block: "2600:1f18:0:100::/56".into(), index };
            assert_eq!(part.cidr().ok().and_then(Ipv6Part::of), Some(part));
        }
    }

    #[test]
    fn a_block_that_is_none_is_an_invalid_call() {
        let part = Ipv6Part { block: "".into(), index: 0 };
        assert_eq!(part.cidr().expect_err("no block").class, Class::Invalid);
    }
}
