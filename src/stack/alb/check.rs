//! An application load balancer held against the services that it leads to, its certificates and AWS's limits.

use std::collections::BTreeSet;

use super::{
    super::{
        Protocol,
        reader::{Source, Written},
        services::{self, Drafts},
    },
    Draft, route,
};

/// Rules of a load balancer beside the default ones, and what a rule holds (Elastic Load Balancing user guide, quotas).
const RULES: usize = 100;
const VALUES: usize = 5;
const WILDCARDS: usize = 5;

pub(super) fn check(source: &Source, draft: &Draft, services: &Drafts) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let default = draft.default.iter().filter_map(|default| default.answer.as_ref());
    let answers = draft.routes.iter().filter_map(|route| route.answer.as_ref()).chain(default);
    for name in answers.flat_map(|answer| &answer.services) {
        if let Some(service) = services.named(source, name)
            && seen.insert(&name.value)
        {
            check_service(source, draft, name, service);
        }
    }
    for route in &draft.routes {
        check_size(source, route);
        check_certificate(source, draft, route);
    }
    if let Some(beyond) = draft.routes.get(RULES) {
        let message = format!("{} routes are more than a load balancer has", draft.routes.len());
        source.report(
            source
                .error(&beyond.key.span, message, format!("number {}", RULES + 1))
                .note(format!("AWS lets an application load balancer have {RULES} rules"))
                .help("spread the routes over two load balancers, or join some with wildcards"),
        );
    }
}

fn check_service(
    source: &Source,
    draft: &Draft,
    name: &Written<String>,
    service: &services::Draft,
) {
    let header = draft.frontend.header();
    if let Some(place) = service.tcp_check() {
        let message = format!("`[{header}]` cannot check `{}` over TCP", name.value);
        source.report(
            source
                .error(place, message, "over TCP")
                .at(source.place(&name.span, "goes there"))
                .note("an application load balancer checks over HTTP or HTTPS")
                .help("write `health = \"/healthz\"`, or lead to it with an `[nlb.…]`"),
        );
    }
    let Some((protocol, place)) = service.spoken() else { return };
    match protocol {
        Protocol::Http => {}
        Protocol::Tcp | Protocol::Udp => {
            let message = format!("`[{header}]` cannot lead to `{}`", name.value);
            source.report(
                source
                    .error(&name.span, message, format!("speaks {}", protocol.word()))
                    .at(source.place(place, "not HTTP"))
                    .note("an application load balancer speaks HTTP")
                    .help(format!("write `serves = [\"{}\"]` in an `[nlb.…]`", name.value)),
            );
        }
        Protocol::Grpc | Protocol::Http2 if draft.frontend.tls.is_none() => {
            let word = protocol.word();
            let message = format!("`[{header}]` needs TLS to lead to `{}`", name.value);
            source.report(
                source
                    .error(&name.span, message, format!("speaks {word}"))
                    .at(source.place(place, "HTTP/2"))
                    .note("AWS takes HTTP/2 and gRPC on HTTPS listeners only")
                    .help("add `tls = \"app.example.com\"`"),
            );
        }
        Protocol::Grpc | Protocol::Http2 => {}
    }
}

fn check_size(source: &Source, route: &route::Draft) {
    let Some(requests) = &route.requests else { return };
    let (values, wildcards) = requests.size();
    let (message, label) = if values > VALUES {
        ("a route asks for more than AWS takes", format!("{values} values"))
    } else if wildcards > WILDCARDS {
        ("a route holds more wildcards than AWS takes", format!("{wildcards} wildcards"))
    } else {
        return;
    };
    let note = "AWS takes 5 values in a rule, and 5 wildcards; a path takes two values (`/v1` and \
                `/v1/*`), unless it is exact or has wildcards";
    source.report(
        source
            .error(&route.key.span, message, label)
            .note(note)
            .help("make two routes of it, or write a wildcard in the place of several values"),
    );
}

/// A host that the load balancer has no certificate for: clients refuse to speak to it.
fn check_certificate(source: &Source, draft: &Draft, route: &route::Draft) {
    let (Some(tls), Some(requests)) = (&draft.frontend.tls, &route.requests) else { return };
    let Some(host) = requests.host.as_deref().filter(|host| !host.contains(['*', '?'])) else {
        return;
    };
    if tls.has(host) == Some(false) {
        let message = format!("`[{}]` has no certificate for `{host}`", draft.frontend.header());
        source.report(
            source
                .warning(&route.key.span, message, "browsers refuse it")
                .at(source.place(&tls.span, "names that it has certificates for"))
                .help(format!("add `\"{host}\"` to `tls`")),
        );
    }
}
