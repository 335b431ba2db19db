//! Every kind of API Gateway by direct calls over AWS's own protocols: made, found again as if the answer had been lost,
//! read as it was asked for, changed, tagged, refused where something else holds it, deleted.

use std::{collections::BTreeSet, fmt::Debug};

use eksnet::{
    aws::{Aws, TagChange, Target, connect},
    kinds::{
        AccessLogs, ApiDomainName, ApiMapping, Cors, Found, HttpApi, HttpAuthorizer,
        HttpIntegration, HttpRoute, HttpStage, Kind, Owner, Phase, RestApi, RestDeployment,
        RestIntegration, RestMethod, RestResource, RestStage, RestVpcLink, TAG_ADDRESS, TAG_STACK,
        Tagging, Throttle, VpcLink,
    },
    model::{Address, Class, Identity, Problem, Ref, Tags},
};
use serde_json::{Value, json};

use super::moto::Moto;

/// Where the calls go, and what they need to be there already.
struct Bench {
    moto: Moto,
    aws: Aws,
}

impl Bench {
    async fn new() -> Self {
        let moto = Moto::start();
        let region = "ap-southeast-1".to_owned();
        let endpoint_url = Some(moto.url.clone());
        let aws = connect(&Target { region, profile: None, endpoint_url }).await.expect("clients");
        Self { moto, aws }
    }

