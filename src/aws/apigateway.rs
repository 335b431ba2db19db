//! Tags of API Gateway: HTTP APIs and REST APIs are two services with the same calls.

use crate::{
    aws::{Aws, TagChange},
    kinds::filled,
    model::{Identity, Problem},
};

impl Aws {
    /// Makes one change of tags on resources of HTTP APIs.
    pub(super) async fn tag_http_apis(
        &self,
        pattern: &str,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        for id in ids {
            let arn = filled(pattern, id, &self.account);
            if !change.set.is_empty() {
                let tags = change.set.clone().into_iter().collect();
                let request = self.http.tag_resource().resource_arn(&arn).set_tags(Some(tags));
                self.write(|| request.clone().send()).await?;
            }
            if !change.unset.is_empty() {
                let request = self.http.untag_resource().resource_arn(&arn);
                let request = request.set_tag_keys(Some(change.unset.clone()));
                self.write(|| request.clone().send()).await?;
            }
        }
        Ok(())
    }

    /// Makes one change of tags on resources of REST APIs.
    pub(super) async fn tag_rest_apis(
        &self,
        pattern: &str,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        for id in ids {
            let arn = filled(pattern, id, &self.account);
            if !change.set.is_empty() {
                let tags = change.set.clone().into_iter().collect();
                let request = self.rest.tag_resource().resource_arn(&arn).set_tags(Some(tags));
                self.write(|| request.clone().send()).await?;
            }
            if !change.unset.is_empty() {
                let request = self.rest.untag_resource().resource_arn(&arn);
                let request = request.set_tag_keys(Some(change.unset.clone()));
                self.write(|| request.clone().send()).await?;
            }
        }
        Ok(())
    }
}
