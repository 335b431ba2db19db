//! Whose something is, told from the marks that AWS and the controllers of Kubernetes leave on what they make.
//!
//! Nothing here is guessed: what carries no mark of a cluster of ours is somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Life, Sighting, Standing, Stray, Whose};
use crate::model::Tags;

/// The AWS Load Balancer Controller writes its cluster here, on load balancers, target groups and security groups.
const CONTROLLER: &str = "elbv2.k8s.aws/cluster";
/// The VPC CNI writes its cluster here, on network interfaces.
const CNI: &str = "cluster.k8s.amazonaws.com/name";
/// The VPC CNI writes the node here that it made a network interface for.
const CNI_NODE: &str = "node.k8s.amazonaws.com/instance_id";
/// EKS writes the cluster here, on the security group that it makes; nobody else can write such a tag.
const EKS: &str = "aws:eks:cluster-name";
/// EKS writes the cluster here, on nodes, and the node group beside it.
const NODE: (&str, &str) = ("eks:cluster-name", "eks:nodegroup-name");

/// API Gateway writes this on the interfaces of its VPC links, with the id of the link, which is a short one.
const LINK: &str = "VPC Link Interface for ";

/// What services of AWS write on the interfaces that they make, what that is, and how it goes.
const SERVICES: [(&str, &str, &str); 9] = [
    ("RDSNetworkInterface", "a database of RDS", "delete the database, or move it elsewhere"),
    (
        "AWS Lambda VPC ENI",
        "a function of Lambda",
        "take the function out of this VPC; AWS lets go within 20 minutes",
    ),
    ("ElastiCache", "a cache of ElastiCache", "delete the cache"),
    ("EFS mount target", "a mount target of EFS", "delete the mount target"),
    ("Interface for NAT Gateway", "a NAT gateway", "delete the gateway"),
    ("VPC Endpoint Interface", "a VPC endpoint", "delete the endpoint"),
    (LINK, "a VPC link of API Gateway", "delete the link"),
    (
        "Network Interface for Transit Gateway Attachment",
        "an attachment to a transit gateway",
        "delete the attachment",
    ),
    ("Amazon EKS ", "a cluster that is not this stack's", "delete the cluster"),
];

/// What of all this is not ours, and whose it is, sorted. What neither holds anything nor can be taken away is left out.
pub fn judge(mut sightings: Vec<Sighting>, ground: &Ground) -> Vec<Stray> {
    sightings.sort_by(|one, other| (&one.kind, &one.id).cmp(&(&other.kind, &other.id)));
    sightings.dedup_by(|one, other| (&one.kind, &one.id) == (&other.kind, &other.id));
    sightings.retain(|sighting| !ground.ours.contains(sighting.id.as_str()));
    let court = Court::new(&sightings, ground);
    let stray = |sighting: &Sighting| {
        Some(Stray {
            standing: court.standing(sighting)?,
            label: label(sighting),
            kind: sighting.kind.clone(),
            id: sighting.id.clone(),
            names: sighting.names.clone(),
        })
    };
    sightings.iter().filter_map(stray).collect()
}

/// What has to be known of everything before anything is judged.
struct Court<'a> {
    ground: &'a Ground,
    /// ARNs of load balancers of others that exist.
    balancers: Vec<(&'a str, Standing)>,
    /// Groups that may be taken away.
    left: BTreeSet<&'a str>,
    /// Groups that EKS made for clusters of ours, and how far those are.
    of_eks: BTreeMap<&'a str, Life>,
}

impl<'a> Court<'a> {
    fn new(sightings: &'a [Sighting], ground: &'a Ground) -> Self {
        let mut court =
            Self { ground, balancers: Vec::new(), left: BTreeSet::new(), of_eks: BTreeMap::new() };
        for sighting in sightings {
            match sighting.kind.as_str() {
                "load_balancer" => {
                    court.balancers.push((sighting.id.as_str(), court.balancer(sighting)));
                }
                "security_group" => {
                    if let Some((_, life)) = court.maker(&sighting.tags, EKS) {
                        court.of_eks.insert(sighting.id.as_str(), life);
                    }
                    if matches!(court.group(sighting), Some(Standing::Left(_))) {
                        court.left.insert(sighting.id.as_str());
                    }
                }
                _ => {}
            }
        }
        court
    }

    fn standing(&self, sighting: &Sighting) -> Option<Standing> {
        match sighting.kind.as_str() {
            "network_interface" => Some(self.interface(sighting)),
            "load_balancer" => Some(self.balancer(sighting)),
            // A target group holds nothing: somebody else's is nobody's trouble.
            "target_group" => match self.balancer(sighting) {
                left @ Standing::Left(_) => Some(left),
                Standing::Follows | Standing::Beside(_) | Standing::Foreign(_) => None,
            },
            "security_group" => self.group(sighting),
            "security_group_rule" => self.rule(sighting),
            "volume" => self.volume(sighting),
            _ => Some(foreign(&called(&sighting.name), "delete it, or ask its owner to")),
        }
    }

