//! `kms_key`: a key that encrypts other keys, here those of a cluster's secrets.
//!
//! It is never deleted at once: KMS keeps it for some days, in which nothing can use it and somebody may still want it
//! back. From then on it is gone as far as eksnet is concerned. How many days is written on it as a tag, because KMS
//! wants to know it only when it is deleted.
//! KMS: CreateKey, DescribeKey, GetKeyRotationStatus, ListResourceTags, EnableKeyRotation, DisableKeyRotation,
//! UpdateKeyDescription, TagResource, ScheduleKeyDeletion; ListKeys to find a lost one.

use aws_sdk_kms::types::{KeyListEntry, KeyMetadata, KeyState};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, kms_tags, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Tagging, not_visible_yet, of_stack},
    model::{Class, Identity, Problem, Tags},
};

/// What a key should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KmsKey {
    /// What it is for.
    pub description: String,
    /// KMS makes new key material once a year.
    pub rotation: bool,
    /// Days, 7 to 30, between its deletion and its end.
    pub deletion_window: u8,
}

/// The tag that says how many days a key is kept after its deletion.
const TAG_WINDOW: &str = "eksnet:deletion-window";

impl Kind for KmsKey {
    const FACTS: Facts = Facts {
        name: "kms_key",
        id: "{hex8}-{hex4}-{hex4}-{hex4}-{hex12}",
        outputs: &[("arn", "arn:{partition}:kms:{region}:{account}:key/{id}")],
        tags: Tagging::Kms,
        calls: Calls {
            create: "kms:CreateKey",
            read: &["kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
            update: &[
                "kms:EnableKeyRotation",
                "kms:DisableKeyRotation",
                "kms:UpdateKeyDescription",
                "kms:TagResource",
            ],
            delete: "kms:ScheduleKeyDeletion",
        },
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { rotation: false, ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let mut tags = owner.tags.clone();
        tags.extend(self.window_tag());
        let request = aws.kms.create_key().description(&self.description);
        let request = request.set_tags(Some(kms_tags(&tags)));
        let key = aws.write(|| request.clone().send()).await?.key_metadata;
        Made::id(key.as_ref().map(|key| key.key_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let key = id.as_str();
        if self.rotation && !prior.rotation {
            let request = aws.kms.enable_key_rotation().key_id(key);
            aws.write(|| request.clone().send()).await.map_err(not_visible_yet)?;
        }
        if !self.rotation && prior.rotation {
            let request = aws.kms.disable_key_rotation().key_id(key);
            aws.write(|| request.clone().send()).await?;
        }
        if self.description != prior.description {
            let request = aws.kms.update_key_description().key_id(key);
            let request = request.description(&self.description);
            aws.write(|| request.clone().send()).await?;
        }
        if self.deletion_window != prior.deletion_window {
            let request = aws.kms.tag_resource().key_id(key);
            let request = request.set_tags(Some(kms_tags(&self.window_tag())));
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let days = tags(aws, id.as_str()).await.map(|tags| window(&tags))?;
        let request = aws.kms.schedule_key_deletion().key_id(id.as_str());
        let request = request.pending_window_in_days(i32::from(days));
        aws.write(|| request.clone().send()).await.map(drop).map_err(|problem| {
            match problem.code.as_str() {
                // It is on its way already.
                "KMSInvalidStateException" => Problem { class: Class::Missing, ..problem },
                _ => problem,
            }
        })
    }

    /// KMS looks for nothing by its tags: every key of the Region is asked for its own.
    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let ours = tagged(aws, |tags| owner.owns(tags));
        let found = Self::read(aws, &ours.await?).await?;
        Ok(found.into_iter().map(|found| found.id).collect())
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        tagged(aws, |tags| of_stack(tags, stack)).await
    }
}

impl KmsKey {
    fn window_tag(&self) -> Tags {
        Tags::from([(TAG_WINDOW.to_owned(), self.deletion_window.to_string())])
    }
}

/// Keys whose tags are as they should be.
async fn tagged(aws: &Aws, fits: impl Fn(&Tags) -> bool) -> Result<Vec<Identity>, Problem> {
    let fits = &fits;
    let request = aws.kms.list_keys();
    let keys: Vec<KeyListEntry> =
        aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
    let keys = keys.into_iter().filter_map(|key| key.key_id);
    let fitting = try_join_all(keys.map(|key| async move {
        match tags(aws, &key).await {
            // Whoever may not look at a key did not make it.
            Err(problem) if matches!(problem.class, Class::Denied | Class::Missing) => Ok(None),
            tags => Ok(fits(&tags?).then_some(Identity(key))),
        }
    }));
    Ok(fitting.await?.into_iter().flatten().collect())
}

/// The days that the tags of a key say; 30, as KMS has it, where they say none.
fn window(tags: &Tags) -> u8 {
    tags.get(TAG_WINDOW).and_then(|days| days.parse().ok()).unwrap_or(30)
}

async fn tags(aws: &Aws, key: &str) -> Result<Tags, Problem> {
    let request = aws.kms.list_resource_tags().key_id(key);
    let tags: Vec<_> =
        aws.read(|| request.clone().into_paginator().items().send().try_collect()).await?;
    Ok(tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect())
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<KmsKey>>, Problem> {
    let request = aws.kms.describe_key().key_id(id.as_str());
    let answer = present(aws.read(|| request.clone().send()).await)?;
    let key = answer.and_then(|answer| answer.key_metadata).filter(|key| !going(key));
    let Some(key) = key else { return Ok(None) };
    let rotation = aws.kms.get_key_rotation_status().key_id(id.as_str());
    let rotation = async { aws.read(|| rotation.clone().send()).await };
    let (rotation, mut tags) = try_join(rotation, tags(aws, id.as_str())).await?;
    let fields = KmsKey {
        description: key.description.clone().unwrap_or_default(),
        rotation: rotation.key_rotation_enabled,
        deletion_window: window(&tags),
    };
    tags.remove(TAG_WINDOW);
    let creating = key.key_state() == Some(&KeyState::Creating);
    let phase = if creating { Phase::Pending } else { Phase::Ready };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags).phase(phase)))
}

fn going(key: &KeyMetadata) -> bool {
    use KeyState::{PendingDeletion, PendingReplicaDeletion};
    matches!(key.key_state(), Some(PendingDeletion | PendingReplicaDeletion))
}
