//! `security_group_rule`: one thing that a security group lets through.
//!
//! A kind of its own and not a list inside the group: rules of controllers (the AWS Load Balancer Controller writes
//! its own) are seen and left alone, and one rule changes without the others. All rules of a group in one direction
//! are created by one call. AWS gives the rules of one call one set of tags, so they carry none and are found by what
//! they say.
//! EC2: AuthorizeSecurityGroup{Ingress,Egress}, DescribeSecurityGroups, which shows the rules of 1,000 groups in a page,
//! UpdateSecurityGroupRuleDescriptions{Ingress,Egress}, RevokeSecurityGroup{Ingress,Egress}.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, UserIdGroupPair,
};
use serde::{Deserialize, Serialize};

use super::{gone, heads};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the interfaces of the group.
    Ingress,
    /// From the interfaces of the group.
    Egress,
}

/// What a rule should be, in the spelling that AWS shows it in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroupRule {
    /// The group it belongs to.
    pub group: Ref,
    /// Which way packets go.
    pub direction: Direction,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, the number of another protocol, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; -1 where the protocol has none, and for all protocols.
    pub from: i32,
    /// The last port, or the ICMP code; -1 as above.
    pub to: i32,
    /// The other side: an IPv4 or IPv6 block, a security group, or a prefix list.
    pub peer: Ref,
    /// What it is for; may be empty.
    pub description: String,
}

