//! `cluster`: a Kubernetes control plane that AWS runs.
//!
//! Whoever may use it has an access entry, and only by that: EKS makes none for the principal that creates it. Its
//! add-ons are resources of their own too, so it comes without any. EKS makes one change of it at a time.
//! EKS: CreateCluster, DescribeCluster, UpdateClusterVersion, UpdateClusterConfig, AssociateEncryptionConfig,
//! DescribeUpdate, DeleteCluster.

use aws_sdk_eks::types::{
    self, AuthenticationMode, ClusterStatus, CreateAccessConfigRequest, EncryptionConfig, LogSetup,
    LogType, Logging, Provider, SupportType, UpgradePolicyRequest, VpcConfigRequest,
    ZonalShiftConfigRequest, builders::VpcConfigRequestBuilder,
};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{finished, ids, reason, references, refused, same, settled, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{
        Calls, EksResource, Facts, Found, Kind, Made, Owner, Phase, Quota, Strays, Tagging, Timing,
        of_stack,
    },
    model::{Class, Identity, Problem, Ref},
};

/// What a cluster should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name, one of its kind in the account and Region, at most 100 characters.
    pub name: String,
    /// Kubernetes minor version, such as `1.36`. Goes up by one at a time and never down.
    pub version: String,
    /// ARN of the role it acts as.
    pub role: Ref,
    /// Where its network interfaces are: two zones at least.
    pub subnets: Vec<Ref>,
    /// The Kubernetes API is reached from inside the VPC.
    pub private_access: bool,
    /// The Kubernetes API is reached from the internet.
    pub public_access: bool,
    /// From which blocks on the internet; empty without public access.
    pub public_cidrs: Vec<String>,
    /// Logs that go to CloudWatch Logs: `api`, `audit`, `authenticator`, `controllerManager`, `scheduler`.
    pub logs: Vec<String>,
    /// ARN of the KMS key that encrypts secrets. Once there is one, EKS neither changes it nor takes it away.
    pub secrets_key: Option<Ref>,
    /// What happens when the version leaves standard support: `STANDARD` upgrades it, `EXTENDED` keeps it.
    pub upgrade: String,
    /// AWS may shift traffic away from an impaired zone.
    pub zonal_shift: bool,
    /// AWS refuses to delete it.
    pub deletion_protection: bool,
}

