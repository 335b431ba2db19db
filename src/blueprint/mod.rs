//! The blueprint: from what a stack file says to the resources it takes. This is where EKS knowledge lives; from here
//! on there are only resources, references and kinds.

mod addons;
mod alb;
mod api;
mod balancer;
mod bindings;
mod cluster;
mod digest;
mod doors;
mod egress;
mod endpoints;
mod flow_logs;
mod names;
mod nat;
mod nlb;
mod nodes;
mod priorities;
mod recall;
mod services;
mod subnets;
mod targets;
mod vpc;

use std::collections::BTreeMap;

use serde::Serialize;

pub use bindings::{Binding, bindings};
pub use egress::{Egress, addresses, egress};
pub use names::existing;
pub use recall::recall;

use crate::{
    kinds::{Kind, TAG_ADDRESS, TAG_STACK, Tagging},
    model::{Address, Desired, Need, Resource, Tags, Until},
    stack::Stack,
};

/// Choices that a stack file leaves open and that are made once and kept, such as the zone of a single NAT gateway.
pub type Choices = BTreeMap<String, String>;

/// The resources that `stack` takes, and the choices that were made on the way. `former` choices are kept wherever they
/// still fit.
pub fn blueprint(stack: &Stack, former: &Choices) -> (Desired, Choices) {
    let mut draft = Draft { stack, former, desired: Desired::new(), choices: Choices::new() };
    vpc::draw(&mut draft);
    subnets::draw(&mut draft);
    nat::draw(&mut draft);
    endpoints::draw(&mut draft);
    flow_logs::draw(&mut draft);
    cluster::draw(&mut draft);
    addons::draw_before_nodes(&mut draft);
    let nodes = nodes::draw(&mut draft);
    addons::draw_after_nodes(&mut draft, &nodes);
    services::draw(&mut draft);
    alb::draw(&mut draft);
    nlb::draw(&mut draft);
    api::draw(&mut draft);
    // Last: what others lead names to may be there already, and is taken over where the stack file says so.
    names::draw(&mut draft);
    (draft.desired, draft.choices)
}

/// A blueprint in the making.
struct Draft<'a> {
    stack: &'a Stack,
    former: &'a Choices,
    desired: Desired,
    choices: Choices,
}

impl Draft<'_> {
    /// Adds a resource; `section` is where a reader of the stack file finds its cause.
    fn add<K: Kind + Serialize>(&mut self, section: &str, name: &str, kind: K) -> Address {
        let address = address::<K>(name);
        let resource = Resource {
            fields: serde_json::to_value(kind).expect("a kind's fields serialise"),
            tags: self.tags::<K>(&address),
            needs: Vec::new(),
            adopt: false,
            section: section.to_owned(),
        };
        self.desired.insert(address.clone(), resource);
        address
    }

    /// The stack's tags, a name for the console, and the ownership tags by which the resource is found again.
    fn tags<K: Kind>(&self, address: &Address) -> Tags {
        if K::FACTS.tags == Tagging::None {
            return Tags::new();
        }
        let mut tags = self.stack.tags.clone();
        tags.insert("Name".to_owned(), format!("{}-{}", self.stack.name, address.name()));
        tags.insert(TAG_STACK.to_owned(), self.stack.name.clone());
        tags.insert(TAG_ADDRESS.to_owned(), address.to_string());
        tags
    }

    /// One more tag on a resource.
    fn tag(&mut self, address: &Address, key: &str, value: &str) {
        if let Some(resource) = self.desired.get_mut(address) {
            resource.tags.insert(key.to_owned(), value.to_owned());
        }
    }

    /// An edge that no field shows.
    fn needs(&mut self, address: &Address, needed: Address, until: Until) {
        if let Some(resource) = self.desired.get_mut(address) {
            resource.needs.push(Need { address: needed, until });
        }
    }

    /// The former choice for `question` if it is one of `options`, else the first of them; kept from now on.
    fn choose(&mut self, question: &str, options: &[String]) -> Option<String> {
        let former = self.former.get(question).filter(|former| options.contains(former));
        let choice = former.or_else(|| options.first())?.clone();
        self.choices.insert(question.to_owned(), choice.clone());
        Some(choice)
    }
}

/// The address of the resource `name` of kind `K`.
fn address<K: Kind>(name: &str) -> Address {
    Address::new(K::FACTS.name, name)
}