impl Kind for SecurityGroupRule {
    const FACTS: Facts = Facts {
        name: "security_group_rule",
        id: "{group}|{direction}|{protocol}|{from}|{to}|{peer}",
        replaces: &["group", "direction", "protocol", "from", "to", "peer"],
        vanishes_with: &["group"],
        batch: &["group", "direction"],
        lives_in: Some(("security_group", None)),
        calls: Calls {
            create: "ec2:AuthorizeSecurityGroupIngress",
            read: &["ec2:DescribeSecurityGroups"],
            update: &[
                "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
                "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
            ],
            delete: "ec2:RevokeSecurityGroupIngress",
        },
        quota: Some(Quota {
            code: "L-0EA8095F",
            name: "Inbound or outbound rules per security group",
            default: 60,
            per: Some("group"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        authorize(aws, self.group.get(), self.direction, vec![self.permission()]).await
    }

    /// One call for all, and AWS takes all or none: what refuses one refuses each.
    async fn create_all(batch: &[(Self, Owner)], aws: &Aws) -> Vec<Result<Made, Problem>> {
        let Some((first, _)) = batch.first() else { return Vec::new() };
        let permissions = batch.iter().map(|(rule, _)| rule.permission()).collect();
        let answer = authorize(aws, first.group.get(), first.direction, permissions).await;
        vec![answer; batch.len()]
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let groups = aws.security_groups(heads(known)).await?;
        let rules = groups.iter().flat_map(Self::shown).map(|rule| Found::ready(rule.key(), rule));
        Ok(rules.filter(|rule| !rule.fields.is_default() || known.contains(&rule.id)).collect())
    }

    async fn update(&self, aws: &Aws, _id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let (group, permission) = (self.group.get(), self.permission());
        match self.direction {
            Direction::Ingress => {
                let request = aws.ec2.update_security_group_rule_descriptions_ingress();
                let request = request.group_id(group).ip_permissions(permission);
                aws.write(|| request.clone().send()).await.map(drop)
            }
            Direction::Egress => {
                let request = aws.ec2.update_security_group_rule_descriptions_egress();
                let request = request.group_id(group).ip_permissions(permission);
                aws.write(|| request.clone().send()).await.map(drop)
            }
        }
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let rule = Self::named(id);
        let (group, permission) = (rule.group.get(), rule.permission());
        let unknown = match rule.direction {
            Direction::Ingress => {
                let request = aws.ec2.revoke_security_group_ingress();
                let request = request.group_id(group).ip_permissions(permission);
                aws.write(|| request.clone().send()).await?.unknown_ip_permissions
            }
            Direction::Egress => {
                let request = aws.ec2.revoke_security_group_egress();
                let request = request.group_id(group).ip_permissions(permission);
                aws.write(|| request.clone().send()).await?.unknown_ip_permissions
            }
        };
        // In a default VPC AWS lists what it did not find instead of refusing the call.
        if unknown.is_none_or(|rules| rules.is_empty()) { Ok(()) } else { Err(gone(id)) }
    }
}

async fn authorize(
    aws: &Aws,
    group: &str,
    direction: Direction,
    permissions: Vec<IpPermission>,
) -> Result<Made, Problem> {
    match direction {
        Direction::Ingress => {
            let request = aws.ec2.authorize_security_group_ingress().group_id(group);
            let request = request.set_ip_permissions(Some(permissions));
            aws.write(|| request.clone().send()).await?;
        }
        Direction::Egress => {
            let request = aws.ec2.authorize_security_group_egress().group_id(group);
            let request = request.set_ip_permissions(Some(permissions));
            aws.write(|| request.clone().send()).await?;
        }
    }
    Ok(Made::keyed())
}

impl SecurityGroupRule {
    /// The rule as the calls want it.
    fn permission(&self) -> IpPermission {
        let description = Some(self.description.clone()).filter(|text| !text.is_empty());
        let ports = Some((self.from, self.to)).filter(|_| self.protocol != "-1");
        let permission = IpPermission::builder()
            .ip_protocol(&self.protocol)
            .set_from_port(ports.map(|(from, _)| from))
            .set_to_port(ports.map(|(_, to)| to));
        let peer = self.peer.get();
        let permission = if peer.starts_with("sg-") {
            let group = UserIdGroupPair::builder().group_id(peer).set_description(description);
            permission.user_id_group_pairs(group.build())
        } else if peer.starts_with("pl-") {
            let list = PrefixListId::builder().prefix_list_id(peer).set_description(description);
            permission.prefix_list_ids(list.build())
        } else if peer.contains(':') {
            let range = Ipv6Range::builder().cidr_ipv6(peer).set_description(description);
            permission.ipv6_ranges(range.build())
        } else {
            let range = IpRange::builder().cidr_ip(peer).set_description(description);
            permission.ip_ranges(range.build())
        };
        permission.build()
    }

    /// The rules of a group as a Describe shows them.
    fn shown(group: &SecurityGroup) -> Vec<Self> {
        let ingress = group.ip_permissions().iter().map(|shown| (Direction::Ingress, shown));
        let egress = group.ip_permissions_egress().iter().map(|shown| (Direction::Egress, shown));
        let rules = ingress.chain(egress).flat_map(|(direction, permission)| {
            let protocol = permission.ip_protocol().unwrap_or_default();
            let port =
                move |port: Option<i32>| if protocol == "-1" { -1 } else { port.unwrap_or(-1) };
            peers(permission).into_iter().map(move |(peer, description)| Self {
                group: group.group_id().unwrap_or_default().into(),
                direction,
                protocol: protocol.to_owned(),
                from: port(permission.from_port()),
                to: port(permission.to_port()),
                peer: peer.unwrap_or_default().into(),
                description: description.unwrap_or_default().to_owned(),
            })
        });
        rules.collect()
    }

    /// The rule that an identity names.
    fn named(id: &Identity) -> Self {
        let port = |n| id.part(n).parse().unwrap_or(-1);
        Self {
            group: id.part(0).into(),
            direction: if id.part(1) == "egress" { Direction::Egress } else { Direction::Ingress },
            protocol: id.part(2).to_owned(),
            from: port(3),
            to: port(4),
            peer: id.part(5).into(),
            description: String::new(),
        }
    }

    /// Its identity.
    fn key(&self) -> Identity {
        let direction = match self.direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let (from, to) = (self.from.to_string(), self.to.to_string());
        Identity::of(&[self.group.get(), direction, &self.protocol, &from, &to, self.peer.get()])
    }

    /// Whether it is the rule that AWS itself puts into every new group.
    fn is_default(&self) -> bool {
        self.direction == Direction::Egress
            && self.protocol == "-1"
            && ["0.0.0.0/0", "::/0"].contains(&self.peer.get())
            && self.description.is_empty()
    }
}

/// The other sides that AWS shows together under one protocol and range of ports, each with what it is for.
fn peers(permission: &IpPermission) -> Vec<(Option<&str>, Option<&str>)> {
    let v4 = permission.ip_ranges().iter().map(|range| (range.cidr_ip(), range.description()));
    let v6 = permission.ipv6_ranges().iter().map(|range| (range.cidr_ipv6(), range.description()));
    let lists = permission.prefix_list_ids().iter();
    let lists = lists.map(|list| (list.prefix_list_id(), list.description()));
    let groups = permission.user_id_group_pairs().iter();
    let groups = groups.map(|group| (group.group_id(), group.description()));
    v4.chain(v6).chain(lists).chain(groups).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_one_of_the_pattern_and_names_the_rule() {
        for (direction, protocol, from, to, peer) in [
            (Direction::Ingress, "tcp", 443, 443, "10.0.0.0/16"),
            (Direction::Egress, "-1", -1, -1, "::/0"),
            (Direction::Ingress, "udp", 0, 65535, "sg-0123456789abcdef0"),
        ] {
            let rule = SecurityGroupRule {
                group: "sg-1".into(),
                direction,
                protocol: protocol.to_owned(),
                from,
                to,
                peer: peer.into(),
                description: String::new(),
            };
            let fields = serde_json::to_value(&rule).expect("serialises");
            assert_eq!(SecurityGroupRule::FACTS.key(&fields), Some(rule.key()));
            assert_eq!(SecurityGroupRule::named(&rule.key()), rule);
        }
    }
}
