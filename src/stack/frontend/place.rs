//! `subnets` of a load balancer: where it stands, and whether it can.

use super::{
    super::{
        Scheme, Tier,
        reader::{Source, Span, Value, Written, listed, nearest},
        subnets::{self, Drafts},
        vpc::Network,
    },
    Draft, Family,
};
use crate::model::Diagnostic;

/// Which subnets are written.
pub(super) enum Wish {
    /// None: all of the scheme's tier are meant.
    All,
    /// These.
    Named(Vec<Written<String>>),
    /// Something that was not understood.
    Unknown,
}

/// The smallest subnet that an application load balancer stands in (Elastic Load Balancing user guide, "Subnets for
/// your load balancer").
const SMALLEST: u8 = 27;

pub(super) fn read(value: Option<Value<'_>>) -> Wish {
    let Some(value) = value else { return Wish::All };
    let Some(names) = value.strings() else { return Wish::Unknown };
    if value.is_list_of(0) {
        let help = "write the names of subnets, or remove `subnets` for one in each zone";
        value.source().report(
            value.error("a load balancer without subnets stands nowhere", "empty").help(help),
        );
        return Wish::Unknown;
    }
    if !value.is_list_of(names.len()) {
        return Wish::Unknown;
    }
    Wish::Named(names.into_iter().map(|name| name.map(str::to_owned)).collect())
}

/// The tier that a load balancer stands in unless it is told where.
const fn tier(scheme: Scheme) -> Tier {
    match scheme {
        Scheme::InternetFacing => Tier::Public,
        Scheme::Internal => Tier::Private,
    }
}

pub(super) fn check(source: &Source, draft: &Draft, network: &Network) {
    let (Some(drafts), Some(scheme)) = (&network.drafts, draft.scheme) else { return };
    match &draft.subnets {
        Wish::All => check_all(source, draft, scheme, drafts),
        Wish::Named(names) => check_named(source, draft, scheme, names, drafts),
        Wish::Unknown => {}
    }
}

fn check_all(source: &Source, draft: &Draft, scheme: Scheme, drafts: &Drafts) {
    if !drafts.complete {
        return;
    }
    let tier = tier(scheme);
    let zones = drafts.zones(tier);
    let word = tier.word();
    if zones.is_empty() {
        let message = format!("`[{}]` has no {word} subnets to stand in", draft.header());
        let finding =
            source.error(draft.scheme_place(), message, format!("stands in {word} subnets"));
        source.report(match scheme {
            Scheme::InternetFacing => finding.help(
                "add a subnet such as `public-a` under `[vpc.subnets]`, or write `scheme = \"internal\"`",
            ),
            Scheme::Internal => finding.note("unless `scheme` is written it is \"internal\"").help(
                "add a subnet such as `private-a` under `[vpc.subnets]`, or name others in `subnets`",
            ),
        });
    } else if let (Family::Application, 1) = (draft.family, zones.len()) {
        let first = zones.values().next().map(|subnet| &subnet.name);
        source.report(too_few(source, draft, draft.scheme_place(), word, first));
    }
    for subnet in zones.values() {
        check_size(source, draft, draft.scheme_place(), subnet);
    }
}

fn too_few(
    source: &Source,
    draft: &Draft,
    place: &Span,
    word: &str,
    first: Option<&Written<String>>,
) -> Diagnostic {
    let message = format!("`[{}]` needs subnets in two zones", draft.header());
    let finding = source.error(place, message, format!("{word} subnets in one zone only"));
    let finding = match first {
        Some(first) => finding.at(source.place(&first.span, "the only zone")),
        None => finding,
    };
    finding
        .note("AWS makes no application load balancer in a single zone")
        .help(format!("add a {word} subnet in another zone"))
}

