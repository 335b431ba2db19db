//! APIs in the sandbox: what has neither tags nor a name is found again by its mark, a picture of an API is made when
//! everything in it is as it should be, and what requests go through goes last.

use std::collections::BTreeMap;

use eksnet::{
    blueprint::Choices,
    kinds::{
        self, ApiDomainName, ApiMapping, HttpApi, HttpAuthorizer, HttpIntegration, HttpRoute,
        HttpStage, Kind, RestApi, RestDeployment, RestIntegration, RestMethod, RestResource,
        RestStage, Subnet, TAG_ADDRESS, TAG_STACK, Tagging, Throttle, Vpc, VpcLink,
    },
    model::{Address, Desired, Ref, Resource, Tags},
    plan::{self, Plan, Step, Verb, Wish},
    provider::sandbox::Moment,
};
use serde_json::json;

use crate::lab::{Drawn, Lab, brief};

const BALANCER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/api/50dc6c495c0c9188";
const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/api/50dc6c495c0c9188/f2f7dc8efc522ab2";
const CERTIFICATE: &str =
    "arn:aws:acm:eu-west-1:123456789012:certificate/5b1c2d3e-0000-4000-8000-0123456789ab";

/// What a blueprint makes of intent, without the intent.
#[derive(Default)]
struct Draft(Desired);

impl Draft {
    fn add<K: Kind>(&mut self, name: &str, fields: &K) -> Address {
        let address = Address::new(K::FACTS.name, name);
        let tags = [(TAG_STACK, "shop"), (TAG_ADDRESS, address.as_str())];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let resource = Resource {
            fields: serde_json::to_value(fields).expect("fields serialise"),
            tags: if K::FACTS.tags == Tagging::None { Tags::new() } else { tags.into() },
            needs: Vec::new(),
            adopt: false,
            section: "api.public".to_owned(),
        };
        self.0.insert(address.clone(), resource);
        address
    }

    /// A network with a VPC link in it.
    fn link(&mut self, zone: &str) -> Address {
        let vpc = Vpc {
            cidr: "10.0.0.0/16".parse().expect("a block"),
            dns_support: true,
            dns_hostnames: true,
        };
        let vpc = self.add("shop", &vpc);
        let mut subnets = BTreeMap::new();
        for (name, cidr) in [("a", "10.0.1.0/24"), ("b", "10.0.2.0/24")] {
            let fields = json!({
                "vpc": { "ref": vpc }, "cidr": cidr, "zone": format!("eu-west-1{name}"),
                "zone_id": null, "public_ip": false, "ipv6": null, "ipv6_on_launch": false,
            });
            let address = Address::new(Subnet::FACTS.name, name);
            let tags = [(TAG_STACK, "shop"), (TAG_ADDRESS, address.as_str())];
            let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
            let section = "vpc.subnets".to_owned();
            let resource =
                Resource { fields, tags: tags.into(), needs: Vec::new(), adopt: false, section };
            self.0.insert(address.clone(), resource);
            subnets.insert(name, address);
        }
        let link = VpcLink {
            name: "shop".to_owned(),
            subnets: vec![Ref::id(&subnets[zone])],
            security_groups: Vec::new(),
        };
        self.add("shop", &link)
    }

    fn drawn(self) -> Drawn {
        Drawn {
            name: "shop".to_owned(),
            region: "eu-west-1".to_owned(),
            desired: self.0,
            choices: Choices::default(),
        }
    }
}

