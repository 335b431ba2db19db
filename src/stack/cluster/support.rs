//! How long AWS supports the cluster's version: the one thing said of a stack file that depends on the day.

use jiff::civil::Date;

use super::super::{Cluster, Stack, UpgradePolicy};
use crate::{
    data::kubernetes::{PRICE, PRICE_EXTENDED, Support, next, support, version},
    model::{Diagnostic, Place},
};

/// Days before the end of standard support from which it is said.
const NOTICE: i32 = 60;

/// What there is to say on the day `today` about how long AWS supports the versions in a stack.
pub fn support_warnings(stack: &Stack, today: Date) -> Vec<Diagnostic> {
    stack.cluster.iter().filter_map(|cluster| warning(cluster, today)).collect()
}

fn warning(cluster: &Cluster, today: Date) -> Option<Diagnostic> {
    let name = &cluster.version;
    let say = |message: String, label: String| {
        let place = Place { label, ..cluster.version_origin.0.clone() };
        Diagnostic::warning(message).at(place)
    };
    let days = |until: Date| (until - today).get_days();
    let finding = match (support(version(name)?, today), cluster.upgrade) {
        (Support::Standard { until }, _) if days(until) > NOTICE => return None,
        (Support::Standard { until }, policy) => {
            let days = match days(until) {
                1 => "one day".to_owned(),
                days => format!("{days} days"),
            };
            let message = format!("Kubernetes {name} leaves standard support in {days}");
            let finding = say(message, format!("until {until}"));
            match policy {
                UpgradePolicy::Standard => finding.note(format!(
                    "`upgrade = \"standard\"`: AWS then upgrades the cluster by itself{}",
                    next(name).map(|next| format!(", to {}", next.name)).unwrap_or_default()
                )),
                UpgradePolicy::Extended => finding
                    .note(format!("it then costs {PRICE_EXTENDED} an hour instead of {PRICE}")),
            }
        }
        (Support::Extended { until }, policy) => {
            let message = format!("Kubernetes {name} is in extended support");
            let finding = say(message, format!("until {until}"));
            match policy {
                UpgradePolicy::Standard => finding.note(
                    "`upgrade = \"standard\"`: AWS does not keep a cluster on this version, but upgrades it",
                ),
                UpgradePolicy::Extended => finding.note(format!(
                    "the cluster costs {PRICE_EXTENDED} an hour instead of {PRICE}"
                )),
            }
        }
        (Support::Ended { since }, _) => {
            say(format!("AWS no longer supports Kubernetes {name}"), format!("since {since}"))
                .note("AWS makes no new clusters of it and upgrades those there are by itself")
        }
    };
    Some(match next(name) {
        Some(next) => finding.help(format!("write `version = \"{}\"`", next.name)),
        None => finding.help("look for a newer eksnet, which may know a newer version"),
    })
}
