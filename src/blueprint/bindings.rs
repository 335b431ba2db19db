//! Bindings: what a controller in the cluster has to know to register pods as targets. Nodes register themselves, and
//! need none.

use super::{address, targets};
use crate::{
    kinds::TargetGroup,
    model::Address,
    stack::{Answer, Stack, Target},
};

/// Pods of a service are targets of a target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// A name for it in Kubernetes.
    pub name: String,
    /// The namespace of the service.
    pub namespace: String,
    /// The service.
    pub service: String,
    /// The service's port.
    pub port: u16,
    /// The target group.
    pub target_group: Address,
}

/// Every binding that a stack needs, by load balancer and service.
pub fn bindings(stack: &Stack) -> Vec<Binding> {
    let albs = stack.albs.iter().map(|(name, alb)| {
        let answers = alb.routes.values().map(|route| &route.answer).chain([&alb.default]);
        let mut services: Vec<&str> = answers.flat_map(Answer::services).collect();
        services.sort_unstable();
        services.dedup();
        (format!("alb.{name}"), services)
    });
    let nlbs = stack.nlbs.iter().map(|(name, nlb)| {
        (format!("nlb.{name}"), nlb.serves.keys().map(String::as_str).collect::<Vec<_>>())
    });
    let mut bindings = Vec::new();
    for (balancer, services) in albs.chain(nlbs) {
        for name in services {
            let service = &stack.services[name];
            if service.target != Target::Ip {
                continue;
            }
            bindings.push(Binding {
                name: format!("{}-{name}", balancer.replace('.', "-")),
                namespace: service.namespace.clone(),
                service: name.to_owned(),
                port: service.service_port,
                target_group: address::<TargetGroup>(&targets::title(&balancer, name)),
            });
        }
    }
    bindings
}
