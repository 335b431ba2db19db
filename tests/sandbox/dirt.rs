//! Dirt: what clusters and people leave in a stack's network, drawn at random from a seed, always the same for one seed.

use eksnet::{
    kinds,
    model::{Identity, Tags},
    provider::sandbox::Thing,
};
use serde_json::{Value, json};

use crate::lab::Lab;

/// Where dirt falls: the ids of a stack that has been applied.
pub struct Dirt<'a> {
    lab: &'a Lab,
    seed: u64,
    dropped: u64,
    vpc: String,
    subnets: Vec<String>,
    groups: Vec<String>,
    /// The cluster, if the stack has one, and its node groups.
    cluster: Option<String>,
    nodes: Vec<String>,
    now: f64,
}

impl<'a> Dirt<'a> {
    pub fn new(lab: &'a Lab, seed: u64) -> Self {
        let things = lab.things();
        let ids = |kind: &str| -> Vec<String> {
            let of_kind = things.iter().filter(|(address, _)| address.kind() == kind);
            of_kind.map(|(_, thing)| thing.id.0.clone()).collect()
        };
        Self {
            lab,
            seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1),
            dropped: 0,
            vpc: ids("vpc").remove(0),
            subnets: ids("subnet"),
            groups: ids("security_group"),
            cluster: ids("cluster").pop(),
            nodes: ids("node_group"),
            now: lab.world.borrow().now,
        }
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % end
    }

    fn one_of(&mut self, list: &[String]) -> String {
        let at = usize::try_from(self.below(list.len() as u64)).expect("a small number");
        list[at].clone()
    }

    fn id(&mut self, prefix: &str) -> String {
        self.dropped += 1;
        format!("{prefix}-{:017x}", (self.below(1 << 40) << 20) + self.dropped)
    }

    fn arn(&mut self, what: &str, name: &str) -> String {
        let hash = self.id("x").split_off(3);
        format!("arn:aws:elasticloadbalancing:ap-southeast-1:123456789012:{what}/{name}/{hash}")
    }

    /// Now, or later, while the nodes or the cluster are still on their way out.
    fn birth(&mut self, latest: u64) -> f64 {
        if self.below(2) == 0 { 0.0 } else { self.below(latest) as f64 }
    }

    fn put(&self, thing: Thing) -> Thing {
        self.lab.world.borrow_mut().put(thing.clone());
        thing
    }

    fn drop(
        &mut self,
        kind: &str,
        id: &str,
        fields: Value,
        tags: &[(&str, &str)],
        born: f64,
    ) -> Thing {
        let thing = Thing::wild(kind, id, fields, self.now + born);
        self.put(Thing { tags: owned(tags), ..thing })
    }

    /// An interface that goes when `of` does, some time later.
    fn follower(&mut self, of: &str, fields: Value, tags: &[(&str, &str)], born: f64) {
        let id = self.id("eni");
        let mut fields = fields;
        fields["of"] = json!(of);
        fields["vpc"] = json!(self.vpc);
        let mut thing = Thing::wild("network_interface", id, fields, self.now + born);
        let lingers = self.below(100) as f64;
        if let Some(wild) = &mut thing.wild {
            wild.vanishes_with.push("of".to_owned());
            wild.lingers = lingers;
        }
        thing.tags = owned(tags);
        self.put(thing);
    }

    fn rule(&self, group: &str, peer: &str) -> Thing {
        let fields = json!({
            "group": group, "direction": "ingress", "protocol": "tcp", "from": 80, "to": 80,
            "peer": peer, "description": "",
        });
        let key = kinds::get("security_group_rule").expect("a kind").facts().key(&fields);
        let id: Identity = key.expect("its fields name it");
        let thing = Thing::wild("security_group_rule", id, fields, self.now);
        self.put(Thing { wild: None, ..thing })
    }

    fn group(&mut self, name: &str, tags: &[(&str, &str)], born: f64) -> String {
        let id = self.id("sg");
        let fields = json!({ "vpc": self.vpc, "name": name, "description": "" });
        self.drop("security_group", &id, fields, tags, born);
        id
    }

    /// A load balancer with target groups, a group and interfaces.
    fn balancer(&mut self, name: &str, tags: &[(&str, &str)], born: f64) -> Vec<String> {
        let group = self.group(&format!("k8s-elb-{name}-{}", self.dropped), tags, born);
        let mut made = vec![group.clone()];
        let mut targets = Vec::new();
        for n in 0..=self.below(3) {
            let arn = self.arn("targetgroup", &format!("{name}-{n}"));
            let fields = json!({ "name": format!("{name}-{n}"), "vpc": self.vpc });
            self.drop("target_group", &arn, fields, tags, born);
            targets.push(arn);
        }
        let arn = self.arn("loadbalancer/app", name);
        let subnets: Vec<String> =
            (0..=self.below(3)).map(|_| self.one_of(&self.subnets.clone())).collect();
        let fields = json!({
            "name": name, "vpc": self.vpc, "subnets": subnets, "groups": [group], "targets": targets,
        });
        self.drop("load_balancer", &arn, fields, tags, born);
        let short = arn.rsplit_once(":loadbalancer/").map(|(_, short)| short).expect("an ARN");
        for subnet in &subnets {
            let description = format!("ELB {short}");
            let fields = json!({ "subnet": subnet, "groups": [group], "description": description });
            self.follower(&arn, fields, &[], born);
        }
        made.extend(targets);
        made.push(arn);
        made
    }

    /// What a cluster of the stack leaves behind.
    pub fn of_ours(&mut self) {
        let Some(cluster) = self.cluster.clone() else { return };
        let controller = [("elbv2.k8s.aws/cluster", cluster.as_str())];
        let in_tree = format!("kubernetes.io/cluster/{cluster}");
        let in_tree = [(in_tree.as_str(), "owned")];
        for n in 0..self.below(3) {
            let born = self.birth(350);
            self.balancer(&format!("k8s-web-{n}"), &controller, born);
        }
        if self.below(3) == 0 {
            self.balancer("in-tree", &in_tree, 0.0);
        }
        if self.below(2) == 0 {
            let shared = self.group("k8s-traffic-shop", &controller, 0.0);
            let front = self.group("k8s-front", &controller, 0.0);
            self.rule(&front, &shared);
            self.rule(&shared, &front);
            for group in self.groups.clone() {
                self.rule(&group, &shared);
                self.rule(&shared, &group);
            }
        }
        let of_eks = self.group("eks-cluster-sg", &[("aws:eks:cluster-name", &cluster)], 0.0);
        for _ in 0..self.below(5) {
            let (id, subnet, born) =
                (self.id("eni"), self.one_of(&self.subnets.clone()), self.birth(500));
            let fields = json!({
                "vpc": self.vpc, "subnet": subnet, "groups": [of_eks], "status": "available",
                "description": "aws-K8S-i-0123456789abcdef0",
            });
            let tags: &[(&str, &str)] = match self.below(2) {
                0 => &[("cluster.k8s.amazonaws.com/name", &cluster)],
                _ => &[("node.k8s.amazonaws.com/instance_id", "i-0123456789abcdef0")],
            };
            self.drop("network_interface", &id, fields, tags, born);
        }
        for node in self.nodes.clone() {
            let (subnet, instance) = (self.one_of(&self.subnets.clone()), self.id("i"));
            let fields = json!({
                "subnet": subnet, "groups": [of_eks], "instance": instance,
                "description": format!("aws-K8S-{instance}"),
            });
            let tags = [("eks:cluster-name", cluster.as_str()), ("eks:nodegroup-name", "x")];
            self.follower(&node, fields, &tags, 0.0);
        }
    }

    /// What others have in the network. Answers it as it is.
    pub fn of_others(&mut self) -> Vec<Thing> {
        let before: Vec<Thing> = self.lab.world.borrow().things().cloned().collect();
        for _ in 0..=self.below(3) {
            let (subnet, group) = (self.one_of(&self.subnets.clone()), self.group_or_vpc());
            let (vpc, eni) = (self.vpc.clone(), self.id("eni"));
            match self.below(9) {
                0 => {
                    let fields = json!({ "vpc": vpc, "subnet": subnet, "instance": "i-0b", "groups": [group] });
                    self.drop("network_interface", &eni, fields, &[("Name", "bastion")], 0.0);
                }
                1 => {
                    let fields = json!({ "vpc": vpc, "subnet": subnet, "description": "RDSNetworkInterface", "requester": "amazon-rds" });
                    self.drop("network_interface", &eni, fields, &[], 0.0);
                }
                2 => {
                    let fields = json!({ "vpc": vpc, "subnet": subnet, "groups": [group], "description": "AWS Lambda VPC ENI-billing" });
                    self.drop("network_interface", &eni, fields, &[], 0.0);
                }
                3 => {
                    let tags = [
                        ("cluster.k8s.amazonaws.com/name", "other"),
                        ("node.k8s.amazonaws.com/instance_id", "i-0c"),
                    ];
                    let fields = json!({ "vpc": vpc, "subnet": subnet, "status": "available", "description": "aws-K8S-i-0c" });
                    self.drop("network_interface", &eni, fields, &tags, 0.0);
                }
                4 => {
                    self.balancer("theirs", &[("elbv2.k8s.aws/cluster", "other")], 0.0);
                }
                5 => {
                    let id = self.group(&format!("office-{eni}"), &[], 0.0);
                    if group.starts_with("sg-") {
                        self.rule(&id, &group);
                    }
                }
                6 => {
                    let (kind, prefix) = [("subnet", "subnet"), ("route_table", "rtb")]
                        [usize::try_from(self.below(2)).expect("0 or 1")];
                    let id = self.id(prefix);
                    self.drop(kind, &id, json!({ "vpc": vpc }), &[("Name", "theirs")], 0.0);
                }
                7 => {
                    let id = self.id("pcx");
                    self.drop("vpc_peering_connection", &id, json!({ "vpc": vpc }), &[], 0.0);
                }
                _ => {
                    let fields = json!({ "vpc": vpc, "subnet": subnet, "status": "available", "description": "spare" });
                    self.drop("network_interface", &eni, fields, &[], 0.0);
                }
            }
        }
        let world = self.lab.world.borrow();
        world.things().filter(|thing| !before.contains(thing)).cloned().collect()
    }

    fn group_or_vpc(&mut self) -> String {
        if self.groups.is_empty() { self.vpc.clone() } else { self.one_of(&self.groups.clone()) }
    }
}

fn owned(tags: &[(&str, &str)]) -> Tags {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
