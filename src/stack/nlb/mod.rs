//! `[nlb.*]`: network load balancers.

mod check;
mod eips;
mod serves;

use super::{
    Claim, Nlb,
    frontend::{self, Family},
    head,
    named::Sort,
    reader::{Source, Table, Value, Written},
    services,
    vpc::Network,
};

/// The keys of each section.
const KEYS: [&str; 11] = [
    "scheme",
    "tls",
    "serves",
    "eips",
    "subnets",
    "allow",
    "cross_zone",
    "client_ip",
    "proxy_protocol",
    "deletion_protection",
    "access_logs",
];

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "serves = [\"orders\"]";

const SORT: Sort = Sort {
    section: "nlb",
    noun: "network load balancer",
    example: "api",
    keys: &KEYS,
    reserved: None,
    quota: 50,
};

/// What could be understood of one.
pub(super) struct Draft {
    frontend: frontend::Draft,
    /// The services that it has listeners for; none where one was not understood.
    serves: Option<Vec<serves::Draft>>,
    eips: Option<eips::Draft>,
    cross_zone: bool,
    client_ip: Option<Written<bool>>,
    proxy_protocol: Option<Written<bool>>,
}

/// Those that could be understood.
pub(super) fn read(value: &Value<'_>) -> Vec<Draft> {
    let drafts = SORT.sections(value).into_iter().filter_map(|entry| {
        let name = entry.key.map(str::to_owned);
        entry.value.table(|table| Some(keys(table, name)))
    });
    drafts.collect()
}

fn keys(table: &mut Table<'_>, name: Written<String>) -> Draft {
    table.hint(misplaced);
    table.other_names(&frontend::OTHER_NAMES);
    let flag =
        |table: &mut Table<'_>, key| table.optional(key, "true").and_then(|value| value.boolean());
    Draft {
        frontend: frontend::read(table, name, Family::Network),
        serves: table.required("serves", "[\"orders\"]").and_then(|value| serves::read(&value)),
        eips: match table.optional("eips", "\"create\"") {
            Some(value) => eips::read(&value),
            None => Some(eips::Draft::None),
        },
        cross_zone: flag(table, "cross_zone").is_some_and(|wanted| wanted.value),
        client_ip: flag(table, "client_ip"),
        proxy_protocol: flag(table, "proxy_protocol"),
    }
}

/// Where a key belongs that stands here by mistake, or what says the same here.
fn misplaced(key: &str) -> Option<String> {
    let help = match key {
        "routes" | "redirect" | "default" | "paths" | "rules" | "hosts" => {
            "a network load balancer knows neither hosts nor paths: write `serves = [\"orders\"]`, or \
             make it an `[alb.…]`"
                .to_owned()
        }
        "services" | "listeners" | "ports" | "targets" | "routes_to" => "write `serves`".to_owned(),
        "eip" | "eip_allocations" | "eip-allocations" | "addresses" | "subnet_mapping" => {
            "write `eips`".to_owned()
        }
        "cross_zone_load_balancing" | "enable_cross_zone_load_balancing" => {
            "write `cross_zone`".to_owned()
        }
        "preserve_client_ip" | "client_ip_preservation" => "write `client_ip`".to_owned(),
        "proxy_protocol_v2" | "proxy-protocol" => "write `proxy_protocol`".to_owned(),
        "idle_timeout" => "remove it; a network load balancer closes silent connections after 350 s".to_owned(),
        "security_groups" | "security-groups" => {
            "remove it; eksnet makes a security group, and `allow` says who may come in".to_owned()
        }
        _ if services::KEYS.contains(&key) => format!("write `{key}` under `[services.…]`"),
        _ if head::KEYS.contains(&key) => format!("write `{key}` under `[stack]`"),
        _ => return None,
    };
    Some(help)
}

impl Draft {
    /// Where its name is written.
    pub(super) fn name(&self) -> &Written<String> {
        self.frontend.name()
    }

    /// The names in the DNS that it wants to answer at.
    pub(super) fn claims(&self) -> Vec<Claim> {
        self.frontend.claims()
    }

    /// The services that it has listeners for, where all of them were understood.
    pub(super) fn served(&self) -> Option<Vec<&str>> {
        let serves = self.serves.as_ref()?;
        Some(serves.iter().map(|served| served.service.value.as_str()).collect())
    }

    /// Holds it against the services and the network.
    pub(super) fn check(
        &self,
        source: &Source,
        services: &services::Drafts,
        network: Option<&Network>,
    ) {
        // With addresses for each subnet, those are where it stands.
        let elsewhere = matches!(self.eips, Some(eips::Draft::Given(_)) | None);
        if let Some(network) = network {
            if !elsewhere || self.frontend.subnets_place().is_some() {
                self.frontend.check(source, network);
            }
            if let Some(eips) = &self.eips {
                eips::check(source, eips, &self.frontend, network);
            }
        }
        check::check(source, self, services);
    }

    /// It by its name, once everything was right.
    pub(super) fn settle(self, network: &Network) -> Option<(String, Nlb)> {
        let name = self.frontend.name().value.clone();
        let eips = self.eips?.settle();
        let stands = match &eips {
            super::Eips::Given(addresses) => Some(addresses.keys().cloned().collect()),
            super::Eips::None | super::Eips::Created => None,
        };
        let nlb = Nlb {
            frontend: self.frontend.settle(network, stands)?,
            serves: self.serves?.into_iter().map(serves::Draft::settle).collect(),
            eips,
            cross_zone: self.cross_zone,
            client_ip: self.client_ip.map(|wanted| wanted.value),
            proxy_protocol: self.proxy_protocol.is_some_and(|wanted| wanted.value),
        };
        Some((name, nlb))
    }
}
