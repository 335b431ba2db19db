//! Routes against each other: who is asked first, and who leaves nothing.

use super::*;

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn requests(host: &str, path: Option<PathMatch>) -> Requests {
    let host = Some(host.to_owned()).filter(|host| !host.is_empty());
    Requests { host, path, ..Requests::default() }
}

fn exact(path: &str) -> Option<PathMatch> {
    Some(PathMatch::Exact(path.to_owned()))
}

fn prefix(path: &str) -> Option<PathMatch> {
    Some(PathMatch::Prefix(path.to_owned()))
}

fn pattern(path: &str) -> Option<PathMatch> {
    Some(PathMatch::Pattern(path.to_owned()))
}

#[test]
fn the_narrower_route_is_asked_first() {
    let app = "app.example.com";
    let post = Requests { methods: set(&["POST"]), ..requests(app, prefix("/v1")) };
    let either = Requests { methods: set(&["POST", "PUT"]), ..requests(app, prefix("/v1")) };
    let order = [
        requests(app, exact("/v1")),
        requests(app, prefix("/v1/order")),
        post,
        either,
        requests(app, prefix("/v1")),
        requests(app, pattern("/*/order")),
        requests(app, pattern("/*/?")),
        requests(app, None),
        requests("*.eu.example.com", None),
        requests("*.example.com", exact("/v1")),
        requests("*.example.com", None),
        requests("", exact("/v1")),
        requests("", None),
    ];
    for pair in order.windows(2) {
        assert!(pair[0].rank() < pair[1].rank(), "{pair:?}");
    }
}

#[test]
fn a_route_that_takes_everything_of_another_covers_it() {
    let app = "app.example.com";
    let get = Requests { methods: set(&["GET"]), ..requests(app, prefix("/v1")) };
    for (wide, narrow) in [
        (requests("", None), get.clone()),
        (requests(app, None), requests(app, prefix("/v1"))),
        (requests("*.example.com", prefix("/v1")), get.clone()),
        (requests(app, prefix("/v1")), requests(app, pattern("/v1/*/x"))),
        (requests(app, prefix("/v1")), requests(app, exact("/v1"))),
        (requests(app, pattern("/v1*")), requests(app, prefix("/v1"))),
        (get.clone(), get.clone()),
    ] {
        assert!(wide.covers(&narrow), "{wide:?} {narrow:?}");
    }
    let header = |value: &str| Requests {
        headers: BTreeMap::from([("x-canary".to_owned(), set(&[value]))]),
        ..requests(app, None)
    };
    for (wide, narrow) in [
        (get.clone(), requests(app, prefix("/v1"))),
        (requests(app, prefix("/v1/order")), requests(app, prefix("/v1/orders"))),
        (requests(app, pattern("/v1/*")), requests(app, prefix("/v1"))),
        (requests(app, exact("/v1")), requests(app, prefix("/v1"))),
        (requests(app, None), requests("", prefix("/v1"))),
        (header("1"), header("*")),
        (header("1"), requests(app, None)),
    ] {
        assert!(!wide.covers(&narrow), "{wide:?} {narrow:?}");
    }
    assert!(header("*").covers(&header("1")));
}

#[test]
fn values_are_counted_as_aws_counts_them() {
    let app = "app.example.com";
    assert_eq!(requests(app, prefix("/v1")).size(), (3, 1));
    assert_eq!(requests(app, exact("/v1")).size(), (2, 0));
    assert_eq!(requests("", None).size(), (1, 1));
    let get = Requests { methods: set(&["GET", "PUT"]), ..requests("", None) };
    assert_eq!(get.size(), (2, 0));
}

#[test]
fn an_example_is_a_request_that_the_route_takes() {
    let odd = Requests {
        methods: set(&["POST"]),
        headers: BTreeMap::from([("x-canary".to_owned(), set(&["a*"]))]),
        query: BTreeMap::from([("v".to_owned(), set(&["2"]))]),
        ..requests("*.example.com", pattern("/a/*/?"))
    };
    assert_eq!(odd.example(), "POST x.example.com/a/x/x?v=2 with x-canary: ax");
    assert_eq!(requests("", prefix("/v1")).example(), "GET any.example.com/v1/x");
    assert_eq!(requests("app.example.com", None).example(), "GET app.example.com/");
}
