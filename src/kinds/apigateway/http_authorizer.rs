//! `http_authorizer`: whose tokens an HTTP API believes (a JWT authorizer).
//!
//! API Gateway v2: CreateAuthorizer, GetAuthorizers, UpdateAuthorizer, DeleteAuthorizer.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a JWT authorizer should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpAuthorizer {
    /// The API it belongs to.
    pub api: Ref,
    /// Its name, one of its kind in the API.
    pub name: String,
    /// Who issues the tokens: an `https` address.
    pub issuer: String,
    /// Whom the tokens are for: one of these.
    pub audience: Vec<String>,
    /// Where a request carries its token, such as `$request.header.Authorization`.
    pub identity_source: Vec<String>,
}

impl Kind for HttpAuthorizer {
    const FACTS: Facts = Facts {
        name: "http_authorizer",
        id: "{api}|{hex6}",
        replaces: &["api", "name"],
        unique: &[&["api", "name"]],
        vanishes_with: &["api"],
        sets: &["audience", "identity_source"],
        calls: Calls {
            create: "apigatewayv2:CreateAuthorizer",
            read: &["apigatewayv2:GetAuthorizers"],
            update: &["apigatewayv2:UpdateAuthorizer"],
            delete: "apigatewayv2:DeleteAuthorizer",
        },
        quota: Some(Quota { code: "", name: "Authorizers per API", default: 10, per: Some("api") }),
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
