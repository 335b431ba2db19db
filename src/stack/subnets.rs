//! `[vpc.subnets]`: names with a tier and a zone in them, and their blocks.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::{
    Tier, Zone,
    block::{self, overlap},
    reader::{Entry, Source, Table, Value, Written, listed, nearest},
    zone,
};
use crate::{data::regions::Region, model::Diagnostic};

/// What could be understood of one subnet.
pub(super) struct Draft {
    pub(super) name: Written<String>,
    pub(super) tier: Tier,
    pub(super) cidr: Option<Written<Ipv4Net>>,
    pub(super) zone: Option<Written<Zone>>,
    pub(super) ipv6: Option<Written<u8>>,
}

impl Draft {
    /// The key of its zone, if that is known.
    pub(super) fn zone_key(&self) -> Option<String> {
        self.zone.as_ref().map(|zone| zone.value.key())
    }
}

/// What could be understood of all subnets.
pub(super) struct Drafts {
    pub(super) subnets: Vec<Draft>,
    /// Every subnet was understood as far as its tier and its zone, so that what is absent is absent.
    pub(super) complete: bool,
}

impl Drafts {
    /// Those of a tier.
    pub(super) fn of(&self, tier: Tier) -> impl Iterator<Item = &Draft> {
        self.subnets.iter().filter(move |subnet| subnet.tier == tier)
    }

    /// The zones that have subnets of a tier, by key, each with the first of them.
    pub(super) fn zones(&self, tier: Tier) -> BTreeMap<String, &Draft> {
        let mut zones = BTreeMap::new();
        for subnet in self.of(tier) {
            if let Some(key) = subnet.zone_key() {
                zones.entry(key).or_insert(subnet);
            }
        }
        zones
    }
}

/// What the section looks like.
pub(super) const EXAMPLE: &str = "public-a  = \"10.0.1.0/24\"\n\
                                  public-b  = \"10.0.4.0/24\"\n\
                                  private-a = \"10.0.2.0/24\"\n\
                                  private-b = \"10.0.3.0/24\"";

const TIERS: [Tier; 3] = [Tier::Public, Tier::Private, Tier::Isolated];

/// The longest name of a subnet; a name tag with the stack's name before it stays readable.
const LONGEST: usize = 40;

pub(super) fn read(value: &Value<'_>, region: Option<&Region>) -> Option<Drafts> {
    let entries = value.entries()?;
    let source = value.source();
    if entries.is_empty() && source.intact() {
        source.report(
            value
                .error("a VPC without subnets holds nothing", "no subnets")
                .help("write `private-a = \"10.0.2.0/24\"`"),
        );
    }
    let subnets: Vec<Draft> = entries.iter().filter_map(|entry| read_one(entry, region)).collect();
    let complete = source.intact()
        && subnets.len() == entries.len()
        && subnets.iter().all(|subnet| subnet.zone.is_some());
    Some(Drafts { subnets, complete })
}

fn read_one(entry: &Entry<'_>, region: Option<&Region>) -> Option<Draft> {
    let (source, key) = (entry.value.source(), &entry.key);
    let tier = read_name(source, key)?;
    let value = entry.value.clone().like("\"10.0.2.0/24\"");
    let (cidr, zone, ipv6) = if value.is_table() {
        let keys = |table: &mut Table<'_>| Some(read_long(table, key, region));
        value.table(keys).unwrap_or_default()
    } else {
        (block::of_subnet(&value.or_table()), read_zone(source, key, None, region), None)
    };
    let name = key.clone().map(str::to_owned);
    Some(Draft { name, tier, cidr, zone, ipv6 })
}

type Parts = (Option<Written<Ipv4Net>>, Option<Written<Zone>>, Option<Written<u8>>);

fn read_long(table: &mut Table<'_>, key: &Written<&str>, region: Option<&Region>) -> Parts {
    let cidr = table.required("cidr", "\"10.0.2.0/24\"").and_then(|value| block::of_subnet(&value));
    let zone = table.optional("zone", "\"a\"");
    let ipv6 = table.optional("ipv6", "0").and_then(|value| index(&value));
    (cidr, read_zone(table.source(), key, zone.as_ref(), region), ipv6)
}

/// A number of a /64 inside a /56.
pub(super) fn index(value: &Value<'_>) -> Option<Written<u8>> {
    // The range is that of the type.
    value.integer(0..=255).map(|number| number.map(|it| it as u8))
}

/// The tier that a name begins with, if any.
pub(super) fn tier(name: &str) -> Option<Tier> {
    let word = name.split('-').next()?;
    TIERS.into_iter().find(|tier| tier.word() == word)
}

