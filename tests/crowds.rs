//! Many of one thing: what a run waits for then is the bucket that AWS serves their calls from.

use eksnet::{
    aws::{Target, connect, rates},
    blueprint::{self, Choices},
    kinds::{self, TAG_ADDRESS, TAG_STACK},
    model::{Address, Resource, Tags},
    plan::Wish,
    stack,
};
use serde_json::json;

use crate::lab::{Drawn, Lab};

/// A stack with many of one thing.
pub struct Crowd {
    pub name: String,
    pub drawn: Drawn,
    /// The calls that an apply and a destroy cannot do without and that wait for a bucket longest.
    pub apply: Queue,
    pub destroy: Queue,
}

/// Calls of one action, each about one resource of a kind.
pub struct Queue {
    kind: &'static str,
    action: &'static str,
    calls: u32,
}

impl Queue {
    /// Seconds that no run can do with less: until its bucket has served the last call, and what that call began has
    /// taken its usual time.
    pub fn seconds(&self) -> f64 {
        let (rate, facts) =
            (rates::of(self.action), kinds::get(self.kind).expect("a kind").facts());
        let usual = if self.action == facts.calls.create {
            facts.timing.create
        } else {
            facts.timing.delete
        };
        (f64::from(self.calls) - rate.capacity).max(0.0) / rate.refill + f64::from(usual)
    }
}

const fn queue(kind: &'static str, action: &'static str, calls: u32) -> Queue {
    Queue { kind, action, calls }
}

/// Crowds of rules, records and endpoints; the rules of security groups are twenty to a group.
///
/// In the sandbox each delete is a call of its own. AWS is asked less often: eksnet deletes the endpoints of one moment by
/// one call, and the records of a zone.
pub fn crowds(rules: u32, groups: u32, records: u32) -> Vec<Crowd> {
    vec![
        Crowd {
            name: format!("{rules} rules of load balancers"),
            drawn: drawn(&balancers(rules.div_ceil(100), 100)),
            apply: queue("listener_rule", "elasticloadbalancing:CreateRule", rules),
            destroy: queue("load_balancer", "elasticloadbalancing:DeleteLoadBalancer", 1),
        },
        Crowd {
            name: format!("{} rules of security groups", groups * 20),
            drawn: self::groups(groups, 20),
            apply: queue("security_group", "ec2:CreateSecurityGroup", groups),
            destroy: queue("security_group", "ec2:DeleteSecurityGroup", groups),
        },
        Crowd {
            name: format!("{records} records"),
            drawn: drawn(&self::records(records)),
            apply: queue("record", "route53:ChangeResourceRecordSets", 1),
            destroy: queue("record", "route53:ChangeResourceRecordSets", records),
        },
        Crowd {
            name: "20 endpoints".to_owned(),
            drawn: drawn(&endpoints()),
            apply: queue("interface_endpoint", "ec2:CreateVpcEndpoint", 20),
            destroy: queue("interface_endpoint", "ec2:DeleteVpcEndpoints", 20),
        },
    ]
}

/// `count` security groups that let in `each` things.
pub fn groups(count: u32, each: u32) -> Drawn {
    let mut drawn = drawn(&network(""));
    let vpc = drawn.desired.keys().find(|address| address.kind() == "vpc").expect("a VPC").clone();
    for n in 0..count {
        let group = Address::new("security_group", format!("g{n:04}"));
        let tags: Tags = [(TAG_STACK, "crowd"), (TAG_ADDRESS, group.as_str())]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let fields = json!({
            "vpc": { "ref": vpc }, "name": group.name(), "description": "one of many",
            "open_egress": true,
        });
        for port in 1..=each {
            let rule = Address::new("security_group_rule", format!("g{n:04}/{port:03}"));
            let fields = json!({
                "group": { "ref": group }, "direction": "ingress", "protocol": "tcp",
                "from": port, "to": port, "peer": "10.0.0.0/16", "description": "",
            });
            drawn.desired.insert(rule, resource(fields, Tags::new()));
        }
        drawn.desired.insert(group, resource(fields, tags));
    }
    drawn
}

/// Makes a crowd on the emulator at `url` and looks at it again: how many calls that takes, when nothing has changed.
pub fn refresh_over(url: &str, drawn: &Drawn) -> u32 {
    let target = Target {
        region: drawn.region.clone(),
        endpoint_url: Some(url.to_owned()),
        ..Target::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let lab = Lab::new();
        let aws = connect(&target).await.expect("an account");
        let outcome = lab.run_on(&aws, drawn).await.expect("a run");
        assert!(outcome.failures.is_empty(), "{:#?}", outcome.failures.first());
        let aws = connect(&target).await.expect("an account");
        let plan = lab.plan_on(&aws, drawn, &Wish::default()).await.expect("a plan");
        assert!(plan.is_empty(), "nothing changes");
        aws.counts().values().sum()
    })
}

fn resource(fields: serde_json::Value, tags: Tags) -> Resource {
    Resource { fields, tags, needs: Vec::new(), adopt: false, section: "vpc".to_owned() }
}

/// A stack file with a small network and whatever else.
fn network(vpc: &str) -> String {
    format!(
        "[stack]\nname = \"crowd\"\nregion = \"ap-southeast-1\"\n\n[vpc]\ncidr = \"10.0.0.0/16\"\nnat = \"none\"\n{vpc}\n\
         [vpc.subnets]\npublic-a = \"10.0.0.0/24\"\npublic-b = \"10.0.1.0/24\"\n\
         private-a = \"10.0.2.0/24\"\nprivate-b = \"10.0.3.0/24\"\n"
    )
}

fn balancers(count: u32, rules: u32) -> String {
    let mut text = network("");
    for n in 0..count {
        text.push_str(&format!(
            "\n[alb.web-{n}]\nscheme = \"internet-facing\"\n\n[alb.web-{n}.routes]\n"
        ));
        for rule in 0..rules {
            text.push_str(&format!("\"/page-{rule:03}\" = {{ fixed = 404 }}\n"));
        }
    }
    text
}

fn records(count: u32) -> String {
    let mut text = network("")
        + "\n[dns.\"example.com\"]\nzone = \"create\"\n\n[dns.\"example.com\".records]\n";
    for n in 0..count {
        text.push_str(&format!("host-{n:05} = \"A 192.0.2.{}\"\n", n % 250));
    }
    text
}

fn endpoints() -> String {
    let names = eksnet::data::endpoints::INTERFACE.iter().take(20);
    let names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    network(&format!("endpoints = [{}]\n", names.join(", ")))
}

fn drawn(text: &str) -> Drawn {
    let (stack, _) = stack::parse("crowd.toml", text)
        .unwrap_or_else(|errors| panic!("mistakes: {:#?}", errors.first()));
    let (desired, choices) = blueprint::blueprint(&stack, &Choices::new());
    Drawn { name: stack.name, region: stack.region, desired, choices }
}
