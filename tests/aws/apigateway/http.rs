//! HTTP APIs, and domain names.

use std::collections::BTreeSet;

use eksnet::{
    kinds::{
        AccessLogs, ApiDomainName, ApiMapping, Cors, HttpApi, HttpAuthorizer, HttpIntegration,
        HttpRoute, HttpStage, Kind, Throttle, VpcLink,
    },
    model::{Identity, Ref},
};
use serde_json::json;

use super::{Bench, owner};

fn set(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn listener(name: &str) -> Ref {
    let balancer = "arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:listener/net/api";
    format!("{balancer}/50dc6c495c0c9188/{name}").into()
}

fn http_api() -> HttpApi {
    HttpApi {
        name: "shop-public".to_owned(),
        description: "orders and payments".to_owned(),
        cors: None,
        default_endpoint: true,
    }
}

#[tokio::test]
async fn an_http_api_and_all_that_is_in_it() {
    let bench = Bench::new().await;
    let subnets = bench.subnets();
    bench.moto.call("logs", "CreateLogGroup", &json!({ "logGroupName": "/eksnet/shop/api" }));
    let before = bench.moto.counts();

    let cors = Cors {
        origins: set(&["https://app.example.com"]),
        methods: set(&["GET", "POST"]),
        headers: set(&["authorization"]),
        expose: set(&[]),
        credentials: true,
        max_age: Some(300),
    };
    let wish = HttpApi { cors: Some(cors), ..http_api() };
    let api = bench.comes("public", &wish).await;
    bench.becomes(&api, &HttpApi { default_endpoint: false, ..wish.clone() }).await;
    bench.becomes(&api, &HttpApi { cors: None, description: String::new(), ..wish }).await;

    let wish = VpcLink {
        name: "shop".to_owned(),
        subnets: subnets.iter().map(|id| Ref::from(id.as_str())).collect(),
        security_groups: vec![],
    };
    let link = bench.comes("shop", &wish).await;
    bench.becomes(&link, &VpcLink { name: "shop-2".to_owned(), ..wish.clone() }).await;
    let other = bench.comes("other", &wish).await;
    bench.is_invalid(&VpcLink { subnets: vec!["subnet-0123456789abcdef0".into()], ..wish }).await;

    let wish = HttpIntegration {
        api: Ref::from(&api),
        link: Ref::from(&link),
        uri: listener("f2f7dc8efc522ab2"),
        method: "ANY".to_owned(),
        server_name: Some("api.example.com".to_owned()),
        timeout: 29_000,
        parameters: [("overwrite:path".to_owned(), "/$request.path.proxy".to_owned())].into(),
    };
    let integration = bench.comes("orders", &wish).await;
    let twin = bench.comes("payment", &wish).await;
    assert_ne!(integration, twin, "AWS holds any number of the same");
    let changed = HttpIntegration {
        link: Ref::from(&other),
        uri: listener("0123456789abcdef"),
        timeout: 5_000,
        parameters: [("append:header.x-from".to_owned(), "eksnet".to_owned())].into(),
        ..wish.clone()
    };
    bench.becomes(&integration, &changed).await;
    bench.is_invalid(&HttpIntegration { link: "nolink".into(), ..wish }).await;

    let wish = HttpAuthorizer {
        api: Ref::from(&api),
        name: "jwt".to_owned(),
        issuer: "https://id.example.com/".to_owned(),
        audience: vec!["shop".to_owned()],
        identity_source: vec!["$request.header.Authorization".to_owned()],
    };
    let authorizer = bench.comes("public", &wish).await;
    bench.is_taken(&wish).await;
    let changed = HttpAuthorizer { issuer: "https://id2.example.com/".to_owned(), ..wish };
    bench.becomes(&authorizer, &changed).await;

    let wish = HttpRoute {
        api: Ref::from(&api),
        key: "ANY /v1/order/{proxy+}".to_owned(),
        integration: Ref::from(&integration),
        authorization: "JWT".to_owned(),
        authorizer: Some(Ref::from(&authorizer)),
        scopes: vec!["orders".to_owned()],
    };
    let route = bench.comes("orders", &wish).await;
    bench.is_taken(&wish).await;
    bench.refuses_to_go::<HttpIntegration>(&integration).await;
    bench.refuses_to_go::<HttpAuthorizer>(&authorizer).await;
    bench.refuses_to_go::<VpcLink>(&link).await;
    let open = HttpRoute {
        integration: Ref::from(&twin),
        authorization: "NONE".to_owned(),
        authorizer: None,
        scopes: vec![],
        ..wish
    };
    bench.becomes(&route, &open).await;

    let arn = "arn:aws:logs:ap-southeast-1:123456789012:log-group:/eksnet/shop/api";
    let throttle = |rate, burst| Throttle { rate, burst };
    let wish = HttpStage {
        api: Ref::from(&api),
        name: "$default".to_owned(),
        auto_deploy: true,
        throttle: Some(throttle(500.0, 1000)),
        routes: [("ANY /v1/order/{proxy+}".to_owned(), throttle(50.5, 100))].into(),
        logs: Some(AccessLogs { group: arn.into(), format: "$context.requestId".to_owned() }),
    };
    let stage = bench.comes("public", &wish).await;
    bench.is_taken(&wish).await;
    let changed = HttpStage { throttle: Some(throttle(5.0, 10)), ..wish.clone() };
    bench.becomes(&stage, &changed).await;
    let plain = HttpStage { throttle: None, routes: [].into(), logs: None, ..wish };
    bench.becomes(&stage, &plain).await;

    bench.goes::<HttpRoute>("orders", &route).await;
    bench.goes::<HttpIntegration>("orders", &integration).await;
    bench.goes::<HttpIntegration>("payment", &twin).await;
    bench.goes::<HttpAuthorizer>("public", &authorizer).await;
    bench.goes::<HttpStage>("public", &stage).await;
    bench.goes::<VpcLink>("shop", &link).await;
    bench.goes::<VpcLink>("other", &other).await;
    bench.goes::<HttpApi>("public", &api).await;
    assert_eq!(bench.moto.counts(), before);
    bench.moto.assert_well_spoken();
}

#[tokio::test]
async fn what_is_in_an_http_api_goes_with_it_and_shows_no_more() {
    let bench = Bench::new().await;
    let api = bench.comes("public", &http_api()).await;
    let wish = HttpAuthorizer {
        api: Ref::from(&api),
        name: "jwt".to_owned(),
        issuer: "https://id.example.com/".to_owned(),
        audience: vec!["shop".to_owned()],
        identity_source: vec!["$request.header.Authorization".to_owned()],
    };
    let authorizer = bench.comes("public", &wish).await;
    bench.goes::<HttpApi>("public", &api).await;
    assert!(bench.read::<HttpAuthorizer>(&authorizer).await.is_none());
    assert_eq!(wish.find(&bench.aws, &owner::<HttpAuthorizer>("public")).await, Ok(vec![]));
}

#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    let bench = Bench::new().await;
    let mut ids = Vec::new();
    for n in 0..60 {
        ids.push(bench.made(
            "apigatewayv2",
            "CreateApi",
            &json!({
                "Name": format!("api-{n}"), "ProtocolType": "HTTP", "Tags": { "n": n.to_string() },
            }),
            "/ApiId",
        ));
    }
    let known: Vec<Identity> = ids.iter().map(|id| Identity::from(id.as_str())).collect();
    assert_eq!(HttpApi::read(&bench.aws, &known).await.expect("a read").len(), 60);
    assert_eq!(HttpApi::read(&bench.aws, &known[59..]).await.expect("a read").len(), 1);
}

