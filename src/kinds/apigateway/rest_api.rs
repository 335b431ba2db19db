//! `rest_api`: an API at Amazon API Gateway made of paths and methods (a REST API), in this Region.
//!
//! API Gateway v1: CreateRestApi, GetRestApis, UpdateRestApi, DeleteRestApi.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a REST API should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestApi {
    /// Its name; others may have the same.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// It answers at its own `execute-api` name too, not only at domain names that are mapped to it.
    pub default_endpoint: bool,
}

impl Kind for RestApi {
    const FACTS: Facts = Facts {
        name: "rest_api",
        id: "{hex10}",
        outputs: &[
            ("endpoint", "https://{id}.execute-api.{region}.amazonaws.com"),
            // Its path `/`, as the identity of a `rest_resource`.
            ("root", "{id}|{hex10}"),
        ],
        tags: Tagging::RestApi("arn:{partition}:apigateway:{region}::/restapis/{id}"),
        calls: Calls {
            create: "apigateway:CreateRestApi",
            read: &["apigateway:GetRestApis"],
            update: &["apigateway:UpdateRestApi"],
            delete: "apigateway:DeleteRestApi",
        },
        quota: Some(Quota {
            code: "",
            name: "Regional REST APIs per Region",
            default: 600,
            per: None,
        }),
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