    /// The cluster of ours that the tag `key` names.
    fn maker(&self, tags: &Tags, key: &str) -> Option<(String, Life)> {
        let name = tags.get(key)?;
        let life = self.ground.makers.get(name)?;
        Some((format!("{key}={name}"), *life))
    }

    /// The cluster of ours that the tag of the old, in-tree controllers names.
    fn in_tree(&self, tags: &Tags) -> Option<(String, Life)> {
        self.ground.makers.iter().find_map(|(name, life)| {
            let key = format!("kubernetes.io/cluster/{name}");
            let owned = tags.get(&key).is_some_and(|value| value == "owned");
            owned.then(|| (format!("{key}=owned"), *life))
        })
    }

    /// What a controller made for a Service or an Ingress.
    fn balancer(&self, sighting: &Sighting) -> Standing {
        let made = self.maker(&sighting.tags, CONTROLLER).or_else(|| self.in_tree(&sighting.tags));
        match made {
            Some((mark, Life::Ends | Life::Gone)) => Standing::Left(mark),
            Some((mark, Life::Lives)) => foreign(
                &format!("made by a cluster that stays ({mark})"),
                "delete the Service or Ingress that it was made for",
            ),
            None => {
                foreign(&called(&sighting.name), "delete the load balancer, or ask its owner to")
            }
        }
    }

    fn group(&self, sighting: &Sighting) -> Option<Standing> {
        if let Some((mark, life)) = self.maker(&sighting.tags, EKS) {
            // EKS takes its group along, unless something refers to it at that moment.
            return Some(match life {
                Life::Lives | Life::Ends => Standing::Follows,
                Life::Gone => Standing::Left(mark),
            });
        }
        let in_tree =
            || self.in_tree(&sighting.tags).filter(|_| sighting.name.starts_with("k8s-elb-"));
        match self.maker(&sighting.tags, CONTROLLER).or_else(in_tree) {
            Some((mark, Life::Ends | Life::Gone)) => Some(Standing::Left(mark)),
            Some((mark, Life::Lives)) => Some(foreign(
                &format!("made by a cluster that stays ({mark})"),
                "delete the Service or Ingress that it was made for",
            )),
            None if sighting.name == "default" => {
                // It goes with its VPC, but while its rules name a group of ours they hold that.
                let held = sighting
                    .names
                    .iter()
                    .find(|id| id.starts_with("sg-") && self.ground.ours.contains(id.as_str()))?;
                Some(foreign(
                    &format!("the VPC's default group; a rule in it refers to {held}"),
                    "take that rule out of it",
                ))
            }
            None => Some(foreign(
                &called(&sighting.name),
                "delete it, and what is in it; first take out of other groups the rules that refer to it",
            )),
        }
    }

    /// A rule between two groups: it holds the group that it refers to. Between groups that go anyway it may go first.
    fn rule(&self, sighting: &Sighting) -> Option<Standing> {
        let (group, peer) = (sighting.id.part(0), sighting.id.part(5));
        let left = |id: &str| self.left.contains(id);
        let ours = |id: &str| self.ground.ours.contains(id) || self.of_eks.contains_key(id);
        match (ours(group), left(group), ours(peer), left(peer)) {
            _ if group == peer => None,
            (true, _, _, true) | (_, true, true, _) | (_, true, _, true) => {
                let which = if left(group) { group } else { peer };
                Some(Standing::Left(format!("between groups that go, one of them {which}")))
            }
            (false, false, true, _) | (false, false, _, true) => Some(foreign(
                &format!("a rule of the group {group}"),
                "take the rule out of that group, or delete the group",
            )),
            (true, false, _, false) | (_, true, false, false) | (false, false, false, false) => {
                None
            }
        }
    }

    /// Storage lies in no VPC. It is data, so it is only spoken of.
    fn volume(&self, sighting: &Sighting) -> Option<Standing> {
        let (mark, life) = self.in_tree(&sighting.tags)?;
        let claim =
            |part: &str| sighting.tags.get(&format!("kubernetes.io/created-for/pvc/{part}"));
        let owner = match (claim("namespace"), claim("name")) {
            (Some(namespace), Some(name)) => {
                format!("data of the claim {namespace}/{name} ({mark})")
            }
            _ => format!("data of a cluster of ours ({mark})"),
        };
        let advice = "it lies in no VPC and eksnet deletes no data; delete it if nobody needs it";
        let whose = Whose { owner, advice: advice.to_owned() };
        match life {
            Life::Lives => None,
            Life::Ends | Life::Gone => Some(Standing::Beside(whose)),
        }
    }