/// The tier of a subnet by its name; what is wrong with the name is reported.
fn read_name(source: &Source, key: &Written<&str>) -> Option<Tier> {
    let name = key.value;
    let (word, rest) = name.split_once('-').unwrap_or((name, ""));
    let wrong = |label: &str| {
        source.error(&key.span, format!("`{name}` cannot be the name of a subnet"), label)
    };
    let finding = match tier(name) {
        None if word == "pods" => wrong("kept for the subnets of pods")
            .help("write `pods = \"100.64.0.0/16\"` under `[vpc]`; each zone gets its part of it"),
        None => no_tier(wrong("the name does not begin with a tier"), word, rest),
        Some(_) if rest.is_empty() => {
            wrong("no zone").help(format!("write `{word}-a`, for a subnet in zone `a`"))
        }
        Some(_) if !name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) => {
            wrong("only lower-case letters, digits and hyphens").help(plain(name))
        }
        Some(_) if name.ends_with('-') => wrong("ends with a hyphen").help(plain(name)),
        Some(_) if name.len() > LONGEST => {
            wrong("too long").help(format!("write a name of at most {LONGEST} characters"))
        }
        Some(tier) => return Some(tier),
    };
    source.report(finding);
    None
}

fn no_tier(wrong: Diagnostic, word: &str, rest: &str) -> Diagnostic {
    let tiers = || TIERS.iter().map(|tier| tier.word());
    let wrong = wrong.note(format!("the tiers are {}", listed(tiers())));
    match nearest(word, tiers()) {
        Some(meant) if rest.is_empty() => wrong.help(format!("write `{meant}-a`")),
        Some(meant) => wrong.help(format!("write `{meant}-{rest}`")),
        None => wrong.help("write `private-a`, or another tier and a zone"),
    }
}

fn plain(name: &str) -> String {
    let plain = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    format!("write `{}`", plain.trim_end_matches('-'))
}

/// The zone: the one that is written, or the letter that the name ends with.
fn read_zone(
    source: &Source,
    key: &Written<&str>,
    written: Option<&Value<'_>>,
    region: Option<&Region>,
) -> Option<Written<Zone>> {
    let last = key.value.rsplit('-').next().unwrap_or_default();
    let mut letters = last.chars().filter(char::is_ascii_lowercase);
    let letter = letters.next().filter(|_| last.len() == 1);
    let (Some(value), Some(letter)) = (written, letter) else {
        return match (written, letter) {
            (Some(value), _) => zone::read(value, region),
            (None, Some(letter)) => zone::by_letter(source, &key.span, letter, region),
            (None, None) => {
                let message = format!("`{}` does not say which zone it is in", key.value);
                source.report(source.error(&key.span, message, "no zone").help(format!(
                    "call it `{0}-a`, or write `{0} = {{ cidr = …, zone = \"a\" }}`",
                    key.value
                )));
                None
            }
        };
    };
    let zone = zone::read(value, region)?;
    // An id beside a letter is no contradiction: the letter is then only a name.
    if matches!(zone.value, Zone::Name(_)) && zone.value.key() != letter.to_string() {
        let message = format!(
            "`{}` is in zone `{letter}` by its name and in another by its `zone`",
            key.value
        );
        source.report(
            source
                .error(&zone.span, message, "another zone")
                .at(source.place(&key.span, format!("zone `{letter}`")))
                .help("remove `zone`, or give the subnet a name that ends otherwise"),
        );
    }
    Some(zone)
}

/// Holds the subnets against the VPC and against each other.
pub(super) fn check(
    source: &Source,
    drafts: &Drafts,
    vpc: Option<&Written<Ipv4Net>>,
    region: Option<&Region>,
) {
    for subnet in &drafts.subnets {
        if let (Some(vpc), Some(cidr)) = (vpc, &subnet.cidr) {
            check_inside(source, subnet, cidr, vpc);
        }
        if let (Some(region), Some(zone)) = (region, &subnet.zone) {
            zone::check_refused(source, zone, subnet.tier, region);
        }
    }
    for (one, first, other, second) in overlapping(drafts) {
        // What holds the whole VPC overlaps everything, and that was said.
        if vpc.is_some_and(|vpc| [first, second].iter().any(|it| larger(it.value, vpc.value))) {
            continue;
        }
        let message = format!("`{}` and `{}` overlap", one.name.value, other.name.value);
        source.report(
            source
                .error(&second.span, message, "these addresses")
                .at(source.place(&first.span, "are taken here"))
                .help(free(drafts, vpc, second.value)),
        );
    }
    check_mixture(source, drafts);
    check_spread(source, drafts, region);
}

