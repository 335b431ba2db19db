//! Blocks of IPv4 addresses: how they are written, and which of them a VPC takes.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::reader::{Source, Value, Written};
use crate::model::Diagnostic;

const fn net(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// RFC 1918, in the order of the VPC user guide.
const PRIVATE: [Ipv4Net; 3] =
    [net(10, 0, 0, 0, 8), net(172, 16, 0, 0, 12), net(192, 168, 0, 0, 16)];
/// RFC 6598, for carrier-grade NAT: addresses that nobody else routes.
const SHARED: Ipv4Net = net(100, 64, 0, 0, 10);
/// RFC 2544, for benchmarks; its upper half is sometimes given to pods.
const BENCHMARK: Ipv4Net = net(198, 18, 0, 0, 15);
/// Docker's bridge on most hosts; AWS Cloud9 and SageMaker use it too (VPC user guide, "VPC CIDR blocks").
const DOCKER: Ipv4Net = net(172, 17, 0, 0, 16);
/// What no VPC can have (VPC user guide, "VPC CIDR blocks").
const UNUSABLE: [(Ipv4Net, &str); 4] = [
    (net(0, 0, 0, 0, 8), "\"this network\""),
    (net(127, 0, 0, 0, 8), "loopback"),
    (net(169, 254, 0, 0, 16), "link-local"),
    (net(224, 0, 0, 0, 4), "multicast"),
];

/// The largest and the smallest block of a VPC and of a subnet (EC2 API reference, CreateVpc and CreateSubnet).
const LARGEST: u8 = 16;
const SMALLEST: u8 = 28;
const SIZES: &str = "AWS takes blocks from /16 to /28 for VPCs and subnets";

/// A block of a size that VPCs and subnets can have.
pub(super) fn block(value: &Value<'_>) -> Option<Written<Ipv4Net>> {
    sized(value, SMALLEST, SIZES)
}

/// A block that is not smaller than `smallest`, for the reason `why`. One that is wrong in size or at its end is
/// reported and still given back, so that it can be held against others.
pub(super) fn sized(value: &Value<'_>, smallest: u8, why: &str) -> Option<Written<Ipv4Net>> {
    let text = value.string()?;
    let Ok(written) = text.value.parse::<Ipv4Net>() else {
        value.source().report(unreadable(value, text.value));
        return None;
    };
    let (prefix, trunc) = (written.prefix_len(), written.trunc());
    let at = |prefix| Ipv4Net::new_assert(written.addr(), prefix).trunc();
    // A common slip: the range of RFC 6598 is a /10, and most of 100.0.0.0/8 belongs to others.
    let slip = SHARED.contains(&written.addr()) && prefix < SHARED.prefix_len();
    let (finding, right) = if slip {
        let finding = value
            .error(
                format!("{written} is not the range of carrier-grade NAT"),
                "most of it is public",
            )
            .note("the range is 100.64.0.0/10 (RFC 6598), and a block of a VPC is at most a /16");
        (finding, at(LARGEST))
    } else if prefix < LARGEST {
        (wrong_size(value, written, "larger than a /16", SIZES), at(LARGEST))
    } else if prefix > smallest {
        let label = format!("smaller than a /{smallest}");
        (wrong_size(value, written, &label, why), at(smallest))
    } else if written != trunc {
        let message = format!("{written} does not begin at a /{prefix}");
        (value.error(message, "bits are set beyond the prefix"), trunc)
    } else {
        return Some(text.map(|_| written));
    };
    value.source().report(finding.help(format!("write `\"{right}\"`")));
    Some(text.map(|_| if slip { right } else { trunc }))
}

/// A block for a subnet. One of a wrong size has to become another, so it is not held against others.
pub(super) fn of_subnet(value: &Value<'_>) -> Option<Written<Ipv4Net>> {
    block(value).filter(|block| (LARGEST..=SMALLEST).contains(&block.value.prefix_len()))
}

/// A block of addresses on the internet, of any size.
pub(super) fn of_internet(value: &Value<'_>) -> Option<Written<Ipv4Net>> {
    let text = value.string()?;
    let source = value.source();
    let Ok(written) = text.value.parse::<Ipv4Net>() else {
        source.report(if text.value.parse::<Ipv4Addr>().is_ok() {
            value
                .error(
                    format!("`{}` is not a block of IPv4 addresses", text.value),
                    "no prefix length",
                )
                .help(format!("write `\"{}/32\"` for this one address", text.value))
        } else if text.value.contains(':') {
            value
                .error(format!("`{}` is not a block of IPv4 addresses", text.value), "IPv6")
                .help("write IPv4 blocks; the API of the cluster has IPv4 addresses")
        } else {
            unreadable(value, text.value)
        });
        return None;
    };
    let trunc = written.trunc();
    let inside = PRIVATE.iter().chain([&SHARED]).chain(UNUSABLE.iter().map(|(range, _)| range));
    let within = inside.copied().find(|range| range.contains(&trunc));
    if written != trunc {
        let message = format!("{written} does not begin at a /{}", written.prefix_len());
        source.report(
            value
                .error(message, "bits are set beyond the prefix")
                .help(format!("write `\"{trunc}\"`")),
        );
    } else if let Some(range) = within {
        source.report(
            value
                .error(format!("nobody on the internet has addresses of {written}"), "not public")
                .note(format!("EKS refuses reserved addresses, such as all of {range}"))
                .help(
                    "remove it; what is in the VPC needs no block when the API is private as well",
                ),
        );
    }
    Some(text.map(|_| trunc))
}

fn wrong_size(value: &Value<'_>, written: Ipv4Net, label: &str, why: &str) -> Diagnostic {
    value.error(format!("`{}` cannot be {written}", value.name()), label).note(why)
}

fn unreadable(value: &Value<'_>, text: &str) -> Diagnostic {
    let wrong = |label| value.error(format!("`{text}` is not a block of IPv4 addresses"), label);
    if text.parse::<Ipv4Addr>().is_ok() {
        wrong("no prefix length").help(format!("write `\"{text}/24\"`, or whatever its size is"))
    } else if text.contains(':') {
        wrong("IPv6")
            .help("write IPv4 blocks here; `ipv6 = true` under `[vpc]` adds IPv6 by itself")
    } else {
        wrong("not an address and a prefix length").help(value.advice())
    }
}

/// Reports ranges that a VPC cannot have or had better not have.
pub(super) fn check_range(source: &Source, block: &Written<Ipv4Net>) {
    let (net, span) = (block.value, &block.span);
    if let Some((range, purpose)) = UNUSABLE.iter().find(|(range, _)| overlap(*range, net)) {
        source.report(
            source
                .error(span, format!("a VPC cannot have {net}"), format!("{purpose} addresses"))
                .note(format!("AWS refuses blocks of {range}"))
                .help("write a block out of 10.0.0.0/8, such as `\"10.0.0.0/16\"`"),
        );
    } else if overlap(DOCKER, net) {
        source.report(
            source
                .warning(
                    span,
                    format!("{net} has addresses of Docker's bridge"),
                    format!("shares addresses with {DOCKER}"),
                )
                .note(
                    "hosts that run Docker, and AWS Cloud9 and SageMaker, cannot reach what has \
                     these addresses",
                )
                .help("write a block outside of 172.17.0.0/16"),
        );
    } else if !PRIVATE.iter().chain([&SHARED, &BENCHMARK]).any(|range| range.contains(&net)) {
        source.report(
            source
                .warning(span, format!("{net} is not private"), "these addresses belong to others")
                .note("what has them on the internet cannot be reached from the VPC")
                .help("write a block out of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
        );
    }
}

/// Reports a block for pods that AWS does not add to a VPC that has the block `vpc`
/// (VPC user guide, "IPv4 CIDR block association restrictions").
pub(super) fn check_beside(source: &Source, vpc: &Written<Ipv4Net>, pods: &Written<Ipv4Net>) {
    let range = |net: Ipv4Net| PRIVATE.into_iter().find(|range| range.contains(&net));
    let (first, second) = (vpc.value, pods.value);
    let rule = match (range(first), range(second)) {
        (Some(one), Some(other)) if one != other => {
            format!("a VPC of {one} takes no block of {other}")
        }
        (None, Some(other)) => {
            format!("a VPC outside of the private ranges takes no block of {other}")
        }
        _ if net(10, 0, 0, 0, 15).contains(&first) && net(10, 0, 0, 0, 16).contains(&second) => {
            "a VPC of 10.0.0.0/15 takes no further block of 10.0.0.0/16".to_owned()
        }
        _ if PRIVATE[1].contains(&first) && net(172, 31, 0, 0, 16).contains(&second) => {
            "a VPC of 172.16.0.0/12 takes no block of 172.31.0.0/16".to_owned()
        }
        _ if BENCHMARK.contains(&second) && !BENCHMARK.contains(&first) => {
            // The two guides contradict each other, so AWS decides.
            source.report(
                source
                    .warning(
                        &pods.span,
                        format!("AWS may refuse to add {second} to the VPC"),
                        "benchmark range",
                    )
                    .at(source.place(&vpc.span, "the VPC's block"))
                    .note(
                        "the VPC user guide rules 198.19.0.0/16 out beside this block, the EKS \
                         best practices guide offers it",
                    )
                    .help("write `pods = \"100.64.0.0/16\"`"),
            );
            return;
        }
        _ => return,
    };
    source.report(
        source
            .error(
                &pods.span,
                format!("AWS does not add {second} to a VPC of {first}"),
                "cannot be added",
            )
            .at(source.place(&vpc.span, "the VPC's block"))
            .note(rule)
            .help("write `pods = \"100.64.0.0/16\"`"),
    );
}

/// Whether two blocks share an address.
pub(super) fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}
