//! Random stacks that are right: every combination of zones, tiers, NAT, endpoints, pods, IPv6, flow logs and tags that
//! the language takes.

use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::{Just, Strategy, any},
    sample::{select, subsequence},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

const ZONES: [&str; 3] = ["a", "b", "c"];
/// Two, so that they and a gateway in each of three zones stay within the five addresses of an account.
const ADDRESSES: [&str; 2] = ["eipalloc-0a1b2c3d4e5f60001", "eipalloc-0a1b2c3d4e5f60002"];

/// What a random stack file says.
#[derive(Clone)]
pub struct Wild {
    /// Second number of the VPC's addresses.
    pub network: u8,
    /// Name to the sixteenth of the VPC that it begins in, and its length.
    pub subnets: Vec<(String, u8, u8)>,
    pub nat: String,
    pub endpoints: Vec<&'static str>,
    pub pods: Option<&'static str>,
    pub ipv6: bool,
    pub flow_logs: Option<(u16, &'static str, u16)>,
    pub tags: BTreeMap<&'static str, u8>,
}

impl fmt::Debug for Wild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.text())
    }
}

impl Wild {
    /// The stack file.
    pub fn text(&self) -> String {
        let tags: Vec<String> =
            self.tags.iter().map(|(key, value)| format!("{key} = \"{value}\"")).collect();
        let endpoints: Vec<String> =
            self.endpoints.iter().map(|name| format!("\"{name}\"")).collect();
        let mut lines = vec![
            "[stack]\nname = \"wild\"\nregion = \"ap-southeast-1\"".to_owned(),
            format!("tags = {{ {} }}", tags.join(", ")),
            format!("[vpc]\ncidr = \"10.{}.0.0/16\"\nnat = {}", self.network, self.nat),
            format!("endpoints = [{}]\nipv6 = {}", endpoints.join(", "), self.ipv6),
        ];
        lines.extend(self.pods.map(|block| format!("pods = \"{block}\"")));
        lines.extend(self.flow_logs.map(|(retention, traffic, interval)| {
            format!("flow_logs = {{ retention = {retention}, traffic = \"{traffic}\", interval = {interval} }}")
        }));
        lines.push("[vpc.subnets]".to_owned());
        lines.extend(self.subnets.iter().map(|(name, slot, length)| {
            format!("{name} = \"10.{}.{}.0/{length}\"", self.network, slot * 16)
        }));
        lines.join("\n") + "\n"
    }
}

/// A stack.
pub fn stack() -> impl Strategy<Value = Wild> {
    let names = [
        "public-a",
        "public-b",
        "public-c",
        "private-a",
        "private-b",
        "private-c",
        "isolated-a",
        "isolated-b",
    ];
    let more = ["public-x-a", "private-x-a", "private-x-b", "isolated-c"];
    let names: Vec<&str> = names.into_iter().chain(more).collect();
    let subnets = (subsequence(names, 2..=10), vec((0..16u8, 20..=28u8), 12));
    let parts = (
        subsequence(vec!["s3", "dynamodb", "ecr", "sts"], 0..=4),
        option::weighted(0.3, select(vec!["100.64.0.0/16", "100.65.0.0/17", "100.64.0.0/17"])),
        any::<bool>(),
        option::weighted(
            0.3,
            (
                select(vec![1u16, 30, 365]),
                select(vec!["all", "accept", "reject"]),
                select(vec![60u16, 600]),
            ),
        ),
        btree_map(select(vec!["team", "stage", "cost"]), 0..3u8, 0..3),
    );
    let network = select(vec![0, 0, 0, 8u8]);
    (network, subnets, 0..6usize, Just([0, 1]).prop_shuffle(), parts).prop_filter_map(
        "a mistake in the file",
        |(network, (names, places), nat, order, (endpoints, pods, ipv6, flow_logs, tags))| {
            let mut subnets = Vec::new();
            let mut taken = BTreeSet::new();
            for (name, (slot, length)) in names.into_iter().zip(places) {
                // The next free sixteenth.
                let slot =
                    (slot..slot + 16).map(|slot| slot % 16).find(|slot| taken.insert(*slot))?;
                subnets.push((name.to_owned(), slot, length));
            }
            let nat = nat_of(nat, &subnets, &order);
            let wild = Wild { network, subnets, nat, endpoints, pods, ipv6, flow_logs, tags };
            eksnet::stack::parse("wild.toml", &wild.text()).is_ok().then_some(wild)
        },
    )
}

/// A way out, written as the subnets allow.
fn nat_of(choice: usize, subnets: &[(String, u8, u8)], order: &[usize]) -> String {
    let public = ZONES.iter().filter_map(|zone| {
        subnets
            .iter()
            .map(|(name, ..)| name)
            .find(|name| name.starts_with("public") && name.ends_with(zone))
    });
    let public: Vec<&String> = public.collect();
    match choice {
        0 => "\"none\"".to_owned(),
        1 => "\"single\"".to_owned(),
        2 | 3 => "\"per-az\"".to_owned(),
        4 => "\"regional\"".to_owned(),
        _ if public.is_empty() => "\"none\"".to_owned(),
        _ => {
            let given =
                public.iter().zip(order).map(|(name, n)| format!("{name} = \"{}\"", ADDRESSES[*n]));
            format!("{{ {} }}", given.collect::<Vec<_>>().join(", "))
        }
    }
}
