//! What a stack file means: defaults, and numbers that must never move.

use std::collections::BTreeMap;

use eksnet::{
    data::regions::REGIONS,
    model::Severity,
    stack::{Nat, Stack, Tier, Traffic, Zone, parse},
};

use super::SHOP;

pub(super) fn stack(text: &str) -> Stack {
    match parse("shop.toml", text) {
        Ok((stack, found)) => {
            assert!(found.iter().all(|it| it.severity == Severity::Warning), "{found:?}");
            stack
        }
        Err(found) => panic!("{found:?}"),
    }
}

fn network(region: &str, vpc: &str, subnets: &str) -> Stack {
    stack(&format!(
        "[stack]\nname = \"shop\"\nregion = \"{region}\"\n[vpc]\n{vpc}\n[vpc.subnets]\n{subnets}\n"
    ))
}

const FOUR: &str = "public-a = \"10.0.1.0/24\"\npublic-b = \"10.0.4.0/24\"\n\
                    private-a = \"10.0.2.0/24\"\nprivate-b = \"10.0.3.0/24\"";

#[test]
fn everything_that_can_be_written() {
    let stack = stack(SHOP);
    assert_eq!((stack.name.as_str(), stack.region.as_str()), ("shop", "ap-southeast-1"));
    assert_eq!(stack.account.as_deref(), Some("123456789012"));
    assert_eq!(stack.state.as_deref(), Some("s3://acme-eksnet/shop"));
    assert_eq!(stack.protect, ["nat_gateway.a"]);
    let tags: Vec<_> =
        stack.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(tags, [("cost center", "42"), ("team", "platform")]);

    let vpc = stack.vpc;
    assert_eq!(vpc.cidr.to_string(), "10.0.0.0/16");
    assert_eq!(vpc.nat, Nat::PerZone);
    let endpoints: Vec<_> =
        vpc.endpoints.iter().map(|it| (it.service.as_str(), it.gateway)).collect();
    assert_eq!(
        endpoints,
        [
            ("ec2", false),
            ("ecr.api", false),
            ("ecr.dkr", false),
            ("logs", false),
            ("s3", true),
            ("sts", false)
        ]
    );
    let logs = vpc.flow_logs.expect("flow logs");
    assert_eq!((logs.retention, logs.traffic, logs.interval), (90, Traffic::Reject, 60));
    let subnets: Vec<_> = vpc
        .subnets
        .iter()
        .map(|(name, it)| {
            (name.as_str(), it.tier, it.cidr.to_string(), it.zone.key(), it.ipv6_index)
        })
        .collect();
    let row = |name, tier, cidr: &str, zone: &str, index| {
        (name, tier, cidr.to_owned(), zone.to_owned(), Some(index))
    };
    assert_eq!(
        subnets,
        [
            row("isolated-db-a", Tier::Isolated, "10.0.5.0/24", "a", 5),
            row("isolated-db-c", Tier::Isolated, "10.0.6.0/24", "c", 6),
            row("private-a", Tier::Private, "10.0.2.0/24", "a", 2),
            row("private-b", Tier::Private, "10.0.3.0/24", "b", 77),
            row("public-a", Tier::Public, "10.0.1.0/24", "a", 1),
            row("public-b", Tier::Public, "10.0.4.0/24", "b", 4),
        ]
    );
    assert_eq!(vpc.subnets["public-a"].zone, Zone::Name("ap-southeast-1a".to_owned()));
    let pods = vpc.pods.expect("pods");
    let parts: Vec<_> = pods
        .zones
        .iter()
        .map(|(zone, part)| (zone.as_str(), part.cidr.to_string(), part.ipv6_index))
        .collect();
    assert_eq!(
        parts,
        [
            ("a", "100.64.0.0/18".to_owned(), Some(248)),
            ("b", "100.64.64.0/18".to_owned(), Some(249)),
        ]
    );
}

#[test]
fn what_is_not_written() {
    let vpc = network("ap-southeast-1", "cidr = \"10.0.0.0/16\"", FOUR).vpc;
    assert_eq!(vpc.nat, Nat::PerZone);
    assert!(vpc.endpoints.is_empty() && vpc.pods.is_none() && vpc.flow_logs.is_none() && !vpc.ipv6);
    assert!(vpc.subnets.values().all(|subnet| subnet.ipv6_index.is_none()));

    let private = "private-a = \"10.0.2.0/24\"\nprivate-b = \"10.0.3.0/24\"";
    assert_eq!(network("ap-southeast-1", "cidr = \"10.0.0.0/16\"", private).vpc.nat, Nat::None);

    let logs = |text: &str| {
        network("ap-southeast-1", &format!("cidr = \"10.0.0.0/16\"\nflow_logs = {text}"), FOUR)
            .vpc
            .flow_logs
    };
    assert_eq!(logs("false"), None);
    let default = logs("true").expect("flow logs");
    assert_eq!((default.retention, default.traffic, default.interval), (30, Traffic::All, 600));
    assert_eq!(logs("{}"), Some(default));
}

