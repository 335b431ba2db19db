//! `api_mapping`: which API answers at a custom domain name, or at paths of it.
//!
//! HTTP APIs and REST APIs alike.
//! API Gateway v2: CreateApiMapping, GetApiMappings, UpdateApiMapping, DeleteApiMapping.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a mapping should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiMapping {
    /// The custom domain name.
    pub domain: Ref,
    /// The API that answers.
    pub api: Ref,
    /// The stage of the API that answers.
    pub stage: Ref,
    /// The path that it answers below, without a slash at either end; empty for all of them.
    pub key: String,
}

impl Kind for ApiMapping {
    const FACTS: Facts = Facts {
        name: "api_mapping",
        id: "{domain}|{hex6}",
        replaces: &["domain", "key"],
        unique: &[&["domain", "key"]],
        vanishes_with: &["domain"],
        calls: Calls {
            create: "apigatewayv2:CreateApiMapping",
            read: &["apigatewayv2:GetApiMappings"],
            update: &["apigatewayv2:UpdateApiMapping"],
            delete: "apigatewayv2:DeleteApiMapping",
        },
        quota: Some(Quota {
            code: "",
            name: "API mappings per custom domain name",
            default: 200,
            per: Some("domain"),
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
