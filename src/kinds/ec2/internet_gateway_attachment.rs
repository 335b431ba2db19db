//! `internet_gateway_attachment`: an internet gateway's place at a VPC.
//!
//! A kind of its own because it is a call of its own, and because routes, addresses and NAT gateways need the
//! attachment and not only the gateway: AWS refuses to detach while public addresses are in use.
//! EC2: AttachInternetGateway, DescribeInternetGateways, DetachInternetGateway.

use aws_sdk_ec2::types::{AttachmentStatus, InternetGatewayAttachment as Attachment};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase},
    model::{Identity, Problem, Ref},
};

/// What an attachment should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InternetGatewayAttachment {
    /// The VPC; it takes one internet gateway.
    pub vpc: Ref,
    /// The internet gateway; it takes one VPC.
    pub gateway: Ref,
}

impl Kind for InternetGatewayAttachment {
    const FACTS: Facts = Facts {
        name: "internet_gateway_attachment",
        id: "{gateway}|{vpc}",
        replaces: &["vpc", "gateway"],
        unique: &[&["vpc"], &["gateway"]],
        lives_in: Some(("internet_gateway", None)),
        calls: Calls {
            create: "ec2:AttachInternetGateway",
            read: &["ec2:DescribeInternetGateways"],
            update: &[],
            delete: "ec2:DetachInternetGateway",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .attach_internet_gateway()
            .vpc_id(self.vpc.get())
            .internet_gateway_id(self.gateway.get());
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let gateways = aws.internet_gateways(known.clone()).await?;
        let mut found = Vec::new();
        for gateway in gateways.iter() {
            let id = gateway.internet_gateway_id().unwrap_or_default();
            if known.contains(id) {
                found.extend(gateway.attachments().iter().filter_map(|at| attachment(id, at)));
            }
        }
        Ok(found)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request =
            aws.ec2.detach_internet_gateway().internet_gateway_id(id.part(0)).vpc_id(id.part(1));
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

fn attachment(gateway: &str, at: &Attachment) -> Option<Found<InternetGatewayAttachment>> {
    let phase = match at.state() {
        Some(AttachmentStatus::Detached) => return None,
        Some(AttachmentStatus::Detaching) => Phase::Deleting,
        Some(AttachmentStatus::Attaching) => Phase::Pending,
        // An internet gateway says `available` here, which is none of the documented values.
        _ => Phase::Ready,
    };
    let vpc = at.vpc_id()?;
    let fields = InternetGatewayAttachment { vpc: vpc.into(), gateway: gateway.into() };
    Some(Found::ready(Identity::of(&[gateway, vpc]), fields).phase(phase))
}
