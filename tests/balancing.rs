//! A road with every kind of load balancing on it, resource by resource: what tests change parts of, without a stack file
//! that would have to be able to say it.

use eksnet::{
    blueprint::Choices,
    kinds::{self, TAG_ADDRESS, TAG_STACK, Tagging},
    model::{Address, Desired, Need, Resource, Tags, Until},
};
use serde_json::{Value, json};

use crate::lab::Drawn;

/// Seconds that the target groups of the road want for requests under way.
pub const DRAIN: u64 = 120;

/// The name of the Auto Scaling group that brings nodes to the road.
pub const NODES: &str = "eks-shop-01234567";

/// A reference to the id of `address`.
fn id(address: &str) -> Value {
    json!({ "ref": address })
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// What is wanted, to be changed by tests.
#[derive(Clone)]
pub struct Road(pub Desired);

impl Road {
    /// A VPC with two subnets and a way to the internet, an application load balancer with two services behind it, and
    /// a network load balancer with an address of its own in front of nodes.
    pub fn new() -> Self {
        let mut road = Self(Desired::new());
        let vpc = json!({ "cidr": "10.0.0.0/16", "dns_support": true, "dns_hostnames": true });
        road.put("vpc.shop", vpc);
        road.put("internet_gateway.shop", json!({}));
        let gateway = json!({ "vpc": id("vpc.shop"), "gateway": id("internet_gateway.shop") });
        road.put("internet_gateway_attachment.shop", gateway);
        for (n, zone) in ["a", "b", "c"].into_iter().enumerate() {
            let fields = json!({
                "vpc": id("vpc.shop"), "cidr": format!("10.0.{n}.0/24"),
                "zone": format!("ap-southeast-1{zone}"), "zone_id": null,
                "public_ip": false, "ipv6": null, "ipv6_on_launch": false,
            });
            road.put(&format!("subnet.{zone}"), fields);
        }
        for name in ["web", "more"] {
            let group = json!({
                "vpc": id("vpc.shop"), "name": name, "description": name, "open_egress": true,
            });
            road.put(&format!("security_group.{name}"), group);
        }
        road.put("eip.net-a", json!({}));
        road.web();
        road.net();
        road
    }

    fn web(&mut self) {
        self.balancer("web", "application", ["a", "b"].map(|zone| (zone, None)).to_vec());
        self.target_group("orders", "HTTP");
        self.target_group("pay", "HTTP");
        let nothing = json!({
            "does": "fixed_response", "status": 404, "content_type": "text/plain", "body": "nothing",
        });
        self.listener("web/80", "load_balancer.web", "HTTP", &nothing);
        self.rule("orders", 10, &["/orders", "/orders/*"]);
        self.rule("pay", 20, &["/pay/*"]);
    }

    fn net(&mut self) {
        self.balancer("net", "network", vec![("a", Some("eip.net-a"))]);
        self.target_group("nodes", "TCP");
        self.listener("net/80", "load_balancer.net", "TCP", &forward("nodes"));
        let fields = json!({ "groups": NODES, "target_group": id("target_group.nodes") });
        self.put("target_group_attachment.nodes", fields);
        // Nodes come before requests, and go after them.
        self.need("listener.net/80", "target_group_attachment.nodes");
    }

    pub fn balancer(&mut self, name: &str, family: &str, zones: Vec<(&str, Option<&str>)>) {
        let subnets = zones.into_iter().map(
            |(zone, eip)| json!({ "subnet": id(&format!("subnet.{zone}")), "eip": eip.map(id) }),
        );
        let fields = json!({
            "name": name, "family": family, "scheme": "internet-facing",
            "ip_address_type": "ipv4", "subnets": subnets.collect::<Vec<_>>(),
            "security_groups": [id("security_group.web")],
            "private_link_rules": (family == "network").then_some(true),
            "attributes": { "load_balancing.cross_zone.enabled": "true" },
        });
        let own = format!("load_balancer.{name}");
        self.put(&own, fields);
        self.need(&own, "internet_gateway_attachment.shop");
    }

    /// An edge that no field shows.
    fn need(&mut self, own: &str, needed: &str) {
        let resource = self.0.get_mut(&address(own)).unwrap_or_else(|| panic!("no {own}"));
        resource.needs.push(Need { address: address(needed), until: Until::Ready });
    }

    /// A target group at `target_group.<name>`, called by its port too, as one that has to be able to change it.
    pub fn target_group(&mut self, name: &str, protocol: &str) {
        let web = protocol == "HTTP";
        let fields = json!({
            "name": format!("{name}-8080"), "vpc": id("vpc.shop"), "protocol": protocol,
            "port": 8080, "target_type": if web { "ip" } else { "instance" },
            "protocol_version": web.then_some("HTTP1"), "ip_address_type": "ipv4",
            "health_check": {
                "protocol": protocol, "path": web.then_some("/healthz"), "port": "traffic-port",
                "interval": 15, "timeout": 5, "healthy": 2, "unhealthy": 2,
                "matcher": web.then_some("200"),
            },
            "attributes": { "deregistration_delay.timeout_seconds": DRAIN.to_string() },
        });
        self.put(&format!("target_group.{name}"), fields);
    }

    pub fn listener(&mut self, name: &str, balancer: &str, protocol: &str, action: &Value) {
        let port: u16 = name.rsplit('/').next().expect("a part").parse().expect("a port");
        let fields = json!({
            "balancer": id(balancer), "port": port, "protocol": protocol, "tls_policy": null,
            "certificate": null, "alpn": null, "action": action,
        });
        self.put(&format!("listener.{name}"), fields);
    }

    /// A rule that forwards paths to the target group of its name.
    pub fn rule(&mut self, name: &str, priority: u32, paths: &[&str]) {
        let fields = json!({
            "listener": id("listener.web/80"), "priority": priority,
            "conditions": [{ "on": "path_pattern", "values": paths }], "action": forward(name),
        });
        self.put(&format!("listener_rule.{name}"), fields);
    }

    /// Puts a resource with these fields where it belongs, tagged as the blueprint would.
    pub fn put(&mut self, own: &str, fields: Value) {
        let own = address(own);
        let facts = kinds::get(own.kind()).expect("a kind").facts();
        let mut tags = Tags::new();
        if facts.tags != Tagging::None {
            tags.insert(TAG_STACK.to_owned(), "road".to_owned());
            tags.insert(TAG_ADDRESS.to_owned(), own.to_string());
        }
        let section = "road".to_owned();
        self.0.insert(own, Resource { fields, tags, needs: Vec::new(), adopt: false, section });
    }

    /// Gives one field of a resource another value; `field` may be a path with dots.
    pub fn set(&mut self, own: &str, field: &str, value: Value) {
        let resource = self.0.get_mut(&address(own)).unwrap_or_else(|| panic!("no {own}"));
        let pointer = format!("/{}", field.replace('.', "/"));
        *resource.fields.pointer_mut(&pointer).unwrap_or_else(|| panic!("no {own}.{field}")) =
            value;
    }

    /// Gives a target group another port, which makes it another one.
    pub fn another_port(&mut self, name: &str) {
        let own = format!("target_group.{name}");
        self.set(&own, "port", json!(9090));
        self.set(&own, "name", json!(format!("{name}-9090")));
    }

    pub fn remove(&mut self, own: &str) {
        self.0.remove(&address(own)).unwrap_or_else(|| panic!("no {own}"));
    }

    pub fn drawn(&self) -> Drawn {
        Drawn {
            name: "road".to_owned(),
            region: "ap-southeast-1".to_owned(),
            desired: self.0.clone(),
            choices: Choices::new(),
        }
    }
}

/// Forwards to one target group.
pub fn forward(name: &str) -> Value {
    let target = json!({ "group": id(&format!("target_group.{name}")), "weight": 1 });
    json!({ "does": "forward", "targets": [target], "stickiness": null })
}
