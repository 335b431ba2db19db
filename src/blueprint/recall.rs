//! Recall: choices that are remembered nowhere any more, told by what was made of them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Choices, address, alb, api::link, endpoints, nat, nlb};
use crate::{
    kinds::{
        Found, InterfaceEndpoint, Kind, Listener, ListenerRule, LoadBalancer, NatGateway, Subnet,
        VpcLink,
    },
    model::{Address, value},
    stack::Stack,
};

/// Resources that exist, by the address that they were made for.
type Seen = BTreeMap<Address, Found<Value>>;

/// The choices that must have been made for `seen` to be as it is, as far as it tells.
pub fn recall(stack: &Stack, seen: &Seen) -> Choices {
    let mut choices = Choices::new();
    places(stack, seen, &mut choices);
    for name in stack.albs.keys() {
        let rules = stack.albs[name].routes.keys().map(|route| {
            let section = format!("alb.{name}");
            let rule = address::<ListenerRule>(&alb::rule(&section, route));
            (alb::question(&section, route), number(seen, &rule, "priority"))
        });
        choices.extend(rules.filter_map(|(question, number)| Some((question, number?))));
    }
    for name in stack.nlbs.keys() {
        let ports = stack.nlbs[name].serves.keys().map(|service| {
            let section = format!("nlb.{name}");
            let listener = address::<Listener>(&format!("{section}/{service}"));
            (nlb::question(&section, service), number(seen, &listener, "port"))
        });
        choices.extend(ports.filter_map(|(question, number)| Some((question, number?))));
    }
    choices
}

fn number(seen: &Seen, address: &Address, field: &str) -> Option<String> {
    Some(seen.get(address)?.fields.get(field)?.as_u64()?.to_string())
}

/// Which subnet of a zone serves a section of the stack file, and which zone the only NAT gateway stands in.
fn places(stack: &Stack, seen: &Seen, choices: &mut Choices) {
    let subnets: BTreeMap<&str, &String> = stack
        .vpc
        .subnets
        .keys()
        .filter_map(|name| Some((seen.get(&address::<Subnet>(name))?.id.as_str(), name)))
        .collect();
    for (resource, found) in seen {
        let section = match resource.kind() {
            kind if kind == NatGateway::FACTS.name => nat::SECTION,
            kind if kind == InterfaceEndpoint::FACTS.name => endpoints::SECTION,
            kind if kind == VpcLink::FACTS.name => link::SECTION,
            kind if kind == LoadBalancer::FACTS.name => resource.name(),
            _ => continue,
        };
        value::each_text(&found.fields, &mut |text| {
            if let Some(name) = subnets.get(text) {
                let zone = stack.vpc.subnets[*name].zone.key();
                choices.insert(format!("{section}.subnet.{zone}"), (*name).clone());
                if section == nat::SECTION {
                    choices.entry(nat::ZONE.to_owned()).or_insert(zone);
                }
            }
        });
    }
}