    fn interface(&self, sighting: &Sighting) -> Standing {
        let Sighting { description, tags, names, .. } = sighting;
        if let Some(balancer) = description.strip_prefix("ELB ") {
            return self.interface_of_balancer(balancer);
        }
        let of_link =
            description.strip_prefix(LINK).is_some_and(|link| self.ground.ours.contains(link));
        let of_ours = description
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
            .any(|word| is_id(word) && self.ground.ours.contains(word));
        let of_cluster =
            self.ground.makers.keys().any(|name| *description == format!("Amazon EKS {name}"));
        if of_ours || of_cluster || of_link {
            return Standing::Follows;
        }
        let group_of_eks = names.iter().find_map(|id| self.of_eks.get_key_value(id.as_str()));
        if let Some((mark, life)) = self.made_by_cni(sighting, group_of_eks) {
            if !sighting.detached {
                return Standing::Follows;
            }
            return match life {
                Life::Ends | Life::Gone => Standing::Left(format!("{mark}, detached")),
                Life::Lives => foreign(
                    &format!("left detached by the VPC CNI of a cluster that stays ({mark})"),
                    "the CNI takes it away within the hour",
                ),
            };
        }
        let (cluster, group) = NODE;
        if tags.contains_key(group) && self.maker(tags, cluster).is_some() {
            return Standing::Follows;
        }
        // Pods on Fargate, and what else EKS runs by itself.
        if group_of_eks.is_some() && sighting.instance.is_none() && !sighting.detached {
            return Standing::Follows;
        }
        let (owner, advice) = owner_of_interface(sighting, self.in_tree(tags));
        foreign(&owner, &advice)
    }

    /// The cluster of ours whose CNI made an interface. Older ones do not name their cluster: then it has to be in the
    /// group that EKS made for it.
    fn made_by_cni(
        &self,
        sighting: &Sighting,
        group_of_eks: Option<(&&str, &Life)>,
    ) -> Option<(String, Life)> {
        let Sighting { tags, description, .. } = sighting;
        if tags.contains_key(CNI) {
            return self.maker(tags, CNI);
        }
        let marked = description.starts_with("aws-K8S-") && tags.contains_key(CNI_NODE);
        let (group, life) = group_of_eks.filter(|_| marked)?;
        Some((format!("{CNI_NODE}, in {group}"), *life))
    }

    /// `balancer` is `app/<name>/<hash>`, `net/<name>/<hash>`, or the name of a classic one.
    fn interface_of_balancer(&self, balancer: &str) -> Standing {
        let end = format!(":loadbalancer/{balancer}");
        if self.ground.ours.iter().any(|arn| arn.ends_with(&end)) {
            return Standing::Follows;
        }
        match self.balancers.iter().find(|(arn, _)| arn.ends_with(&end)) {
            Some((_, Standing::Foreign(_))) => foreign(
                &format!("load balancer {balancer}"),
                "delete the load balancer, or ask its owner to",
            ),
            Some((_, Standing::Left(_) | Standing::Follows | Standing::Beside(_))) => {
                Standing::Follows
            }
            // AWS takes it away some time after the load balancer.
            None if balancer.contains('/') => Standing::Follows,
            None => foreign(
                &format!("classic load balancer {balancer}"),
                &format!(
                    "delete it: `aws elb delete-load-balancer --load-balancer-name {balancer}`"
                ),
            ),
        }
    }
}

fn owner_of_interface(sighting: &Sighting, node_of: Option<(String, Life)>) -> (String, String) {
    let Sighting { instance, name, description, requester, detached, id, .. } = sighting;
    if let Some(instance) = instance {
        let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
        return match node_of {
            Some((mark, _)) => (
                format!("instance {instance}{name}, a node that eksnet did not make ({mark})"),
                "terminate it, or let what started it do so (Karpenter: delete its NodePools)"
                    .to_owned(),
            ),
            None => (
                format!("instance {instance}{name}"),
                "terminate the instance, or move it elsewhere".to_owned(),
            ),
        };
    }
    if let Some((_, what, advice)) =
        SERVICES.iter().find(|(prefix, ..)| description.starts_with(prefix))
    {
        return (format!("{what} (\"{description}\")"), (*advice).to_owned());
    }
    if *detached {
        let advice = format!(
            "if nobody needs it: `aws ec2 delete-network-interface --network-interface-id {id}`"
        );
        let words =
            if description.is_empty() { called(name) } else { format!("\"{description}\"") };
        return (format!("{words}, attached to nothing"), advice);
    }
    let by =
        if requester.is_empty() { String::new() } else { format!(", asked for by {requester}") };
    let words = if description.is_empty() { called(name) } else { format!("\"{description}\"") };
    (format!("{words}{by}"), "delete what it belongs to, or move that elsewhere".to_owned())
}

fn foreign(owner: &str, advice: &str) -> Standing {
    Standing::Foreign(Whose { owner: owner.to_owned(), advice: advice.to_owned() })
}

fn called(name: &str) -> String {
    if name.is_empty() { "without a name".to_owned() } else { format!("called {name}") }
}

/// Whether a word of a description looks like an id that AWS made up: no name that a person gave may be taken for one.
fn is_id(word: &str) -> bool {
    let last = word.rsplit('-').next().unwrap_or_default();
    last.len() >= 8 && last.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The id, or what an ARN says beside account and type.
fn label(sighting: &Sighting) -> String {
    let id = sighting.id.as_str();
    if !id.starts_with("arn:") {
        return id.to_owned();
    }
    let path = id.rsplit(':').next().unwrap_or(id);
    path.split_once('/').map_or(path, |(_, rest)| rest).to_owned()
}

#[cfg(test)]
mod tests;
