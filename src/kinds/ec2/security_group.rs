//! `security_group`: a firewall around network interfaces.
//!
//! Load balancers, interface endpoints and nodes get one each; what it lets through are `security_group_rule`s. AWS
//! adds a rule of its own to a new one, which lets everything out; whether it stays is a field of the group.
//! EC2: CreateSecurityGroup, DescribeSecurityGroups, RevokeSecurityGroupEgress, AuthorizeSecurityGroupEgress,
//! DeleteSecurityGroup.

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType};
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Strays, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a security group should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// The VPC it belongs to.
    pub vpc: Ref,
    /// Its name, at most 255 characters, not starting with `sg-`.
    pub name: String,
    /// What it is for, at most 255 characters.
    pub description: String,
    /// The rule stays that AWS gives every new one, and everything is let out; without it, what rules say.
    pub open_egress: bool,
}

impl Kind for SecurityGroup {
    const FACTS: Facts = Facts {
        name: "security_group",
        id: "sg-{hex17}",
        replaces: &["vpc", "name", "description"],
        unique: &[&["vpc", "name"]],
        tags: Tagging::Ec2("security-group"),
        calls: Calls {
            create: "ec2:CreateSecurityGroup",
            read: &["ec2:DescribeSecurityGroups"],
            update: &["ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"],
            delete: "ec2:DeleteSecurityGroup",
        },
        quota: Some(Quota {
            code: "L-E79EC296",
            name: "VPC security groups per Region",
            default: 2500,
            per: None,
        }),
        strays: Strays::Lodging,
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { open_egress: true, ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_security_group()
            .vpc_id(self.vpc.get())
            .group_name(&self.name)
            .description(&self.description)
            .tag_specifications(tagged(ResourceType::SecurityGroup, owner));
        let answer = aws.write(|| request.clone().send()).await?;
        Made::id(answer.group_id())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let groups = aws.security_groups(heads(known)).await?;
        let found = groups.iter().filter_map(|group| {
            let fields = Self {
                vpc: group.vpc_id().unwrap_or_default().into(),
                name: group.group_name.clone().unwrap_or_default(),
                description: group.description.clone().unwrap_or_default(),
                open_egress: group.ip_permissions_egress().iter().any(lets_all_out),
            };
            Some(Found::ready(group.group_id()?, fields).tagged(tags(group.tags())))
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let groups = aws.security_groups([id.0.clone()]).await?;
        // The answer is shared with whoever asked for another group in the same moment.
        let own = groups.iter().filter(|group| group.group_id() == Some(id.as_str()));
        let rules = own.flat_map(|group| group.ip_permissions_egress());
        // AWS shows a rule for all protocols once, with whatever else it lets packets go to.
        let open: Vec<IpPermission> = rules.filter(|rule| lets_all_out(rule)).map(all).collect();
        if self.open_egress && open.is_empty() {
            let everywhere = IpRange::builder().cidr_ip(EVERYWHERE).build();
            let rule = IpPermission::builder().ip_protocol("-1").ip_ranges(everywhere).build();
            let request = aws.ec2.authorize_security_group_egress().group_id(id.as_str());
            let request = request.ip_permissions(rule);
            aws.write(|| request.clone().send()).await?;
        } else if !self.open_egress && !open.is_empty() {
            let request = aws.ec2.revoke_security_group_egress().group_id(id.as_str());
            let request = request.set_ip_permissions(Some(open));
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_security_group().group_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

const EVERYWHERE: &str = "0.0.0.0/0";
const EVERYWHERE_V6: &str = "::/0";

/// Whether it is the rule that AWS gives every new group, or the like of it for IPv6.
fn lets_all_out(rule: &IpPermission) -> bool {
    rule.ip_protocol() == Some("-1")
        && (rule.ip_ranges().iter().any(|range| range.cidr_ip() == Some(EVERYWHERE))
            || rule.ipv6_ranges().iter().any(|range| range.cidr_ipv6() == Some(EVERYWHERE_V6)))
}

/// The part of a rule that lets everything out.
fn all(rule: &IpPermission) -> IpPermission {
    let v4 = rule.ip_ranges().iter().filter(|range| range.cidr_ip() == Some(EVERYWHERE));
    let v6 = rule.ipv6_ranges().iter().filter(|range| range.cidr_ipv6() == Some(EVERYWHERE_V6));
    let (v4, v6): (Vec<_>, Vec<_>) = (v4.cloned().collect(), v6.cloned().collect());
    IpPermission::builder()
        .ip_protocol("-1")
        .set_ip_ranges(Some(v4).filter(|ranges| !ranges.is_empty()))
        .set_ipv6_ranges(Some(v6).filter(|ranges| !ranges.is_empty()))
        .build()
}
