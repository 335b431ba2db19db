//! `policies`: managed IAM policies that the pods of a service act under.

use std::collections::BTreeMap;

use super::super::reader::{Source, Span, Value, Written};

const EXAMPLE: &str = "\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"";

/// Policies of a role, unless AWS is asked for more (IAM user guide, quotas).
const MOST: usize = 10;

pub(super) fn read(value: &Value<'_>) -> Vec<String> {
    let source = value.source();
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut found = Vec::new();
    for arn in value.strings().unwrap_or_default() {
        if let Some(place) = first.get(arn.value) {
            source.report(
                source
                    .error(&arn.span, "this policy is written twice", "again here")
                    .at(source.place(place, "first here"))
                    .help("remove one of the two"),
            );
        } else if check(source, &arn) {
            found.push(arn.value.to_owned());
        }
        first.entry(arn.value).or_insert(arn.span);
    }
    if found.len() > MOST {
        source.report(
            source
                .warning(
                    &value.span(),
                    format!("{} policies are more than a role can have", found.len()),
                    "too many",
                )
                .note(format!("AWS lets a role have {MOST} unless it is asked for more"))
                .help("join some of them, or ask for a higher quota of IAM"),
        );
    }
    found
}

fn check(source: &Source, arn: &Written<&str>) -> bool {
    let parts: Vec<&str> = arn.value.splitn(6, ':').collect();
    let name = |resource: &str| resource.rsplit('/').next().unwrap_or_default().to_owned();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    let named = |resource: &str| {
        resource.starts_with("policy/")
            && !name(resource).is_empty()
            && name(resource).chars().all(allowed)
    };
    let digits = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if let ["arn", "aws", "iam", "", owner, resource] = parts[..]
        && (owner == "aws" || digits(owner))
        && named(resource)
    {
        return true;
    }
    let wrong = source.error(
        &arn.span,
        format!("`{}` is not the ARN of a managed policy", arn.value),
        "not a policy",
    );
    source.report(match parts[..] {
        [bare] if !bare.is_empty() && bare.chars().all(allowed) => wrong.help(format!(
            "write `\"arn:aws:iam::aws:policy/{bare}\"` if it is AWS's own; \
             `aws iam list-policies` shows the ARNs of all"
        )),
        ["arn", _, "iam", _, _, resource] if resource.starts_with("role/") => {
            wrong.help("write the policies that the role has; eksnet makes a role for the service")
        }
        _ => wrong.help(format!("write it as in `{EXAMPLE}`")),
    });
    false
}