    /// A call behind the kinds' back, and one value out of its answer.
    fn made(&self, service: &str, operation: &str, params: &Value, pointer: &str) -> String {
        let answer = self.moto.call(service, operation, params);
        let value = answer.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("{operation}: {answer}")).to_owned()
    }

    /// A VPC with two subnets.
    fn subnets(&self) -> Vec<String> {
        let vpc =
            self.made("ec2", "CreateVpc", &json!({ "CidrBlock": "10.0.0.0/16" }), "/Vpc/VpcId");
        let subnet = |(block, zone): (&str, &str)| {
            let params = json!({ "VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone });
            self.made("ec2", "CreateSubnet", &params, "/Subnet/SubnetId")
        };
        [("10.0.1.0/24", "ap-southeast-1a"), ("10.0.2.0/24", "ap-southeast-1b")].map(subnet).into()
    }

    fn balancer(&self, kind: &str, subnets: &[String]) -> String {
        let params =
            json!({ "Name": kind, "Type": kind, "Scheme": "internal", "Subnets": subnets });
        self.made("elbv2", "CreateLoadBalancer", &params, "/LoadBalancers/0/LoadBalancerArn")
    }

    /// An issued certificate: the record that proves it is there.
    fn certificate(&self, name: &str) -> String {
        let params = json!({ "DomainName": name, "ValidationMethod": "DNS" });
        let arn = self.made("acm", "RequestCertificate", &params, "/CertificateArn");
        let shown = self.moto.call("acm", "DescribeCertificate", &json!({ "CertificateArn": arn }));
        let record = &shown["Certificate"]["DomainValidationOptions"][0]["ResourceRecord"];
        let params = json!({ "Name": "example.com", "CallerReference": name });
        let zone = self.made("route53", "CreateHostedZone", &params, "/HostedZone/Id");
        let set = json!({
            "Name": record["Name"], "Type": "CNAME", "TTL": 300,
            "ResourceRecords": [{ "Value": record["Value"] }],
        });
        let changes = json!({ "Changes": [{ "Action": "CREATE", "ResourceRecordSet": set }] });
        let params = json!({ "HostedZoneId": zone, "ChangeBatch": changes });
        self.moto.call("route53", "ChangeResourceRecordSets", &params);
        arn
    }

    async fn read<K: Kind>(&self, id: &Identity) -> Option<Found<K>> {
        let found = K::read(&self.aws, std::slice::from_ref(id)).await.expect("a read");
        found.into_iter().find(|found| found.id == *id)
    }

    /// Makes `wish` as the engine does; then it is there, as wished, and found by whoever lost the answer.
    async fn comes<K: Kind + Debug>(&self, name: &str, wish: &K) -> Identity {
        let owner = owner::<K>(name);
        assert_eq!(wish.find(&self.aws, &owner).await, Ok(vec![]), "{name} before it is there");
        let made = wish.create(&self.aws, &owner).await.expect(name);
        let key = K::FACTS.key(&serde_json::to_value(wish).expect("fields serialise"));
        let id = made.id.or(key).expect("an id");
        if wish.newborn() != *wish {
            wish.update(&self.aws, &id, &wish.newborn()).await.expect(name);
        }
        let found = self.read::<K>(&id).await.expect(name);
        assert_eq!(found.fields, *wish, "{name} as it was asked for");
        assert_eq!(found.phase, Phase::Ready);
        assert!(made.outputs.iter().all(|output| found.outputs.iter().any(|it| it == output)));
        assert_eq!(wish.find(&self.aws, &owner).await, Ok(vec![id.clone()]), "{name} after");
        if K::FACTS.tags != Tagging::None {
            assert_eq!(found.tags, Some(owner.tags.clone()), "{name}");
            self.is_tagged::<K>(&id, &owner.tags).await;
        }
        id
    }

    /// Tags come and go.
    async fn is_tagged<K: Kind>(&self, id: &Identity, tags: &Tags) {
        let more = Tags::from([("team".to_owned(), "a & b".to_owned())]);
        let set = TagChange { set: more.clone(), unset: vec![] };
        self.aws.tag(&K::FACTS.tags, std::slice::from_ref(id), &set).await.expect("tags");
        let all: Tags = tags.clone().into_iter().chain(more).collect();
        assert_eq!(self.read::<K>(id).await.expect("there").tags, Some(all));
        let unset = TagChange { set: Tags::new(), unset: vec!["team".to_owned()] };
        self.aws.tag(&K::FACTS.tags, std::slice::from_ref(id), &unset).await.expect("no tags");
        assert_eq!(self.read::<K>(id).await.expect("there").tags.as_ref(), Some(tags));
    }

    /// Changes it in place to `wish`; twice, because an update may be repeated.
    async fn becomes<K: Kind + Debug>(&self, id: &Identity, wish: &K) {
        let prior = self.read::<K>(id).await.expect("there").fields;
        assert_ne!(prior, *wish);
        wish.update(&self.aws, id, &prior).await.expect("an update");
        assert_eq!(self.read::<K>(id).await.expect("there").fields, *wish);
    }

    async fn refuses_to_go<K: Kind>(&self, id: &Identity) {
        let refused = K::delete(&self.aws, id).await;
        assert_eq!(
            refused.map_err(|problem| problem.class),
            Err(Class::InUse),
            "{}",
            K::FACTS.name
        );
    }

    async fn goes<K: Kind + Debug>(&self, name: &str, id: &Identity) {
        let wish = self.read::<K>(id).await.expect("there").fields;
        K::delete(&self.aws, id).await.expect("deleted");
        assert_eq!(self.read::<K>(id).await.map(|found| found.phase), None, "{id} is there still");
        assert_eq!(wish.find(&self.aws, &owner::<K>(name)).await, Ok(vec![]));
        let again = K::delete(&self.aws, id).await;
        assert_eq!(again.map_err(|problem| problem.class), Err(Class::Missing), "{id}");
    }

    /// A second one of the same is refused as taken.
    async fn is_taken<K: Kind>(&self, wish: &K) {
        let second = wish.create(&self.aws, &owner::<K>("second")).await;
        assert_eq!(second.map_err(|problem| problem.class), Err(Class::Taken), "{}", K::FACTS.name);
    }

    async fn is_invalid<K: Kind>(&self, wish: &K) -> Problem {
        let problem = wish.create(&self.aws, &owner::<K>("wrong")).await.expect_err("refused");
        assert_eq!(problem.class, Class::Invalid, "{problem:?}");
        problem
    }
}

fn owner<K: Kind>(name: &str) -> Owner {
    let address = Address::new(K::FACTS.name, name);
    let tags = [(TAG_STACK, "shop"), (TAG_ADDRESS, address.as_str()), ("Name", name)];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    Owner {
        stack: "shop".to_owned(),
        token: format!("token-{address}"),
        tags: tags.into(),
        address,
    }
}

fn rest_of<T>(wish: T, change: impl FnOnce(&mut T)) -> T {
    let mut wish = wish;
    change(&mut wish);
    wish
}

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
    let (one, other) = (bench.certificate("api.example.com"), bench.certificate("*.example.com"));
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
        domain: Ref::from(&domain),
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
    let wish = rest_of(private, |method| {
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
    let certificate = bench.certificate("api.example.com");
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
        domain: Ref::from(&domain),
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
