//! What the kinds of load balancing share.

use crate::{
    aws::{Aws, TagChange},
    model::{Identity, Problem},
};

/// Resources that one AddTags or RemoveTags call may name (Elastic Load Balancing API reference: 20).
const RESOURCES: usize = 20;

impl Aws {
    /// Makes one change of tags on load balancers, listeners, rules and target groups.
    pub(super) async fn tag_elb(
        &self,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        for chunk in ids.chunks(RESOURCES) {
            let arns = Some(chunk.iter().map(|id| id.0.clone()).collect::<Vec<_>>());
            if !change.set.is_empty() {
                let tag = |(key, value): (&String, &String)| {
                    aws_sdk_elasticloadbalancingv2::types::Tag::builder()
                        .key(key)
                        .value(value)
                        .build()
                };
                let tags = change.set.iter().map(tag).collect();
                let request = self.elb.add_tags().set_resource_arns(arns.clone());
                let request = request.set_tags(Some(tags));
                self.write(|| request.clone().send()).await?;
            }
            if !change.unset.is_empty() {
                let request = self.elb.remove_tags().set_resource_arns(arns);
                let request = request.set_tag_keys(Some(change.unset.clone()));
                self.write(|| request.clone().send()).await?;
            }
        }
        Ok(())
    }
}
