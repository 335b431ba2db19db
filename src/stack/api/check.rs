//! APIs held against the load balancers and the services that they lead to, and against each other.

use super::{
    super::{
        Claim, Protocol, Via, nlb,
        reader::{Source, Written, listed, nearest},
        services,
    },
    Draft,
    kind::{Is, Kind},
};

/// What APIs can lead to.
pub(in crate::stack) struct Behind<'a> {
    pub(in crate::stack) services: &'a services::Drafts,
    pub(in crate::stack) nlbs: &'a [nlb::Draft],
    /// Every load balancer that is written, whatever could be understood of it.
    pub(in crate::stack) balancers: &'a [Via],
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
        if let Some(via) = &api.via
            && behind.check_balancer(source, via)
            && api.check_sort(source, via)
        {
            api.check_routes(source, via, behind);
        }
        api.check_place(source, &apis[..position]);
    }
}

impl Draft {
    /// Whether such an API goes through such a load balancer; if not, that is reported.
    fn check_sort(&self, source: &Source, via: &Written<Via>) -> bool {
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

    /// Holds the routes against what `via` leads to.
    fn check_routes(&self, source: &Source, via: &Written<Via>, behind: &Behind<'_>) {
        let routes = self.routes.iter().flat_map(|routes| &routes.routes);
        for to in routes.filter_map(|route| route.to.as_ref()) {
            match &via.value {
                Via::Nlb(name) => behind.check_service(source, to, via, name),
                Via::Alb(_) if to.value == via.value.to_string() => {}
                Via::Alb(_) => source.report(
                    source
                        .error(&to.span, "this route does not choose the service", "not its choice")
                        .at(source.place(&via.span, "chooses it by its own routes"))
                        .help(format!("write `\"{}\"`", via.value)),
                ),
            }
        }
    }

    /// Reports an API before this one that answers at the same place.
    fn check_place(&self, source: &Source, before: &[Self]) {
        let Some(domain) = &self.domain else { return };
        let place = |domain: &super::Domain| (domain.name.value.clone(), domain.path.value.clone());
        let others = before.iter().filter_map(|api| Some((api, api.domain.as_ref()?)));
        let first = others.into_iter().find(|(_, other)| place(other) == place(domain));
        let Some((api, other)) = first else { return };
        let (one, two) = (&api.name.value, &self.name.value);
        let right = format!("{{ name = \"{}\", path = \"{two}\" }}", domain.name.value);
        source.report(
            source
                .error(
                    &domain.path.span,
                    format!("`[api.{one}]` and `[api.{two}]` answer at the same place"),
                    "the same",
                )
                .at(source.place(&other.path.span, "as this"))
                .help(format!("write `domain = {right}`, or another name")),
        );
    }
}

impl Behind<'_> {
    /// Whether the load balancer is there; if not, that is reported.
    fn check_balancer(&self, source: &Source, via: &Written<Via>) -> bool {
        if self.balancers.contains(&via.value) || !source.intact() {
            return self.balancers.contains(&via.value);
        }
        let names: Vec<String> = self.balancers.iter().map(Via::to_string).collect();
        let written = via.value.to_string();
        // The other sort of the same name, or nearly the same name.
        let plain = |name: &str| name.split_once('.').map(|(_, name)| name.to_owned());
        let same = names.iter().find(|name| plain(name) == plain(&written)).map(String::as_str);
        let meant = same.or_else(|| nearest(&written, names.iter().map(String::as_str)));
        let unknown = source.error(&via.span, format!("there is no `[{written}]`"), "unknown");
        source.report(match meant {
            Some(meant) => unknown.help(format!("write `\"{meant}\"`")),
            None if names.is_empty() => unknown.help(format!("add\n\n[nlb.api]\n{}", nlb::EXAMPLE)),
            None => unknown.help(format!("the load balancers are {}", listed(names))),
        });
        false
    }

    /// Reports a service that there is not, that the network load balancer `nlb` does not serve, or that does not
    /// understand API Gateway.
    fn check_service(&self, source: &Source, to: &Written<String>, via: &Written<Via>, nlb: &str) {
        if to.value.contains('.') {
            let named = source.error(&to.span, "a route names a service", "not a service");
            let help = format!("write the name of a service that `[{}]` serves", via.value);
            return source.report(named.help(help));
        }
        let Some(service) = self.services.named(source, to) else { return };
        let nlb = self.nlbs.iter().find(|draft| draft.name().value == nlb);
        if let Some(served) = nlb.and_then(nlb::Draft::served)
            && !served.contains(&to.value.as_str())
        {
            let message = format!("`{}` does not serve `{}`", via.value, to.value);
            source.report(
                source
                    .error(&to.span, message, "not served")
                    .at(source.place(&via.span, "has no listener for it"))
                    .help(format!("add `\"{}\"` to `serves` of `[{}]`", to.value, via.value)),
            );
        }
        let Some((protocol, place)) = service.spoken() else { return };
        match protocol {
            Protocol::Http | Protocol::Tcp => {}
            Protocol::Http2 | Protocol::Grpc | Protocol::Udp => {
                let message = format!("`{}` does not understand API Gateway", to.value);
                source.report(
                    source
                        .error(&to.span, message, "is sent HTTP/1.1")
                        .at(source.place(place, "speaks something else"))
                        .help("write another service, or lead clients to its load balancer"),
                );
            }
        }
    }
}
