//! REST APIs.

use eksnet::{
    kinds::{
        ApiDomainName, ApiMapping, RestApi, RestDeployment, RestIntegration, RestMethod,
        RestResource, RestStage, RestVpcLink, Throttle, VpcLink,
    },
    model::{Identity, Ref},
};

use super::Bench;

fn with<T>(wish: T, change: impl FnOnce(&mut T)) -> T {
    let mut wish = wish;
    change(&mut wish);
    wish
}

fn rest_api() -> RestApi {
    RestApi {
        name: "shop-rest".to_owned(),
        description: "orders".to_owned(),
        default_endpoint: true,
    }
}

#[tokio::test]
async fn a_rest_api_and_all_that_is_in_it() {
    let bench = Bench::new().await;
    let subnets = bench.subnets();
    let (nlb, alb) = (bench.balancer("network", &subnets), bench.balancer("application", &subnets));
    let before = bench.moto.counts();

    let api = bench.comes("public", &rest_api()).await;
    let changed = RestApi { description: String::new(), default_endpoint: false, ..rest_api() };
    bench.becomes(&api, &changed).await;
    let root = bench.read::<RestApi>(&api).await.expect("there").outputs["root"].clone();
    assert_eq!(Identity::from(root.as_str()).part(0), api.as_str());

    let wish = RestVpcLink {
        name: "shop".to_owned(),
        description: String::new(),
        target: nlb.as_str().into(),
    };
    let link = bench.comes("shop", &wish).await;
    bench
        .becomes(&link, &RestVpcLink { description: "to the nodes".to_owned(), ..wish.clone() })
        .await;
    bench.is_invalid(&RestVpcLink { target: alb.as_str().into(), ..wish }).await;
    let wish = VpcLink {
        name: "shop".to_owned(),
        subnets: subnets.iter().map(|id| Ref::from(id.as_str())).collect(),
        security_groups: vec![],
    };
    let second = bench.comes("shop", &wish).await;

    let part = |parent: &str, part: &str| RestResource {
        api: Ref::from(&api),
        parent: parent.into(),
        part: part.to_owned(),
    };
    let order = bench.comes("order", &part(&root, "order")).await;
    bench.is_taken(&part(&root, "order")).await;
    let proxy = bench.comes("order-proxy", &part(order.as_str(), "{proxy+}")).await;

    let through = RestIntegration {
        link: Ref::from(&link),
        target: None,
        scheme: "http".to_owned(),
        host: "network-0123.elb.ap-southeast-1.amazonaws.com".into(),
        port: 8081,
        path: "/v1/order/{proxy}".to_owned(),
        method: "ANY".to_owned(),
        timeout: 29_000,
    };
    let wish = RestMethod {
        api: Ref::from(&api),
        resource: Ref::from(&proxy),
        method: "ANY".to_owned(),
        authorization: "NONE".to_owned(),
        variables: vec!["proxy".to_owned()],
        integration: Some(through.clone()),
    };
    let method = bench.comes("order", &wish).await;
    bench.is_taken(&wish).await;
    bench
        .becomes(&method, &RestMethod { authorization: "AWS_IAM".to_owned(), ..wish.clone() })
        .await;
    let https = RestIntegration {
        link: Ref::from(&second),
        target: Some(alb.as_str().into()),
        scheme: "https".to_owned(),
        port: 443,
        ..through
    };
    let private = RestMethod { integration: Some(https), ..wish };
    bench.becomes(&method, &private).await;

    let wish = RestDeployment {
        api: Ref::from(&api),
        revision: "5f2c".to_owned(),
        links: vec![Ref::from(&second)],
        targets: vec![alb.as_str().into()],
    };
    let first = bench.comes("public", &wish).await;
    let stage = RestStage {
        api: Ref::from(&api),
        name: "live".to_owned(),
        deployment: Ref::from(&first),
        throttle: Some(Throttle { rate: 500.0, burst: 1000 }),
        methods: [
            ("ANY /order/{proxy+}".to_owned(), Throttle { rate: 50.5, burst: 100 }),
            ("GET /order".to_owned(), Throttle { rate: 5.0, burst: 10 }),
        ]
        .into(),
    };
    let live = bench.comes("public", &stage).await;
    bench.is_taken(&stage).await;
    bench.refuses_to_go::<RestDeployment>(&first).await;

    // The stage shows the first deployment: what that goes through stays, whatever the API has become.
    let newer =
        RestDeployment { revision: "7a11".to_owned(), links: vec![], targets: vec![], ..wish };
    bench.goes::<RestMethod>("order", &method).await;
    bench.refuses_to_go::<VpcLink>(&second).await;
    let wish = with(private, |method| {
        if let Some(integration) = &mut method.integration {
            (integration.link, integration.target) = (Ref::from(&link), None);
        }
    });
    let method = bench.comes("order", &wish).await;
    let next = bench.comes("next", &newer).await;
    let changed = RestStage {
        deployment: Ref::from(&next),
        throttle: None,
        methods: [("GET /order".to_owned(), Throttle { rate: 6.0, burst: 12 })].into(),
        ..stage
    };
    bench.becomes(&live, &changed).await;
    bench.goes::<RestDeployment>("public", &first).await;
    bench.goes::<VpcLink>("shop", &second).await;
    bench.refuses_to_go::<RestVpcLink>(&link).await;

    bench.goes::<RestStage>("public", &live).await;
    bench.goes::<RestDeployment>("next", &next).await;
    bench.goes::<RestMethod>("order", &method).await;
    bench.goes::<RestResource>("order-proxy", &proxy).await;
    bench.goes::<RestResource>("order", &order).await;
    bench.goes::<RestVpcLink>("shop", &link).await;
    bench.goes::<RestApi>("public", &api).await;
    assert_eq!(bench.moto.counts(), before);
    bench.moto.assert_well_spoken();
}