impl Kind for Cluster {
    const FACTS: Facts = Facts {
        name: "cluster",
        id: "{name}",
        // Not the key: another one would not be worth another cluster, so `update` refuses it.
        replaces: &["name", "role"],
        outputs: &[
            ("arn", "arn:{partition}:eks:{region}:{account}:cluster/{name}"),
            ("endpoint", "https://{hex32}.eks.amazonaws.com"),
            // The certificate of its authority, in base64.
            ("ca", "{hex32}"),
            // Without `https://`, as ARNs and trust policies name it.
            ("oidc_issuer", "oidc.eks.amazonaws.com/id/{hex32}"),
            // EKS makes this group, puts the control plane in it and lets everything in it talk to each other.
            ("security_group", "sg-{hex17}"),
        ],
        timing: Timing { create: 617, delete: 204 },
        tags: Tagging::Eks(EksResource::Cluster),
        token: true,
        sets: &["subnets", "public_cidrs", "logs"],
        calls: Calls {
            create: "eks:CreateCluster",
            read: &["eks:DescribeCluster"],
            update: &[
                "eks:UpdateClusterConfig",
                "eks:UpdateClusterVersion",
                "eks:AssociateEncryptionConfig",
                "eks:DescribeUpdate",
            ],
            delete: "eks:DeleteCluster",
        },
        quota: Some(Quota { code: "L-1194D53C", name: "Clusters", default: 100, per: None }),
        guard: Some("/deletion_protection"),
        strays: Strays::Maker,
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let access = CreateAccessConfigRequest::builder()
            .authentication_mode(AuthenticationMode::Api)
            .bootstrap_cluster_creator_admin_permissions(false)
            .build();
        let request = aws
            .eks
            .create_cluster()
            .name(&self.name)
            .version(&self.version)
            .role_arn(self.role.get())
            .resources_vpc_config(self.access().set_subnet_ids(ids(&self.subnets)).build())
            .access_config(access)
            .bootstrap_self_managed_addons(false)
            .logging(self.logging())
            .set_encryption_config(self.encryption().map(|config| vec![config]))
            .upgrade_policy(self.upgrade_policy())
            .zonal_shift_config(self.zonal_shift_config())
            .deletion_protection(self.deletion_protection)
            .client_request_token(&owner.token)
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    /// One call a cluster: EKS lists nothing but names.
    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Compares with what is there, not with what was: EKS refuses a change to what is so already. One call for each
    /// kind of change, each after the last has come to its end.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let there: Self = settled(aws, id).await?;
        let updates = || aws.eks.describe_update().name(id.as_str());
        if there.secrets_key.is_some() && self.secrets_key != there.secrets_key {
            return Err(fixed_key(id));
        }
        if self.version != there.version {
            let request = aws.eks.update_cluster_version().name(id.as_str()).version(&self.version);
            let update = aws.write(|| request.clone().send()).await?.update;
            finished(aws, updates(), update).await?;
        }
        if let Some(config) = self.encryption().filter(|_| there.secrets_key.is_none()) {
            let request = aws.eks.associate_encryption_config().cluster_name(id.as_str());
            let request = request.encryption_config(config);
            let update = aws.write(|| request.clone().send()).await?.update;
            finished(aws, updates(), update).await?;
        }
        let config = || aws.eks.update_cluster_config().name(id.as_str());
        let mut requests = Vec::new();
        if !self.same_access(&there) {
            requests.push(config().resources_vpc_config(self.access().build()));
        }
        if !same(ids(&self.subnets), ids(&there.subnets)) {
            let subnets = VpcConfigRequest::builder().set_subnet_ids(ids(&self.subnets));
            requests.push(config().resources_vpc_config(subnets.build()));
        }
        if !same(&self.logs, &there.logs) {
            requests.push(config().logging(self.logging()));
        }
        if self.upgrade != there.upgrade {
            requests.push(config().upgrade_policy(self.upgrade_policy()));
        }
        if self.zonal_shift != there.zonal_shift {
            requests.push(config().zonal_shift_config(self.zonal_shift_config()));
        }
        if self.deletion_protection != there.deletion_protection {
            requests.push(config().deletion_protection(self.deletion_protection));
        }
        for request in requests {
            let update = aws.write(|| request.clone().send()).await?.update;
            finished(aws, updates(), update).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.eks.delete_cluster().name(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let request = aws.eks.list_clusters();
        let names: Vec<String> =
            aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let names: Vec<Identity> = names.into_iter().map(Identity).collect();
        let mut found = Self::read(aws, &names).await?;
        found.retain(|found| found.tags.as_ref().is_some_and(|tags| of_stack(tags, stack)));
        Ok(found.into_iter().map(|found| found.id).collect())
    }
}

impl Cluster {
    fn access(&self) -> VpcConfigRequestBuilder {
        let cidrs = Some(self.public_cidrs.clone()).filter(|_| self.public_access);
        VpcConfigRequest::builder()
            .endpoint_private_access(self.private_access)
            .endpoint_public_access(self.public_access)
            .set_public_access_cidrs(cidrs)
    }

    fn same_access(&self, other: &Self) -> bool {
        self.private_access == other.private_access
            && self.public_access == other.public_access
            && same(&self.public_cidrs, &other.public_cidrs)
    }

    /// The logs that are on, and the others off.
    fn logging(&self) -> Logging {
        let all = LogType::values().iter().copied();
        let (on, off): (Vec<&str>, Vec<&str>) =
            all.partition(|name| self.logs.iter().any(|log| log == name));
        let setup = |names: Vec<&str>, enabled| {
            let types = names.into_iter().map(LogType::from).collect();
            LogSetup::builder().set_types(Some(types)).enabled(enabled).build()
        };
        let setups = [(on, true), (off, false)].into_iter().filter(|(names, _)| !names.is_empty());
        let setups = setups.map(|(names, enabled)| setup(names, enabled)).collect();
        Logging::builder().set_cluster_logging(Some(setups)).build()
    }

    #[expect(
        deprecated,
        reason = "EKS takes it, and nothing says that every Region does without it"
    )]
    fn encryption(&self) -> Option<EncryptionConfig> {
        let key = Provider::builder().key_arn(self.secrets_key.as_ref()?.get()).build();
        Some(EncryptionConfig::builder().resources("secrets").provider(key).build())
    }

