//! `[dns.*]`: hosted zones, and who answers at which name.

mod answer;
mod claims;
mod name;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Claim, DnsRecord, Domain, RecordType, ZoneSource,
    names::zone_of,
    reader::{Entry, Source, Span, Table, Value, Written, listed},
};

/// What a section looks like at least.
const EXAMPLE: &str = "zone = \"create\"";

/// What could be understood of one.
pub(super) struct Draft {
    /// The domain, in its normal form.
    name: Written<String>,
    source: Option<ZoneSource>,
    records: Vec<records::Draft>,
    adopt: Vec<Written<(String, RecordType)>>,
    /// Every record was understood.
    whole: bool,
}

/// What could be understood of all.
#[derive(Default)]
pub(super) struct Drafts {
    zones: Vec<Draft>,
    /// Something was not understood, so that what is absent may yet be there.
    broken: bool,
}

/// Those that could be understood. Their names are domains.
pub(super) fn read(value: &Value<'_>) -> Drafts {
    let source = value.source();
    let Some(entries) = value.entries() else {
        return Drafts { broken: true, ..Drafts::default() };
    };
    if entries.is_empty() && source.intact() {
        source.report(
            value.error("`[dns]` holds no domain", "empty").help(format!(
                "write `[dns.\"example.com\"]`, with `{EXAMPLE}` below, or remove it"
            )),
        );
    }
    let mut drafts = Drafts::default();
    for entry in &entries {
        match section(entry) {
            Some(draft) => drafts.zones.push(draft),
            None => drafts.broken = true,
        }
    }
    check_twice(source, &drafts.zones);
    drafts
}

fn section(entry: &Entry<'_>) -> Option<Draft> {
    let (source, key) = (entry.value.source(), &entry.key);
    if !key.value.contains('.') {
        source.report(no_domain(entry));
        return None;
    }
    let name = name::checked(source, &key.span, key.value)?;
    if let Some(domain) = name.strip_prefix("*.") {
        let message = format!("`{name}` is not a domain");
        let help = format!("write `[dns.\"{domain}\"]`; `\"*\"` is a name among its records");
        source.report(source.error(&key.span, message, "a wildcard").help(help));
        return None;
    }
    let name = Written { value: name, span: key.span.clone() };
    entry.value.clone().of_section().table(|table| Some(keys(table, name)))
}

/// A domain of one part: most likely one whose dot was taken for that of TOML.
fn no_domain(entry: &Entry<'_>) -> crate::model::Diagnostic {
    let (source, key) = (entry.value.source(), entry.key.value);
    let parts = if entry.value.is_table() { entry.value.entries() } else { None };
    let below = parts.unwrap_or_default();
    let error = source.error(&entry.key.span, format!("`{key}` is not a domain"), "only one part");
    match &below[..] {
        [only] if only.value.is_table() => error
            .note("without quotes, every dot begins a table of its own")
            .help(format!("write `[dns.\"{key}.{}\"]`", only.key.value)),
        _ => error.help(format!("write the whole domain in quotes, as in `[dns.\"{key}.com\"]`")),
    }
}

fn keys(table: &mut Table<'_>, name: Written<String>) -> Draft {
    let zone = table.required("zone", "\"create\"");
    let source = zone.and_then(|value| zone_source(&value.like("\"create\"")));
    let records = table.optional("records", "{ www = \"A 192.0.2.1\" }");
    let (records, whole) = match records {
        None => (Vec::new(), true),
        Some(value) => records::read(&value, &name.value),
    };
    let adopt = table.optional("adopt", "[\"www A\"]");
    let adopt = adopt.map(|value| adopted(&value, &name.value)).unwrap_or_default();
    Draft { name, source, records, adopt, whole }
}

fn zone_source(value: &Value<'_>) -> Option<ZoneSource> {
    if value.is_table() {
        return value.table(|table| {
            let id = table.required("adopt", "\"Z0123456789ABCDEFGHIJ\"")?;
            zone_id(&id, id.string()?.value)
        });
    }
    let text = value.clone().or_table().string()?.value;
    match text {
        "create" => Some(ZoneSource::Created),
        "adopt" => Some(ZoneSource::Named),
        _ if text.starts_with(['Z', '/']) => zone_id(value, text),
        _ => value
            .choice(&[("create", ZoneSource::Created), ("adopt", ZoneSource::Named)])
            .map(|zone| zone.value),
    }
}

/// The id of a hosted zone (Route 53 API reference: up to 32 characters).
fn zone_id(value: &Value<'_>, text: &str) -> Option<ZoneSource> {
    let id = text.strip_prefix("/hostedzone/").unwrap_or(text);
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    if id.starts_with('Z') && id.len() <= 32 && id.len() > 3 && id.chars().all(fits) {
        return Some(ZoneSource::Id(id.to_owned()));
    }
    value.source().report(
        value
            .error(format!("`{text}` is not the id of a hosted zone"), "not an id")
            .note("ids begin with `Z`, and capital letters and digits follow")
            .help(
                "write `\"adopt\"` for the zone that has this name, or its id as Route 53 shows it",
            ),
    );
    None
}

