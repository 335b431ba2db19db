//! What the kinds of API Gateway share: tags (HTTP APIs and REST APIs are two services with the same calls), and the
//! tree of a REST API.

use std::rc::Rc;

use aws_sdk_apigateway::types::Resource;
use futures_util::future::try_join_all;

use crate::{
    aws::{Aws, Gather, TagChange, present},
    kinds::filled,
    model::{Identity, Problem},
};

/// What one GetResources shows at most (API Gateway API reference).
const PAGE: i32 = 500;

/// Parts of paths with their methods, each with the REST API that it is in.
pub(super) type Tree = Gather<(String, Resource)>;

impl Aws {
    /// Every part of a path of these REST APIs, with its methods and their integrations. One that is gone has none.
    pub async fn rest_resources(
        &self,
        apis: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<(String, Resource)>>, Problem> {
        let load = |apis: Vec<String>| async move {
            let trees = apis.into_iter().map(|api| self.rest_tree(api));
            Ok(try_join_all(trees).await?.into_iter().flatten().collect())
        };
        self.tree.ask(apis, load).await
    }

    async fn rest_tree(&self, api: String) -> Result<Vec<(String, Resource)>, Problem> {
        let request = self.rest.get_resources().rest_api_id(&api).embed("methods").limit(PAGE);
        let resources: Option<Vec<Resource>> = present(
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await,
        )?;
        let resources = resources.unwrap_or_default().into_iter();
        Ok(resources.map(|resource| (api.clone(), resource)).collect())
    }

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
