//! Tags after creation, and finding what a stack owns by them.

use crate::{
    aws::{Aws, ec2::filter},
    kinds::{Owner, TAG_ADDRESS, TAG_STACK, Tagging},
    model::{Identity, Problem, Tags},
};

/// A change of tags that one or several resources share.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagChange {
    /// Tags to add or overwrite.
    pub set: Tags,
    /// Keys to take away.
    pub unset: Vec<String>,
}

/// Resources that one CreateTags or DeleteTags call may name (EC2 API reference).
const RESOURCES: usize = 1000;

impl Aws {
    /// Makes one change of tags on several resources of one kind. Repeatable.
    pub async fn tag(
        &self,
        tagging: &Tagging,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        match tagging {
            Tagging::None => Ok(()),
            Tagging::Ec2(_) => self.tag_ec2(ids, change).await,
            Tagging::Eks(resource) => {
                for id in ids {
                    self.tag_eks(*resource, id, change).await?;
                }
                Ok(())
            }
            Tagging::Certificate => self.tag_certificates(ids, change).await,
            Tagging::Elb => self.tag_elb(ids, change).await,
            Tagging::HostedZone => self.tag_hosted_zones(ids, change).await,
            Tagging::HttpApi(pattern) => self.tag_http_apis(pattern, ids, change).await,
            Tagging::RestApi(pattern) => self.tag_rest_apis(pattern, ids, change).await,
            Tagging::IamRole => {
                for id in ids {
                    self.tag_role(id.as_str(), change).await?;
                }
                Ok(())
            }
            Tagging::OidcProvider => {
                for id in ids {
                    self.tag_oidc_provider(id.as_str(), change).await?;
                }
                Ok(())
            }
            Tagging::Kms => {
                for id in ids {
                    self.tag_key(id.as_str(), change).await?;
                }
                Ok(())
            }
            Tagging::LogGroup => {
                for id in ids {
                    self.tag_log_group(id.as_str(), change).await?;
                }
                Ok(())
            }
        }
    }

    /// Every resource of this kind whose ownership tags name `owner`, a moment ago at the latest: tags may lag behind.
    pub async fn owned(&self, tagging: &Tagging, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        match tagging {
            Tagging::Ec2(resource_type) => {
                let at_address = self
                    .tagged_with(resource_type, TAG_ADDRESS, owner.address.as_str(), None)
                    .await?;
                if at_address.is_empty() {
                    return Ok(at_address);
                }
                // Two stacks may use the same address; DescribeTags cannot ask for two tags of one resource at once.
                self.tagged_with(resource_type, TAG_STACK, &owner.stack, Some(&at_address)).await
            }
            // Kinds without tags, and those tagged through another service, have natural keys or look for themselves.
            Tagging::None
            | Tagging::Certificate
            | Tagging::Eks(_)
            | Tagging::Elb
            | Tagging::HostedZone
            | Tagging::HttpApi(_)
            | Tagging::RestApi(_)
            | Tagging::IamRole
            | Tagging::OidcProvider
            | Tagging::Kms
            | Tagging::LogGroup => Ok(Vec::new()),
        }
    }

    /// Every resource of this kind whose ownership tag names `stack`. Only EC2 is asked; other kinds look for themselves.
    pub async fn of_stack(&self, tagging: &Tagging, stack: &str) -> Result<Vec<Identity>, Problem> {
        let Tagging::Ec2(resource_type) = tagging else { return Ok(Vec::new()) };
        self.tagged_with(resource_type, TAG_STACK, stack, None).await
    }

    /// Everything EC2 shows with this stack's ownership tag: resource type and id.
    pub async fn owned_by_stack(&self, stack: &str) -> Result<Vec<(String, Identity)>, Problem> {
        let request = self
            .ec2
            .describe_tags()
            .filters(filter("key", [TAG_STACK]))
            .filters(filter("value", [stack]));
        let tags =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        let entries = tags.into_iter().filter_map(|tag| {
            Some((tag.resource_type?.as_str().to_owned(), Identity(tag.resource_id?)))
        });
        Ok(entries.collect())
    }

    async fn tagged_with(
        &self,
        resource_type: &str,
        key: &str,
        value: &str,
        among: Option<&[Identity]>,
    ) -> Result<Vec<Identity>, Problem> {
        let mut request = self
            .ec2
            .describe_tags()
            .filters(filter("resource-type", [resource_type]))
            .filters(filter("key", [key]))
            .filters(filter("value", [value]));
        if let Some(ids) = among {
            request = request.filters(filter("resource-id", ids.iter().map(Identity::as_str)));
        }
        let tags =
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
        Ok(tags.into_iter().filter_map(|tag| tag.resource_id.map(Identity)).collect())
    }