/// Every two subnets that share addresses, with their blocks, in the order in which they are written.
///
/// Of two blocks that share addresses one holds the other. In the order of their first addresses, the larger before the
/// smaller, those that hold a block are a chain, and what has ended never comes again.
fn overlapping(drafts: &Drafts) -> Vec<(&Draft, &Written<Ipv4Net>, &Draft, &Written<Ipv4Net>)> {
    let mut blocks: Vec<(usize, &Draft, &Written<Ipv4Net>)> = drafts
        .subnets
        .iter()
        .enumerate()
        .filter_map(|(position, subnet)| Some((position, subnet, subnet.cidr.as_ref()?)))
        .collect();
    blocks.sort_by_key(|(position, _, cidr)| {
        (cidr.value.network(), cidr.value.prefix_len(), *position)
    });
    let mut around: Vec<(usize, &Draft, &Written<Ipv4Net>)> = Vec::new();
    let mut pairs = Vec::new();
    for block in blocks {
        while around.pop_if(|(_, _, outer)| !outer.value.contains(&block.2.value)).is_some() {}
        for outer in &around {
            let (first, second) = if outer.0 < block.0 { (*outer, block) } else { (block, *outer) };
            pairs.push((first, second));
        }
        around.push(block);
    }
    pairs.sort_by_key(|(first, second)| (first.0, second.0));
    pairs
        .into_iter()
        .map(|((_, one, first), (_, other, second))| (one, first, other, second))
        .collect()
}

fn check_inside(source: &Source, subnet: &Draft, cidr: &Written<Ipv4Net>, vpc: &Written<Ipv4Net>) {
    if vpc.value.contains(&cidr.value) {
        return;
    }
    let message = format!("`{}` is not inside the VPC", subnet.name.value);
    let label = if larger(cidr.value, vpc.value) { "larger than the VPC" } else { "outside" };
    source.report(
        source
            .error(&cidr.span, message, label)
            .at(source.place(&vpc.span, "the VPC's block"))
            .help(format!("write a block inside {}", vpc.value)),
    );
}

fn larger(subnet: Ipv4Net, vpc: Ipv4Net) -> bool {
    subnet != vpc && subnet.contains(&vpc)
}

/// A free block of the same size.
fn free(drafts: &Drafts, vpc: Option<&Written<Ipv4Net>>, like: Ipv4Net) -> String {
    let taken = |net: &Ipv4Net| {
        drafts
            .subnets
            .iter()
            .filter_map(|subnet| subnet.cidr.as_ref())
            .any(|cidr| overlap(cidr.value, *net))
    };
    let candidates = vpc.and_then(|vpc| vpc.value.subnets(like.prefix_len()).ok());
    match candidates.into_iter().flatten().find(|net| !taken(net)) {
        Some(net) => format!("write another block; `\"{net}\"` is free"),
        None => "write another block".to_owned(),
    }
}

/// One zone may have a name and an id, and only the account knows whether two of them are the same place.
fn check_mixture(source: &Source, drafts: &Drafts) {
    let zones = || drafts.subnets.iter().filter_map(|subnet| subnet.zone.as_ref());
    let name = zones().find(|zone| matches!(zone.value, Zone::Name(_)));
    let id = zones().find(|zone| matches!(zone.value, Zone::Id(_)));
    if let (Some(name), Some(id)) = (name, id) {
        let (first, second) = if name.span.start < id.span.start { (name, id) } else { (id, name) };
        source.report(
            source
                .warning(
                    &second.span,
                    "zones are written both by name and by id",
                    format!("`{}`", second.value),
                )
                .at(source.place(&first.span, format!("`{}`", first.value)))
                .note(
                    "which id a name has differs from account to account: the two may be one place",
                )
                .help("write all zones the same way"),
        );
    }
}

/// EKS asks for subnets in two zones (EKS user guide, network-reqs).
fn check_spread(source: &Source, drafts: &Drafts, region: Option<&Region>) {
    let tiers = [Tier::Private, Tier::Public, Tier::Isolated];
    let Some(tier) = tiers.into_iter().find(|tier| drafts.of(*tier).next().is_some()) else {
        return;
    };
    let zones = drafts.zones(tier);
    if let Some((zone, subnet)) = zones.first_key_value()
        && drafts.complete
        && zones.len() == 1
    {
        let word = tier.word();
        let letters = region.map_or("ab", |region| region.letters).chars().map(String::from);
        let other = letters.into_iter().find(|letter| letter != zone).unwrap_or_default();
        source.report(
            source
                .error(
                    &subnet.name.span,
                    format!("all {word} subnets are in zone `{zone}`"),
                    "the only zone",
                )
                .note("EKS asks for subnets in at least two zones")
                .help(format!("add a subnet in another zone, such as `{word}-{other}`")),
        );
    }
}
