//! Routes held against each other: two that are the same, one that never gets a request, one that leads to itself.

use std::collections::BTreeSet;

use super::{
    super::{
        PathMatch, Redirect, Requests, UrlScheme,
        reader::{Source, Written},
    },
    Draft, route,
};

/// A route whose requests are understood.
type Asked<'a> = (&'a route::Draft, &'a Requests);

pub(super) fn check(source: &Source, draft: &Draft) {
    let mut asked: Vec<Asked<'_>> =
        draft.routes.iter().filter_map(|route| Some((route, route.requests.as_ref()?))).collect();
    asked.sort_by_key(|(route, requests)| (requests.rank(), &route.key.value));
    for (position, (route, requests)) in asked.iter().enumerate() {
        let before = &asked[..position];
        if let Some((first, _)) = before.iter().find(|(_, other)| other == requests) {
            same(source, &first.key, &route.key);
        } else if let Some((first, other)) = before.iter().find(|(_, other)| other.covers(requests))
        {
            source.report(shadowed(source, (route, requests), (first, other)));
        } else {
            check_circle(source, draft, (route, requests), &asked);
        }
    }
    // Only where the default is written: that of nothing being written may well be out of reach.
    let default = draft.default.iter().filter_map(|default| default.answer.as_ref());
    for default in default {
        let all = asked.iter().find(|(_, requests)| **requests == Requests::default());
        if let Some((route, _)) = all {
            let message =
                format!("`default` never gets a request: `{}` takes all", route.key.value);
            source.report(
                source
                    .error(&default.span, message, "never reached")
                    .at(source.place(&route.key.span, "takes every request"))
                    .help("keep one of the two"),
            );
        }
    }
}

/// The one that stands later in the file is the second.
fn same(source: &Source, one: &Written<String>, other: &Written<String>) {
    let (first, second) =
        if one.span.start < other.span.start { (one, other) } else { (other, one) };
    let message = format!("`{}` takes the same requests as `{}`", second.value, first.value);
    source.report(
        source
            .error(&second.span, message, "again here")
            .at(source.place(&first.span, "first here"))
            .help("keep one of the two; `weights` sends requests to several services"),
    );
}

fn shadowed(
    source: &Source,
    (route, requests): Asked<'_>,
    (first, other): Asked<'_>,
) -> crate::model::Diagnostic {
    let message =
        format!("`{}` never gets a request: `{}` takes them", route.key.value, first.key.value);
    let finding = source
        .error(&route.key.span, message, format!("such as {}", requests.example()))
        .at(source.place(&first.key.span, "is asked first"))
        .note(
            "hosts come before paths; an exact path before a longer prefix, before a shorter one, \
             before one with wildcards, before none",
        );
    match &other.path {
        Some(PathMatch::Prefix(path)) => finding.help(format!(
            "write `{path}/*` in the place of `{path}`: of two with wildcards, the one that says more \
             is asked first",
        )),
        Some(PathMatch::Exact(_) | PathMatch::Pattern(_)) | None => {
            finding.help("remove it, or write it narrower")
        }
    }
}

/// Reports a redirect to where the same route redirects again.
fn check_circle(source: &Source, draft: &Draft, (route, requests): Asked<'_>, asked: &[Asked<'_>]) {
    let Some(answer) = &route.answer else { return };
    let Some(redirect) = answer.redirect() else { return };
    let Some(target) = target(requests, redirect, draft.frontend.tls.is_some()) else { return };
    let taken = asked.iter().find(|(_, requests)| requests.covers(&target));
    if taken.is_some_and(|(taken, _)| taken.key.value == route.key.value) {
        let message = format!("`{}` redirects to itself", route.key.value);
        source.report(
            source
                .error(&answer.span, message, "comes back here")
                .note(format!("{} would go round in circles", requests.example()))
                .help("redirect to another host or path, or add a route that takes the new one"),
        );
    }
}

/// A request of a client that was redirected, if it comes to this load balancer and is sure to.
fn target(requests: &Requests, redirect: &Redirect, tls: bool) -> Option<Requests> {
    let own = if tls { UrlScheme::Https } else { UrlScheme::Http };
    let scheme = redirect.scheme.unwrap_or(own);
    let here = match (scheme, tls) {
        (UrlScheme::Http, _) | (UrlScheme::Https, true) => {
            redirect.port.is_none_or(|port| port == scheme.port())
        }
        (UrlScheme::Https, false) => false,
    };
    if !here || (redirect.query.is_some() && !requests.query.is_empty()) {
        return None;
    }
    let one = |glob: &str| glob.replace(['*', '?'], "x");
    let path = match &redirect.path {
        Some(path) => path.clone(),
        None => one(requests.patterns().last().map_or("/", String::as_str)),
    };
    Some(Requests {
        host: redirect.host.clone().or_else(|| requests.host.as_deref().map(one)),
        path: Some(PathMatch::Exact(path)),
        sources: BTreeSet::clone(&requests.sources),
        ..requests.clone()
    })
}
