//! `launch_template`: what the nodes of a node group are made of: disk, security groups, tags, instance metadata.
//!
//! Its content lives in versions, which never change; changing it means making another version the default one. The
//! description of a version is the revision of its content: a node group knows by it what its nodes are made of.
//! EC2: CreateLaunchTemplate, DescribeLaunchTemplates, DescribeLaunchTemplateVersions, CreateLaunchTemplateVersion,
//! ModifyLaunchTemplate, DeleteLaunchTemplate.

use aws_sdk_ec2::types::{
    self, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateTagSpecificationRequest, LaunchTemplateVersion, RequestLaunchTemplateData,
    ResourceType, Tag, VolumeType,
};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{
        Aws,
        ec2::{tagged, tags},
        present,
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Tagging, not_visible_yet},
    model::{Class, Identity, Problem, Ref, Tags},
};

/// What a launch template should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// Its name, one of its kind in the account and Region.
    pub name: String,
    /// GiB of the volume at `device`.
    pub disk: u32,
    /// The device that holds images and logs, such as `/dev/xvda`.
    pub device: String,
    /// How far answers of the instance metadata service travel: 1 keeps the node's credentials from pods.
    pub hop_limit: i32,
    /// What the nodes' network interfaces are in.
    pub security_groups: Vec<Ref>,
    /// Tags of instances and their volumes.
    pub instance_tags: Tags,
    /// A name for this content: another content has another name.
    pub revision: String,
}

/// Templates that one DescribeLaunchTemplates shows (EC2 API reference).
const IDS: usize = 200;

