//! `[cluster]`: the EKS cluster, put together from what each of its keys says.

mod addons;
mod admins;
mod api;
mod cni;
mod secrets;
mod support;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Cluster, Origin, Secrets, Tier, UpgradePolicy, head,
    kubernetes::Cni,
    nodes,
    reader::{Source, Span, Table, Value, Written},
    vpc::{self, Network},
};
use crate::data::{kubernetes::Version, regions::Region};

pub(super) use api::Access;
pub use support::support_warnings;

/// The keys of the section.
pub(super) const KEYS: [&str; 12] = [
    "version",
    "api",
    "admins",
    "logs",
    "cni",
    "secrets",
    "upgrade",
    "zonal_shift",
    "deletion_protection",
    "irsa",
    "addons",
    "name",
];

/// What the section looks like at least.
pub(super) const EXAMPLE: &str = "version = \"1.36\"";

const LOGS: [(&str, &str); 5] = [
    ("api", "api"),
    ("audit", "audit"),
    ("authenticator", "authenticator"),
    ("controllerManager", "controllerManager"),
    ("scheduler", "scheduler"),
];

const POLICIES: [(&str, UpgradePolicy); 2] =
    [("standard", UpgradePolicy::Standard), ("extended", UpgradePolicy::Extended)];

/// What could be understood of the section.
pub(super) struct Draft {
    pub(super) header: Span,
    /// The name that is written, if one is; none where it is wrong.
    name: Option<Option<String>>,
    version: Option<Written<&'static Version>>,
    /// Who reaches the API, where that is known.
    pub(super) api: Option<Access>,
    pub(super) cni: cni::Draft,
    admins: Vec<String>,
    logs: BTreeSet<String>,
    secrets: Option<Secrets>,
    upgrade: UpgradePolicy,
    zonal_shift: bool,
    deletion_protection: bool,
    /// Whether roles of service accounts are wanted.
    pub(super) irsa: bool,
    addons: BTreeMap<String, Option<String>>,
}

pub(super) fn read(table: &mut Table<'_>, header: Span, region: Option<&Region>) -> Draft {
    table.hint(misplaced);
    let flag = |table: &mut Table<'_>, key| {
        table.optional(key, "true").and_then(|value| value.boolean()).is_some_and(|it| it.value)
    };
    Draft {
        header,
        name: table.optional("name", "\"shop\"").map(|value| name(&value)),
        version: table.required("version", "\"1.36\"").and_then(|value| version::read(&value)),
        api: match table.optional("api", "\"both\"") {
            Some(value) => api::read(&value),
            None => Some(Access::DEFAULT),
        },
        cni: table
            .optional("cni", "{ prefixes = true }")
            .map(|value| cni::read(&value))
            .unwrap_or_default(),
        admins: table
            .optional("admins", "[\"arn:aws:iam::123456789012:role/Platform\"]")
            .map(|value| admins::read(&value))
            .unwrap_or_default(),
        logs: table
            .optional("logs", "[\"api\", \"audit\"]")
            .map(|value| logs(&value))
            .unwrap_or_default(),
        secrets: match table.optional("secrets", "\"created\"") {
            Some(value) => secrets::read(&value, region),
            None => Some(Secrets::Default),
        },
        upgrade: table
            .optional("upgrade", "\"extended\"")
            .and_then(|value| value.choice(&POLICIES))
            .map_or(UpgradePolicy::Extended, |policy| policy.value),
        zonal_shift: flag(table, "zonal_shift"),
        deletion_protection: flag(table, "deletion_protection"),
        irsa: flag(table, "irsa"),
        addons: table
            .optional("addons", "{ metrics-server = true }")
            .map(|value| addons::read(&value))
            .unwrap_or_default(),
    }
}

/// A name that EKS takes (EKS API reference, CreateCluster).
fn name(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let problem = if name.is_empty() {
        "empty"
    } else if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        "must start with a letter or a digit"
    } else if !name.chars().all(allowed) {
        "only letters, digits, hyphens and underscores"
    } else if name.len() > 100 {
        "longer than 100 characters"
    } else {
        return Some(name.to_owned());
    };
    let mut proposal: String = name.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    proposal = proposal.trim_matches(['-', '_']).chars().take(100).collect();
    let wrong = value.error(format!("a cluster cannot be called `{name}`"), problem);
    value.source().report(if proposal.is_empty() {
        wrong.help("remove `name`: the cluster is then called as the stack")
    } else {
        wrong.help(format!("write `name = \"{proposal}\"`, or remove it to use the stack's name"))
    });
    None
}

fn logs(value: &Value<'_>) -> BTreeSet<String> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for item in value.list().unwrap_or_default() {
        let Some(log) = item.choice(&LOGS) else { continue };
        if let Some(place) = first.get(log.value) {
            let source = value.source();
            source.report(
                source
                    .error(
                        &log.span,
                        format!("the log `{}` is asked for twice", log.value),
                        "again here",
                    )
                    .at(source.place(place, "first here"))
                    .help(format!("remove `\"{}\"`", log.value)),
            );
        } else {
            first.insert(log.value, log.span);
        }
    }
    first.into_keys().map(str::to_owned).collect()
}

/// Where a key belongs that stands here by mistake.
fn misplaced(key: &str) -> Option<String> {
    let section = if nodes::KEYS.contains(&key) {
        "[nodes.…]"
    } else if vpc::KEYS.contains(&key) {
        "[vpc]"
    } else if head::KEYS.contains(&key) {
        "[stack]"
    } else {
        return None;
    };
    Some(format!("write `{key}` under `{section}`"))
}

/// Holds the cluster against the network.
pub(super) fn check(source: &Source, draft: &Draft, network: &Network) {
    draft.cni.check(source, network);
    let Some(drafts) = network.drafts.as_ref().filter(|drafts| drafts.complete) else { return };
    let home = drafts.of(Tier::Private).chain(drafts.of(Tier::Public)).next();
    if home.is_none() && !drafts.subnets.is_empty() {
        source.report(
            source
                .error(&draft.header, "the cluster has no subnets to stand in", "all are isolated")
                .note("the control plane's network interfaces stand in private subnets, or in public ones")
                .help(
                    "call the subnets `private-…`; with `nat = \"none\"` nothing leads from them to \
                     the internet",
                ),
        );
    }
}

impl Draft {
    /// The cluster, once everything was right.
    pub(super) fn settle(self, source: &Source, stack: &str, network: &Network) -> Option<Cluster> {
        let version = self.version?;
        let custom = self.cni.custom().unwrap_or(network.pods.is_some());
        Some(Cluster {
            name: self.name.unwrap_or_else(|| Some(stack.to_owned()))?,
            version: version.value.name.to_owned(),
            version_origin: Origin(source.place(&version.span, "")),
            api: self.api?.settle(),
            admins: self.admins,
            logs: self.logs.into_iter().collect(),
            cni: Cni { custom, ..self.cni.settle() },
            secrets: self.secrets?,
            upgrade: self.upgrade,
            zonal_shift: self.zonal_shift,
            deletion_protection: self.deletion_protection,
            irsa: self.irsa,
            addons: self.addons,
        })
    }
}
