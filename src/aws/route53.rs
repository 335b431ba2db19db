//! What the kinds of Route 53 share.

use aws_sdk_route53::types::{Tag, TagResourceType};

use crate::{
    aws::{Aws, TagChange},
    model::{Identity, Problem},
};

impl Aws {
    /// Makes one change of tags on hosted zones.
    pub(super) async fn tag_hosted_zones(
        &self,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        let some = |keys: Vec<String>| Some(keys).filter(|keys| !keys.is_empty());
        let tags: Vec<Tag> = change.set.iter().map(tag).collect();
        for id in ids {
            let request = self
                .route53
                .change_tags_for_resource()
                .resource_type(TagResourceType::Hostedzone)
                .resource_id(id.as_str())
                .set_add_tags(Some(tags.clone()).filter(|tags| !tags.is_empty()))
                .set_remove_tag_keys(some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }
}
