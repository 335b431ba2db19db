//! `[stack]`: the name of the stack, where it lives, and what holds for all of it.

use super::{
    Stack, Vpc, cluster,
    contents::Contents,
    reader::{Entry, Table, Value, Written, nearest},
    vpc,
};
use crate::{
    data::regions::{REGIONS, Region, region},
    model::{Address, Tags},
};

/// The keys of the section.
pub(super) const KEYS: [&str; 7] =
    ["name", "region", "account", "tags", "state", "encryption", "protect"];

/// What the section looks like at least.
pub(super) const EXAMPLE: &str = "name   = \"shop\"\nregion = \"ap-southeast-1\"";

/// What could be understood of `[stack]`.
pub(super) struct Head {
    name: Option<String>,
    region: Option<&'static Region>,
    account: Option<String>,
    tags: Tags,
    state: Option<String>,
    encryption: Option<String>,
    protect: Vec<String>,
}

impl Head {
    /// The Region, if its name is written and right.
    pub(super) fn known_region(&self) -> Option<&'static Region> {
        self.region
    }

    /// Its name, if it is written and right.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The stack, with its network and what runs in it.
    pub(super) fn stack(self, vpc: Vpc, contents: Contents) -> Option<Stack> {
        let Contents { cluster, nodes, fargate, services, albs, nlbs, apis, zones } = contents;
        Some(Stack {
            name: self.name?,
            region: self.region?.name.to_owned(),
            account: self.account,
            tags: self.tags,
            state: self.state,
            encryption: self.encryption,
            protect: self.protect,
            vpc,
            cluster,
            nodes,
            fargate,
            services,
            albs,
            nlbs,
            apis,
            zones,
        })
    }
}

pub(super) fn read(table: &mut Table<'_>) -> Head {
    table.hint(misplaced);
    Head {
        name: table.required("name", "\"shop\"").and_then(|value| name(&value)),
        region: table.required("region", "\"ap-southeast-1\"").and_then(|value| known(&value)),
        account: table.optional("account", "\"123456789012\"").and_then(|value| account(&value)),
        tags: table
            .optional("tags", "{ team = \"platform\" }")
            .and_then(|value| tags(&value))
            .unwrap_or_default(),
        state: table.optional("state", "\"state/shop.json\"").and_then(|value| state(&value)),
        encryption: table
            .optional("encryption", "\"passphrase\"")
            .and_then(|value| encryption(&value)),
        protect: table
            .optional("protect", "[\"nat_gateway.a\"]")
            .map(|value| protect(&value))
            .unwrap_or_default(),
    }
}

/// Where a key belongs that stands here by mistake.
fn misplaced(key: &str) -> Option<String> {
    let section = if vpc::KEYS.contains(&key) {
        "[vpc]"
    } else if cluster::KEYS.contains(&key) {
        "[cluster]"
    } else {
        return None;
    };
    Some(format!("write `{key}` under `{section}`"))
}

/// The stack's name begins the names of IAM roles, load balancers and log groups, so it has the alphabet and the length
/// that all of them take.
fn name(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let problem = if name.is_empty() {
        "empty"
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        "must start with a lower-case letter"
    } else if !name.chars().all(allowed) {
        "only lower-case letters, digits and hyphens"
    } else if name.len() > 32 {
        "longer than 32 characters"
    } else if name.ends_with('-') {
        "must not end with a hyphen"
    } else {
        return Some(name.to_owned());
    };
    let mut proposal: String = name
        .to_lowercase()
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .skip_while(|c| !c.is_ascii_lowercase())
        .take(32)
        .collect();
    proposal.truncate(proposal.trim_end_matches('-').len());
    let proposal = if proposal.is_empty() { "shop" } else { &proposal };
    let wrong = value.error(format!("a stack cannot be called `{name}`"), problem);
    value.source().report(
        wrong
            .note(
                "it begins the names of what the stack makes: AWS takes 1 to 32 lower-case \
                 letters, digits and hyphens in all of them",
            )
            .help(format!("write `name = \"{proposal}\"`")),
    );
    None
}

fn known(value: &Value<'_>) -> Option<&'static Region> {
    let name = value.string()?.value;
    let found = region(name);
    if found.is_none() {
        let unknown =
            value.error(format!("there is no Region `{name}` with EKS"), "unknown Region");
        if ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            let other = unknown.note("eksnet knows the Regions of AWS's public partition only");
            value.source().report(other.help(value.advice()));
            return None;
        }
        let zone = REGIONS
            .iter()
            .find(|region| name.strip_prefix(region.name).is_some_and(|rest| rest.len() == 1));
        let meant = zone.map(|region| region.name);
        value.source().report(
            match meant.or_else(|| nearest(name, REGIONS.iter().map(|region| region.name))) {
                Some(meant) => unknown.help(format!("write `region = \"{meant}\"`")),
                None => unknown.help(value.advice()),
            },
        );
    }
    found
}

fn account(value: &Value<'_>) -> Option<String> {
    let id = value.string()?.value;
    if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(id.to_owned());
    }
    let wrong = value.error(format!("`{id}` is not an AWS account"), "not twelve digits");
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    value.source().report(if digits.len() == 12 {
        wrong.help(format!("write `account = \"{digits}\"`"))
    } else {
        wrong.help("`aws sts get-caller-identity` shows the account of your credentials")
    });
    None
}

