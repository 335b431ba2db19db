//! Tags of EKS: set by ARN, and all ARNs but a cluster's end in something that only EKS knows.

use crate::{
    aws::{Aws, TagChange},
    kinds::EksResource,
    model::{Class, Identity, Problem},
};

impl Aws {
    /// Makes one change of tags on one resource.
    pub(super) async fn tag_eks(
        &self,
        resource: EksResource,
        id: &Identity,
        change: &TagChange,
    ) -> Result<(), Problem> {
        let arn = self.eks_arn(resource, id).await?.ok_or_else(|| {
            Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
        })?;
        if !change.set.is_empty() {
            let tags = change.set.clone().into_iter().collect();
            let request = self.eks.tag_resource().resource_arn(&arn).set_tags(Some(tags));
            self.write(|| request.clone().send()).await?;
        }
        if !change.unset.is_empty() {
            let request = self
                .eks
                .untag_resource()
                .resource_arn(&arn)
                .set_tag_keys(Some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn eks_arn(
        &self,
        resource: EksResource,
        id: &Identity,
    ) -> Result<Option<String>, Problem> {
        let (cluster, name) = (id.part(0), id.part(1));
        Ok(match resource {
            EksResource::Cluster => {
                let region = &self.account.region;
                let partition = crate::model::partition(region);
                Some(format!("arn:{partition}:eks:{region}:{}:cluster/{cluster}", self.account.id))
            }
            EksResource::AccessEntry => {
                let request =
                    self.eks.describe_access_entry().cluster_name(cluster).principal_arn(name);
                let answer = self.read(|| request.clone().send()).await?;
                answer.access_entry.and_then(|entry| entry.access_entry_arn)
            }
            EksResource::Addon => {
                let request = self.eks.describe_addon().cluster_name(cluster).addon_name(name);
                let answer = self.read(|| request.clone().send()).await?;
                answer.addon.and_then(|addon| addon.addon_arn)
            }
            EksResource::FargateProfile => {
                let request = self.eks.describe_fargate_profile().cluster_name(cluster);
                let request = request.fargate_profile_name(name);
                let answer = self.read(|| request.clone().send()).await?;
                answer.fargate_profile.and_then(|profile| profile.fargate_profile_arn)
            }
            EksResource::NodeGroup => {
                let request =
                    self.eks.describe_nodegroup().cluster_name(cluster).nodegroup_name(name);
                let answer = self.read(|| request.clone().send()).await?;
                answer.nodegroup.and_then(|group| group.nodegroup_arn)
            }
            EksResource::PodIdentityAssociation => {
                let request = self.eks.list_pod_identity_associations().cluster_name(cluster);
                let request = request.namespace(name).service_account(id.part(2));
                let answer = self.read(|| request.clone().send()).await?;
                let first = answer.associations.unwrap_or_default().into_iter().next();
                first.and_then(|association| association.association_arn)
            }
        })
    }
}
