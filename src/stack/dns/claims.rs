//! Names that load balancers and APIs want to answer at: each has one owner, and stands in some zone.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        Claim, RecordType,
        names::zone_of,
        reader::{Source, listed},
    },
    Draft, EXAMPLE,
};

/// What leads a name somewhere else, or says that it is somebody else's.
const LEADING: [RecordType; 4] =
    [RecordType::A, RecordType::Aaaa, RecordType::Cname, RecordType::Ns];

/// No two want to answer at one name, and no record does where somebody else wants to.
pub(super) fn check(source: &Source, zones: &[Draft], claims: &[Claim]) {
    let mut ordered: Vec<&Claim> = claims.iter().collect();
    ordered.sort_by_key(|claim| claim.name.span.start);
    let mut owners: BTreeMap<&str, &Claim> = BTreeMap::new();
    for claim in &ordered {
        let Some(first) = owners.get(claim.name.value.as_str()) else {
            owners.insert(&claim.name.value, claim);
            continue;
        };
        if first.by != claim.by {
            let name = &claim.name.value;
            let message = format!("`{}` and `{}` both answer at `{name}`", first.by, claim.by);
            source.report(
                source
                    .error(&claim.name.span, message, format!("`{}` of `{}`", claim.key, claim.by))
                    .at(source
                        .place(&first.name.span, format!("`{}` of `{}`", first.key, first.by)))
                    .note("one name leads to one place")
                    .help("give one of them another name"),
            );
        }
    }
    for record in zones.iter().flat_map(|zone| &zone.records) {
        let name = &record.name.value;
        if let Some(claim) = owners.get(name.as_str())
            && LEADING.contains(&record.kind)
        {
            let message = format!("`{}` already leads `{name}` to itself", claim.by);
            source.report(
                source
                    .error(&record.name.span, message, "leads it somewhere else")
                    .at(source
                        .place(&claim.name.span, format!("`{}` of `{}`", claim.key, claim.by)))
                    .note(format!("the records of a `{}` follow from it", claim.key))
                    .help("remove the record, or give one of them another name"),
            );
        }
    }
}

/// Every claimed name is in some zone.
pub(super) fn check_covered(source: &Source, zones: &[Draft], claims: &[Claim]) {
    let names = || zones.iter().map(|zone| zone.name.value.as_str());
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for claim in claims {
        let name = claim.name.value.as_str();
        if zone_of(name, names()).is_some() || !told.insert(name) {
            continue;
        }
        let bare = name.strip_prefix("*.").unwrap_or(name);
        let above = bare.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.'));
        let domain = above.unwrap_or(bare);
        let error = source
            .error(
                &claim.name.span,
                format!("`{name}` is in no zone of the stack"),
                "nobody's name",
            )
            .note("its records, and the proof that its certificate takes, stand in a hosted zone");
        let error = match names().next() {
            None => error,
            Some(_) => error.note(format!("the zones are {}", listed(names()))),
        };
        let error = error.help(format!(
            "add `[dns.\"{domain}\"]` with `zone = \"adopt\"` if Route 53 has this zone already, or \
             `{EXAMPLE}`"
        ));
        source.report(if claim.key == "tls" {
            error.help("or give `tls` the ARN of a certificate, and lead the name there yourself")
        } else {
            error
        });
    }
}

/// What is to be taken over is something that the stack makes.
pub(super) fn check_adopted(source: &Source, zones: &[Draft], claims: &[Claim]) {
    let names = || zones.iter().map(|zone| zone.name.value.as_str());
    for zone in zones {
        let own = zone.name.value.as_str();
        for adopted in &zone.adopt {
            let (name, kind) = &adopted.value;
            let written = zone
                .records
                .iter()
                .any(|record| record.name.value == *name && record.kind == *kind);
            let claimed = matches!(kind, RecordType::A | RecordType::Aaaa)
                && claims.iter().any(|claim| claim.name.value == *name)
                && zone_of(name, names()) == Some(own);
            if !written && !claimed {
                let message = format!("the stack has no record `{name}` of type {}", kind.name());
                source.report(
                    source
                        .error(&adopted.span, message, "nothing to become of it")
                        .note("what is taken over becomes what the stack file says of it")
                        .help("remove it, or write the record under `records`"),
                );
            }
        }
    }
}