fn check_size(source: &Source, draft: &Draft, place: &Span, subnet: &subnets::Draft) {
    if let (Family::Application, Some(cidr)) = (draft.family, &subnet.cidr)
        && cidr.value.prefix_len() > SMALLEST
    {
        let name = &subnet.name.value;
        let message = format!("`{name}` is too small for an application load balancer");
        source.report(
            source
                .error(&cidr.span, message, format!("smaller than a /{SMALLEST}"))
                .at(source.place(place, format!("`[{}]` stands in it", draft.header())))
                .note("AWS asks for at least eight free addresses in a /27")
                .help(format!("write a larger block, or leave `{name}` out of `subnets`")),
        );
    }
}

fn check_named(
    source: &Source,
    draft: &Draft,
    scheme: Scheme,
    names: &[Written<String>],
    drafts: &Drafts,
) {
    let mut zones: Vec<(String, &Written<String>)> = Vec::new();
    let mut understood = true;
    for name in names {
        let Some(subnet) = drafts.subnets.iter().find(|subnet| subnet.name.value == name.value)
        else {
            understood = false;
            if drafts.complete {
                source.report(unknown(source, name, drafts));
            }
            continue;
        };
        check_size(source, draft, &name.span, subnet);
        if scheme == Scheme::InternetFacing && subnet.tier != Tier::Public {
            source.report(not_public(source, draft, name, subnet.tier, drafts));
        }
        let Some(zone) = subnet.zone_key() else {
            understood = false;
            continue;
        };
        if let Some((_, first)) = zones.iter().find(|(other, _)| *other == zone) {
            let message = format!("two subnets in zone `{zone}`");
            source.report(
                source
                    .error(&name.span, message, "a second one")
                    .at(source.place(&first.span, "the first"))
                    .note("a load balancer has one subnet in each of its zones")
                    .help("keep one of the two"),
            );
        } else {
            zones.push((zone, name));
        }
    }
    if let (true, Family::Application, [(_, first)]) = (understood, draft.family, &zones[..]) {
        let tier = tier(scheme).word();
        source.report(too_few(source, draft, &first.span, tier, None));
    }
}

/// There is no such subnet.
pub(in crate::stack) fn unknown(
    source: &Source,
    name: &Written<String>,
    drafts: &Drafts,
) -> Diagnostic {
    let message = format!("there is no subnet `{}`", name.value);
    let unknown = source.error(&name.span, message, "unknown subnet");
    let all = || drafts.subnets.iter().map(|subnet| subnet.name.value.as_str());
    match nearest(&name.value, all()) {
        Some(meant) => unknown.help(format!("write `{meant}`")),
        None => unknown.help(format!("the subnets are {}", listed(all()))),
    }
}

/// The internet cannot reach what stands there.
pub(in crate::stack) fn not_public(
    source: &Source,
    draft: &Draft,
    name: &Written<String>,
    tier: Tier,
    drafts: &Drafts,
) -> Diagnostic {
    let message = format!("the internet cannot reach `[{}]` in `{}`", draft.header(), name.value);
    let label =
        format!("{} {} subnet", if tier == Tier::Isolated { "an" } else { "a" }, tier.word());
    let finding = source.error(&name.span, message, label);
    let finding = finding.at(source.place(draft.scheme_place(), "faces the internet"));
    let public: Vec<&str> =
        drafts.of(Tier::Public).map(|subnet| subnet.name.value.as_str()).collect();
    if public.is_empty() {
        finding.help("add a subnet such as `public-a` under `[vpc.subnets]`")
    } else {
        finding.help(format!("the public subnets are {}", listed(public)))
    }
}

/// The subnets that it may stand in, once everything was right.
pub(super) fn settle(wish: Wish, scheme: Scheme, network: &Network) -> Option<Vec<String>> {
    match wish {
        Wish::Named(names) => Some(names.into_iter().map(|name| name.value).collect()),
        Wish::All => {
            let subnets = network.drafts.as_ref()?.of(tier(scheme));
            let mut names: Vec<String> = subnets.map(|subnet| subnet.name.value.clone()).collect();
            names.sort_unstable();
            Some(names)
        }
        Wish::Unknown => None,
    }
}
