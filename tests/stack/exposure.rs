//! What a stack file says of services, and of the load balancers that lead to them.

use std::collections::{BTreeMap, BTreeSet};

use eksnet::stack::{
    AccessLogs, Answer, Eips, Health, PathMatch, Protocol, Redirect, Requests, Scheme, Stack,
    Target, UrlScheme,
};

use super::{SHOP, meaning::stack};

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn only(service: &str) -> Answer {
    Answer::Forward { weights: BTreeMap::from([(service.to_owned(), 1)]), sticky: None }
}

#[test]
fn everything_a_service_can_say() {
    let Stack { services, .. } = stack(SHOP);
    let orders = &services["orders"];
    assert_eq!((orders.port, orders.service_port, orders.replicas), (8080, 80, Some(3)));
    assert_eq!((orders.protocol, orders.target, orders.drain), (Protocol::Http, Target::Ip, 30));
    assert_eq!((orders.namespace.as_str(), orders.service_account.as_str()), ("trade", "clerk"));
    assert_eq!(orders.policies, ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]);
    let health = Health {
        protocol: None,
        path: Some("/ready".to_owned()),
        port: Some(9000),
        interval: Some(20),
        timeout: Some(4),
        healthy: Some(3),
        unhealthy: Some(4),
        codes: Some("200-299".to_owned()),
    };
    assert_eq!(orders.health, health);
    let legacy = &services["legacy"];
    assert_eq!(legacy.target, Target::Instance { node_port: 32001 });
    assert_eq!(legacy.health, Health { path: Some("/healthz".to_owned()), ..Health::default() });
}

#[test]
fn what_a_service_does_not_say() {
    let rates = &stack(SHOP).services["rates"];
    assert_eq!((rates.service_port, rates.target, rates.drain), (50051, Target::Ip, 300));
    assert_eq!((rates.namespace.as_str(), rates.service_account.as_str()), ("shop", "rates"));
    assert_eq!((rates.protocol, &rates.health), (Protocol::Grpc, &Health::default()));
    assert!(rates.policies.is_empty() && rates.replicas.is_none());
}

#[test]
fn everything_an_application_load_balancer_can_say() {
    let web = stack(SHOP).albs.remove("web").expect("a load balancer");
    let frontend = web.frontend;
    assert_eq!(frontend.scheme, Scheme::InternetFacing);
    assert_eq!(frontend.subnets, ["public-a", "public-b"]);
    let tls = frontend.tls.expect("TLS");
    assert_eq!(tls.names, ["app.example.com", "*.shop.example.com"]);
    assert_eq!(tls.policy.as_deref(), Some("ELBSecurityPolicy-TLS13-1-3-2021-06"));
    assert_eq!(frontend.allow, ["2001:db8::/32", "203.0.113.0/24"]);
    assert!(frontend.deletion_protection);
    let logs = AccessLogs { bucket: "acme-logs".to_owned(), prefix: "shop".to_owned() };
    assert_eq!(frontend.access_logs, Some(logs));
    assert_eq!(web.idle_timeout, 120);
    let (content_type, body) = ("text/html".to_owned(), "later".to_owned());
    assert_eq!(web.default, Answer::Fixed { status: 503, content_type, body });
}

#[test]
fn what_routes_mean() {
    let web = stack(SHOP).albs.remove("web").expect("a load balancer");
    let keys: Vec<&str> = web.routes.keys().map(String::as_str).collect();
    let order = "App.example.com/v1/order/";
    let office = "/v1/office";
    assert_eq!(
        keys,
        ["*.shop.example.com/old/*", office, order, "app.example.com/rates", "canary"]
    );
    assert_eq!(web.routes[office].requests.sources, set(&["10.0.0.0/8", "192.0.2.0/24"]));
    let at = |host: &str, path| Requests {
        host: Some(host.to_owned()),
        path: Some(path),
        ..Requests::default()
    };
    let prefix = PathMatch::Prefix("/v1/order".to_owned());
    assert_eq!(web.routes[order].requests, at("app.example.com", prefix));
    assert_eq!(web.routes[order].answer, only("orders"));
    let exact = &web.routes["app.example.com/rates"];
    assert_eq!(exact.requests, at("app.example.com", PathMatch::Exact("/rates".to_owned())));
    let old = &web.routes["*.shop.example.com/old/*"];
    let pattern = PathMatch::Pattern("/old/*".to_owned());
    assert_eq!(old.requests, at("*.shop.example.com", pattern));
    let redirect = Redirect {
        scheme: Some(UrlScheme::Https),
        host: Some("app.example.com".to_owned()),
        port: Some(8443),
        path: Some("/v1".to_owned()),
        query: Some("from=old".to_owned()),
        status: 302,
    };
    assert_eq!(old.answer, Answer::Redirect(redirect));
    let canary = &web.routes["canary"];
    let requests = Requests {
        host: None,
        path: Some(PathMatch::Prefix("/v1".to_owned())),
        methods: set(&["POST"]),
        headers: BTreeMap::from([("x-canary".to_owned(), set(&["1"]))]),
        query: BTreeMap::from([("v".to_owned(), set(&["2"]))]),
        sources: BTreeSet::new(),
    };
    assert_eq!(canary.requests, requests);
    let weights = BTreeMap::from([("legacy".to_owned(), 1), ("orders".to_owned(), 9)]);
    assert_eq!(canary.answer, Answer::Forward { weights, sticky: Some(60) });
}

#[test]
fn everything_a_network_load_balancer_can_say() {
    let Stack { nlbs, .. } = stack(SHOP);
    let inside = &nlbs["inside"];
    assert_eq!(inside.frontend.scheme, Scheme::Internal);
    assert_eq!(inside.frontend.subnets, ["private-a", "private-b"]);
    let serves = [("orders".to_owned(), None), ("rates".to_owned(), Some(443))];
    assert_eq!(inside.serves, BTreeMap::from(serves));
    assert_eq!((inside.client_ip, inside.proxy_protocol), (Some(false), true));
    assert!(inside.cross_zone && inside.eips == Eips::None && inside.frontend.tls.is_none());
    let outside = &nlbs["outside"];
    let address = ("public-a".to_owned(), "eipalloc-0123456789abcdef0".to_owned());
    assert_eq!(outside.eips, Eips::Given(BTreeMap::from([address])));
    assert_eq!(outside.frontend.subnets, ["public-a"]);
    assert_eq!(
        (outside.client_ip, outside.proxy_protocol, outside.cross_zone),
        (None, false, false)
    );
}

#[test]
fn the_least_that_can_be_said() {
    let text = "[stack]\nname = \"shop\"\nregion = \"ap-southeast-1\"\n[vpc]\n\
                cidr = \"10.0.0.0/16\"\n[vpc.subnets]\nprivate-a = \"10.0.2.0/24\"\n\
                private-b = \"10.0.3.0/24\"\n[alb.web]\nroutes = { \"/\" = { fixed = 200 } }\n";
    let web = &stack(text).albs["web"];
    assert_eq!(web.frontend.scheme, Scheme::Internal);
    assert_eq!((web.idle_timeout, &web.default), (60, &Answer::not_found()));
    assert_eq!(web.routes["/"].requests, Requests::default());
    assert!(web.frontend.allow.is_empty() && !web.frontend.deletion_protection);
}
