//! `rest_resource`: one part of a path of a REST API.
//!
//! API Gateway v1: CreateResource, GetResources, DeleteResource.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
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
        vanishes_with: &["api"],
        calls: Calls {
            create: "apigateway:CreateResource",
            read: &["apigateway:GetResources"],
            update: &[],
            delete: "apigateway:DeleteResource",
        },
        quota: Some(Quota { code: "", name: "Resources per API", default: 300, per: Some("api") }),
        ..Facts::DEFAULT
    };

    async fn create(&self, _aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        todo!()
    }

    async fn read(_aws: &Aws, _known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        todo!()
    }

    async fn delete(_aws: &Aws, _id: &Identity) -> Result<(), Problem> {
        todo!()
    }
}
