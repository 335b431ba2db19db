//! `[nodes.*]`: managed node groups, put together from what each of their keys says.

mod instances;
mod prefixes;
mod size;
mod taints;

use std::collections::BTreeMap;

use super::{
    Nodes, Os, Taint, cluster, head,
    labels::{self, Purpose},
    named::Sort,
    placement::{self, Place, Tenant, Wish},
    reader::{Source, Table, Value, Written},
    vpc::Network,
};
use crate::data::instances::Accelerator;

pub(super) use prefixes::check as check_prefixes;

/// The keys of each section.
pub(super) const KEYS: [&str; 8] =
    ["instances", "size", "spot", "os", "disk", "labels", "taints", "subnets"];

/// What a section looks like at least.
pub(super) const EXAMPLE: &str = "instances = [\"m7g.large\"]\nsize      = \"2..4\"";

const SORT: Sort = Sort {
    section: "nodes",
    noun: "node group",
    example: "system",
    keys: &KEYS,
    reserved: None,
    quota: 30,
};

const SYSTEMS: [(&str, Os); 2] = [("al2023", Os::AmazonLinux), ("bottlerocket", Os::Bottlerocket)];

/// What EKS makes of nothing being written (20 GiB) holds few images.
const DISK: u32 = 50;
/// The smallest is that of the images of EKS, the largest that of a gp3 volume before 2025, which every Region has.
const DISKS: std::ops::RangeInclusive<i64> = 20..=16384;

/// What could be understood of one node group.
pub(super) struct Draft {
    name: Written<String>,
    instances: Option<instances::Types>,
    size: Option<size::Size>,
    spot: bool,
    os: Option<Written<Os>>,
    disk: u32,
    labels: BTreeMap<String, String>,
    taints: Vec<Taint>,
    subnets: Wish,
}

/// The groups, as far as they could be understood.
pub(super) fn read(value: &Value<'_>) -> Vec<Draft> {
    let drafts = SORT.sections(value).into_iter().filter_map(|entry| {
        let name = entry.key.map(str::to_owned);
        entry.value.table(|table| Some(keys(table, name)))
    });
    drafts.collect()
}

fn keys(table: &mut Table<'_>, name: Written<String>) -> Draft {
    table.hint(misplaced);
    table.other_names(&OTHER_NAMES);
    let draft = Draft {
        name,
        instances: table
            .required("instances", "[\"m7g.large\"]")
            .and_then(|value| instances::read(&value)),
        size: table.required("size", "\"2..4\"").and_then(|value| size::read(&value)),
        spot: table
            .optional("spot", "true")
            .and_then(|value| value.boolean())
            .is_some_and(|spot| spot.value),
        os: table.optional("os", "\"al2023\"").and_then(|value| value.choice(&SYSTEMS)),
        disk: table
            .optional("disk", "50")
            .and_then(|value| value.integer(DISKS))
            // The range is within that of the type.
            .map_or(DISK, |disk| disk.value as u32),
        labels: table
            .optional("labels", "{ team = \"apps\" }")
            .map(|value| labels::read(&value, Purpose::Nodes))
            .unwrap_or_default(),
        taints: table
            .optional("taints", "[\"dedicated=gpu:NoSchedule\"]")
            .map(|value| taints::read(&value))
            .unwrap_or_default(),
        subnets: placement::read(table.optional("subnets", "[\"private-a\"]")),
    };
    draft.check_image(table.source());
    draft
}

/// What Terraform, eksctl and the EKS API call the keys.
const OTHER_NAMES: [(&str, &str); 16] = [
    ("instance", "instances"),
    ("instanceType", "instances"),
    ("instanceTypes", "instances"),
    ("instance_type", "instances"),
    ("instance_types", "instances"),
    ("min", "size"),
    ("max", "size"),
    ("min_size", "size"),
    ("max_size", "size"),
    ("desired_size", "size"),
    ("capacity_type", "spot"),
    ("ami_type", "os"),
    ("disk_size", "disk"),
    ("volumeSize", "disk"),
    ("subnet_ids", "subnets"),
    ("subnetIDs", "subnets"),
];

/// Where a key belongs that stands here by mistake, or what says the same here.
fn misplaced(key: &str) -> Option<String> {
    let help = match key {
        "min" | "max" | "min_size" | "max_size" | "desired_size" => {
            "write `size = \"<fewest>..<most>\"`".to_owned()
        }
        "capacity_type" => "write `spot = true`, or nothing".to_owned(),
        _ if cluster::KEYS.contains(&key) => format!("write `{key}` under `[cluster]`"),
        _ if head::KEYS.contains(&key) => format!("write `{key}` under `[stack]`"),
        _ => return None,
    };
    Some(help)
}

impl Draft {
    /// Where its name is written.
    pub(super) fn name(&self) -> &Written<String> {
        &self.name
    }

    /// Where its nodes stand.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            tenant: Tenant::Nodes,
            section: format!("nodes.{}", self.name.value),
            name: &self.name.span,
            wish: &self.subnets,
        }
    }

    /// Reports instances that the operating system has no image for.
    fn check_image(&self, source: &Source) {
        let (Some(types), Some(os)) = (&self.instances, &self.os) else { return };
        match (os.value, types.accelerator) {
            (Os::Bottlerocket, Some(Accelerator::Neuron)) => source.report(
                source
                    .error(
                        &os.span,
                        "Bottlerocket has no image for Inferentia and Trainium",
                        "no driver",
                    )
                    .at(source.place(&types.span, "these need a driver"))
                    .help("write `os = \"al2023\"`"),
            ),
            (Os::Bottlerocket | Os::AmazonLinux, _) => {}
        }
    }

    /// The group by its name, once everything was right.
    pub(super) fn settle(self, network: &Network) -> Option<(String, Nodes)> {
        let types = self.instances?;
        let size = self.size?;
        let nodes = Nodes {
            instances: types.names,
            arch: types.arch,
            accelerator: types.accelerator,
            os: self.os.map_or(Os::AmazonLinux, |os| os.value),
            min: size.min,
            max: size.max,
            spot: self.spot,
            disk: self.disk,
            labels: self.labels,
            taints: self.taints,
            subnets: placement::settle(self.subnets, network)?,
        };
        Some((self.name.value, nodes))
    }
}
