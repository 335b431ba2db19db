//! `[alb.*]`: application load balancers.

mod answer;
mod check;
mod conditions;
mod pattern;
mod redirect;
mod route;
mod routes;

use std::collections::BTreeMap;

use super::{
    Alb, Claim,
    frontend::{self, Family},
    head,
    named::Sort,
    reader::{Source, Table, Value, Written},
    services,
    vpc::Network,
};

/// The keys of each section.
const KEYS: [&str; 9] = [
    "scheme",
    "tls",
    "routes",
    "default",
    "subnets",
    "allow",
    "idle_timeout",
    "deletion_protection",
    "access_logs",
];

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "routes = { \"/\" = \"orders\" }";

const SORT: Sort = Sort {
    section: "alb",
    noun: "application load balancer",
    example: "web",
    keys: &KEYS,
    reserved: None,
    quota: 50,
};

/// Seconds that a connection may be silent unless it is written.
const IDLE: u32 = 60;

/// What could be understood of one.
pub(super) struct Draft {
    frontend: frontend::Draft,
    routes: Vec<route::Draft>,
    /// Every route was understood.
    complete: bool,
    default: Option<route::Default>,
    idle_timeout: u32,
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
    table.other_names(&frontend::OTHER_NAMES);
    let frontend = frontend::read(table, name, Family::Application);
    let routes = table.optional("routes", "{ \"app.example.com/v1\" = \"orders\" }");
    let default = table.optional("default", "\"orders\"");
    let idle_timeout = table.optional("idle_timeout", "60").and_then(|it| it.integer(1..=4000));
    let default = default.map(|value| route::read_default(&value));
    if routes.is_none() && default.is_none() && table.source().intact() {
        let source = table.source();
        let message = format!("`[{}]` sends requests nowhere", frontend.header());
        source.report(
            source
                .error(&frontend.name().span, message, "no routes")
                .help(format!("add `{EXAMPLE}`")),
        );
    }
    let (routes, complete) = match routes {
        Some(value) => route::read(&value),
        None => (Vec::new(), true),
    };
    Draft {
        frontend,
        routes,
        complete,
        default,
        // The range is within that of the type.
        idle_timeout: idle_timeout.map_or(IDLE, |seconds| seconds.value as u32),
    }
}

/// Where a key belongs that stands here by mistake, or what says the same here.
fn misplaced(key: &str) -> Option<String> {
    let help = match key {
        "serves" | "eips" | "cross_zone" | "client_ip" | "proxy_protocol" => {
            format!("`{key}` is a key of `[nlb.…]`; here requests are told apart by `routes`")
        }
        "rules" | "paths" | "ingress" | "listeners" | "listen-ports" => {
            "write `\"<host>/<path>\" = \"<service>\"` under `[alb.<name>.routes]`".to_owned()
        }
        "default_action" | "defaultBackend" | "default_backend" => "write `default`".to_owned(),
        "ssl_redirect" | "ssl-redirect" | "redirect" => {
            "remove it; with `tls`, port 80 leads to 443 by itself".to_owned()
        }
        "security_groups" | "security-groups" => {
            "remove it; eksnet makes a security group, and `allow` says who may come in".to_owned()
        }
        "group" | "group.name" | "target_type" | "target-type" => {
            "remove it; `target` is a key of `[services.…]`".to_owned()
        }
        _ if services::KEYS.contains(&key) => format!("write `{key}` under `[services.…]`"),
        _ if head::KEYS.contains(&key) => format!("write `{key}` under `[stack]`"),
        _ => return None,
    };
    Some(help)
}

impl Draft {
    /// The names in the DNS that it wants to answer at.
    pub(super) fn claims(&self) -> Vec<Claim> {
        self.frontend.claims()
    }

    /// Holds it against the services and the network.
    pub(super) fn check(
        &self,
        source: &Source,
        services: &services::Drafts,
        network: Option<&Network>,
    ) {
        if let Some(network) = network {
            self.frontend.check(source, network);
        }
        check::check(source, self, services);
        routes::check(source, self);
    }

    /// It by its name, once everything was right.
    pub(super) fn settle(self, network: &Network) -> Option<(String, Alb)> {
        let name = self.frontend.name().value.clone();
        let default = match self.default {
            Some(default) => default.answer?.settle(),
            None => super::Answer::not_found(),
        };
        let routes = self.complete.then_some(self.routes)?;
        let alb = Alb {
            frontend: self.frontend.settle(network, None)?,
            routes: routes
                .into_iter()
                .map(route::Draft::settle)
                .collect::<Option<BTreeMap<_, _>>>()?,
            default,
            idle_timeout: self.idle_timeout,
        };
        Some((name, alb))
    }
}
