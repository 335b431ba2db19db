//! The EC2 instance types that nodes can be: what they understand, and how many addresses their pods can have.
//!
//! Network interfaces and addresses: amazon-vpc-cni-k8s `vpc_ip_resource_limit.go` at b5218838 (2026-08-20), interfaces
//! of the default network card; r9g, r9gd and the small sizes of t8i, which came later, and vCPUs and architectures:
//! DescribeInstanceTypes as moto 5.2.5 has recorded it. vCPUs of families that are missing there (g4ad, p3 and others)
//! follow from the size: two for `large`, four for each `xlarge`. A test compares the pods of
//! some with the CNI's own list.
//!
//! Left out: Macs; a1, which Amazon Linux 2023 does not run on; and what AWS no longer starts (t1, m1, m2, c1, cr1, hs1,
//! bare metal of c5a, c5ad and u-*).

mod table;

use table::GROUPS;

/// Processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

/// What runs an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypervisor {
    /// Nitro, or none at all on bare metal: network interfaces can have prefixes.
    Nitro,
    /// Xen, on types before 2018: network interfaces have single addresses only.
    Xen,
}

/// A processor beside the CPU, which needs a driver in the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accelerator {
    /// A GPU of NVIDIA.
    Nvidia,
    /// AWS Inferentia or Trainium.
    Neuron,
}

/// An instance type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    /// What it understands.
    pub arch: Arch,
    /// What runs it.
    pub hypervisor: Hypervisor,
    /// Its accelerator, if there are images of EKS with a driver for it.
    pub accelerator: Option<Accelerator>,
    /// Virtual processors.
    pub vcpu: u16,
    /// Network interfaces it can have.
    pub enis: u16,
    /// IPv4 addresses that each of them can have.
    pub ipv4_per_eni: u16,
}

impl Instance {
    /// Pods that a node of a managed group takes at most: by its addresses, single or in prefixes of sixteen, and by
    /// what EKS sets (EKS user guide, "Amazon EKS recommended maximum Pods": 110 below 30 vCPUs, else 250).
    pub fn max_pods(&self, addresses: Addresses) -> u32 {
        let (enis, slots) = (u32::from(self.enis), u32::from(self.ipv4_per_eni) - 1);
        let cap = if self.vcpu < 30 { 110 } else { 250 };
        let (enis, size) = match (addresses, self.hypervisor) {
            (Addresses::Single | Addresses::Prefixes, Hypervisor::Xen)
            | (Addresses::Single, Hypervisor::Nitro) => (enis, 1),
            (Addresses::Prefixes, Hypervisor::Nitro) => (enis, 16),
        };
        (enis * slots * size + 2).min(cap)
    }
}

/// How the addresses of pods are given to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// One by one.
    Single,
    /// In prefixes of sixteen.
    Prefixes,
}

/// Types of the same sizes.
struct Group {
    /// Such as `m6g m7g`.
    families: &'static str,
    arch: Arch,
    hypervisor: Hypervisor,
    /// Name, vCPUs, network interfaces, IPv4 addresses of each.
    sizes: &'static [(&'static str, u16, u16, u16)],
}

/// Families with GPUs of NVIDIA.
const NVIDIA: [&str; 19] = [
    "g4dn", "g5", "g5g", "g6", "g6e", "g6f", "g7", "g7e", "gr6", "gr6f", "p3", "p3dn", "p4d",
    "p4de", "p5", "p5e", "p5en", "p6-b200", "p6-b300",
];
/// Families with Inferentia or Trainium.
const NEURON: [&str; 6] = ["inf1", "inf2", "trn1", "trn1n", "trn2", "trn2u"];

/// The instance type called `name`.
pub fn instance(name: &str) -> Option<Instance> {
    let (family, size) = name.split_once('.')?;
    let group =
        GROUPS.iter().find(|group| group.families.split(' ').any(|known| known == family))?;
    let (_, vcpu, enis, ipv4_per_eni) = *group.sizes.iter().find(|known| known.0 == size)?;
    let accelerator = if NVIDIA.contains(&family) {
        Some(Accelerator::Nvidia)
    } else if NEURON.contains(&family) {
        Some(Accelerator::Neuron)
    } else {
        None
    };
    let Group { arch, hypervisor, .. } = *group;
    Some(Instance { arch, hypervisor, accelerator, vcpu, enis, ipv4_per_eni })
}

/// The names of all types, by groups.
pub fn names() -> impl Iterator<Item = String> {
    GROUPS.iter().flat_map(|group| {
        let sizes = |family| group.sizes.iter().map(move |size| format!("{family}.{}", size.0));
        group.families.split(' ').flat_map(sizes)
    })
}

/// The sizes of a family, smallest first; none where there is no such family.
pub fn sizes(family: &str) -> impl Iterator<Item = &'static str> {
    let group = GROUPS.iter().find(|group| group.families.split(' ').any(|known| known == family));
    group.into_iter().flat_map(|group| group.sizes.iter().map(|size| size.0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_type_is_there_once() {
        let all: Vec<String> = names().collect();
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(all.len(), distinct.len());
        assert!(all.iter().all(|name| instance(name).is_some()));
        let known = |family: &&&str| sizes(family).next().is_some();
        assert_eq!(NVIDIA.iter().filter(known).count(), NVIDIA.len());
        assert_eq!(NEURON.iter().filter(known).count(), NEURON.len());
    }

    /// The letter `g` after the generation's digit is Graviton.
    #[test]
    fn architectures_follow_the_names() {
        for group in GROUPS {
            for family in group.families.split(' ') {
                let letters = family.trim_start_matches(|c: char| c.is_ascii_lowercase());
                let letters = letters.trim_start_matches(|c: char| c.is_ascii_digit());
                let graviton = letters.split('-').next().is_some_and(|it| it.contains('g'));
                assert_eq!(graviton, group.arch == Arch::Arm64, "{family}");
            }
        }
    }

    /// Out of amazon-vpc-cni-k8s `eni-max-pods.txt`, where EKS sets no lower number.
    #[test]
    fn pods_of_a_node() {
        let pods =
            |name: &str, addresses| instance(name).map(|instance| instance.max_pods(addresses));
        for (name, expected) in [
            ("m7g.large", 29),
            ("m7i.large", 29),
            ("t3.medium", 17),
            ("t3.micro", 4),
            ("m5.xlarge", 58),
            ("c5.4xlarge", 110),
            ("m5.8xlarge", 234),
            ("m5.24xlarge", 250),
        ] {
            assert_eq!(pods(name, Addresses::Single), Some(expected), "{name}");
        }
        assert_eq!(pods("m7g.large", Addresses::Prefixes), Some(110));
        assert_eq!(pods("t3.micro", Addresses::Prefixes), Some(34));
        assert_eq!(pods("m4.large", Addresses::Prefixes), Some(20));
        assert_eq!(pods("m7g.tiny", Addresses::Single), None);
    }
}