#[test]
fn addresses_of_gateways() {
    let vpc = "cidr = \"10.0.0.0/16\"\n\
               nat = { public-a = \"eipalloc-0123456789abcdef0\", public-b = \"eipalloc-12345678\" }";
    let expected = BTreeMap::from([
        ("public-a".to_owned(), "eipalloc-0123456789abcdef0".to_owned()),
        ("public-b".to_owned(), "eipalloc-12345678".to_owned()),
    ]);
    assert_eq!(network("ap-southeast-1", vpc, FOUR).vpc.nat, Nat::Addresses(expected));
}

#[test]
fn zones_by_name_and_by_id() {
    let subnets = "private-a = { cidr = \"10.0.2.0/24\", zone = \"apse1-az2\" }\n\
                   private-x1 = { cidr = \"10.0.3.0/24\", zone = \"apse1-az1\" }";
    let vpc =
        network("ap-southeast-1", "cidr = \"10.0.0.0/16\"\npods = \"100.64.0.0/16\"", subnets).vpc;
    assert_eq!(vpc.subnets["private-a"].zone, Zone::Id("apse1-az2".to_owned()));
    assert_eq!(vpc.subnets["private-a"].zone.key(), "az2");
    let parts: Vec<_> = vpc
        .pods
        .expect("pods")
        .zones
        .into_iter()
        .map(|(key, it)| (key, it.cidr.to_string()))
        .collect();
    let row = |zone: &str, cidr: &str| (zone.to_owned(), cidr.to_owned());
    assert_eq!(parts, [row("az1", "100.64.0.0/18"), row("az2", "100.64.64.0/18")]);

    let long = "private-apps = { cidr = \"10.0.2.0/24\", zone = \"ap-southeast-1b\" }\n\
                private-c = \"10.0.3.0/24\"";
    let vpc = network("ap-southeast-1", "cidr = \"10.0.0.0/16\"", long).vpc;
    assert_eq!(vpc.subnets["private-apps"].zone, Zone::Name("ap-southeast-1b".to_owned()));
}

/// Every zone of every Region, alone or with any other, has the same part for its pods and the same IPv6 numbers.
#[test]
fn numbers_depend_on_nothing_else() {
    for region in REGIONS {
        let mut parts: BTreeMap<char, (String, Option<u8>)> = BTreeMap::new();
        let letters: Vec<char> = region.letters().collect();
        for (position, one) in letters.iter().enumerate() {
            for other in &letters[position + 1..] {
                let line = |letter: char| {
                    let third = (letter as u8 - b'a') * 3 + 10;
                    format!("private-{letter} = \"10.0.{third}.0/24\"\n")
                };
                let vpc = "cidr = \"10.0.0.0/16\"\nipv6 = true\npods = \"100.64.0.0/16\"";
                let vpc = network(region.name, vpc, &(line(*one) + &line(*other))).vpc;
                let pods = vpc.pods.expect("pods").zones;
                for letter in [*one, *other] {
                    let part = &pods[&letter.to_string()];
                    let now = (part.cidr.to_string(), part.ipv6_index);
                    let first = parts.entry(letter).or_insert_with(|| now.clone());
                    assert_eq!(*first, now, "{} {letter}", region.name);
                    let index = vpc.subnets[&format!("private-{letter}")].ipv6_index;
                    assert_eq!(index, Some((letter as u8 - b'a') * 3 + 10));
                }
            }
        }
        let distinct: std::collections::BTreeSet<_> = parts.values().collect();
        assert_eq!(distinct.len(), parts.len(), "{}", region.name);
    }
}

#[test]
fn windows_files_mean_the_same() {
    let windows = format!("\u{feff}{}", SHOP.replace('\n', "\r\n"));
    assert_eq!(stack(&windows), stack(SHOP));
}

#[test]
fn order_means_nothing() {
    let (head, vpc) = SHOP.split_once("[vpc]").expect("a VPC");
    let (vpc, subnets) = vpc.split_once("[vpc.subnets]").expect("subnets");
    let mut lines: Vec<&str> = subnets.lines().collect();
    lines.reverse();
    let turned = format!("[vpc.subnets]\n{}\n[vpc]{vpc}\n{head}", lines.join("\n"));
    assert_eq!(stack(&turned), stack(SHOP));
}