/// Names and types that may be there already.
fn adopted(value: &Value<'_>, zone: &str) -> Vec<Written<(String, RecordType)>> {
    let source = value.source();
    let one = |text: Written<&str>| {
        let words: Vec<&str> = text.value.split_whitespace().collect();
        let kind = |word: &str| RecordType::ALL.into_iter().find(|kind| kind.name() == word);
        match words[..] {
            [name, word] if let Some(kind) = kind(word) => {
                let name = records::whole_name(source, &text.span, name, zone)?;
                Some(text.map(|_| (name, kind)))
            }
            _ => {
                let message = format!("`{}` names no record", text.value);
                let types = listed(RecordType::ALL.map(RecordType::name));
                source.report(
                    source
                        .error(&text.span, message, "not a name and a type")
                        .help(format!("write it as in `\"www A\"`; the types are {types}")),
                );
                None
            }
        }
    };
    value.strings().unwrap_or_default().into_iter().filter_map(one).collect()
}

/// Two sections may write one domain in two ways.
fn check_twice(source: &Source, zones: &[Draft]) {
    let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
    for zone in zones {
        if let Some(first) = seen.insert(&zone.name.value, &zone.name.span) {
            let message = format!("`{}` is written twice", zone.name.value);
            source.report(
                source
                    .error(&zone.name.span, message, "again here")
                    .at(source.place(first, "first here"))
                    .help("keep one of the two"),
            );
        }
    }
}

impl Draft {
    /// It by its name, once everything was right.
    fn settle(self) -> Option<(String, Domain)> {
        if !self.whole {
            return None;
        }
        let mut records: Vec<DnsRecord> =
            self.records.into_iter().map(records::Draft::settle).collect();
        records.sort_by(|one, other| {
            (&one.name, one.record_type).cmp(&(&other.name, other.record_type))
        });
        let adopt: BTreeSet<_> = self.adopt.into_iter().map(|entry| entry.value).collect();
        Some((self.name.value, Domain { zone: self.source?, records, adopt }))
    }
}

impl Drafts {
    /// Holds the zones against each other and against the names that other sections claim.
    pub(super) fn check(&self, source: &Source, claims: &[Claim]) {
        let zones: Vec<&str> = self.zones.iter().map(|zone| zone.name.value.as_str()).collect();
        for zone in &self.zones {
            records::check(source, &zone.name.value, &zone.records);
            records::check_delegated(source, zone, &zones);
        }
        claims::check(source, &self.zones, claims);
        self.check_delegations(source);
        if !self.broken && self.zones.iter().all(|zone| zone.whole) && source.intact() {
            claims::check_adopted(source, &self.zones, claims);
        }
    }

    /// A new zone below another one of the stack is found only if that one names its name servers, which Route 53
    /// chooses when it makes it.
    fn check_delegations(&self, source: &Source) {
        let names = || self.zones.iter().map(|zone| zone.name.value.as_str());
        for zone in self.zones.iter().filter(|zone| zone.source == Some(ZoneSource::Created)) {
            let name = zone.name.value.as_str();
            let above = zone_of(name, names().filter(|other| *other != name));
            let above = self.zones.iter().find(|other| Some(other.name.value.as_str()) == above);
            let Some(above) = above.filter(|above| above.whole) else { continue };
            let delegated = |record: &records::Draft| {
                record.name.value == name && record.kind == RecordType::Ns
            };
            if !above.records.iter().any(delegated) {
                let label = name.strip_suffix(&above.name.value).unwrap_or(name);
                source.report(
                    source
                        .warning(
                            &zone.name.span,
                            format!("nobody is led to the zone `{name}`"),
                            "a zone of its own",
                        )
                        .at(source.place(&above.name.span, "does not name its name servers"))
                        .note("Route 53 chooses them when it makes the zone")
                        .help(format!(
                            "apply, then write `\"{}\" = \"NS …\"` under `[dns.\"{}\".records]` with what \
                             `eksnet output hosted_zone.{name}.name_servers` shows",
                            label.trim_end_matches('.'),
                            above.name.value
                        )),
                );
            }
        }
    }

    /// Sees that every name is in some zone.
    pub(super) fn check_covered(&self, source: &Source, claims: &[Claim]) {
        if !self.broken && source.intact() {
            claims::check_covered(source, &self.zones, claims);
        }
    }

    /// All by their names, once everything was right.
    pub(super) fn settle(self) -> Option<BTreeMap<String, Domain>> {
        self.zones.into_iter().map(Draft::settle).collect()
    }
}
