//! The VPC, its further address blocks, and its gateways to the internet.

use super::{Draft, address};
use crate::{
    kinds::{
        EgressOnlyInternetGateway, InternetGateway, InternetGatewayAttachment, Vpc, VpcCidrBlock,
        VpcIpv6Block,
    },
    model::{Address, Ref},
    stack::Tier,
};

const SECTION: &str = "vpc";

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    // EKS: without DNS hostnames and DNS resolution nodes cannot register (EKS user guide, "VPC requirements").
    let vpc = Vpc { cidr: stack.vpc.cidr, dns_support: true, dns_hostnames: true };
    draft.add(SECTION, &stack.name, vpc);
    if let Some(pods) = &stack.vpc.pods {
        draft.add(SECTION, "pods", VpcCidrBlock { vpc: id(draft), cidr: pods.cidr });
    }
    if stack.vpc.ipv6 {
        draft.add(SECTION, &stack.name, VpcIpv6Block { vpc: id(draft) });
        draft.add(SECTION, &stack.name, EgressOnlyInternetGateway { vpc: id(draft) });
    }
    if stack.vpc.subnets.values().any(|subnet| subnet.tier == Tier::Public) || nat_needs_door(draft)
    {
        let gateway = draft.add(SECTION, &stack.name, InternetGateway {});
        let attachment = InternetGatewayAttachment { vpc: id(draft), gateway: Ref::id(&gateway) };
        draft.add(SECTION, &stack.name, attachment);
    }
}

/// A regional NAT gateway needs an internet gateway on its VPC though no public subnet.
fn nat_needs_door(draft: &Draft<'_>) -> bool {
    draft.stack.vpc.nat == crate::stack::Nat::Regional
}

/// The VPC's id.
pub(super) fn id(draft: &Draft<'_>) -> Ref {
    Ref::id(&address::<Vpc>(&draft.stack.name))
}

/// The attachment without which nothing reaches the internet, if the stack has one.
pub(super) fn attachment(draft: &Draft<'_>) -> Option<Address> {
    let attachment = address::<InternetGatewayAttachment>(&draft.stack.name);
    draft.desired.contains_key(&attachment).then_some(attachment)
}
