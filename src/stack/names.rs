//! Names in the DNS: what `[dns.*]` says after every check, and what other sections claim.

use std::collections::BTreeSet;

use super::reader::Written;

/// A domain whose names a hosted zone answers for.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// Where the zone comes from.
    pub zone: ZoneSource,
    /// What stands in it beside what other sections claim, in the order of names and types.
    pub records: Vec<DnsRecord>,
    /// Names and types that may be there already and are taken over.
    pub adopt: BTreeSet<(String, RecordType)>,
}

/// Where a hosted zone comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneSource {
    /// The stack makes it.
    Created,
    /// It exists already, and only one public zone has its name.
    Named,
    /// It exists already under this id.
    Id(String),
}

/// What is answered when one name is asked for one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsRecord {
    /// The whole name, in lower case and without a dot at its end; `*.` may begin it.
    pub name: String,
    /// The type.
    pub record_type: RecordType,
    /// Seconds for which an answer may be remembered.
    pub ttl: u32,
    /// The answers as Route 53 keeps them, in alphabetical order.
    pub values: Vec<String>,
}

/// Types of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "their names are the field's own")]
pub enum RecordType {
    A,
    Aaaa,
    Caa,
    Cname,
    Ds,
    Mx,
    Ns,
    Ptr,
    Srv,
    Txt,
}

impl RecordType {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::A,
        Self::Aaaa,
        Self::Caa,
        Self::Cname,
        Self::Ds,
        Self::Mx,
        Self::Ns,
        Self::Ptr,
        Self::Srv,
        Self::Txt,
    ];

    /// Its name in the DNS.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Ds => "DS",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
        }
    }
}

/// A name in the DNS that some section wants to answer at: its certificate and its alias records follow from it.
pub(super) struct Claim {
    /// The name, in lower case and without a dot at its end; `*.` may begin it.
    pub(super) name: Written<String>,
    /// Who claims it, such as `alb.web`.
    pub(super) by: String,
    /// The key that it is written under, such as `tls`.
    pub(super) key: &'static str,
}

/// Whether `name` is `zone` or below it.
pub(crate) fn is_in(name: &str, zone: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Of `zones`, the most specific one that `name` is in.
pub(crate) fn zone_of<'a>(name: &str, zones: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    zones.filter(|zone| is_in(name, zone)).max_by_key(|zone| zone.len())
}
