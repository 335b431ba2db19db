//! Kubernetes versions on EKS, how long AWS supports each, and what a cluster costs meanwhile.
//!
//! Dates: endoflife.date `amazon-eks.md` at a70eca33 (2026-08-22), which mirrors the EKS user guide,
//! kubernetes-versions. Prices: infracost `eks_cluster_test` at 95ba4f49 (AWS price list, us-east-1), $0.10 and $0.60 an
//! hour; ap-southeast-1 has the same.

use jiff::civil::{Date, date};

/// A minor version.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    /// Such as `1.36`.
    pub name: &'static str,
    /// The day from which it is in extended support.
    pub extended: Date,
    /// The day from which it is not supported at all.
    pub ended: Date,
}

/// What AWS does for a version on some day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Standard support, until a day.
    Standard {
        /// The first day without it.
        until: Date,
    },
    /// Extended support, at a higher price, until a day.
    Extended {
        /// The first day without it.
        until: Date,
    },
    /// None: AWS upgrades clusters that have it and makes no new ones.
    Ended {
        /// Its first day.
        since: Date,
    },
}

/// What an hour of a cluster costs in standard support.
pub const PRICE: &str = "$0.10";
/// What an hour of a cluster costs in extended support, all in all.
pub const PRICE_EXTENDED: &str = "$0.60";

const fn row(name: &'static str, extended: Date, ended: Date) -> Version {
    Version { name, extended, ended }
}

/// All of them, newest first.
pub const VERSIONS: &[Version] = &[
    row("1.36", date(2027, 8, 2), date(2028, 8, 2)),
    row("1.35", date(2027, 3, 27), date(2028, 3, 27)),
    row("1.34", date(2026, 12, 2), date(2027, 12, 2)),
    row("1.33", date(2026, 7, 29), date(2027, 7, 29)),
    row("1.32", date(2026, 3, 23), date(2027, 3, 23)),
    row("1.31", date(2025, 11, 26), date(2026, 11, 26)),
    row("1.30", date(2025, 7, 23), date(2026, 7, 23)),
    row("1.29", date(2025, 3, 23), date(2026, 3, 23)),
    row("1.28", date(2024, 11, 26), date(2025, 11, 26)),
];

/// The version called `name`.
pub fn version(name: &str) -> Option<&'static Version> {
    VERSIONS.iter().find(|version| version.name == name)
}

/// The version after `name`: clusters are upgraded one at a time.
pub fn next(name: &str) -> Option<&'static Version> {
    let position = VERSIONS.iter().position(|version| version.name == name)?;
    VERSIONS.get(position.checked_sub(1)?)
}

/// What AWS does for `version` on the day `today`.
pub fn support(version: &Version, today: Date) -> Support {
    if today < version.extended {
        Support::Standard { until: version.extended }
    } else if today < version.ended {
        Support::Extended { until: version.ended }
    } else {
        Support::Ended { since: version.ended }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_changes_on_the_day() {
        let old = version("1.34").expect("a version");
        let day = |day: Date| support(old, day);
        let (extended, ended) = (date(2026, 12, 2), date(2027, 12, 2));
        assert_eq!(day(date(2026, 12, 1)), Support::Standard { until: extended });
        assert_eq!(day(extended), Support::Extended { until: ended });
        assert_eq!(day(date(2027, 12, 1)), Support::Extended { until: ended });
        assert_eq!(day(ended), Support::Ended { since: ended });
    }

    #[test]
    fn versions_follow_each_other() {
        let minor = |version: &Version| version.name.strip_prefix("1.")?.parse::<u8>().ok();
        for pair in VERSIONS.windows(2) {
            let [newer, older] = pair else { panic!("two at a time") };
            assert_eq!(minor(newer), minor(older).map(|minor| minor + 1));
            assert!(older.extended < newer.extended && older.ended < newer.ended);
            assert_eq!(next(older.name), Some(newer));
        }
        assert_eq!(next(VERSIONS[0].name), None);
        assert!(VERSIONS.iter().all(|version| version.extended < version.ended));
    }
}
