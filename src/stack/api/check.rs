//! APIs held against the load balancers and the services that they lead to, and against each other.

use super::{
    super::{
        Claim, Via,
        reader::{Source, Written, listed, nearest},
    },
    Draft,
    kind::{Is, Kind},
};

/// What APIs can lead to.
pub(in crate::stack) struct Behind<'a> {
    /// The names of the services.
    pub(in crate::stack) services: Vec<&'a str>,
    /// The names of the network load balancers, each with the services it serves.
    pub(in crate::stack) nlbs: Vec<(&'a str, Vec<&'a str>)>,
    /// The names of the application load balancers.
    pub(in crate::stack) albs: Vec<&'a str>,
}

/// The names in the DNS that the APIs want to answer at. Those that share one claim it once.
pub(in crate::stack) fn claims(apis: &[Draft]) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for api in apis {
        let Some(domain) = &api.domain else { continue };
        if claims.iter().all(|claim| claim.name.value != domain.name.value) {
            let by = format!("api.{}", api.name.value);
            claims.push(Claim { name: domain.name.clone(), by, key: "domain" });
        }
    }
    claims
}

/// Holds the APIs against what is behind them, and against each other.
pub(in crate::stack) fn check(source: &Source, apis: &[Draft], behind: &Behind<'_>) {
    for (position, api) in apis.iter().enumerate() {
        if api.check_via(source, behind) {
            api.check_routes(source, behind);
        }
        api.check_place(source, &apis[..position]);
    }
}

impl Draft {
    /// Whether the load balancer is there and takes requests of such an API; if not, that is reported.
    fn check_via(&self, source: &Source, behind: &Behind<'_>) -> bool {
        let Some(via) = &self.via else { return false };
        let mut all = behind.balancers();
        if !all.contains(&via.value) {
            let unknown =
                source.error(&via.span, format!("there is no `[{}]`", via.value), "unknown");
            let names: Vec<String> = all.drain(..).map(|via| via.to_string()).collect();
            let written = via.value.to_string();
            let name = written.split('.').next_back().unwrap_or_default();
            // The other sort of the same name, or nearly the same name.
            let same = names.iter().find(|it| it.split('.').next_back() == Some(name));
            let meant = same.map(String::as_str);
            let meant = meant.or_else(|| nearest(&written, names.iter().map(String::as_str)));
            source.report(match meant {
                Some(meant) => unknown.help(format!("write `\"{meant}\"`")),
                None if names.is_empty() => {
                    unknown.help(format!("add\n\n[{written}]\n{}", super::super::nlb::EXAMPLE))
                }
                None => unknown.help(format!("the load balancers are {}", listed(names))),
            });
            return false;
        }
        let (Via::Alb(_), Some(Kind { is: Is::Rest, .. })) = (&via.value, &self.kind) else {
            return true;
        };
        source.report(
            source
                .error(
                    &via.span,
                    "a REST API does not go through an application load balancer here",
                    "routes by path",
                )
                .note(
                    "API Gateway puts the stage before the path of what it sends there, and the \
                     routes of the load balancer know no stage",
                )
                .help("write `kind = \"http\"`, or go through a network load balancer"),
        );
        false
    }

    /// Holds the routes against the services that `via` leads to.
    fn check_routes(&self, source: &Source, behind: &Behind<'_>) {
        let (Some(via), Some(routes)) = (&self.via, &self.routes) else { return };
        for to in routes.routes.iter().filter_map(|route| route.to.as_ref()) {
            match &via.value {
                Via::Alb(_) if to.value != via.value.to_string() => source.report(
                    source
                        .error(&to.span, "this route does not choose the service", "not its choice")
                        .at(source.place(&via.span, "chooses it by its own routes"))
                        .help(format!("write `\"{}\"`", via.value)),
                ),
                Via::Alb(_) => {}
                Via::Nlb(name) => behind.check_service(source, to, via, name),
            }
        }
    }

    /// Reports an API before this one that answers at the same place.
    fn check_place(&self, source: &Source, before: &[Self]) {
        let Some(domain) = &self.domain else { return };
        let first =
            before.iter().filter_map(|api| Some((api, api.domain.as_ref()?))).find(|(_, other)| {
                other.name.value == domain.name.value && other.path.value == domain.path.value
            });
        if let Some((api, other)) = first {
            let message = format!(
                "`[api.{}]` and `[api.{}]` answer at the same place",
                api.name.value, self.name.value
            );
            let finding = source
                .error(&domain.path.span, message, "the same")
                .at(source.place(&other.path.span, "as this"));
            source.report(finding.help(format!(
                "write `domain = {{ name = \"{}\", path = \"{}\" }}`, or another name",
                domain.name.value, self.name.value
            )));
        }
    }
}

impl Behind<'_> {
    fn balancers(&self) -> Vec<Via> {
        let nlbs = self.nlbs.iter().map(|(name, _)| Via::Nlb((*name).to_owned()));
        let albs = self.albs.iter().map(|name| Via::Alb((*name).to_owned()));
        nlbs.chain(albs).collect()
    }

    /// Reports a service that there is not, or that the network load balancer `nlb` does not serve.
    fn check_service(&self, source: &Source, to: &Written<String>, via: &Written<Via>, nlb: &str) {
        let name = to.value.as_str();
        let served = self.nlbs.iter().find(|(name, _)| *name == nlb).map(|(_, served)| served);
        let served = served.map(Vec::as_slice).unwrap_or_default();
        if served.contains(&name) {
            return;
        }
        if !self.services.contains(&name) {
            let balancer = name.starts_with("nlb.") || name.starts_with("alb.");
            let unknown = if balancer {
                source.error(&to.span, "a route names a service", "not a service")
            } else {
                let message = format!("there is no service `{name}`");
                source.error(&to.span, message, "unknown service")
            };
            source.report(match nearest(name, self.services.iter().copied()) {
                Some(meant) => unknown.help(format!("write `\"{meant}\"`")),
                None if !served.is_empty() => {
                    unknown.help(format!("`[{}]` serves {}", via.value, listed(served)))
                }
                None => unknown.help(format!("the services are {}", listed(&self.services))),
            });
            return;
        }
        source.report(
            source
                .error(&to.span, format!("`{}` does not serve `{name}`", via.value), "not served")
                .at(source.place(&via.span, "has no listener for it"))
                .help(format!("add `\"{name}\"` to `serves` of `[{}]`", via.value)),
        );
    }
}
