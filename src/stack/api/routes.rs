//! `routes`: which requests go where.

use std::collections::BTreeMap;

use super::{
    super::{
        ApiRoute, RouteKey, Throttle, Via,
        reader::{Entry, Source, Table, Value, Written},
    },
    key,
    kind::{Is, Kind},
    limits, rest,
};

pub(super) const EXAMPLE: &str = "{ \"ANY /v1/order/{proxy+}\" = \"orders\" }";

/// Routes of an HTTP API, unless AWS is asked for more (API Gateway developer guide, HTTP API quotas).
const MOST: usize = 300;

/// The routes that could be understood, in the order of the file.
pub(super) struct Routes {
    pub(super) routes: Vec<Route>,
}

/// What is written of one.
pub(super) struct Route {
    pub(super) key: Written<RouteKey>,
    pub(super) to: Option<Written<String>>,
    throttle: Option<Throttle>,
    jwt: bool,
    timeout: Option<u32>,
}

/// Reads the routes of an API of sort `kind`; `tokens` says whether it asks for tokens.
pub(super) fn read(value: &Value<'_>, kind: Option<&Kind>, tokens: Tokens) -> Routes {
    let source = value.source();
    let entries = value.entries().unwrap_or_default();
    if entries.is_empty() && value.is_table() && source.intact() {
        source.report(
            value
                .error("an API without routes answers nothing", "empty")
                .help(format!("write `routes = {EXAMPLE}`")),
        );
    }
    let mut routes: Vec<Route> = Vec::new();
    for entry in &entries {
        let route = route(entry, kind, tokens);
        if let Some(route) = route
            && !check_twice(source, &routes, &route)
        {
            routes.push(route);
        }
    }
    if let Some(Kind { is, .. }) = kind {
        match is {
            Is::Http => check_count(source, &routes),
            Is::Rest => rest::check(source, &routes),
        }
    }
    Routes { routes }
}

/// Whether an API asks for tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    Asked,
    NotAsked,
}

fn route(entry: &Entry<'_>, kind: Option<&Kind>, tokens: Tokens) -> Option<Route> {
    let (source, text) = (entry.value.source(), &entry.key);
    let key = key::read(text.value);
    if let Err((label, help)) = &key {
        let message = format!("`{}` is not a route", text.value);
        source.report(source.error(&text.span, message, label).help(help));
    }
    let value = entry.value.clone().like("\"orders\"");
    let mut route = Route {
        key: Written { value: RouteKey::Default, span: text.span.clone() },
        to: None,
        throttle: None,
        jwt: true,
        timeout: None,
    };
    if value.is_table() {
        value.table(|table| {
            long(table, &mut route, kind, tokens);
            Some(())
        });
    } else {
        route.to = value.or_table().string().map(|to| to.map(str::to_owned));
    }
    route.key.value = key.ok()?;
    Some(route)
}

fn long(table: &mut Table<'_>, route: &mut Route, kind: Option<&Kind>, tokens: Tokens) {
    table.other_names(&[
        ("service", "to"),
        ("target", "to"),
        ("integration", "to"),
        ("throttling", "throttle"),
        ("auth", "jwt"),
        ("authorizer", "jwt"),
        ("timeout_milliseconds", "timeout"),
        ("timeoutInMillis", "timeout"),
    ]);
    let to = table.required("to", "\"orders\"").and_then(|value| value.string());
    route.to = to.map(|to| to.map(str::to_owned));
    route.throttle =
        table.optional("throttle", limits::THROTTLE).and_then(|value| limits::throttle(&value));
    route.timeout =
        table.optional("timeout", "5000").and_then(|value| limits::timeout(&value, kind));
    if let Some(value) = table.optional("jwt", "false") {
        route.jwt = jwt(&value, tokens);
    }
}

/// Whether requests have to bring a token.
fn jwt(value: &Value<'_>, tokens: Tokens) -> bool {
    let Some(wanted) = value.boolean() else { return true };
    let source = value.source();
    match (tokens, wanted.value) {
        (Tokens::NotAsked, true) => source.report(
            value
                .error("nothing says whose tokens this route asks for", "the API has no `jwt`")
                .help(format!("add `jwt = {}` to the API", super::jwt::EXAMPLE)),
        ),
        (Tokens::NotAsked, false) => source.report(
            source
                .warning(&wanted.span, "no route of this API asks for tokens", "changes nothing")
                .help("remove it, or add `jwt` to the API"),
        ),
        (Tokens::Asked, true | false) => {}
    }
    wanted.value
}

/// Whether a route before it matches the same requests, which is reported.
fn check_twice(source: &Source, routes: &[Route], route: &Route) -> bool {
    let first = routes.iter().find(|first| key::same(&first.key.value, &route.key.value));
    if let Some(first) = first {
        let (one, other) = (&first.key.value, &route.key.value);
        let finding = source
            .error(&route.key.span, format!("`{other}` matches what `{one}` matches"), "the same")
            .at(source.place(&first.key.span, "as this"));
        source
            .report(finding.help("remove one of the two; names of parameters make no difference"));
    }
    first.is_some()
}

fn check_count(source: &Source, routes: &[Route]) {
    if let Some(beyond) = routes.get(MOST) {
        let message = format!("{} routes are more than an HTTP API can have", routes.len());
        source.report(
            source
                .warning(&beyond.key.span, message, format!("number {}", MOST + 1))
                .note(format!("AWS lets one have {MOST} unless it is asked for more"))
                .help("ask for a higher quota, or join routes with `{proxy+}`"),
        );
    }
}

impl Routes {
    /// The routes, once everything was right.
    pub(super) fn settle(self, via: &Via) -> Option<BTreeMap<RouteKey, ApiRoute>> {
        let routes = self.routes.into_iter().map(|route| {
            let to = match via {
                Via::Nlb(_) => Some(route.to?.value),
                Via::Alb(_) => None,
            };
            let Route { throttle, jwt, timeout, .. } = route;
            Some((route.key.value, ApiRoute { to, throttle, jwt, timeout }))
        });
        routes.collect()
    }
}

/// The one route of an API that leaves all others to an application load balancer.
pub(super) fn everything() -> BTreeMap<RouteKey, ApiRoute> {
    let route = ApiRoute { to: None, throttle: None, jwt: true, timeout: None };
    BTreeMap::from([(RouteKey::Default, route)])
}