/// An HTTP API with two integrations alike, routes of its own names, at a domain name.
fn http(zone: &str, routes: &[&str]) -> Drawn {
    let mut draft = Draft::default();
    let link = draft.link(zone);
    let api = HttpApi {
        name: "public".to_owned(),
        description: String::new(),
        cors: None,
        default_endpoint: true,
    };
    let api = draft.add("public", &api);
    let authorizer = HttpAuthorizer {
        api: Ref::id(&api),
        name: "jwt".to_owned(),
        issuer: "https://id.example.com/".to_owned(),
        audience: vec!["shop".to_owned()],
        identity_source: vec!["$request.header.Authorization".to_owned()],
    };
    let authorizer = draft.add("public", &authorizer);
    let integration = HttpIntegration {
        api: Ref::id(&api),
        link: Ref::id(&link),
        uri: LISTENER.into(),
        method: "ANY".to_owned(),
        server_name: None,
        timeout: 30_000,
        parameters: BTreeMap::new(),
    };
    for name in ["orders", "payment"] {
        draft.add(name, &integration);
    }
    for name in routes {
        let route = HttpRoute {
            api: Ref::id(&api),
            key: format!("ANY /{name}"),
            integration: Ref::id(&Address::new("http_integration", "orders")),
            authorization: "JWT".to_owned(),
            authorizer: Some(Ref::id(&authorizer)),
            scopes: Vec::new(),
        };
        draft.add(name, &route);
    }
    let stage = HttpStage {
        api: Ref::id(&api),
        name: "$default".to_owned(),
        auto_deploy: true,
        throttle: Some(Throttle { rate: 500.0, burst: 1000 }),
        routes: BTreeMap::new(),
        logs: None,
    };
    let stage = draft.add("public", &stage);
    let domain = ApiDomainName {
        domain: "api.example.com".to_owned(),
        certificate: CERTIFICATE.into(),
        security_policy: "TLS_1_2".to_owned(),
    };
    let domain = draft.add("api", &domain);
    let mapping = ApiMapping {
        domain_name: Ref::id(&domain),
        api: Ref::id(&api),
        stage: Ref::id(&stage),
        key: String::new(),
    };
    draft.add("api", &mapping);
    draft.drawn()
}

/// A REST API with a method for each of its paths, through a link in the subnet of `zone`.
fn rest(zone: &str, parts: &[&str]) -> Drawn {
    let mut draft = Draft::default();
    let link = draft.link(zone);
    let api =
        RestApi { name: "public".to_owned(), description: String::new(), default_endpoint: true };
    let api = draft.add("public", &api);
    for part in parts {
        let resource = RestResource {
            api: Ref::id(&api),
            parent: Ref::output(&api, "root"),
            part: (*part).to_owned(),
        };
        let resource = draft.add(part, &resource);
        let method = RestMethod {
            api: Ref::id(&api),
            resource: Ref::id(&resource),
            method: "ANY".to_owned(),
            authorization: "NONE".to_owned(),
            variables: Vec::new(),
            integration: Some(RestIntegration {
                link: Ref::id(&link),
                target: Some(BALANCER.into()),
                scheme: "http".to_owned(),
                host: "api.elb.eu-west-1.amazonaws.com".into(),
                port: 80,
                path: format!("/{part}"),
                method: "ANY".to_owned(),
                timeout: 29_000,
            }),
        };
        draft.add(part, &method);
    }
    let deployment = RestDeployment {
        api: Ref::id(&api),
        revision: parts.join("-"),
        links: vec![Ref::id(&link)],
        targets: vec![BALANCER.into()],
    };
    let deployment = draft.add("public", &deployment);
    let stage = RestStage {
        api: Ref::id(&api),
        name: "live".to_owned(),
        deployment: Ref::id(&deployment),
        throttle: Some(Throttle { rate: 500.0, burst: 1000 }),
        methods: BTreeMap::new(),
    };
    draft.add("public", &stage);
    draft.drawn()
}

fn steps(lab: &Lab, drawn: &Drawn) -> (Plan, Vec<Step>) {
    let plan = lab.plan_drawn(drawn, &Wish::default());
    let steps = plan::steps(&plan, &lab.state().expect("a state"));
    (plan, steps)
}

/// Whether the step that does `later` comes after the one that does `sooner`, whatever lies between.
fn after(steps: &[Step], later: (Verb, &str), sooner: (Verb, &str)) -> bool {
    let at = |(verb, address): (Verb, &str)| {
        let step =
            steps.iter().position(|step| step.verb == verb && step.address.as_str() == address);
        step.unwrap_or_else(|| panic!("no {verb:?} of {address} in {steps:#?}"))
    };
    let (mut open, goal) = (vec![at(later)], at(sooner));
    while let Some(step) = open.pop() {
        if step == goal {
            return true;
        }
        open.extend(steps[step].waits.iter().map(|(other, _)| *other));
    }
    false
}

