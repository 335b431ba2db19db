//! The Regions that have EKS, and their availability zones.
//!
//! Zones: infracost `zones_aws.go` (2025-10), only those whose group is the Region, so no Local Zones. Regions and the
//! presence of EKS: botocore `endpoints.json` (2026-08), partition `aws`. Zones that EKS refuses: EKS user guide,
//! network-reqs (2024-12), and eksctl `az.go` (2026-08), which agree.

/// A Region that has EKS.
#[derive(Debug, PartialEq, Eq)]
pub struct Region {
    /// Such as `ap-southeast-1`.
    pub name: &'static str,
    /// Such as `Asia Pacific (Singapore)`.
    pub title: &'static str,
    /// The last letters of its zones' names, as one account sees them. Names map to places, and even exist, differently
    /// in each account, so a letter missing between two others may well exist for someone.
    pub letters: &'static str,
    /// What its zones' ids begin with, such as `apse1` in `apse1-az1`.
    pub prefix: &'static str,
    /// The numbers of its zones' ids, the same in every account that sees them.
    pub numbers: &'static [u8],
    /// Into how many equal parts a block for pods is cut, each zone having its own. Written down rather than counted:
    /// a number that grew with the zones would move the pods of every stack there is.
    pub parts: u8,
}

/// Zones that EKS takes no cluster subnets in, by id.
pub const REFUSED: [&str; 3] = ["cac1-az3", "use1-az3", "usw1-az2"];

/// The Region called `name`.
pub fn region(name: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.name == name)
}

impl Region {
    /// The letters of its zones, one by one.
    pub fn letters(&self) -> impl Iterator<Item = char> {
        self.letters.chars()
    }

    /// The ids of its zones.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        self.numbers.iter().map(|number| format!("{}-az{number}", self.prefix))
    }
}

const fn row(
    name: &'static str,
    title: &'static str,
    letters: &'static str,
    prefix: &'static str,
    numbers: &'static [u8],
    parts: u8,
) -> Region {
    Region { name, title, letters, prefix, numbers, parts }
}

/// All of them, by name.
#[rustfmt::skip]
pub const REGIONS: &[Region] = &[
    row("af-south-1", "Africa (Cape Town)", "abc", "afs1", &[1, 2, 3], 4),
    row("ap-east-1", "Asia Pacific (Hong Kong)", "abc", "ape1", &[1, 2, 3], 4),
    row("ap-east-2", "Asia Pacific (Taipei)", "abc", "ape2", &[1, 2, 3], 4),
    row("ap-northeast-1", "Asia Pacific (Tokyo)", "acd", "apne1", &[1, 2, 4], 4),
    row("ap-northeast-2", "Asia Pacific (Seoul)", "abcd", "apne2", &[1, 2, 3, 4], 4),
    row("ap-northeast-3", "Asia Pacific (Osaka)", "abc", "apne3", &[1, 2, 3], 4),
    row("ap-south-1", "Asia Pacific (Mumbai)", "abc", "aps1", &[1, 2, 3], 4),
    row("ap-south-2", "Asia Pacific (Hyderabad)", "abc", "aps2", &[1, 2, 3], 4),
    row("ap-southeast-1", "Asia Pacific (Singapore)", "abc", "apse1", &[1, 2, 3], 4),
    row("ap-southeast-2", "Asia Pacific (Sydney)", "abc", "apse2", &[1, 2, 3], 4),
    row("ap-southeast-3", "Asia Pacific (Jakarta)", "abc", "apse3", &[1, 2, 3], 4),
    row("ap-southeast-4", "Asia Pacific (Melbourne)", "abc", "apse4", &[1, 2, 3], 4),
    row("ap-southeast-5", "Asia Pacific (Malaysia)", "abc", "apse5", &[1, 2, 3], 4),
    row("ap-southeast-6", "Asia Pacific (New Zealand)", "abc", "apse6", &[1, 2, 3], 4),
    row("ap-southeast-7", "Asia Pacific (Thailand)", "abc", "apse7", &[1, 2, 3], 4),
    row("ca-central-1", "Canada (Central)", "abd", "cac1", &[1, 2, 4], 4),
    row("ca-west-1", "Canada West (Calgary)", "abc", "caw1", &[1, 2, 3], 4),
    row("eu-central-1", "Europe (Frankfurt)", "abc", "euc1", &[1, 2, 3], 4),
    row("eu-central-2", "Europe (Zurich)", "abc", "euc2", &[1, 2, 3], 4),
    row("eu-north-1", "Europe (Stockholm)", "abc", "eun1", &[1, 2, 3], 4),
    row("eu-south-1", "Europe (Milan)", "abc", "eus1", &[1, 2, 3], 4),
    row("eu-south-2", "Europe (Spain)", "abc", "eus2", &[1, 2, 3], 4),
    row("eu-west-1", "Europe (Ireland)", "abc", "euw1", &[1, 2, 3], 4),
    row("eu-west-2", "Europe (London)", "abc", "euw2", &[1, 2, 3], 4),
    row("eu-west-3", "Europe (Paris)", "abc", "euw3", &[1, 2, 3], 4),
    row("il-central-1", "Israel (Tel Aviv)", "abc", "ilc1", &[1, 2, 3], 4),
    row("me-central-1", "Middle East (UAE)", "abc", "mec1", &[1, 2, 3], 4),
    row("me-south-1", "Middle East (Bahrain)", "abc", "mes1", &[1, 2, 3], 4),
    row("mx-central-1", "Mexico (Central)", "abc", "mxc1", &[1, 2, 3], 4),
    row("sa-east-1", "South America (Sao Paulo)", "abc", "sae1", &[1, 2, 3], 4),
    row("us-east-1", "US East (N. Virginia)", "abcdef", "use1", &[1, 2, 3, 4, 5, 6], 8),
    row("us-east-2", "US East (Ohio)", "abc", "use2", &[1, 2, 3], 4),
    row("us-west-1", "US West (N. California)", "bc", "usw1", &[1, 3], 4),
    row("us-west-2", "US West (Oregon)", "abcd", "usw2", &[1, 2, 3, 4], 4),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_a_part_of_its_own() {
        for region in REGIONS {
            assert!(region.parts.is_power_of_two() && region.parts >= 4, "{}", region.name);
            assert!(
                region.letters().all(|letter| (letter as u8 - b'a') < region.parts),
                "{}",
                region.name
            );
            assert!(
                region.numbers.iter().all(|n| (1..=region.parts).contains(n)),
                "{}",
                region.name
            );
        }
    }

    #[test]
    fn names_prefixes_and_zones_are_in_order_and_unique() {
        assert!(REGIONS.is_sorted_by(|a, b| a.name < b.name));
        let mut prefixes: Vec<_> = REGIONS.iter().map(|region| region.prefix).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), REGIONS.len());
        for region in REGIONS {
            assert!(region.letters().is_sorted() && region.numbers.is_sorted(), "{}", region.name);
            assert!(region.letters.len() >= 2, "EKS needs two zones: {}", region.name);
        }
    }

    #[test]
    fn refused_zones_belong_to_known_regions() {
        for id in REFUSED {
            let (prefix, _) = id.split_once("-az").expect("an id has a number");
            assert!(REGIONS.iter().any(|region| region.prefix == prefix), "{id}");
        }
    }
}
