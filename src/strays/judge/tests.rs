//! Whose each thing is, one by one: what is swept carries a mark of our cluster, and everything that is almost so is not.

use super::*;

const BALANCER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/k8s-web/0a0a0a0a0a0a0a0a";

/// A stack with a VPC, a NAT gateway, a security group, a VPC link and the cluster `shop`.
fn ground(life: Life) -> Ground {
    Ground {
        vpcs: vec!["vpc-1".into()],
        makers: [("shop".to_owned(), life)].into(),
        ours: [
            "vpc-1",
            "subnet-1",
            "sg-0aaaaaaaaaaaaaaa1",
            "nat-0bbbbbbbbbbbbbbb1",
            "shop",
            "a1b2c3",
        ]
        .map(str::to_owned)
        .into(),
        ..Ground::default()
    }
}

fn seen(kind: &str, id: &str, tags: &[(&str, &str)], names: &[&str]) -> Sighting {
    let tag = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Sighting {
        tags: tags.iter().map(tag).collect(),
        names: names.iter().map(|name| (*name).to_owned()).chain(["vpc-1".to_owned()]).collect(),
        ..Sighting::of(kind, id)
    }
}

fn interface(description: &str, tags: &[(&str, &str)], names: &[&str]) -> Sighting {
    let description = description.to_owned();
    Sighting { description, ..seen("network_interface", "eni-1", tags, names) }
}

/// In a word: `swept`, `follows`, `data`, `foreign`, or `nothing` where it is left out.
fn word(sightings: Vec<Sighting>, id: &str, life: Life) -> &'static str {
    let strays = judge(sightings, &ground(life));
    match strays.into_iter().find(|stray| stray.id.as_str() == id).map(|stray| stray.standing) {
        None => "nothing",
        Some(Standing::Left(_)) => "swept",
        Some(Standing::Follows) => "follows",
        Some(Standing::Beside(_)) => "data",
        Some(Standing::Foreign(_)) => "foreign",
    }
}

/// The word while the cluster ends, when it is gone, and while it stays.
fn words(sighting: &Sighting) -> [&'static str; 3] {
    let id = sighting.id.as_str();
    [Life::Ends, Life::Gone, Life::Lives].map(|life| word(vec![sighting.clone()], id, life))
}

#[test]
fn controllers_sign_what_they_make() {
    let ours = [("elbv2.k8s.aws/cluster", "shop")];
    let theirs = [("elbv2.k8s.aws/cluster", "shop-2")];
    let unsigned = [("Name", "shop")];
    for kind in ["load_balancer", "security_group"] {
        assert_eq!(words(&seen(kind, "x-1", &ours, &[])), ["swept", "swept", "foreign"]);
        assert_eq!(words(&seen(kind, "x-1", &theirs, &[])), ["foreign"; 3]);
        assert_eq!(words(&seen(kind, "x-1", &unsigned, &[])), ["foreign"; 3]);
    }
    assert_eq!(words(&seen("target_group", "x-1", &ours, &[])), ["swept", "swept", "nothing"]);
    assert_eq!(words(&seen("target_group", "x-1", &theirs, &[])), ["nothing"; 3]);
}

#[test]
fn the_old_tag_of_clusters_says_enough_for_load_balancers_only() {
    let owned = [("kubernetes.io/cluster/shop", "owned")];
    let shared = [("kubernetes.io/cluster/shop", "shared")];
    assert_eq!(words(&seen("load_balancer", "x-1", &owned, &[])), ["swept", "swept", "foreign"]);
    assert_eq!(words(&seen("load_balancer", "x-1", &shared, &[])), ["foreign"; 3]);
    // People put it on groups for their own nodes.
    let group = |name: &str| Sighting {
        name: name.to_owned(),
        ..seen("security_group", "sg-1", &owned, &[])
    };
    assert_eq!(words(&group("nodes")), ["foreign"; 3]);
    assert_eq!(words(&group("k8s-elb-a1b2")), ["swept", "swept", "foreign"]);
}

#[test]
fn the_group_of_eks_is_swept_when_eks_is_gone() {
    let group = |cluster| seen("security_group", "sg-1", &[("aws:eks:cluster-name", cluster)], &[]);
    assert_eq!(words(&group("shop")), ["follows", "swept", "follows"]);
    assert_eq!(words(&group("other")), ["foreign"; 3]);
}

