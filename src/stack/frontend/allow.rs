//! `allow`: who may come in, by blocks of addresses and prefix lists.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::super::reader::{Span, Value, Written};

/// Rules that a security group has in one direction, unless AWS is asked for more; each block is one for each port.
const MOST: usize = 30;

pub(super) fn read(value: &Value<'_>) -> Vec<String> {
    let source = value.source();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let Some(items) = value.strings() else { return Vec::new() };
    for item in &items {
        let Some(peer) = peer(value, item) else { continue };
        if let Some(place) = first.get(&peer) {
            source.report(
                source
                    .error(&item.span, format!("{peer} is written twice"), "again here")
                    .at(source.place(place, "first here"))
                    .help("remove one of the two"),
            );
        } else {
            first.insert(peer, item.span.clone());
        }
    }
    if value.is_list_of(0) {
        source.report(
            value
                .error("a load balancer that nobody may use", "no blocks")
                .help("write a block, or remove `allow` to let everybody in who can reach it"),
        );
    } else if items.len() > MOST {
        source.report(
            value
                .error(
                    format!("{} blocks are more than a security group takes", items.len()),
                    "too many",
                )
                .note("a group has 60 rules, and each block is one for each port")
                .help("join neighbouring blocks into larger ones, or write a prefix list"),
        );
    }
    first.into_keys().collect()
}

/// A block or a prefix list, as AWS writes it.
fn peer(value: &Value<'_>, item: &Written<&str>) -> Option<String> {
    let source = value.source();
    let text = item.value;
    if let Some(id) = text.strip_prefix("pl-") {
        let right = matches!(id.len(), 8 | 17)
            && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if right {
            return Some(text.to_owned());
        }
        source.report(
            source
                .error(&item.span, format!("`{text}` is not a prefix list"), "not its id")
                .help("`aws ec2 describe-managed-prefix-lists` shows the ids"),
        );
        return None;
    }
    let Ok(written) = text.parse::<IpNet>() else {
        let wrong = |label: &str| {
            source.error(&item.span, format!("`{text}` is not a block of addresses"), label)
        };
        source.report(match text.parse::<std::net::IpAddr>() {
            Ok(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                wrong("no prefix length")
                    .help(format!("write `\"{text}/{bits}\"` for this one address"))
            }
            Err(_) if text.starts_with("sg-") => wrong("a security group").help(
                "write blocks or prefix lists; a rule that you add to the group of the load balancer \
                 by yourself is left alone",
            ),
            Err(_) => wrong("not an address and a prefix length").help(value.advice()),
        });
        return None;
    };
    if written != written.trunc() {
        let message = format!("{written} does not begin at a /{}", written.prefix_len());
        source.report(
            source
                .error(&item.span, message, "bits are set beyond the prefix")
                .help(format!("write `\"{}\"`", written.trunc())),
        );
    }
    Some(written.trunc().to_string())
}