fn state(value: &Value<'_>) -> Option<String> {
    let place = value.string()?.value;
    let problem = match place.split_once("://") {
        None if place.is_empty() => "empty",
        Some(("s3", path)) if path.split('/').next().is_none_or(str::is_empty) => "no bucket",
        Some(("s3", path)) if path.split_once('/').is_none_or(|(_, key)| key.is_empty()) => {
            "no key"
        }
        Some(("s3", _)) | None => return Some(place.to_owned()),
        Some(_) => "neither a path nor `s3://`",
    };
    value.source().report(
        value
            .error(format!("state cannot be kept in `{place}`"), problem)
            .help("write a path such as `\"state/shop.json\"`, or `\"s3://bucket/shop\"`"),
    );
    None
}

/// The passphrase itself is not for the file: it is in the environment, or in a file that the environment names.
fn encryption(value: &Value<'_>) -> Option<String> {
    let way = value.string()?.value;
    let parts: Vec<&str> = way.split(':').collect();
    let problem = match &parts[..] {
        ["passphrase"] => return Some(way.to_owned()),
        ["arn", "aws", "kms", region, account, key]
            if self::region(region).is_some() && account.len() == 12 =>
        {
            if key.starts_with("key/") || key.starts_with("alias/") {
                return Some(way.to_owned());
            }
            "neither a key nor an alias"
        }
        ["arn", ..] => "not the ARN of a KMS key",
        [..] => "neither `passphrase` nor an ARN",
    };
    value.source().report(
        value.error(format!("a state cannot be encrypted with `{way}`"), problem).help(
            "write `\"passphrase\"` and set EKSNET_STATE_PASSPHRASE, or write the ARN of a KMS key",
        ),
    );
    None
}

fn protect(value: &Value<'_>) -> Vec<String> {
    let addresses = value.strings().unwrap_or_default();
    for address in &addresses {
        if let Err(problem) = address.value.parse::<Address>() {
            let (message, help) = problem.split_once("; ").unwrap_or((&problem, ""));
            let wrong = value.source().error(&address.span, message, "not an address");
            value.source().report(wrong.help(help));
        }
    }
    addresses.into_iter().map(|address| address.value.to_owned()).collect()
}

/// AWS allows 50 tags on a resource; eksnet and Kubernetes controllers take up to ten of them.
const TAGS: usize = 40;

fn tags(value: &Value<'_>) -> Option<Tags> {
    let entries = value.entries()?;
    if entries.len() > TAGS {
        let message = format!("{} tags are more than the {TAGS} a stack can have", entries.len());
        let many = value.error(message, "too many");
        value.source().report(
            many.note("AWS takes 50 on a resource; the rest are for eksnet and controllers")
                .help(format!("remove {}", entries.len() - TAGS)),
        );
    }
    Some(entries.iter().filter_map(tag).collect())
}

fn tag(entry: &Entry<'_>) -> Option<(String, String)> {
    let source = entry.value.source();
    let key = &entry.key;
    if let Some((problem, help)) = refused_key(key) {
        let message = format!("`{}` cannot be the key of a tag", key.value);
        source.report(source.error(&key.span, message, problem).help(help));
    }
    let text = entry.value.clone().like("\"platform\"").string()?.value;
    let (problem, help) = if text.chars().count() > 256 {
        ("longer than 256 characters", "write a shorter value")
    } else if !text.chars().all(taggable) {
        ("a character that AWS does not take in tags", ALPHABET)
    } else {
        return Some((key.value.to_owned(), text.to_owned()));
    };
    let message = format!("this cannot be the value of tag `{}`", key.value);
    source.report(entry.value.error(message, problem).help(help));
    None
}

const ALPHABET: &str = "use letters, digits, spaces and any of `+ - = . _ : / @`";

/// EC2 user guide, "Tag restrictions"; the characters are those that every service takes.
fn taggable(c: char) -> bool {
    c.is_alphanumeric() || " +-=._:/@".contains(c)
}

fn refused_key(key: &Written<&str>) -> Option<(&'static str, &'static str)> {
    let name = key.value;
    let lower = name.to_lowercase();
    if lower.starts_with("aws:") {
        Some(("AWS keeps `aws:` to itself", "write it without `aws:`"))
    } else if lower.starts_with("eksnet:") {
        Some(("eksnet knows its resources by these", "remove it"))
    } else if name == "Name" {
        Some(("eksnet names each resource itself", "remove it"))
    } else if lower.starts_with("kubernetes.io/") {
        // On every subnet at once it would make the load balancer controller take wrong ones.
        Some((
            "controllers choose resources by these",
            "remove it; eksnet sets it where it belongs",
        ))
    } else if name.is_empty() || name.chars().count() > 128 {
        Some(("not 1 to 128 characters", "write a key of 1 to 128 characters"))
    } else if !name.chars().all(taggable) {
        Some(("a character that AWS does not take in tags", ALPHABET))
    } else {
        None
    }
}
