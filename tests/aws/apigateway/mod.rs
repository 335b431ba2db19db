//! Every kind of API Gateway by direct calls over AWS's own protocols: made, found again as if the answer had been lost,
//! read as it was asked for, changed, tagged, refused where something else holds it, deleted.

mod http;
mod rest;

use std::fmt::Debug;

use eksnet::{
    aws::{Aws, TagChange, Target, connect},
    kinds::{Found, Kind, Owner, Phase, TAG_ADDRESS, TAG_STACK, Tagging},
    model::{Address, Class, Identity, Problem, Tags},
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
        let target = Target { region, endpoint_url, ..Target::default() };
        let aws = connect(&target).await.expect("clients");
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
