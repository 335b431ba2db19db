//! VPC links: API Gateway's private ways into the VPC.
//!
//! HTTP APIs share one link. A link is no more than network interfaces in subnets with a security group, whatever goes
//! through it; AWS lets a Region have ten and makes one in 15 seconds at most; and one that is shared does not fall
//! asleep as long as any API is used. Doors open for it alone, each at its own port.
//!
//! A link of REST APIs belongs to one network load balancer, so there is one for each.

use super::{Draft, address, doors::Door, subnets, vpc};
use crate::{
    kinds::{Direction, RestVpcLink, SecurityGroup, SecurityGroupRule, VpcLink},
    model::{Address, Ref},
};

pub(in crate::blueprint) const SECTION: &str = "api";

/// The link of all HTTP APIs, which may come in at `door`.
pub(super) fn to(draft: &mut Draft<'_>, door: &Door) -> Address {
    let stack = draft.stack;
    let link = address::<VpcLink>(&stack.name);
    let name = format!("link.{}", stack.name);
    let group = address::<SecurityGroup>(&name);
    if !draft.desired.contains_key(&link) {
        let fields = SecurityGroup {
            vpc: vpc::id(draft),
            name: format!("{}-link", stack.name),
            description: "API Gateway".to_owned(),
            open_egress: true,
        };
        draft.add(SECTION, &name, fields);
        let subnets = subnets::one_a_zone(draft, SECTION);
        let security_groups = vec![Ref::id(&group)];
        draft.add(
            SECTION,
            &stack.name,
            VpcLink { name: stack.name.clone(), subnets, security_groups },
        );
    }
    let rule = SecurityGroupRule {
        group: Ref::id(&door.group),
        direction: Direction::Ingress,
        protocol: "tcp".to_owned(),
        from: door.port.into(),
        to: door.port.into(),
        peer: Ref::id(&group),
        description: "API Gateway".to_owned(),
    };
    draft.add(SECTION, &format!("{}/{}-from-link", door.group.name(), door.port), rule);
    link
}

/// The link of REST APIs to the network load balancer of `door`.
pub(super) fn of_rest(draft: &mut Draft<'_>, door: &Door) -> Address {
    let name = door.balancer.name();
    let fields = RestVpcLink {
        name: format!("{}-{name}", draft.stack.name),
        description: String::new(),
        target: Ref::id(&door.balancer),
    };
    draft.add(SECTION, name, fields)
}
