//! Services held against each other and against what pods run on.

use super::{
    super::reader::{Source, listed},
    Draft, Sent,
};

/// What pods run on.
pub(in crate::stack) struct Home {
    /// Names of the node groups; none where they are not all understood.
    pub(in crate::stack) nodes: Option<usize>,
    /// Fargate profiles.
    pub(in crate::stack) fargate: usize,
}

/// Holds services against each other.
pub(in crate::stack) fn check(source: &Source, services: &[Draft]) {
    for (position, service) in services.iter().enumerate() {
        let before = &services[..position];
        if let Some(Some(port)) = &service.node_port
            && let Some((first, other)) = before.iter().find_map(|other| {
                let theirs = other.node_port.as_ref()?.as_ref()?;
                (theirs.value == port.value).then_some((theirs, other))
            })
        {
            let message = format!("node port {} belongs to `{}`", port.value, other.name.value);
            source.report(
                source
                    .error(&port.span, message, "again here")
                    .at(source.place(&first.span, "first here"))
                    .note("a port of the nodes leads to one Service of the cluster")
                    .help("write another port between 30000 and 32767"),
            );
        }
        let account = |it: &Draft| {
            let own = it.service_account.as_ref().map_or(&it.name.value, |account| &account.value);
            (it.namespace.clone(), own.clone())
        };
        if let Some(place) = &service.policies_place
            && let Some(first) = before
                .iter()
                .find(|it| it.policies_place.is_some() && account(it) == account(service))
            && let Some(theirs) = &first.policies_place
        {
            let (_, name) = account(service);
            source.report(
                source
                    .error(
                        place,
                        format!("the service account `{name}` would act as two roles"),
                        format!("those of `{}`", service.name.value),
                    )
                    .at(source.place(theirs, format!("those of `{}`", first.name.value)))
                    .help(
                        "give each service its own `service_account`, or write all policies at one",
                    ),
            );
        }
    }
}

/// Holds services against what pods run on.
pub(in crate::stack) fn check_home(source: &Source, services: &[Draft], home: &Home) {
    let only_fargate = home.nodes == Some(0) && home.fargate > 0;
    for service in services {
        let name = &service.name.value;
        if let Some(target) = &service.target
            && target.value == Sent::Instance
            && home.nodes == Some(0)
        {
            let finding = source.error(
                &target.span,
                format!("`{name}` has no nodes to send requests to"),
                "goes to a port of the nodes",
            );
            source.report(if only_fargate {
                finding
                    .note("pods on Fargate stand behind no node port")
                    .help("remove `target` and `node_port`: requests then go to the pods")
            } else {
                finding.help(format!("add\n\n[nodes.system]\n{}", super::super::nodes::EXAMPLE))
            });
        }
        if let Some(place) = &service.policies_place
            && only_fargate
        {
            source.report(
                source
                    .error(place, format!("the pods of `{name}` cannot act as a role"), "on Fargate")
                    .note("EKS Pod Identity needs an agent on a node, and all pods are on Fargate")
                    .help(format!(
                        "add a node group, or remove `policies` and write {} under `[cluster]` for a \
                         role of your own",
                        listed(["irsa = true"])
                    )),
            );
        }
    }
}
