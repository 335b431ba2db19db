//! `records`: names, and what is answered there.

use std::collections::BTreeMap;

use super::{
    super::{
        DnsRecord, RecordType,
        names::is_in,
        reader::{Entry, Source, Span, Value, Written, listed, nearest},
    },
    Draft as Zone, answer,
    name::{self, Wrong},
};
use crate::model::Diagnostic;

/// Seconds for which answers are remembered unless something else is written.
const TTL: u32 = 300;

/// What could be understood of the answers at one name to one type.
pub(super) struct Draft {
    pub(super) name: Written<String>,
    pub(super) kind: RecordType,
    ttl: Option<Written<u32>>,
    values: Vec<Written<String>>,
}

impl Draft {
    /// It, once everything was right.
    pub(super) fn settle(self) -> DnsRecord {
        let mut values: Vec<String> = self.values.into_iter().map(|value| value.value).collect();
        values.sort();
        DnsRecord {
            name: self.name.value,
            record_type: self.kind,
            ttl: self.ttl.map_or(TTL, |ttl| ttl.value),
            values,
        }
    }
}

/// What one string or table says.
struct Part {
    kind: RecordType,
    ttl: Option<Written<u32>>,
    values: Vec<Written<String>>,
}

/// The records that could be understood, and whether these are all.
pub(super) fn read(value: &Value<'_>, zone: &str) -> (Vec<Draft>, bool) {
    let source = value.source();
    let Some(entries) = value.entries() else { return (Vec::new(), false) };
    let mut drafts: Vec<Draft> = Vec::new();
    let mut whole = true;
    for entry in &entries {
        let name = whole_name(source, &entry.key.span, entry.key.value, zone);
        let parts = parts(entry);
        let (Some(name), Some(parts)) = (name, parts) else {
            whole = false;
            continue;
        };
        let name = Written { value: name, span: entry.key.span.clone() };
        let first = drafts.len();
        for part in parts {
            let own = drafts[first..].iter_mut().find(|draft| draft.kind == part.kind);
            match own {
                Some(draft) => join(source, draft, part),
                None => {
                    let Part { kind, ttl, values } = part;
                    drafts.push(Draft { name: name.clone(), kind, ttl, values });
                }
            }
        }
    }
    for draft in &drafts {
        check_values(source, draft);
    }
    (drafts, whole)
}

/// Several strings of one type are one record.
fn join(source: &Source, draft: &mut Draft, part: Part) {
    draft.values.extend(part.values);
    match (&draft.ttl, part.ttl) {
        (Some(one), Some(other)) if one.value != other.value => {
            let message = format!("the {} records of a name have one `ttl`", draft.kind.name());
            source.report(
                source
                    .error(&other.span, message, "another one")
                    .at(source.place(&one.span, "one"))
                    .help("write the same twice, or only one"),
            );
        }
        (None, ttl) => draft.ttl = ttl,
        (Some(_), _) => {}
    }
}

/// The whole name that `written` is inside `zone`: `@` is the domain itself, what ends in the domain is whole already.
pub(super) fn whole_name(
    source: &Source,
    span: &Span,
    written: &str,
    zone: &str,
) -> Option<String> {
    if written == "@" {
        return Some(zone.to_owned());
    }
    let (plain, whole) = match written.strip_suffix('.') {
        Some(plain) => (plain, true),
        None => (written, false),
    };
    let lower = plain.to_ascii_lowercase();
    if is_in(&lower, zone) {
        return name::checked(source, span, plain);
    }
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    // `www.example.org` in the zone `example.com` would be `www.example.org.example.com`.
    let slip = lower.contains('.') && last(&lower) == last(zone);
    if whole || slip {
        let message = format!("`{written}` is not in the zone `{zone}`");
        let help = format!("write names of `{zone}` only, such as `www`, which is `www.{zone}`");
        source.report(source.error(span, message, "outside").help(help));
        return None;
    }
    // Every mistake in it is in what is written.
    if plain != "*" {
        name::checked(source, span, plain)?;
    }
    name::checked(source, span, &format!("{lower}.{zone}"))
}

