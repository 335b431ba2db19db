//! `[api.*]`: APIs at Amazon API Gateway, put together from what each of their keys says.
//!
//! An API reaches its services through a load balancer of the stack (`via`). A network load balancer has a listener for
//! each service, so a route names the service. An application load balancer has one for all of them and chooses the
//! service by its own routes, so a route of the API names the load balancer: `"ANY /v1/{proxy+}" = "alb.web"`. Without
//! `routes` everything goes there.

mod check;
mod cors;
mod domain;
mod jwt;
mod key;
mod kind;
mod limits;
mod rest;
mod routes;
mod via;

use super::{
    Api, ApiKind, Cors, Jwt, Throttle, Via, flow_logs,
    named::Sort,
    reader::{Table, Value, Written},
};
use domain::Domain;
use kind::Kind;
use routes::{Routes, Tokens};

pub(super) use check::{Behind, check, claims};

/// The keys of each section.
pub(super) const KEYS: [&str; 10] =
    ["kind", "via", "domain", "jwt", "throttle", "cors", "logs", "stage", "timeout", "routes"];

const SORT: Sort = Sort {
    section: "api",
    noun: "API",
    example: "public",
    keys: &KEYS,
    reserved: None,
    quota: 600,
};

/// Days that access logs are kept unless another number is written.
const RETENTION: u16 = 30;

/// What could be understood of one.
pub(super) struct Draft {
    name: Written<String>,
    /// Its sort; none where that was not understood.
    kind: Option<Kind>,
    via: Option<Written<Via>>,
    domain: Option<Domain>,
    jwt: Option<Jwt>,
    throttle: Option<Throttle>,
    cors: Option<Cors>,
    logs: Option<u16>,
    stage: String,
    timeout: u32,
    /// The routes; without any, everything goes to the load balancer.
    routes: Option<Routes>,
}

/// Those that could be understood.
pub(super) fn read(value: &Value<'_>) -> Vec<Draft> {
    let drafts = SORT.sections(value).into_iter().filter_map(|entry| {
        let name = entry.key.map(str::to_owned);
        entry.value.table(|table| Some(keys(table, name)))
    });
    drafts.collect()
}

fn keys(table: &mut Table<'_>, name: Written<String>) -> Draft {
    table.hint(misplaced);
    table.other_names(&OTHER_NAMES);
    let kind = kind::read(table.optional("kind", "\"http\""));
    let via = table.required("via", "\"nlb.api\"").and_then(|value| via::read(&value));
    let domain = table.optional("domain", "\"api.example.com\"");
    let jwt = table.optional("jwt", jwt::EXAMPLE);
    let throttle = table.optional("throttle", limits::THROTTLE);
    let cors = table.optional("cors", "true");
    let logs = table.optional("logs", "true");
    let stage = table.optional("stage", "\"live\"");
    let timeout = table.optional("timeout", "5000");
    // An application load balancer has routes of its own, and where `via` was not understood it may be one.
    let routes = match via.as_ref().map(|via| &via.value) {
        Some(Via::Nlb(_)) => table.required("routes", routes::EXAMPLE),
        Some(Via::Alb(_)) | None => table.optional("routes", routes::EXAMPLE),
    };
    if let Some(kind) = &kind {
        kind.check_http_only("jwt", jwt.as_ref());
        kind.check_http_only("cors", cors.as_ref());
        kind.check_http_only("logs", logs.as_ref());
        kind.check_rest_only("stage", stage.as_ref());
    }
    let tokens = if jwt.is_some() { Tokens::Asked } else { Tokens::NotAsked };
    let jwt = jwt.and_then(|value| value.table(jwt::read));
    let header = jwt.as_ref().map(|jwt| jwt.header.as_str());
    Draft {
        domain: domain.and_then(|value| domain::read(&value)),
        throttle: throttle.and_then(|value| limits::throttle(&value)),
        cors: cors.and_then(|value| cors::read(&value, header)),
        logs: logs.and_then(|value| retention(&value)),
        stage: stage.and_then(|value| kind::stage(&value)).unwrap_or_else(|| "live".to_owned()),
        timeout: timeout
            .and_then(|value| limits::timeout(&value, kind.as_ref()))
            .unwrap_or_else(|| limits::longest(kind.as_ref())),
        routes: routes.map(|value| routes::read(&value, kind.as_ref(), tokens)),
        name,
        kind,
        via,
        jwt,
    }
}

/// Days that access logs are kept, if there are to be any.
fn retention(value: &Value<'_>) -> Option<u16> {
    if value.is_table() {
        return value.table(|table| {
            let retention =
                table.optional("retention", "30").and_then(|value| flow_logs::retention(&value));
            Some(retention.unwrap_or(RETENTION))
        });
    }
    value.clone().or_table().boolean().filter(|wanted| wanted.value).map(|_| RETENTION)
}

/// What Terraform, SAM, the Serverless Framework and API Gateway itself call the keys.
const OTHER_NAMES: [(&str, &str); 27] = [
    ("type", "kind"),
    ("protocol", "kind"),
    ("protocol_type", "kind"),
    ("vpc_link", "via"),
    ("vpcLink", "via"),
    ("target", "via"),
    ("connection_id", "via"),
    ("domain_name", "domain"),
    ("domainName", "domain"),
    ("custom_domain", "domain"),
    ("customDomain", "domain"),
    ("authorizer", "jwt"),
    ("authorizers", "jwt"),
    ("jwt_configuration", "jwt"),
    ("auth", "jwt"),
    ("throttling", "throttle"),
    ("default_route_settings", "throttle"),
    ("cors_configuration", "cors"),
    ("corsConfiguration", "cors"),
    ("access_logs", "logs"),
    ("access_log_settings", "logs"),
    ("stage_name", "stage"),
    ("stageName", "stage"),
    ("timeout_milliseconds", "timeout"),
    ("timeoutInMillis", "timeout"),
    ("paths", "routes"),
    ("events", "routes"),
];

/// What stands here by mistake and is not the name of a key elsewhere.
fn misplaced(key: &str) -> Option<String> {
    let help = match key {
        "api_key" | "apiKey" | "api_keys" | "apiKeys" | "usage_plan" | "usagePlan" => {
            "remove it: API keys tell callers apart and keep nobody out; write `jwt` for that"
        }
        "endpoint_type" | "endpointType" | "endpoint_configuration" => {
            "remove it: APIs are Regional"
        }
        "tls" | "certificate" | "certificate_arn" => {
            "write `domain`; its certificate follows from it"
        }
        _ => return None,
    };
    Some(help.to_owned())
}

impl Draft {
    /// It by its name, once everything was right.
    pub(super) fn settle(self) -> Option<(String, Api)> {
        let via = self.via?.value;
        let kind = match self.kind?.is {
            kind::Is::Http => ApiKind::Http { jwt: self.jwt, cors: self.cors },
            kind::Is::Rest => ApiKind::Rest { stage: self.stage },
        };
        let routes = match self.routes {
            Some(routes) => routes.settle(&via)?,
            None => routes::everything(),
        };
        let api = Api {
            kind,
            via,
            domain: self.domain.map(Domain::settle),
            throttle: self.throttle,
            logs: self.logs,
            timeout: self.timeout,
            routes,
        };
        Some((self.name.value, api))
    }
}
