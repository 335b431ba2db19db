//! REST APIs: a tree of paths, the methods at them, and pictures of both that a stage shows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Draft, Live, Plot, digest, doors::Door, link, throttle};
use crate::{
    kinds::{
        Kind, RestApi, RestDeployment, RestIntegration, RestMethod, RestResource, RestStage,
        RestVpcLink,
    },
    model::{Address, Ref, Resource},
    stack::{ApiRoute, RouteKey},
};

pub(super) fn draw(draft: &mut Draft<'_>, plot: &Plot<'_>, stage: &str) -> Live {
    let fields = RestApi {
        name: format!("{}-{}", draft.stack.name, plot.name),
        description: String::new(),
        default_endpoint: true,
    };
    let api = draft.add(&plot.section, plot.name, fields);
    let mut parts = Vec::new();
    for (key, route) in &plot.api.routes {
        let RouteKey::Path { path, method } = key else { continue };
        let Some(door) = plot.door(draft, route) else { continue };
        let resource = resource(draft, plot, &api, path, &mut parts);
        let fields = RestMethod {
            api: Ref::id(&api),
            resource,
            method: (*method).to_owned(),
            authorization: "NONE".to_owned(),
            variables: variables(path),
            integration: Some(integration(draft, plot, route, &door, path, method)),
        };
        parts.push(draft.add(&plot.section, &plot.of_route(key), fields));
    }
    let deployment = deployment(draft, plot, &api, &parts);
    let methods = plot.throttles().map(|(key, throttle)| (key.to_string(), throttle));
    let fields = RestStage {
        api: Ref::id(&api),
        name: stage.to_owned(),
        deployment: Ref::id(&deployment),
        throttle: plot.api.throttle.map(throttle),
        methods: methods.collect(),
    };
    let stage = draft.add(&plot.section, plot.name, fields);
    Live { api, stage }
}

/// The resource at `path`, with those on the way to it.
fn resource(
    draft: &mut Draft<'_>,
    plot: &Plot<'_>,
    api: &Address,
    path: &str,
    parts: &mut Vec<Address>,
) -> Ref {
    let mut at = plot.name.to_owned();
    let mut parent = Ref::output(api, "root");
    for part in path.split('/').filter(|part| !part.is_empty()) {
        at = format!("{at}/{part}");
        let fields = RestResource { api: Ref::id(api), parent, part: part.to_owned() };
        let resource = draft.add(&plot.section, &at, fields);
        parent = Ref::id(&resource);
        parts.push(resource);
    }
    parent
}

/// Names of the parameters of a path, in their order.
fn variables(path: &str) -> Vec<String> {
    let parts = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    parts.map(|name| name.trim_end_matches('+').to_owned()).collect()
}

fn integration(
    draft: &mut Draft<'_>,
    plot: &Plot<'_>,
    route: &ApiRoute,
    door: &Door,
    path: &str,
    method: &str,
) -> RestIntegration {
    let link = link::of_rest(draft, door);
    let (scheme, host) = match &door.tls {
        Some(name) => ("https", Ref::from(name.as_str())),
        None => ("http", Ref::output(&door.balancer, "dns_name")),
    };
    RestIntegration {
        link: Ref::id(&link),
        // The link knows its own.
        target: None,
        scheme: scheme.to_owned(),
        host,
        port: door.port,
        // What a greedy parameter took is handed on under its bare name.
        path: path.replace("+}", "}"),
        method: method.to_owned(),
        // Half a minute at most.
        timeout: route.timeout.unwrap_or(plot.api.timeout) as i32,
    }
}

/// A picture of the API's `parts`: whatever changes of them makes another, to which the stage turns.
fn deployment(draft: &mut Draft<'_>, plot: &Plot<'_>, api: &Address, parts: &[Address]) -> Address {
    let desired = &draft.desired;
    let content: BTreeMap<&Address, &Value> =
        parts.iter().filter_map(|part| Some((part, &desired.get(part)?.fields))).collect();
    let revision = digest(&json!(content).to_string());
    let links = parts.iter().filter_map(|part| desired.get(part)).flat_map(Resource::references);
    let links: BTreeSet<Address> = links
        .map(|(behind, _)| behind)
        .filter(|behind| behind.kind() == RestVpcLink::FACTS.name)
        .collect();
    let fields = RestDeployment {
        api: Ref::id(api),
        revision,
        links: links.iter().map(Ref::id).collect(),
        // The links know them.
        targets: Vec::new(),
    };
    draft.add(&plot.section, plot.name, fields)
}