fn parts(entry: &Entry<'_>) -> Option<Vec<Part>> {
    let value = entry.value.clone().like("\"A 192.0.2.1\"");
    if !value.is_list() {
        return Some(vec![part(&value)?]);
    }
    let items = value.list()?;
    if items.is_empty() {
        let message = format!("`{}` has no answer", entry.key.value);
        value.source().report(value.error(message, "empty").help(value.advice()));
        return None;
    }
    let parts: Vec<Part> = items.iter().filter_map(part).collect();
    (parts.len() == items.len()).then_some(parts)
}

fn part(value: &Value<'_>) -> Option<Part> {
    if value.is_table() {
        return value.table(|table| {
            let kind = table.required("type", "\"A\"").and_then(|value| {
                let word = value.string()?;
                record_type(&value, word.value, word.value)
            });
            let one = table.optional("value", "\"192.0.2.1\"");
            let all = table.optional("values", "[\"192.0.2.1\", \"192.0.2.2\"]");
            let ttl = table.optional("ttl", "300").and_then(|value| {
                // Route 53 API reference, ResourceRecordSet: the range of its type.
                let ttl = value.integer(0..=i64::from(i32::MAX))?;
                Some(ttl.map(|seconds| u32::try_from(seconds).unwrap_or(TTL)))
            });
            if one.is_none() && all.is_none() {
                let message = format!("`{}` has no answer", value.name());
                let help = "add `value = \"…\"`, or `values = [\"…\", \"…\"]`";
                value.source().report(value.error(message, "no `value`").help(help));
            }
            let items = match all {
                Some(all) => all.list(),
                None => Some(Vec::new()),
            };
            let items: Vec<Value<'_>> = one.into_iter().chain(items?).collect();
            let kind = kind?;
            let values: Vec<Written<String>> =
                items.iter().filter_map(|item| of_table(item, kind)).collect();
            let whole = !items.is_empty() && values.len() == items.len();
            whole.then_some(Part { kind, ttl, values })
        });
    }
    let text = value.clone().or_table().string()?;
    let written = text.value.trim();
    if written.is_empty() {
        let message = format!("`{}` has no answer", value.name());
        value.source().report(value.error(message, "empty").help(value.advice()));
        return None;
    }
    let (word, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
    let kind = record_type(value, word, written)?;
    match answer::all(kind, rest) {
        Ok(values) => {
            let written = |value| Written { value, span: text.span.clone() };
            Some(Part { kind, ttl: None, values: values.into_iter().map(written).collect() })
        }
        Err(wrong) => {
            report(value, kind, wrong);
            None
        }
    }
}

fn of_table(value: &Value<'_>, kind: RecordType) -> Option<Written<String>> {
    let text = value.string()?;
    match answer::one(kind, text.value) {
        Ok(answer) => Some(text.map(|_| answer)),
        Err(wrong) => {
            report(value, kind, wrong);
            None
        }
    }
}

fn report(value: &Value<'_>, kind: RecordType, (label, help): Wrong) {
    let message = format!("this is no answer of type {}", kind.name());
    value.source().report(value.error(message, label).help(help));
}

/// The type that `word` names, which begins the text `written`.
fn record_type(value: &Value<'_>, word: &str, written: &str) -> Option<RecordType> {
    let found = RecordType::ALL.into_iter().find(|kind| kind.name() == word);
    if found.is_some() {
        return found;
    }
    let error = value.error(format!("`{word}` is not a type of records"), "unknown type");
    let names = RecordType::ALL.map(RecordType::name);
    let guess = [RecordType::A, RecordType::Aaaa, RecordType::Cname]
        .into_iter()
        .find(|kind| answer::all(*kind, written).is_ok());
    value.source().report(match (word.to_ascii_uppercase().as_str(), guess) {
        ("SOA", _) => error.help("remove it; Route 53 writes it by itself"),
        ("ALIAS", _) => error.help(
            "remove it; what leads a name to a load balancer or an API follows from its `tls` or `domain`",
        ),
        (_, Some(kind)) => error.help(format!("write `\"{} {written}\"`", kind.name())),
        (_, None) => match nearest(word, names) {
            Some(meant) => error.help(format!("write `\"{meant}{}\"`", &written[word.len()..])),
            None => error.help(format!("the types are {}", listed(names))),
        },
    });
    None
}

fn check_values(source: &Source, draft: &Draft) {
    let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
    for value in &draft.values {
        if let Some(first) = seen.insert(&value.value, &value.span) {
            let message = format!("`{}` is answered twice", value.value);
            let error = source.error(&value.span, message, "again here");
            let error = if *first == value.span {
                error
            } else {
                error.at(source.place(first, "first here"))
            };
            source.report(error.help("remove one of the two"));
        }
    }
    if let (RecordType::Cname, [_, second, ..]) = (draft.kind, &draft.values[..]) {
        let message = format!("`{}` is another name of two names", draft.name.value);
        source.report(
            source
                .error(&second.span, message, "the second one")
                .note("a CNAME has one target")
                .help("remove one of the two"),
        );
    }
}

/// Holds the records of a zone against each other.
pub(super) fn check(source: &Source, zone: &str, records: &[Draft]) {
    let mut seen: BTreeMap<(&str, RecordType), &Draft> = BTreeMap::new();
    for record in records {
        let key = (record.name.value.as_str(), record.kind);
        if let Some(first) = seen.insert(key, record) {
            let message = format!("`{}` of type {} is written twice", key.0, key.1.name());
            source.report(
                source
                    .error(&record.name.span, message, "again here")
                    .at(source.place(&first.name.span, "first here"))
                    .help("write all answers of a type under one of the two"),
            );
        }
    }
    for record in records {
        let name = record.name.value.as_str();
        match record.kind {
            RecordType::Cname if name == zone => source.report(at_apex(source, record, zone)),
            RecordType::Ns if name == zone => source.report(
                source
                    .error(
                        &record.name.span,
                        format!("the name servers of `{zone}` are Route 53's to write"),
                        "the domain itself",
                    )
                    .help(
                        "remove it; NS records are for names below that another zone answers for",
                    ),
            ),
            RecordType::Cname => {
                let other = records
                    .iter()
                    .find(|other| other.name.value == name && other.kind != RecordType::Cname);
                if let Some(other) = other {
                    source.report(beside(source, record, other));
                }
            }
            RecordType::A
            | RecordType::Aaaa
            | RecordType::Caa
            | RecordType::Ds
            | RecordType::Mx
            | RecordType::Ns
            | RecordType::Ptr
            | RecordType::Srv
            | RecordType::Txt => {}
        }
    }
}

fn at_apex(source: &Source, record: &Draft, zone: &str) -> Diagnostic {
    let message = format!("`{zone}` itself cannot be another name of something");
    source
        .error(&record.name.span, message, "a CNAME at the domain itself")
        .note("the domain has records of its own, NS and SOA, and a CNAME stands alone at its name")
        .help("write the addresses as A and AAAA; or `www`, if that is meant")
        .help(format!(
            "a load balancer or an API of this stack answers at `{zone}` by its `tls` or `domain`"
        ))
}

fn beside(source: &Source, cname: &Draft, other: &Draft) -> Diagnostic {
    let message = format!("`{}` is another name and has answers of its own", cname.name.value);
    let place =
        |draft: &Draft| draft.values.first().map_or(&draft.name.span, |value| &value.span).clone();
    source
        .error(&place(cname), message, "a CNAME")
        .at(source.place(&place(other), format!("{} at the same name", other.kind.name())))
        .note("a CNAME stands alone at its name")
        .help("remove one of the two")
}

/// Names that another zone of the stack answers for: here only the delegation to it can stand.
pub(super) fn check_delegated(source: &Source, zone: &Zone, zones: &[&str]) {
    let own = zone.name.value.as_str();
    for record in &zone.records {
        let name = record.name.value.as_str();
        let below = zones.iter().filter(|other| other.len() > own.len() && is_in(name, other));
        let Some(other) = below.max_by_key(|other| other.len()) else { continue };
        let delegates = name == *other && matches!(record.kind, RecordType::Ns | RecordType::Ds);
        if !delegates {
            let message = format!("`{name}` is answered for by the zone `{other}`");
            source.report(
                source
                    .error(&record.name.span, message, "nobody asks here")
                    .help(format!("write it under `[dns.\"{other}\"]`")),
            );
        }
    }
}