#[test]
fn interfaces_of_the_cni_are_swept_when_they_are_detached() {
    let tags = [("cluster.k8s.amazonaws.com/name", "shop")];
    let attached = interface("aws-K8S-i-0a", &tags, &[]);
    let detached = Sighting { detached: true, ..attached.clone() };
    assert_eq!(words(&attached), ["follows"; 3]);
    assert_eq!(words(&detached), ["swept", "swept", "foreign"]);
    let theirs = [("cluster.k8s.amazonaws.com/name", "other")];
    assert_eq!(
        words(&Sighting { detached: true, ..interface("aws-K8S-i-0a", &theirs, &[]) }),
        ["foreign"; 3]
    );
    // Without the cluster's name the group that EKS made for the cluster is the proof.
    let node = [("node.k8s.amazonaws.com/instance_id", "i-0a")];
    let nameless = Sighting { detached: true, ..interface("aws-K8S-i-0a", &node, &["sg-1"]) };
    assert_eq!(words(&nameless), ["foreign"; 3]);
    let group = seen("security_group", "sg-1", &[("aws:eks:cluster-name", "shop")], &[]);
    assert_eq!(word(vec![nameless.clone(), group.clone()], "eni-1", Life::Gone), "swept");
    let impostor = Sighting {
        tags: theirs.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        ..nameless
    };
    assert_eq!(word(vec![impostor, group], "eni-1", Life::Gone), "foreign");
}

#[test]
fn what_aws_takes_away_itself_is_waited_for() {
    assert_eq!(
        words(&interface("Interface for NAT Gateway nat-0bbbbbbbbbbbbbbb1", &[], &[])),
        ["follows"; 3]
    );
    assert_eq!(
        words(&interface("Interface for NAT Gateway nat-0bbbbbbbbbbbbbbb2", &[], &[])),
        ["foreign"; 3]
    );
    assert_eq!(words(&interface("VPC Link Interface for a1b2c3", &[], &[])), ["follows"; 3]);
    assert_eq!(words(&interface("VPC Link Interface for a1b2c4", &[], &[])), ["foreign"; 3]);
    assert_eq!(words(&interface("Amazon EKS shop", &[], &[])), ["follows"; 3]);
    assert_eq!(words(&interface("Amazon EKS other", &[], &[])), ["foreign"; 3]);
    // A name is no id: somebody may call anything so.
    assert_eq!(words(&interface("the database of shop", &[], &[])), ["foreign"; 3]);
    let node = [("eks:cluster-name", "shop"), ("eks:nodegroup-name", "apps")];
    let instance = Some("i-0a".to_owned());
    assert_eq!(
        words(&Sighting { instance: instance.clone(), ..interface("", &node, &[]) }),
        ["follows"; 3]
    );
    // Karpenter's nodes outlive the cluster.
    let karpenter = [("kubernetes.io/cluster/shop", "owned")];
    assert_eq!(words(&Sighting { instance, ..interface("", &karpenter, &[]) }), ["foreign"; 3]);
}

#[test]
fn interfaces_of_load_balancers_go_with_them() {
    let of = interface("ELB app/k8s-web/0a0a0a0a0a0a0a0a", &[], &[]);
    let word = |balancer: &[(&str, &str)]| {
        word(vec![of.clone(), seen("load_balancer", BALANCER, balancer, &[])], "eni-1", Life::Ends)
    };
    assert_eq!(word(&[("elbv2.k8s.aws/cluster", "shop")]), "follows");
    assert_eq!(word(&[]), "foreign");
    // Its load balancer is gone already.
    assert_eq!(words(&of), ["follows"; 3]);
    assert_eq!(words(&interface("ELB a-classic-one", &[], &[])), ["foreign"; 3]);
}

#[test]
fn rules_between_groups_go_only_where_both_groups_do() {
    let left = seen("security_group", "sg-1", &[("elbv2.k8s.aws/cluster", "shop")], &[]);
    let theirs = seen("security_group", "sg-2", &[], &[]);
    let word = |group: &str, peer: &str| {
        let id = format!("{group}|ingress|tcp|80|80|{peer}");
        let rule = seen("security_group_rule", &id, &[], &[peer]);
        word(vec![left.clone(), theirs.clone(), rule], &id, Life::Ends)
    };
    let ours = "sg-0aaaaaaaaaaaaaaa1";
    assert_eq!((word("sg-1", ours), word(ours, "sg-1")), ("swept", "swept"));
    assert_eq!((word("sg-2", ours), word("sg-2", "sg-1")), ("foreign", "foreign"));
    // It goes with its group, and what it holds stays anyway.
    assert_eq!((word(ours, "sg-2"), word("sg-1", "sg-2")), ("nothing", "nothing"));
}

#[test]
fn storage_is_spoken_of_and_never_swept() {
    let tags =
        [("kubernetes.io/cluster/shop", "owned"), ("kubernetes.io/created-for/pvc/name", "orders")];
    assert_eq!(words(&seen("volume", "vol-1", &tags, &[])), ["data", "data", "nothing"]);
    assert_eq!(words(&seen("volume", "vol-1", &[], &[])), ["nothing"; 3]);
}

#[test]
fn a_default_group_is_in_the_way_only_with_a_rule_about_ours() {
    let group = |names: &[&str]| Sighting {
        name: "default".to_owned(),
        ..seen("security_group", "sg-1", &[], names)
    };
    assert_eq!(words(&group(&[])), ["nothing"; 3]);
    assert_eq!(words(&group(&["sg-0aaaaaaaaaaaaaaa1"])), ["foreign"; 3]);
}
