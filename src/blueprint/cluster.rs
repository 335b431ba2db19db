//! The EKS cluster: its role, the key of its secrets, its log group, who may administer it.

use serde_json::{Value, json};

use super::{Draft, address};
use crate::{
    kinds::{
        AccessEntry, Cluster, KmsKey, LogGroup, OidcProvider, Role, RolePolicyAttachment, Subnet,
        normal_document,
    },
    model::{Address, Ref, Until, partition},
    stack::{self, Secrets, Tier, UpgradePolicy},
};

const SECTION: &str = "cluster";

pub(super) fn draw(draft: &mut Draft<'_>) {
    let Some(cluster) = &draft.stack.cluster else { return };
    let role = role(draft, SECTION, "cluster", "eks.amazonaws.com", &["AmazonEKSClusterPolicy"]);
    let fields = Cluster {
        name: cluster.name.clone(),
        version: cluster.version.clone(),
        role: Ref::output(&role, "arn"),
        subnets: subnets(draft),
        private_access: cluster.api.private,
        public_access: !cluster.api.public.is_empty(),
        public_cidrs: cluster.api.public.iter().map(ToString::to_string).collect(),
        logs: cluster.logs.clone(),
        secrets_key: secrets_key(draft, &cluster.secrets),
        upgrade: upgrade(cluster.upgrade).to_owned(),
        zonal_shift: cluster.zonal_shift,
        deletion_protection: cluster.deletion_protection,
    };
    let address = draft.add(SECTION, &draft.stack.name, fields);
    for attachment in attachments(draft, "cluster") {
        // The cluster cannot make its network interfaces without it, and cannot take them away either.
        draft.needs(&address, attachment, Until::Created);
    }
    if !cluster.logs.is_empty() {
        let group =
            LogGroup { name: format!("/aws/eks/{}/cluster", cluster.name), retention: Some(90) };
        let group = draft.add(SECTION, "cluster", group);
        // EKS would make the group itself, without a retention, and leave it behind.
        draft.needs(&address, group, Until::Created);
    }
    for admin in &cluster.admins {
        admit(draft, &address, admin);
    }
    if cluster.irsa {
        let issuer = Ref::output(&address, "oidc_issuer");
        let audiences = vec!["sts.amazonaws.com".to_owned()];
        draft.add(SECTION, "cluster", OidcProvider { issuer, audiences });
    }
}

/// The address of the stack's cluster.
pub(super) fn id(draft: &Draft<'_>) -> Address {
    address::<Cluster>(&draft.stack.name)
}

/// Where EKS puts the control plane's network interfaces: private subnets, or whatever nodes can reach.
fn subnets(draft: &Draft<'_>) -> Vec<Ref> {
    let of = |tier: Tier| -> Vec<Ref> {
        let subnets = draft.stack.vpc.subnets.iter().filter(|(_, subnet)| subnet.tier == tier);
        subnets.map(|(name, _)| Ref::id(&address::<Subnet>(name))).collect()
    };
    let private = of(Tier::Private);
    if private.is_empty() { of(Tier::Public) } else { private }
}

fn secrets_key(draft: &mut Draft<'_>, secrets: &Secrets) -> Option<Ref> {
    match secrets {
        Secrets::Default => None,
        Secrets::Key(arn) => Some(Ref::from(arn.as_str())),
        Secrets::Created => {
            let description = format!("Kubernetes secrets of {}", draft.stack.name);
            let key = KmsKey { description, rotation: true, deletion_window: 30 };
            Some(Ref::output(&draft.add(SECTION, "secrets", key), "arn"))
        }
    }
}

const fn upgrade(policy: UpgradePolicy) -> &'static str {
    match policy {
        UpgradePolicy::Standard => "STANDARD",
        UpgradePolicy::Extended => "EXTENDED",
    }
}

/// Lets a principal administer the cluster.
fn admit(draft: &mut Draft<'_>, cluster: &Address, principal: &str) {
    // `arn:aws:iam::123456789012:role/path/Platform` is called `role/path/Platform`.
    let name = principal.rsplit(':').next().unwrap_or(principal).to_owned();
    let partition = partition(&draft.stack.region);
    let policy =
        format!("arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
    let fields = AccessEntry {
        cluster: Ref::id(cluster),
        principal: principal.to_owned(),
        policies: vec![policy],
    };
    draft.add(SECTION, &name, fields);
}

/// A role that `service` assumes, with AWS's own policies attached.
pub(super) fn role(
    draft: &mut Draft<'_>,
    section: &str,
    name: &str,
    service: &str,
    policies: &[&str],
) -> Address {
    let stack::Stack { name: stack, region, .. } = draft.stack;
    let fields = Role {
        // Role names are an account's, not a Region's.
        name: format!("{stack}-{region}-{name}"),
        description: format!("EKS {name} of {stack}"),
        trust: normal_document(trust(service)),
    };
    let role = draft.add(section, name, fields);
    for policy in policies {
        let arn = format!("arn:{}:iam::aws:policy/{policy}", partition(region));
        let fields = RolePolicyAttachment { role: Ref::id(&role), policy: arn };
        draft.add(section, &format!("{name}/{policy}"), fields);
    }
    role
}

/// The attachments of the role called `name`.
pub(super) fn attachments(draft: &Draft<'_>, name: &str) -> Vec<Address> {
    let prefix = format!("{name}/");
    let kind = address::<RolePolicyAttachment>("x");
    let of_role = |each: &&Address| each.kind() == kind.kind() && each.name().starts_with(&prefix);
    draft.desired.keys().filter(of_role).cloned().collect()
}

fn trust(service: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sts:AssumeRole",
        }],
    })
}
