//! `eip`: a public IPv4 address that stays.
//!
//! A NAT gateway speaks to the internet with it; whoever filters by address can rely on it.
//! EC2: AllocateAddress, DescribeAddresses, ReleaseAddress.

use aws_sdk_ec2::types::{DomainType, ResourceType};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{filter, in_chunks, tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Class, Identity, Problem},
};

/// What an Elastic IP address should be: there, out of Amazon's pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Eip {}

impl Kind for Eip {
    const FACTS: Facts = Facts {
        name: "eip",
        id: "eipalloc-{hex17}",
        outputs: &[("public_ip", "{ipv4}")],
        tags: Tagging::Ec2("elastic-ip"),
        calls: Calls {
            create: "ec2:AllocateAddress",
            read: &["ec2:DescribeAddresses"],
            update: &[],
            delete: "ec2:ReleaseAddress",
        },
        quota: Some(Quota {
            code: "L-0263D0A3",
            name: "EC2-VPC Elastic IPs",
            default: 5,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .allocate_address()
            .domain(DomainType::Vpc)
            .tag_specifications(tagged(ResourceType::ElasticIp, owner));
        let answer = aws.write(|| request.clone().send()).await?;
        Ok(Made::id(answer.allocation_id())?.output("public_ip", answer.public_ip()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let addresses = in_chunks(heads(known), |ids| async move {
            let request = aws.ec2.describe_addresses().filters(filter("allocation-id", ids));
            let answer = aws.read(|| request.clone().send()).await?;
            Ok(answer.addresses.unwrap_or_default())
        })
        .await?;
        let found = addresses.iter().filter_map(|address| {
            let found = Found::ready(address.allocation_id()?, Self {});
            Some(found.tagged(tags(address.tags())).output("public_ip", address.public_ip()))
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.release_address().allocation_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop).map_err(|problem| {
            // An address that a NAT gateway still holds, or held a moment ago, is refused with the words "You do not
            // have permission". A lack of permission has the code UnauthorizedOperation.
            if problem.code == "AuthFailure" {
                Problem { class: Class::InUse, ..problem }
            } else {
                problem
            }
        })
    }
}
