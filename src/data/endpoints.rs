//! The services a VPC endpoint can lead to, by the names a stack file uses.
//!
//! Names: aws-cdk `aws-ec2/lib/vpc-endpoint.ts` at 000a9eb6; those that clusters need: EKS user guide,
//! private-clusters. Services that only other workloads use are left out until someone asks for one.

/// How an endpoint leads to its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// By a route; free.
    Gateway,
    /// By an address in each zone; billed by the hour.
    Interface,
}

/// Services with a gateway endpoint.
pub const GATEWAY: &[&str] = &["dynamodb", "s3"];

/// Services with an interface endpoint.
pub const INTERFACE: &[&str] = &[
    "acm-pca",
    "aps",
    "aps-workspaces",
    "athena",
    "autoscaling",
    "cloudformation",
    "cloudtrail",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "eks",
    "eks-auth",
    "elasticache",
    "elasticfilesystem",
    "elasticloadbalancing",
    "email-smtp",
    "events",
    "execute-api",
    "fsx",
    "glue",
    "guardduty-data",
    "inspector2",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "rds-data",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "tagging",
    "xray",
];

/// Names that stand for several services: nobody wants one without the others.
pub const GROUPS: &[(&str, &[&str])] = &[("ecr", &["ecr.api", "ecr.dkr"])];

/// Every name that can be written, in alphabetical order.
pub fn names() -> Vec<&'static str> {
    let groups = GROUPS.iter().map(|(name, _)| *name);
    let mut names: Vec<_> = groups.chain(GATEWAY.iter().chain(INTERFACE).copied()).collect();
    names.sort_unstable();
    names
}

/// The services that `name` stands for, each with its door; none where the name is unknown.
pub fn services(name: &str) -> Vec<(&'static str, Door)> {
    let group = GROUPS.iter().find(|(group, _)| *group == name);
    let of = |list: &'static [&'static str], door| {
        list.iter()
            .filter(move |service| match group {
                Some((_, members)) => members.contains(service),
                None => **service == name,
            })
            .map(move |service| (*service, door))
    };
    of(GATEWAY, Door::Gateway).chain(of(INTERFACE, Door::Interface)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_services() {
        assert_eq!(services("s3"), [("s3", Door::Gateway)]);
        assert_eq!(services("sts"), [("sts", Door::Interface)]);
        assert_eq!(services("ecr"), [("ecr.api", Door::Interface), ("ecr.dkr", Door::Interface)]);
        assert_eq!(services("ecr.api"), [("ecr.api", Door::Interface)]);
        assert_eq!(services("s4"), []);
    }

    #[test]
    fn tables_are_in_order_and_groups_name_services() {
        assert!(GATEWAY.is_sorted_by(|a, b| a < b));
        assert!(INTERFACE.is_sorted_by(|a, b| a < b));
        for (group, members) in GROUPS {
            assert!(!INTERFACE.contains(group));
            assert!(members.iter().all(|member| INTERFACE.contains(member)));
        }
    }
}