#[tokio::test]
async fn a_rest_api_answers_at_a_domain_name_too() {
    let bench = Bench::new().await;
    let nlb = bench.balancer("network", &bench.subnets());
    let certificate = bench.moto.certificate("api.example.com");
    let api = bench.comes("public", &rest_api()).await;
    let root = bench.read::<RestApi>(&api).await.expect("there").outputs["root"].clone();
    let link = RestVpcLink {
        name: "shop".to_owned(),
        description: "to the nodes".to_owned(),
        target: nlb.as_str().into(),
    };
    let link = bench.comes("shop", &link).await;
    let method = RestMethod {
        api: Ref::from(&api),
        resource: root.as_str().into(),
        method: "GET".to_owned(),
        authorization: "NONE".to_owned(),
        variables: vec![],
        integration: Some(RestIntegration {
            link: Ref::from(&link),
            target: None,
            scheme: "http".to_owned(),
            host: "nlb.example.net".into(),
            port: 80,
            path: "/".to_owned(),
            method: "GET".to_owned(),
            timeout: 1_000,
        }),
    };
    bench.comes("root", &method).await;
    let deployment = RestDeployment {
        api: Ref::from(&api),
        revision: "1".to_owned(),
        links: vec![Ref::from(&link)],
        targets: vec![],
    };
    let deployment = bench.comes("public", &deployment).await;
    let stage = RestStage {
        api: Ref::from(&api),
        name: "live".to_owned(),
        deployment: Ref::from(&deployment),
        throttle: None,
        methods: [].into(),
    };
    let stage = bench.comes("public", &stage).await;
    let domain = ApiDomainName {
        domain: "api.example.com".to_owned(),
        certificate: certificate.into(),
        security_policy: "TLS_1_2".to_owned(),
    };
    let domain = bench.comes("api.example.com", &domain).await;
    let mapping = ApiMapping {
        domain_name: Ref::from(&domain),
        api: Ref::from(&api),
        stage: Ref::from(&stage),
        key: "shop".to_owned(),
    };
    let mapping = bench.comes("public", &mapping).await;
    bench.refuses_to_go::<RestApi>(&api).await;
    bench.goes::<ApiMapping>("public", &mapping).await;
    bench.goes::<RestApi>("public", &api).await;
    bench.moto.assert_well_spoken();
}