    async fn tag_ec2(&self, ids: &[Identity], change: &TagChange) -> Result<(), Problem> {
        use aws_sdk_ec2::types::Tag;
        for chunk in ids.chunks(RESOURCES) {
            let ids = Some(chunk.iter().map(|id| id.0.clone()).collect::<Vec<_>>());
            if !change.set.is_empty() {
                let tags = change
                    .set
                    .iter()
                    .map(|(key, value)| Tag::builder().key(key).value(value).build());
                let request = self
                    .ec2
                    .create_tags()
                    .set_resources(ids.clone())
                    .set_tags(Some(tags.collect()));
                self.write(|| request.clone().send()).await?;
            }
            if !change.unset.is_empty() {
                let tags = change.unset.iter().map(|key| Tag::builder().key(key).build());
                let request =
                    self.ec2.delete_tags().set_resources(ids).set_tags(Some(tags.collect()));
                self.write(|| request.clone().send()).await?;
            }
        }
        Ok(())
    }

    async fn tag_role(&self, name: &str, change: &TagChange) -> Result<(), Problem> {
        if !change.set.is_empty() {
            let request = self.iam.tag_role().role_name(name).set_tags(Some(iam_tags(&change.set)));
            self.write(|| request.clone().send()).await?;
        }
        if !change.unset.is_empty() {
            let request =
                self.iam.untag_role().role_name(name).set_tag_keys(Some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn tag_oidc_provider(&self, issuer: &str, change: &TagChange) -> Result<(), Problem> {
        let arn = self.oidc_provider_arn(issuer);
        if !change.set.is_empty() {
            let request = self
                .iam
                .tag_open_id_connect_provider()
                .open_id_connect_provider_arn(&arn)
                .set_tags(Some(iam_tags(&change.set)));
            self.write(|| request.clone().send()).await?;
        }
        if !change.unset.is_empty() {
            let request = self
                .iam
                .untag_open_id_connect_provider()
                .open_id_connect_provider_arn(&arn)
                .set_tag_keys(Some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn tag_key(&self, id: &str, change: &TagChange) -> Result<(), Problem> {
        if !change.set.is_empty() {
            let request = self.kms.tag_resource().key_id(id).set_tags(Some(kms_tags(&change.set)));
            self.write(|| request.clone().send()).await?;
        }
        if !change.unset.is_empty() {
            let request =
                self.kms.untag_resource().key_id(id).set_tag_keys(Some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn tag_log_group(&self, name: &str, change: &TagChange) -> Result<(), Problem> {
        let arn = self.log_group_arn(name);
        if !change.set.is_empty() {
            let tags = change.set.clone().into_iter().collect();
            let request = self.logs.tag_resource().resource_arn(&arn).set_tags(Some(tags));
            self.write(|| request.clone().send()).await?;
        }
        if !change.unset.is_empty() {
            let request = self
                .logs
                .untag_resource()
                .resource_arn(&arn)
                .set_tag_keys(Some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    /// The ARN of an identity provider, which names its issuer without `https://`.
    pub fn oidc_provider_arn(&self, issuer: &str) -> String {
        let partition = crate::model::partition(&self.account.region);
        format!("arn:{partition}:iam::{}:oidc-provider/{issuer}", self.account.id)
    }

    /// The ARN of a log group, as the tagging calls of CloudWatch Logs want it: without `:*` at the end.
    pub fn log_group_arn(&self, name: &str) -> String {
        let partition = crate::model::partition(&self.account.region);
        format!("arn:{partition}:logs:{}:{}:log-group:{name}", self.account.region, self.account.id)
    }
}

/// Our tags as IAM's.
pub fn iam_tags(tags: &Tags) -> Vec<aws_sdk_iam::types::Tag> {
    let tag = |(key, value): (&String, &String)| {
        aws_sdk_iam::types::Tag::builder()
            .key(key)
            .value(value)
            .build()
            .expect("key and value are set, and nothing else is required")
    };
    tags.iter().map(tag).collect()
}

/// Our tags as KMS's.
pub fn kms_tags(tags: &Tags) -> Vec<aws_sdk_kms::types::Tag> {
    let tag = |(key, value): (&String, &String)| {
        aws_sdk_kms::types::Tag::builder()
            .tag_key(key)
            .tag_value(value)
            .build()
            .expect("key and value are set, and nothing else is required")
    };
    tags.iter().map(tag).collect()
}
