//! `version`: one of the Kubernetes versions that EKS has.

use super::super::reader::{Value, Written, listed};
use crate::data::kubernetes::{VERSIONS, Version, version};

pub(super) fn read(value: &Value<'_>) -> Option<Written<&'static Version>> {
    let text = value.string()?;
    if let Some(found) = version(text.value) {
        return Some(text.map(|_| found));
    }
    let unknown =
        value.error(format!("there is no Kubernetes `{}` on EKS", text.value), "unknown version");
    value.source().report(match meant(text.value) {
        Some((meant, true)) => unknown
            .note("EKS takes a minor version and chooses the patch itself")
            .help(format!("write `version = \"{}\"`", meant.name)),
        Some((meant, false)) => unknown.help(format!("write `version = \"{}\"`", meant.name)),
        None => unknown
            .note("these are the versions of August 2026; a later eksnet may know more")
            .help(format!("the versions are {}", listed(VERSIONS.iter().map(|it| it.name)))),
    });
    None
}

/// The version that was meant by `v1.36`, `1.36.2` or `v1.36.2-eks-3d4c5b`, and whether more than a minor version is
/// written.
fn meant(written: &str) -> Option<(&'static Version, bool)> {
    let plain = written.trim().trim_start_matches(['v', 'V']);
    let mut parts = plain.splitn(3, '.');
    let minor = format!("{}.{}", parts.next()?, parts.next()?);
    Some((version(&minor)?, parts.next().is_some()))
}
