//! `rest_resource`: one part of a path of a REST API.
//!
//! API Gateway v1: CreateResource, GetResources, DeleteResource.

use aws_sdk_apigateway::types::Resource;
use serde::{Deserialize, Serialize};

use super::{held, refused};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, heads},
    model::{Identity, Problem, Ref},
};

/// What a part of a path should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestResource {
    /// The API it belongs to.
    pub api: Ref,
    /// The part before it: another `rest_resource`, or the API's output `root`.
    pub parent: Ref,
    /// The part itself, such as `order` or `{proxy+}`.
    pub part: String,
}

impl Kind for RestResource {
    const FACTS: Facts = Facts {
        name: "rest_resource",
        id: "{api}|{hex6}",
        replaces: &["api", "parent", "part"],
        unique: &[&["parent", "part"]],
        vanishes_with: &["api", "parent"],
        lives_in: Some(("rest_api", None)),
        calls: Calls {
            create: "apigateway:CreateResource",
            read: &["apigateway:GetResources"],
            update: &[],
            delete: "apigateway:DeleteResource",
        },
        quota: Some(Quota { code: "", name: "Resources per API", default: 300, per: Some("api") }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let api = self.api.get();
        let request = aws
            .rest
            .create_resource()
            .rest_api_id(api)
            .parent_id(Identity::from(self.parent.get()).part(1))
            .path_part(&self.part);
        let resource = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(resource.id().map(|id| format!("{api}|{id}")).as_deref())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let resources = aws.rest_resources(heads(known)).await?;
        Ok(resources.iter().filter_map(|(api, resource)| found(api, resource)).collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.rest.delete_resource().rest_api_id(id.part(0)).resource_id(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, _owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let resources = aws.rest_resources([self.api.get().to_owned()]).await?;
        let found = resources.iter().filter_map(|(api, resource)| found(api, resource));
        Ok(found.filter(|found| found.fields == *self).map(|found| found.id).collect())
    }
}

/// A part of a path; the path `/` is the API's own, and none.
fn found(api: &str, resource: &Resource) -> Option<Found<RestResource>> {
    let (parent, part) = (resource.parent_id()?, resource.path_part()?);
    let fields = RestResource {
        api: api.into(),
        parent: Ref::from(&Identity::of(&[api, parent])),
        part: part.to_owned(),
    };
    Some(Found::ready(Identity::of(&[api, resource.id().unwrap_or_default()]), fields))
}