impl Kind for LaunchTemplate {
    const FACTS: Facts = Facts {
        name: "launch_template",
        id: "lt-{hex17}",
        replaces: &["name"],
        unique: &[&["name"]],
        tags: Tagging::Ec2("launch-template"),
        token: true,
        // Values of tags name nothing.
        loose: &["instance_tags"],
        // The security group that EKS makes is known when the cluster is there.
        awaits: &["security_groups"],
        sets: &["security_groups"],
        calls: Calls {
            create: "ec2:CreateLaunchTemplate",
            read: &["ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"],
            update: &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"],
            delete: "ec2:DeleteLaunchTemplate",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_launch_template()
            .launch_template_name(&self.name)
            .version_description(&self.revision)
            .launch_template_data(self.data())
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::LaunchTemplate, owner));
        let template = aws.write(|| request.clone().send()).await?.launch_template;
        Made::id(template.as_ref().and_then(|template| template.launch_template_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let templates = try_join_all(known.chunks(IDS).map(|ids| described(aws, ids)));
        let (templates, defaults) = try_join(templates, aws.default_template_versions()).await?;
        let templates = templates.into_iter().flatten();
        let found = templates.map(|template| found(aws, &defaults, template));
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    /// Makes the version that says this the default one. It may be there: from a run that died between the two calls,
    /// or from before the content changed and changed back.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let versions = template_versions(aws, id.as_str(), None).await?;
        let same = versions.iter().filter(|version| self.is(version));
        let number = match same.filter_map(|version| version.version_number).max() {
            Some(number) => number,
            None => self.add_version(aws, id).await?,
        };
        let request = aws.ec2.modify_launch_template().launch_template_id(id.as_str());
        let request = request.default_version(number.to_string());
        aws.write(|| request.clone().send()).await.map_err(not_visible_yet).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_launch_template().launch_template_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

impl LaunchTemplate {
    fn data(&self) -> RequestLaunchTemplateData {
        let volume = LaunchTemplateEbsBlockDeviceRequest::builder()
            .volume_size(self.disk.cast_signed())
            .volume_type(VolumeType::Gp3)
            .encrypted(true)
            .delete_on_termination(true);
        let device = LaunchTemplateBlockDeviceMappingRequest::builder()
            .device_name(&self.device)
            .ebs(volume.build());
        let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
            .http_tokens(LaunchTemplateHttpTokensState::Required)
            .http_put_response_hop_limit(self.hop_limit);
        let tags = |resource_type: ResourceType| {
            let tags = self.instance_tags.iter();
            let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
            LaunchTemplateTagSpecificationRequest::builder()
                .resource_type(resource_type)
                .set_tags(Some(tags.collect()))
                .build()
        };
        let groups = self.security_groups.iter().map(|group| group.get().to_owned()).collect();
        RequestLaunchTemplateData::builder()
            .block_device_mappings(device.build())
            .metadata_options(metadata.build())
            .set_security_group_ids(Some(groups))
            .tag_specifications(tags(ResourceType::Instance))
            .tag_specifications(tags(ResourceType::Volume))
            .build()
    }

    async fn add_version(&self, aws: &Aws, id: &Identity) -> Result<i64, Problem> {
        let request = aws
            .ec2
            .create_launch_template_version()
            .launch_template_id(id.as_str())
            .version_description(&self.revision)
            .launch_template_data(self.data());
        let version = aws.write(|| request.clone().send()).await?.launch_template_version;
        version.and_then(|version| version.version_number).ok_or_else(|| {
            let message = "the answer to a new version holds no number";
            Problem::new(Class::Unavailable, "EmptyAnswer", message)
        })
    }

    fn is(&self, version: &LaunchTemplateVersion) -> bool {
        let normal = |fields: &Self| {
            let mut groups: Vec<&str> = fields.security_groups.iter().map(Ref::get).collect();
            groups.sort_unstable();
            let groups = groups.into_iter().map(Ref::from).collect();
            Self { security_groups: groups, ..fields.clone() }
        };
        normal(self) == normal(&Self::shown(version))
    }

    fn shown(version: &LaunchTemplateVersion) -> Self {
        let data = version.launch_template_data();
        let device = data.and_then(|data| data.block_device_mappings().first());
        let disk = device.and_then(|device| device.ebs()?.volume_size);
        let metadata = data.and_then(|data| data.metadata_options());
        let specifications = data.map(|data| data.tag_specifications()).unwrap_or_default();
        let of_instances = |specification: &&types::LaunchTemplateTagSpecification| {
            specification.resource_type() == Some(&ResourceType::Instance)
        };
        let instance_tags = specifications.iter().find(of_instances);
        let groups = data.map(|data| data.security_group_ids()).unwrap_or_default();
        Self {
            name: version.launch_template_name.clone().unwrap_or_default(),
            disk: disk.and_then(|disk| disk.try_into().ok()).unwrap_or_default(),
            device: device.and_then(|device| device.device_name.clone()).unwrap_or_default(),
            hop_limit: metadata
                .and_then(|metadata| metadata.http_put_response_hop_limit)
                .unwrap_or_default(),
            security_groups: groups.iter().map(|group| Ref::from(group.as_str())).collect(),
            instance_tags: instance_tags.map(|spec| tags(spec.tags())).unwrap_or_default(),
            revision: version.version_description.clone().unwrap_or_default(),
        }
    }
}

/// The templates of these ids. One that is gone refuses the others, so each is asked for alone then.
async fn described(aws: &Aws, ids: &[Identity]) -> Result<Vec<types::LaunchTemplate>, Problem> {
    let names = ids.iter().map(|id| id.0.clone()).collect();
    let request = aws.ec2.describe_launch_templates().set_launch_template_ids(Some(names));
    match aws.read(|| request.clone().into_paginator().items().send().try_collect()).await {
        Err(problem) if problem.class == Class::Missing && ids.len() > 1 => {
            let each = ids.iter().map(|id| Box::pin(described(aws, std::slice::from_ref(id))));
            Ok(try_join_all(each).await?.into_iter().flatten().collect())
        }
        Err(problem) if problem.class == Class::Missing => Ok(Vec::new()),
        answer => answer,
    }
}

async fn found(
    aws: &Aws,
    defaults: &[LaunchTemplateVersion],
    template: types::LaunchTemplate,
) -> Result<Option<Found<LaunchTemplate>>, Problem> {
    let id = template.launch_template_id().unwrap_or_default();
    let version = template_version(aws, defaults, id, "$Default").await?;
    Ok(version.map(|version| {
        Found::ready(id, LaunchTemplate::shown(&version)).tagged(tags(template.tags()))
    }))
}

/// A version (a number, or `$Default`) of a launch template; it need not be asked for if it is among `defaults`.
pub(in crate::kinds) async fn template_version(
    aws: &Aws,
    defaults: &[LaunchTemplateVersion],
    template: &str,
    version: &str,
) -> Result<Option<LaunchTemplateVersion>, Problem> {
    let is_meant = |shown: &&LaunchTemplateVersion| {
        let number = shown.version_number.map(|number| number.to_string());
        shown.launch_template_id() == Some(template)
            && (version == "$Default" || number.as_deref() == Some(version))
    };
    if let Some(version) = defaults.iter().find(is_meant) {
        return Ok(Some(version.clone()));
    }
    let versions = present(template_versions(aws, template, Some(version)).await)?;
    Ok(versions.and_then(|versions| versions.into_iter().next()))
}

/// Versions of a launch template: one (a number, or `$Default`), or all of them.
pub(in crate::kinds) async fn template_versions(
    aws: &Aws,
    template: &str,
    version: Option<&str>,
) -> Result<Vec<LaunchTemplateVersion>, Problem> {
    let request = aws
        .ec2
        .describe_launch_template_versions()
        .launch_template_id(template)
        .set_versions(version.map(|version| vec![version.to_owned()]));
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}