#[tokio::test]
async fn a_domain_name_and_what_answers_at_it() {
    let bench = Bench::new().await;
    let (one, other) =
        (bench.moto.certificate("api.example.com"), bench.moto.certificate("*.example.com"));
    let before = bench.moto.counts();
    let wish = ApiDomainName {
        domain: "api.example.com".to_owned(),
        certificate: one.into(),
        security_policy: "TLS_1_2".to_owned(),
    };
    let domain = bench.comes("api.example.com", &wish).await;
    let outputs = bench.read::<ApiDomainName>(&domain).await.expect("there").outputs;
    assert!(outputs["dns_name"].starts_with("d-"), "{outputs:?}");
    assert_eq!(outputs["zone_id"], "ZL327KTPIQFUL");
    bench.is_taken(&wish).await;
    let shown = json!({ "CertificateArn": wish.certificate.get() });
    let shown = bench.moto.call("acm", "DescribeCertificate", &shown);
    assert_eq!(shown["Certificate"]["InUseBy"].as_array().map(Vec::len), Some(1), "{shown}");
    bench.becomes(&domain, &ApiDomainName { certificate: other.into(), ..wish.clone() }).await;
    bench.is_invalid(&ApiDomainName { domain: "api.example.net".to_owned(), ..wish }).await;

    let api = bench.comes("public", &http_api()).await;
    let stage = HttpStage {
        api: Ref::from(&api),
        name: "$default".to_owned(),
        auto_deploy: true,
        throttle: None,
        routes: [].into(),
        logs: None,
    };
    let stage = bench.comes("public", &stage).await;
    let wish = ApiMapping {
        domain_name: Ref::from(&domain),
        api: Ref::from(&api),
        stage: Ref::from(&stage),
        key: String::new(),
    };
    let mapping = bench.comes("public", &wish).await;
    bench.is_taken(&wish).await;
    bench.refuses_to_go::<HttpStage>(&stage).await;
    bench.refuses_to_go::<HttpApi>(&api).await;
    let second = HttpStage {
        api: Ref::from(&api),
        name: "v2".to_owned(),
        auto_deploy: true,
        throttle: None,
        routes: [].into(),
        logs: None,
    };
    let second = bench.comes("v2", &second).await;
    bench.becomes(&mapping, &ApiMapping { stage: Ref::from(&second), ..wish.clone() }).await;
    bench.goes::<ApiMapping>("public", &mapping).await;

    let mapping = bench.comes("public", &ApiMapping { key: "v1/order".to_owned(), ..wish }).await;
    bench.goes::<ApiDomainName>("api.example.com", &domain).await;
    assert!(bench.read::<ApiMapping>(&mapping).await.is_none(), "a mapping goes with its name");
    bench.goes::<HttpApi>("public", &api).await;
    assert_eq!(bench.moto.counts(), before);
    bench.moto.assert_well_spoken();
}
