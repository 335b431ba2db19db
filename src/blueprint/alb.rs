//! Application load balancers: listeners, target groups, and a rule for each route.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Draft,
    balancer::{self, Balancer, Family, Transport},
    priorities::priorities,
    targets,
};
use crate::{
    kinds::{self, Action, Condition, Listener, ListenerRule, QueryParameter, WeightedTarget},
    model::{Address, Ref},
    stack::{Alb, Answer, Eips, Redirect, Requests, UrlScheme},
};

const HTTP: u16 = 80;
const HTTPS: u16 = 443;

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    for (name, alb) in &stack.albs {
        let idle = ("idle_timeout.timeout_seconds".to_owned(), alb.idle_timeout.to_string());
        let attributes = BTreeMap::from([idle]);
        let balancer = balancer::draw(
            draft,
            name,
            Family::Application,
            &alb.frontend,
            &Eips::None,
            attributes,
        );
        let answers = alb.routes.values().map(|route| &route.answer).chain([&alb.default]);
        let services: BTreeSet<&str> = answers.flat_map(Answer::services).collect();
        let groups: BTreeMap<&str, Address> = services
            .into_iter()
            .map(|service| (service, targets::draw(draft, &balancer, service, None)))
            .collect();
        let listener = listeners(draft, &balancer, action(&alb.default, &groups));
        rules(draft, &balancer, alb, &listener, &groups);
    }
}

/// The port on which an application load balancer takes requests for its routes.
pub(super) fn port(alb: &Alb) -> u16 {
    if alb.frontend.tls.is_some() { HTTPS } else { HTTP }
}

/// The listener that the routes belong to. With TLS there is another, which leads to it.
fn listeners(draft: &mut Draft<'_>, balancer: &Balancer<'_>, default: Action) -> Address {
    let add = |draft: &mut Draft<'_>, port: u16, tls: Option<(String, Ref)>, action: Action| {
        let protocol = if tls.is_some() { "HTTPS" } else { "HTTP" };
        let (tls_policy, certificate) = tls.unzip();
        let fields = Listener {
            balancer: Ref::id(&balancer.address),
            port,
            protocol: protocol.to_owned(),
            tls_policy,
            certificate,
            alpn: None,
            action,
        };
        let title = format!("{}/{port}", balancer.section);
        let listener = draft.add(&balancer.section, &title, fields);
        balancer.open(draft, &listener, Transport::Tcp, port);
        listener
    };
    let Some(tls) = balancer.tls(draft) else { return add(draft, HTTP, None, default) };
    let https = Redirect {
        scheme: Some(UrlScheme::Https),
        host: None,
        port: None,
        path: None,
        query: None,
        status: 301,
    };
    add(draft, HTTP, None, redirect(&https));
    let listener = add(draft, HTTPS, Some(tls), default);
    balancer.certify(draft, &listener, &format!("{}/{HTTPS}", balancer.section));
    listener
}

fn rules(
    draft: &mut Draft<'_>,
    balancer: &Balancer<'_>,
    alb: &Alb,
    listener: &Address,
    groups: &BTreeMap<&str, Address>,
) {
    let mut routes: Vec<_> = alb.routes.iter().collect();
    routes.sort_by_key(|(key, route)| (route.requests.rank(), *key));
    let order: Vec<String> = routes.iter().map(|(key, _)| (*key).clone()).collect();
    let memory = question(&balancer.section, "");
    let former = draft.former.iter().filter_map(|(question, number)| {
        Some((question.strip_prefix(&memory)?.to_owned(), number.parse().ok()?))
    });
    let numbers = priorities(&order, &former.collect());
    for ((key, route), priority) in routes.into_iter().zip(numbers) {
        draft.choose(&question(&balancer.section, key), &[priority.to_string()]);
        let fields = ListenerRule {
            listener: Ref::id(listener),
            priority,
            conditions: conditions(&route.requests),
            action: action(&route.answer, groups),
        };
        draft.add(&balancer.section, &rule(&balancer.section, key), fields);
    }
}

/// The choice of a route's priority.
pub(super) fn question(section: &str, route: &str) -> String {
    format!("{section}.priority.{route}")
}

/// The name of the rule of a route.
pub(super) fn rule(section: &str, route: &str) -> String {
    format!("{section}/{}", tagged(route))
}

/// A route's key as its address has it: what tags do not take, which hold addresses, is written otherwise, `*` as `+` and
/// the rest as `=` and its number. No two keys become the same.
fn tagged(key: &str) -> String {
    let letter = |c: char| match c {
        '*' => "+".to_owned(),
        c if c.is_alphanumeric() || " _.:/-@".contains(c) => c.to_string(),
        c => format!("={:X}", u32::from(c)),
    };
    key.chars().map(letter).collect()
}

fn conditions(requests: &Requests) -> Vec<Condition> {
    let mut conditions = Vec::new();
    if let Some(host) = &requests.host {
        conditions.push(Condition::HostHeader { values: [host.clone()].into() });
    }
    let patterns = requests.patterns();
    if !patterns.is_empty() {
        conditions.push(Condition::PathPattern { values: patterns.into_iter().collect() });
    }
    for (name, values) in &requests.headers {
        conditions.push(Condition::HttpHeader { name: name.clone(), values: values.clone() });
    }
    if !requests.methods.is_empty() {
        conditions.push(Condition::HttpRequestMethod { values: requests.methods.clone() });
    }
    for (key, values) in &requests.query {
        let value =
            |value: &String| QueryParameter { key: Some(key.clone()), value: value.clone() };
        conditions.push(Condition::QueryString { values: values.iter().map(value).collect() });
    }
    if !requests.sources.is_empty() {
        conditions.push(Condition::SourceIp { values: requests.sources.clone() });
    }
    conditions
}

fn action(answer: &Answer, groups: &BTreeMap<&str, Address>) -> Action {
    match answer {
        Answer::Forward { weights, sticky } => {
            // Alone, a target group gets everything, whatever its weight.
            let alone = weights.len() == 1;
            let target = |(service, weight): (&String, &u16)| {
                let weight = if alone { 1 } else { u32::from(*weight) };
                Some(WeightedTarget { group: Ref::id(groups.get(service.as_str())?), weight })
            };
            let targets = weights.iter().filter_map(target).collect();
            Action::Forward { targets, stickiness: *sticky }
        }
        Answer::Redirect(to) => redirect(to),
        Answer::Fixed { status, content_type, body } => kinds::Action::FixedResponse {
            status: *status,
            content_type: Some(content_type.clone()),
            body: Some(body.clone()).filter(|body| !body.is_empty()),
        },
    }
}

/// A redirect in AWS's words, in which `#{…}` is what the request has.
fn redirect(to: &Redirect) -> Action {
    let own = |part: &str| format!("#{{{part}}}");
    let port = to.port.or(to.scheme.map(UrlScheme::port));
    Action::Redirect {
        protocol: match to.scheme {
            Some(UrlScheme::Http) => "HTTP".to_owned(),
            Some(UrlScheme::Https) => "HTTPS".to_owned(),
            None => own("protocol"),
        },
        host: to.host.clone().unwrap_or_else(|| own("host")),
        port: port.map_or_else(|| own("port"), |port| port.to_string()),
        path: to.path.clone().unwrap_or_else(|| format!("/{}", own("path"))),
        query: to.query.clone().unwrap_or_else(|| own("query")),
        status: to.status,
    }
}