#[test]
fn apis_come_stay_and_go_whenever_a_run_dies() {
    for (name, drawn) in
        [("http", http("a", &["order", "pay"])), ("rest", rest("a", &["order", "pay"]))]
    {
        let reference = Lab::new();
        reference.carry_out(&drawn);
        assert_eq!(brief(&reference.plan_drawn(&drawn, &Wish::default())), [""; 0], "{name}");
        let counts = |lab: &Lab| -> BTreeMap<String, usize> {
            lab.inventory().into_iter().map(|(kind, ids)| (kind, ids.len())).collect()
        };
        let expected = counts(&reference);
        for moment in [Moment::BeforeCall, Moment::AfterEffect, Moment::AfterAnswer] {
            for call in 1.. {
                let lab = Lab::new();
                if !lab.die(&drawn, call, moment) {
                    break;
                }
                lab.carry_out(&drawn);
                assert_eq!(counts(&lab), expected, "{name}, dead {moment:?} {call}");
                lab.assert_agrees(&format!("{name}, dead {moment:?} {call}"));
            }
        }
        reference.carry_out(&Drawn { desired: Desired::new(), ..drawn });
        assert!(reference.inventory().is_empty(), "{name}: {:#?}", reference.inventory());
    }
}

#[test]
fn a_picture_shows_what_came_and_not_what_went() {
    let lab = Lab::new();
    lab.carry_out(&rest("a", &["order", "pay"]));
    let edited = rest("a", &["order", "ship"]);
    let (_, steps) = steps(&lab, &edited);
    let picture = (Verb::Create, "rest_deployment.public");
    assert!(after(&steps, picture, (Verb::Delete, "rest_method.pay")));
    assert!(after(&steps, picture, (Verb::Delete, "rest_resource.pay")));
    assert!(after(&steps, picture, (Verb::Create, "rest_method.ship")));
    assert!(after(&steps, (Verb::Update, "rest_stage.public"), picture));
    assert!(after(
        &steps,
        (Verb::Delete, "rest_deployment.public"),
        (Verb::Update, "rest_stage.public")
    ));
    lab.carry_out(&edited);
    lab.assert_agrees("after the edit");
    assert_eq!(brief(&lab.plan_drawn(&edited, &Wish::default())), [""; 0]);
}

#[test]
fn requests_turn_to_a_new_link_before_the_old_one_goes() {
    let lab = Lab::new();
    lab.carry_out(&http("a", &["order"]));
    let edited = http("b", &["order"]);
    let (plan, steps_of_http) = steps(&lab, &edited);
    assert_eq!(
        brief(&plan),
        ["~ http_integration.orders", "~ http_integration.payment", "+/- vpc_link.shop"]
    );
    let old = (Verb::Delete, "vpc_link.shop");
    assert!(after(&steps_of_http, old, (Verb::Update, "http_integration.orders")));
    assert!(after(
        &steps_of_http,
        (Verb::Update, "http_integration.orders"),
        (Verb::Create, "vpc_link.shop")
    ));
    lab.carry_out(&edited);

    let lab = Lab::new();
    lab.carry_out(&rest("a", &["order"]));
    let edited = rest("b", &["order"]);
    let (plan, steps) = steps(&lab, &edited);
    assert_eq!(
        brief(&plan),
        [
            "+/- rest_deployment.public",
            "~ rest_method.order",
            "~ rest_stage.public",
            "+/- vpc_link.shop"
        ]
    );
    // A stage shows the old link for as long as its deployment does.
    assert!(after(&steps, old, (Verb::Update, "rest_stage.public")));
    assert!(after(
        &steps,
        (Verb::Create, "rest_deployment.public"),
        (Verb::Update, "rest_method.order")
    ));
    lab.carry_out(&edited);
    lab.assert_agrees("after the edit");
}

#[test]
fn what_is_in_an_api_goes_with_it_and_the_link_after_it() {
    for drawn in [http("a", &["order"]), rest("a", &["order"])] {
        let lab = Lab::new();
        lab.carry_out(&drawn);
        let (_, steps) = steps(&lab, &Drawn { desired: Desired::new(), ..drawn });
        let calls = steps.iter().filter(|step| step.verb == Verb::Delete);
        let calls: Vec<&str> = calls.map(|step| step.address.kind()).collect();
        let inside = |kind: &&&str| {
            let facts = kinds::get(kind).expect("a kind").facts();
            facts.vanishes_with.contains(&"api")
        };
        assert_eq!(calls.iter().filter(inside).count(), 0, "{calls:?}");
        let api = steps.iter().find(|step| step.address.kind().ends_with("_api")).expect("an API");
        assert!(after(
            &steps,
            (Verb::Delete, "vpc_link.shop"),
            (Verb::Delete, api.address.as_str())
        ));
    }
}
