//! `secrets`: what encrypts Kubernetes secrets.

use super::super::{Secrets, reader::Value};
use crate::data::regions::Region;

pub(super) fn read(value: &Value<'_>, region: Option<&Region>) -> Option<Secrets> {
    let text = value.string()?.value;
    if text == "created" {
        return Some(Secrets::Created);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", "aws", "kms", of, account, resource] = parts[..] else {
        let wrong = value.error(format!("`{text}` is not a KMS key"), "not the ARN of a key");
        value.source().report(wrong.help(
            "write `secrets = \"created\"` for a key of the stack's own, or \
             `\"arn:aws:kms:<region>:<account>:key/<id>\"`",
        ));
        return None;
    };
    let id = resource
        .strip_prefix("key/")
        .filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let finding = match (resource.strip_prefix("alias/"), id) {
        (Some(alias), _) => value
            .error("the key has to be named by its own ARN", "an alias")
            .note("an alias can come to mean another key, and what a cluster encrypts with never changes")
            .help(format!("write the ARN that `aws kms describe-key --key-id alias/{alias}` shows")),
        (None, Some(_)) if digits => match region {
            Some(region) if region.name != of => value
                .error(format!("the key is not in {}", region.name), format!("in {of}"))
                .note("EKS takes keys of the cluster's own Region")
                .help(format!("write a key of {}, or `secrets = \"created\"`", region.name)),
            Some(_) | None => return Some(Secrets::Key(text.to_owned())),
        },
        (None, _) => value
            .error("this is not the ARN of a KMS key", "not `<account>:key/<id>` at its end")
            .help("`aws kms describe-key --key-id <id>` shows the ARN of a key"),
    };
    value.source().report(finding);
    None
}
