//! Availability zones as a stack file writes them: a letter, a name or an id.

use super::{
    Tier, Zone,
    reader::{Source, Span, Value, Written, listed},
};
use crate::data::regions::{REFUSED, REGIONS, Region};

/// The zone that a value names. Without a known Region only its form can be checked.
pub(super) fn read(value: &Value<'_>, region: Option<&Region>) -> Option<Written<Zone>> {
    let text = value.string()?;
    let (written, span) = (text.value, &text.span);
    let source = value.source();
    let letter = written.chars().last().filter(char::is_ascii_lowercase);
    let name = written.strip_suffix(|c: char| c.is_ascii_lowercase());
    if let (Some(letter), Some("")) = (letter, name) {
        return by_letter(source, span, letter, region);
    }
    if let (Some(letter), Some(of)) = (letter, name)
        && REGIONS.iter().any(|known| known.name == of)
    {
        return match region {
            Some(region) if region.name != of => {
                elsewhere(source, span, written, region);
                None
            }
            Some(_) | None => by_letter(source, span, letter, region),
        };
    }
    if let Some((prefix, number)) = written.rsplit_once("-az")
        && let Ok(number) = number.parse::<u8>()
        && REGIONS.iter().any(|known| known.prefix == prefix)
    {
        return match region {
            Some(region) if region.prefix != prefix => {
                elsewhere(source, span, written, region);
                None
            }
            Some(_) | None => by_number(source, span, written, number, region),
        };
    }
    let wrong = value.error(format!("`{written}` is not an availability zone"), "unknown zone");
    let (name, id) = match region {
        Some(region) => (region.name, region.prefix),
        None => ("ap-southeast-1", "apse1"),
    };
    source.report(
        wrong.help(format!("write a letter (`a`), a name (`{name}a`) or an id (`{id}-az1`)")),
    );
    None
}

/// The zone of `region` with a letter.
pub(super) fn by_letter(
    source: &Source,
    span: &Span,
    letter: char,
    region: Option<&Region>,
) -> Option<Written<Zone>> {
    let Some(region) = region else {
        return Some(Written { value: Zone::Name(letter.to_string()), span: span.clone() });
    };
    let zone = format!("{}{letter}", region.name);
    let known = || listed(region.letters().map(String::from));
    if region.letters().all(|known| known < letter) {
        source.report(
            source
                .error(span, format!("there is no zone `{zone}`"), format!("no zone `{letter}`"))
                .help(format!("the zones of {} are {}", region.name, known())),
        );
        return None;
    }
    if !region.letters().any(|known| known == letter) {
        source.report(
            source
                .warning(
                    span,
                    format!("not every account has a zone `{zone}`"),
                    "perhaps not in yours",
                )
                .note(format!("others see {} in {}", known(), region.name))
                .help("`aws ec2 describe-availability-zones` shows the zones of your account"),
        );
    }
    Some(Written { value: Zone::Name(zone), span: span.clone() })
}

fn by_number(
    source: &Source,
    span: &Span,
    id: &str,
    number: u8,
    region: Option<&Region>,
) -> Option<Written<Zone>> {
    let found = Written { value: Zone::Id(id.to_owned()), span: span.clone() };
    let Some(region) = region else { return Some(found) };
    if number == 0 || region.numbers.iter().all(|known| *known < number) {
        source.report(
            source.error(span, format!("there is no zone `{id}`"), "unknown zone").help(format!(
                "the zones of {} are {}",
                region.name,
                listed(region.ids())
            )),
        );
        return None;
    }
    if !region.numbers.contains(&number) && !REFUSED.contains(&id) {
        source.report(
            source
                .warning(
                    span,
                    format!("not every account has a zone `{id}`"),
                    "perhaps not in yours",
                )
                .note(format!("others see {} in {}", listed(region.ids()), region.name))
                .help("`aws ec2 describe-availability-zones` shows the zones of your account"),
        );
    }
    Some(found)
}

fn elsewhere(source: &Source, span: &Span, written: &str, region: &Region) {
    let message = format!("`{written}` is not in {}", region.name);
    source.report(source.error(span, message, "a zone of another Region").help(format!(
        "the zones of {} are {}",
        region.name,
        listed(region.letters().map(String::from))
    )));
}

/// Reports a zone in which EKS takes no subnets. Isolated subnets are not given to EKS.
pub(super) fn check_refused(source: &Source, zone: &Written<Zone>, tier: Tier, region: &Region) {
    let refused = match &zone.value {
        Zone::Id(id) => REFUSED.contains(&id.as_str()),
        // Which place a name means is known to the account alone.
        Zone::Name(_) => false,
    };
    match tier {
        Tier::Public | Tier::Private if refused => {
            let others = region.ids().filter(|id| !REFUSED.contains(&id.as_str()));
            source.report(
                source
                    .error(
                        &zone.span,
                        format!("EKS does not work in `{}`", zone.value),
                        "refused by EKS",
                    )
                    .note("EKS user guide: no cluster subnets in use1-az3, usw1-az2 and cac1-az3")
                    .help(format!("write one of {}", listed(others))),
            );
        }
        Tier::Public | Tier::Private | Tier::Isolated => {}
    }
}
