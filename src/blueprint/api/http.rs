//! HTTP APIs: routes, what they lead to, whose tokens they ask for, and one stage in which every change goes live.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Draft, Live, Plot, address, doors::Door, link, throttle};
use crate::{
    kinds::{
        self, AccessLogs, HttpApi, HttpAuthorizer, HttpIntegration, HttpRoute, HttpStage, LogGroup,
    },
    model::{Address, Ref, Until},
    stack::{ApiRoute, Cors, Jwt, RouteKey},
};

/// The stage whose name is in no path.
const STAGE: &str = "$default";

pub(super) fn draw(
    draft: &mut Draft<'_>,
    plot: &Plot<'_>,
    jwt: Option<&Jwt>,
    cors: Option<&Cors>,
) -> Live {
    let fields = HttpApi {
        name: format!("{}-{}", draft.stack.name, plot.name),
        description: String::new(),
        cors: cors.map(self::cors),
        default_endpoint: true,
    };
    let api = draft.add(&plot.section, plot.name, fields);
    let authorizer = jwt.map(|jwt| authorizer(draft, plot, &api, jwt));
    for (key, route) in &plot.api.routes {
        let Some(door) = plot.door(draft, route) else { continue };
        let integration = integration(draft, plot, &api, route, &door);
        let guard = authorizer.as_ref().filter(|_| route.jwt);
        add_route(draft, plot, &api, key, &integration, guard);
    }
    if cors.is_some() && authorizer.is_some() {
        preflight(draft, plot, &api);
    }
    let stage = stage(draft, plot, &api);
    Live { api, stage }
}

fn cors(cors: &Cors) -> kinds::Cors {
    kinds::Cors {
        origins: cors.origins.clone(),
        methods: cors.methods.clone(),
        headers: cors.headers.clone(),
        expose: cors.expose.clone(),
        credentials: cors.credentials,
        // A day at most.
        max_age: cors.max_age.map(|seconds| seconds as i32),
    }
}

fn authorizer(draft: &mut Draft<'_>, plot: &Plot<'_>, api: &Address, jwt: &Jwt) -> Address {
    let fields = HttpAuthorizer {
        api: Ref::id(api),
        name: "jwt".to_owned(),
        issuer: jwt.issuer.clone(),
        audience: jwt.audience.clone(),
        identity_source: vec![format!("$request.header.{}", jwt.header)],
    };
    draft.add(&plot.section, plot.name, fields)
}

/// The integration for a route. Routes to one service share it, unless they wait for different times.
fn integration(
    draft: &mut Draft<'_>,
    plot: &Plot<'_>,
    api: &Address,
    route: &ApiRoute,
    door: &Door,
) -> Address {
    let via = plot.api.via.to_string();
    let to = route.to.as_deref().unwrap_or(&via);
    let own = route.timeout.filter(|timeout| *timeout != plot.api.timeout);
    let name = match own {
        Some(timeout) => format!("{}/{to}-{timeout}ms", plot.name),
        None => format!("{}/{to}", plot.name),
    };
    let link = link::to(draft, door);
    // Services know nothing of the path that a domain name maps to the API.
    let mapped = plot.api.domain.as_ref().is_some_and(|domain| !domain.path.is_empty());
    let path = ("overwrite:path".to_owned(), "$request.path".to_owned());
    let fields = HttpIntegration {
        api: Ref::id(api),
        link: Ref::id(&link),
        uri: Ref::id(&door.listener),
        method: "ANY".to_owned(),
        server_name: door.tls.clone(),
        // Half a minute at most.
        timeout: own.unwrap_or(plot.api.timeout) as i32,
        parameters: mapped.then_some(path).into_iter().collect(),
    };
    draft.add(&plot.section, &name, fields)
}

fn add_route(
    draft: &mut Draft<'_>,
    plot: &Plot<'_>,
    api: &Address,
    key: &RouteKey,
    integration: &Address,
    authorizer: Option<&Address>,
) {
    let authorization = if authorizer.is_some() { "JWT" } else { "NONE" };
    let fields = HttpRoute {
        api: Ref::id(api),
        key: key.to_string(),
        integration: Ref::id(integration),
        authorization: authorization.to_owned(),
        authorizer: authorizer.map(Ref::id),
        scopes: Vec::new(),
    };
    draft.add(&plot.section, &plot.of_route(key), fields);
}

/// Browsers ask without a token whether they may call. API Gateway answers them itself, but a route that takes every
/// method takes these questions too and would ask for the token (API Gateway developer guide, "Configure CORS for HTTP
/// APIs"). So beside each such route comes one for `OPTIONS` that asks for none.
fn preflight(draft: &mut Draft<'_>, plot: &Plot<'_>, api: &Address) {
    for (key, route) in plot.api.routes.iter().filter(|(_, route)| route.jwt) {
        let path = match key {
            RouteKey::Default => "/{proxy+}",
            RouteKey::Path { path, method: "ANY" } => path,
            RouteKey::Path { .. } => continue,
        };
        let asked = RouteKey::Path { path: path.to_owned(), method: "OPTIONS" };
        if plot.api.routes.contains_key(&asked) {
            continue;
        }
        let Some(door) = plot.door(draft, route) else { continue };
        let integration = integration(draft, plot, api, route, &door);
        add_route(draft, plot, api, &asked, &integration, None);
    }
}

fn stage(draft: &mut Draft<'_>, plot: &Plot<'_>, api: &Address) -> Address {
    let routes: BTreeMap<String, kinds::Throttle> =
        plot.throttles().map(|(key, throttle)| (key.to_string(), throttle)).collect();
    let fields = HttpStage {
        api: Ref::id(api),
        name: STAGE.to_owned(),
        auto_deploy: true,
        throttle: plot.api.throttle.map(throttle),
        routes,
        logs: plot.api.logs.map(|retention| logs(draft, plot, retention)),
    };
    let stage = draft.add(&plot.section, plot.name, fields);
    // AWS refuses settings for a route that is not there.
    let throttled: BTreeSet<String> = plot.throttles().map(|(key, _)| plot.of_route(key)).collect();
    for route in throttled {
        draft.needs(&stage, address::<HttpRoute>(&route), Until::Created);
    }
    stage
}

/// What a line of the access log says of a request: who, what, and how it went at the API and behind it.
fn logs(draft: &mut Draft<'_>, plot: &Plot<'_>, retention: u16) -> AccessLogs {
    let fields = LogGroup {
        name: format!("/eksnet/{}/api-{}", draft.stack.name, plot.name),
        retention: Some(retention),
    };
    let group = draft.add(&plot.section, &format!("api-{}", plot.name), fields);
    let format = json!({
        "time": "$context.requestTime",
        "id": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "host": "$context.domainName",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "route": "$context.routeKey",
        "status": "$context.status",
        "bytes": "$context.responseLength",
        "ms": "$context.responseLatency",
        "service_status": "$context.integration.integrationStatus",
        "service_ms": "$context.integration.latency",
        "error": "$context.error.message",
        "service_error": "$context.integrationErrorMessage",
        "token_error": "$context.authorizer.error",
    });
    AccessLogs { group: Ref::output(&group, "arn"), format: format.to_string() }
}
