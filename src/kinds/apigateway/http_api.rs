//! `http_api`: an API at Amazon API Gateway that hands requests on by method and path (an HTTP API).
//!
//! API Gateway v2: CreateApi, GetApis, UpdateApi, DeleteCorsConfiguration, DeleteApi.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What an HTTP API should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpApi {
    /// Its name; others may have the same.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Which pages of other origins a browser lets call it; none where there is nothing.
    pub cors: Option<Cors>,
    /// It answers at its own `execute-api` name too, not only at domain names that are mapped to it.
    pub default_endpoint: bool,
}

/// What a browser is told of pages of other origins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cors {
    /// Where the pages may come from, such as `https://app.example.com`; `*` for anywhere.
    pub origins: Vec<String>,
    /// Methods they may use; `*` for any.
    pub methods: Vec<String>,
    /// Headers they may send.
    pub headers: Vec<String>,
    /// Headers of answers that they may see.
    pub expose: Vec<String>,
    /// Cookies and credentials may go along.
    pub credentials: bool,
    /// Seconds for which a browser need not ask again.
    pub max_age: Option<i32>,
}

impl Kind for HttpApi {
    const FACTS: Facts = Facts {
        name: "http_api",
        id: "{hex10}",
        outputs: &[("endpoint", "https://{id}.execute-api.{region}.amazonaws.com")],
        tags: Tagging::HttpApi("arn:{partition}:apigateway:{region}::/apis/{id}"),
        calls: Calls {
            create: "apigatewayv2:CreateApi",
            read: &["apigatewayv2:GetApis"],
            update: &["apigatewayv2:UpdateApi", "apigatewayv2:DeleteCorsConfiguration"],
            delete: "apigatewayv2:DeleteApi",
        },
        quota: Some(Quota { code: "", name: "HTTP APIs per Region", default: 600, per: None }),
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