    fn upgrade_policy(&self) -> UpgradePolicyRequest {
        let support = SupportType::from(self.upgrade.as_str());
        UpgradePolicyRequest::builder().support_type(support).build()
    }

    fn zonal_shift_config(&self) -> ZonalShiftConfigRequest {
        ZonalShiftConfigRequest::builder().enabled(self.zonal_shift).build()
    }
}

fn fixed_key(id: &Identity) -> Problem {
    let message = format!(
        "EKS neither changes nor removes the key of {id}'s secrets; write the old one back, or replace the cluster"
    );
    Problem::new(Class::Invalid, "SecretsKeyFixed", message)
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<Cluster>>, Problem> {
    let request = aws.eks.describe_cluster().name(id.as_str());
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let Some(cluster) = answer.and_then(|answer| answer.cluster) else { return Ok(None) };
    let phase = phase(&cluster);
    let network = cluster.resources_vpc_config.as_ref();
    let security_group = network.and_then(|network| network.cluster_security_group_id());
    let issuer = cluster.identity.as_ref().and_then(|identity| identity.oidc()?.issuer());
    let issuer = issuer.map(|url| url.strip_prefix("https://").unwrap_or(url));
    let ca = cluster.certificate_authority.as_ref().and_then(|authority| authority.data());
    let found = Found::ready(id.clone(), fields(&cluster))
        .phase(phase)
        .output("endpoint", cluster.endpoint())
        .output("ca", ca)
        .output("oidc_issuer", issuer)
        .output("security_group", security_group);
    Ok(Some(found.tagged(tags(cluster.tags))))
}

fn fields(cluster: &types::Cluster) -> Cluster {
    let network = cluster.resources_vpc_config.as_ref();
    let public_access = network.is_some_and(|network| network.endpoint_public_access);
    // Without public access EKS still shows the blocks that it would be open to.
    let cidrs = network.filter(|_| public_access).map(|network| network.public_access_cidrs());
    let logs = cluster.logging().map(|logging| logging.cluster_logging()).unwrap_or_default();
    let on = logs.iter().filter(|setup| setup.enabled == Some(true));
    let mut keys = cluster.encryption_config().iter().filter_map(|config| config.provider());
    let upgrade = cluster.upgrade_policy().and_then(|policy| policy.support_type());
    Cluster {
        name: cluster.name.clone().unwrap_or_default(),
        version: cluster.version.clone().unwrap_or_default(),
        role: cluster.role_arn().unwrap_or_default().into(),
        subnets: references(network.and_then(|network| network.subnet_ids.clone())),
        private_access: network.is_some_and(|network| network.endpoint_private_access),
        public_access,
        public_cidrs: cidrs.unwrap_or_default().to_vec(),
        logs: on.flat_map(|setup| setup.types()).map(|log| log.as_str().to_owned()).collect(),
        secrets_key: keys.find_map(|key| key.key_arn()).map(Ref::from),
        upgrade: upgrade.map_or("EXTENDED", |support| support.as_str()).to_owned(),
        zonal_shift: cluster
            .zonal_shift_config()
            .is_some_and(|config| config.enabled == Some(true)),
        deletion_protection: cluster.deletion_protection.unwrap_or_default(),
    }
}

fn phase(cluster: &types::Cluster) -> Phase {
    match cluster.status() {
        Some(ClusterStatus::Creating | ClusterStatus::Pending | ClusterStatus::Updating) => {
            Phase::Pending
        }
        Some(ClusterStatus::Deleting) => Phase::Deleting,
        Some(ClusterStatus::Failed) => {
            let issues = cluster.health().map(|health| health.issues()).unwrap_or_default();
            let issues = issues.iter();
            Phase::Failed(reason(
                issues.map(|issue| (issue.code().map(|code| code.as_str()), issue.message())),
            ))
        }
        _ => Phase::Ready,
    }
}
