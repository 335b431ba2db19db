//! Tags of certificates.

use crate::{
    aws::{Aws, TagChange},
    model::{Identity, Problem},
};

impl Aws {
    /// Makes one change of tags on certificates.
    pub(super) async fn tag_certificates(
        &self,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        let tag = |(key, value): (&String, Option<&String>)| {
            aws_sdk_acm::types::Tag::builder()
                .key(key)
                .set_value(value.cloned())
                .build()
                .expect("a key is set, and nothing else is required")
        };
        for id in ids {
            if !change.set.is_empty() {
                let tags = change.set.iter().map(|(key, value)| tag((key, Some(value))));
                let request = self.acm.add_tags_to_certificate().certificate_arn(id.as_str());
                let request = request.set_tags(Some(tags.collect()));
                self.write(|| request.clone().send()).await?;
            }
            if !change.unset.is_empty() {
                let tags = change.unset.iter().map(|key| tag((key, None)));
                let request = self.acm.remove_tags_from_certificate().certificate_arn(id.as_str());
                let request = request.set_tags(Some(tags.collect()));
                self.write(|| request.clone().send()).await?;
            }
        }
        Ok(())
    }
}
