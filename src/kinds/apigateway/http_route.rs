//! `http_route`: which requests of an HTTP API go where.
//!
//! API Gateway v2: CreateRoute, GetRoutes, UpdateRoute, DeleteRoute.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a route should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpRoute {
    /// The API it belongs to.
    pub api: Ref,
    /// Method and path, such as `ANY /v1/order/{proxy+}`, or `$default` for everything else.
    pub key: String,
    /// The integration that requests are handed to.
    pub integration: Ref,
    /// `NONE`, `JWT`, `AWS_IAM` or `CUSTOM`.
    pub authorization: String,
    /// Who says which requests may pass; only with `JWT` and `CUSTOM`.
    pub authorizer: Option<Ref>,
    /// Scopes of which a token has to have one; none needed where there are none.
    pub scopes: Vec<String>,
}

impl Kind for HttpRoute {
    const FACTS: Facts = Facts {
        name: "http_route",
        id: "{api}|{hex7}",
        replaces: &["api", "key"],
        unique: &[&["api", "key"]],
        vanishes_with: &["api"],
        sets: &["scopes"],
        calls: Calls {
            create: "apigatewayv2:CreateRoute",
            read: &["apigatewayv2:GetRoutes"],
            update: &["apigatewayv2:UpdateRoute"],
            delete: "apigatewayv2:DeleteRoute",
        },
        quota: Some(Quota {
            code: "",
            name: "Routes per HTTP API",
            default: 300,
            per: Some("api"),
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
