//! What `[alb.*]` and `[nlb.*]` have in common: who reaches a load balancer, where it stands, its certificates.

mod allow;
mod logs;
mod place;
mod tls;

use super::{
    AccessLogs, Claim, Frontend, Scheme,
    reader::{Source, Span, Table, Value, Written},
    vpc::Network,
};

pub(super) use place::{not_public, unknown};
pub(super) use tls::domain;

const SCHEMES: [(&str, Scheme); 2] =
    [("internet-facing", Scheme::InternetFacing), ("internal", Scheme::Internal)];

/// What the load balancer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Application,
    Network,
}

impl Family {
    /// The section that its load balancers are written in.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Application => "alb",
            Self::Network => "nlb",
        }
    }
}

/// What could be understood of it.
pub(super) struct Draft {
    family: Family,
    name: Written<String>,
    /// Who reaches it; the VPC alone unless written, since what is open to the internet has to be said.
    pub(super) scheme: Option<Scheme>,
    scheme_place: Option<Span>,
    subnets: place::Wish,
    subnets_place: Option<Span>,
    /// What is written about TLS.
    pub(super) tls: Option<tls::Draft>,
    allow: Vec<String>,
    deletion_protection: bool,
    access_logs: Option<AccessLogs>,
}

pub(super) fn read(table: &mut Table<'_>, name: Written<String>, family: Family) -> Draft {
    let scheme = table.optional("scheme", "\"internet-facing\"");
    let scheme_place = scheme.as_ref().map(Value::span);
    let subnets = table.optional("subnets", "[\"public-a\", \"public-b\"]");
    Draft {
        family,
        name,
        scheme: match scheme {
            Some(value) => value.choice(&SCHEMES).map(|scheme| scheme.value),
            None => Some(Scheme::Internal),
        },
        scheme_place,
        subnets_place: subnets.as_ref().map(Value::span),
        subnets: place::read(subnets),
        tls: table.optional("tls", "\"app.example.com\"").map(|value| tls::read(&value, family)),
        allow: table
            .optional("allow", "[\"203.0.113.0/24\"]")
            .map(|value| allow::read(&value))
            .unwrap_or_default(),
        deletion_protection: table
            .optional("deletion_protection", "true")
            .and_then(|value| value.boolean())
            .is_some_and(|wanted| wanted.value),
        access_logs: table.optional("access_logs", "\"acme-logs\"").and_then(|it| logs::read(&it)),
    }
}

/// What the Elastic Load Balancing API, Terraform and the load balancer controller call the keys.
pub(super) const OTHER_NAMES: [(&str, &str); 20] = [
    ("internal", "scheme"),
    ("public", "scheme"),
    ("internet_facing", "scheme"),
    ("load_balancer_scheme", "scheme"),
    ("subnet_ids", "subnets"),
    ("subnet_mapping", "subnets"),
    ("certificate", "tls"),
    ("certificate_arn", "tls"),
    ("certificate-arn", "tls"),
    ("certificates", "tls"),
    ("ssl_policy", "tls"),
    ("ssl-policy", "tls"),
    ("domain", "tls"),
    ("hosts", "tls"),
    ("cidrs", "allow"),
    ("inbound_cidrs", "allow"),
    ("inbound-cidrs", "allow"),
    ("source_ranges", "allow"),
    ("loadBalancerSourceRanges", "allow"),
    ("enable_deletion_protection", "deletion_protection"),
];

impl Draft {
    /// Where its name is written.
    pub(super) fn name(&self) -> &Written<String> {
        &self.name
    }

    /// Its header, such as `alb.web`.
    pub(super) fn header(&self) -> String {
        format!("{}.{}", self.family.section(), self.name.value)
    }

    /// Where it is said who reaches it, or its name.
    pub(super) fn scheme_place(&self) -> &Span {
        self.scheme_place.as_ref().unwrap_or(&self.name.span)
    }

    /// The names in the DNS that it wants to answer at.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let names = self.tls.iter().flat_map(|tls| &tls.names);
        let claim =
            |name: &Written<String>| Claim { name: name.clone(), by: self.header(), key: "tls" };
        names.map(claim).collect()
    }

    /// Where its subnets are written, if they are.
    pub(super) fn subnets_place(&self) -> Option<&Span> {
        self.subnets_place.as_ref()
    }

    /// Holds its place against the network.
    pub(super) fn check(&self, source: &Source, network: &Network) {
        place::check(source, self, network);
    }

    /// What it has in common with the other sort, once everything was right. `stands` are its subnets, where
    /// its addresses say so.
    pub(super) fn settle(self, network: &Network, stands: Option<Vec<String>>) -> Option<Frontend> {
        let scheme = self.scheme?;
        let subnets = match stands {
            Some(stands) => stands,
            None => place::settle(self.subnets, scheme, network)?,
        };
        Some(Frontend {
            scheme,
            subnets,
            tls: self.tls.map(tls::Draft::settle),
            allow: self.allow,
            deletion_protection: self.deletion_protection,
            access_logs: self.access_logs,
        })
    }
}
