//! Names: hosted zones, certificates, and the records that lead a name to what answers at it.

use super::{Draft, address};
use crate::{
    kinds::{Alias, Certificate, Existing, HostedZone, Kind, Record},
    model::{Address, Identity, Ref},
    stack::{DnsRecord, RecordType, Stack, ZoneSource, zone_of},
};

/// The zones that a stack uses without owning them.
pub fn existing(stack: &Stack) -> Vec<Existing> {
    let zones = stack.zones.iter().filter_map(|(name, domain)| {
        let id = match &domain.zone {
            ZoneSource::Created => return None,
            ZoneSource::Named => None,
            ZoneSource::Id(id) => Some(Identity::from(id.as_str())),
        };
        let fields = HostedZone { name: name.clone(), comment: String::new() };
        Some(Existing {
            kind: HostedZone::FACTS.name,
            fields: serde_json::to_value(fields).expect("a kind's fields serialise"),
            id,
            question: question(name),
        })
    });
    zones.collect()
}

/// The choice that remembers which zone has the name.
fn question(zone: &str) -> String {
    format!("hosted zone of {zone}")
}

/// Draws zones and what the stack file writes into them. Comes after everything that leads names to itself.
pub(super) fn draw(draft: &mut Draft<'_>) {
    for (name, domain) in &draft.stack.zones {
        if domain.zone == ZoneSource::Created {
            let comment = format!("eksnet stack {}", draft.stack.name);
            draft.add(&section(name), name, HostedZone { name: name.clone(), comment });
        }
        for record in &domain.records {
            written(draft, name, record);
        }
        for (name, kind) in &domain.adopt {
            if let Some(resource) = draft.desired.get_mut(&answer(name, *kind)) {
                resource.adopt = true;
            }
        }
    }
}

fn section(zone: &str) -> String {
    format!("dns.\"{zone}\"")
}

/// The address of the record at `name` of a type.
fn answer(name: &str, kind: RecordType) -> Address {
    address::<Record>(&format!("{name}/{}", kind.name()))
}

fn written(draft: &mut Draft<'_>, zone: &str, record: &DnsRecord) {
    let DnsRecord { name, record_type, ttl, values } = record;
    let Some(id) = zone_id(draft, zone) else { return };
    let fields = Record {
        zone: id,
        name: Ref::from(name.as_str()),
        r#type: record_type.name().to_owned(),
        ttl: Some(*ttl),
        values: values.iter().map(|value| Ref::from(value.as_str())).collect(),
        alias: None,
    };
    draft.add(&section(zone), answer(name, *record_type).name(), fields);
}

/// The id of a zone of the stack file; of one that exists already, the one that was found.
fn zone_id(draft: &mut Draft<'_>, zone: &str) -> Option<Ref> {
    if draft.stack.zones.get(zone)?.zone == ZoneSource::Created {
        return Some(Ref::id(&address::<HostedZone>(zone)));
    }
    let question = question(zone);
    let id = draft.former.get(&question)?.clone();
    draft.choices.insert(question, id.clone());
    Some(Ref::from(id))
}

/// The zone that `name` stands in, and its id.
fn zone_for(draft: &mut Draft<'_>, name: &str) -> Option<(String, Ref)> {
    let zone = zone_of(name, draft.stack.zones.keys().map(String::as_str))?.to_owned();
    let id = zone_id(draft, &zone)?;
    Some((zone, id))
}

/// The ARN of an issued certificate for `name`, drawn once however many listeners ask for it.
pub(super) fn certificate(draft: &mut Draft<'_>, name: &str) -> Ref {
    let (domain, wildcard) = match name.strip_prefix("*.") {
        Some(domain) => (domain, true),
        None => (name, false),
    };
    // A `*` cannot stand in a tag, and the address is one.
    let label = if wildcard { format!("{domain}/wildcard") } else { domain.to_owned() };
    let certificate = address::<Certificate>(&label);
    let zone = zone_for(draft, domain);
    let section = zone.as_ref().map_or_else(|| "dns".to_owned(), |(zone, _)| section(zone));
    draft.add(&section, &label, Certificate { domain: domain.to_owned(), wildcard });
    // ACM finds one record for a domain and for what is right below it.
    let validation = format!("{domain}/validation");
    if let Some((_, zone)) = zone
        && !draft.desired.contains_key(&address::<Record>(&validation))
    {
        let fields = Record {
            zone,
            name: Ref::output(&certificate, "validation_name"),
            r#type: RecordType::Cname.name().to_owned(),
            ttl: Some(300),
            values: vec![Ref::output(&certificate, "validation_value")],
            alias: None,
        };
        draft.add(&section, &validation, fields);
    }
    Ref::id(&certificate)
}

/// Leads `name` to `target`, a resource with the outputs `dns_name` and `zone_id`. `section` is who asks for it.
pub(super) fn alias(draft: &mut Draft<'_>, section: &str, name: &str, target: &Address) {
    let Some((_, zone)) = zone_for(draft, name) else { return };
    let kinds: &[RecordType] =
        if draft.stack.vpc.ipv6 { &[RecordType::A, RecordType::Aaaa] } else { &[RecordType::A] };
    for kind in kinds {
        let alias = Alias {
            dns_name: Ref::output(target, "dns_name"),
            zone_id: Ref::output(target, "zone_id"),
            evaluate_target_health: true,
        };
        let fields = Record {
            zone: zone.clone(),
            name: Ref::from(name),
            r#type: kind.name().to_owned(),
            ttl: None,
            values: Vec::new(),
            alias: Some(alias),
        };
        draft.add(section, answer(name, *kind).name(), fields);
    }
}
