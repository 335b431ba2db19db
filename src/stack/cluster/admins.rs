//! `admins`: IAM principals that administer the cluster, by their ARNs.

use std::collections::BTreeMap;

use super::super::reader::{Source, Span, Value, Written};
use crate::model::Diagnostic;

pub(super) fn read(value: &Value<'_>) -> Vec<String> {
    let source = value.source();
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for arn in value.strings().unwrap_or_default() {
        if let Some(wrong) = refused(source, &arn) {
            source.report(wrong);
        } else if let Some(place) = first.get(arn.value) {
            source.report(
                source
                    .error(&arn.span, "this principal is written twice", "again here")
                    .at(source.place(place, "first here"))
                    .note("EKS takes each principal once")
                    .help("remove one of the two"),
            );
        } else {
            first.insert(arn.value, arn.span);
        }
    }
    first.into_keys().map(str::to_owned).collect()
}

/// Why a principal cannot have an access entry (EKS user guide, creating-access-entries).
fn refused(source: &Source, arn: &Written<&str>) -> Option<Diagnostic> {
    let wrong = |message: &str, label: &str| Some(source.error(&arn.span, message, label));
    let not_arn = || {
        let message = format!("`{}` is not the ARN of a role or a user", arn.value);
        let wrong = source.error(&arn.span, message, "not an ARN of IAM");
        Some(wrong.help("write it as in `\"arn:aws:iam::123456789012:role/Platform\"`"))
    };
    let parts: Vec<&str> = arn.value.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts[..] else {
        return not_arn();
    };
    if partition != "aws" {
        return wrong("this principal is in another partition of AWS", "not `arn:aws:`")
            .map(|it| it.help("write a principal of AWS's public partition"));
    }
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return wrong("the account of this ARN is not twelve digits", "not an account").map(|it| {
            it.help("`aws sts get-caller-identity` shows the account of your credentials")
        });
    }
    let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
    let named = !name.is_empty()
        && name.split('/').all(|part| !part.is_empty())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_/-".contains(c));
    match (service, region, kind) {
        ("sts", "", "assumed-role") => {
            let role = name.split('/').next().unwrap_or_default();
            let session = wrong("a session cannot administer the cluster", "ends within hours")?;
            Some(if role.starts_with("AWSReservedSSO_") {
                // Its role has a path with the Region of IAM Identity Center, which the session's ARN does not say.
                session.help(format!(
                    "write what `aws iam get-role --role-name {role}` shows as `Arn`"
                ))
            } else {
                session
                    .help(format!("write the role's own: `\"arn:aws:iam::{account}:role/{role}\"`"))
            })
        }
        ("iam", "", "root") => {
            wrong("an account's root user cannot administer the cluster", "the root user")
                .map(|it| it.help("write a role or a user"))
        }
        ("iam", "", "group") => {
            wrong("a group cannot administer the cluster", "a group").map(|it| {
                it.note("IAM groups are no principals").help("write a role that its users assume")
            })
        }
        ("iam", "", "role" | "user") if named => None,
        _ => not_arn(),
    }
}
