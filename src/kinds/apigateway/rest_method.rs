//! `rest_method`: what a REST API does with requests of one method at one path: it sends them through a VPC link.
//!
//! The method comes first and what it is integrated with second, each by a call of its own.
//! API Gateway v1: PutMethod, GetResources, UpdateMethod, PutIntegration, DeleteMethod.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a method should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestMethod {
    /// The API it belongs to.
    pub api: Ref,
    /// The path: a `rest_resource`, or the API's output `root`.
    pub resource: Ref,
    /// `GET`, `POST` and so on; `ANY` for all without a method of their own.
    pub method: String,
    /// `NONE` or `AWS_IAM`.
    pub authorization: String,
    /// Variables of the path that are handed on, such as `proxy`.
    pub variables: Vec<String>,
    /// Where requests go.
    pub integration: Option<RestIntegration>,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestIntegration {
    /// The `rest_vpc_link` or `vpc_link` they go through.
    pub link: Ref,
    /// Through a `vpc_link`: ARN of the load balancer. A `rest_vpc_link` knows its own.
    pub target: Option<Ref>,
    /// `http` or `https`.
    pub scheme: String,
    /// The name that requests are sent to: a load balancer's, or the one its certificate is for.
    pub host: Ref,
    /// The port of the listener.
    pub port: u16,
    /// The path, with variables in braces, such as `/v1/order/{proxy}`.
    pub path: String,
    /// The method that requests are sent on with; `ANY` for the one they came with.
    pub method: String,
    /// Milliseconds after which an answer is no longer waited for, 50 to 29,000.
    pub timeout: i32,
}

impl Kind for RestMethod {
    const FACTS: Facts = Facts {
        name: "rest_method",
        id: "{resource}|{method}",
        replaces: &["api", "resource", "method"],
        vanishes_with: &["api"],
        awaits: &["integration"],
        sets: &["variables"],
        calls: Calls {
            create: "apigateway:PutMethod",
            read: &["apigateway:GetResources"],
            update: &["apigateway:PutIntegration", "apigateway:UpdateMethod"],
            delete: "apigateway:DeleteMethod",
        },
        ..Facts::DEFAULT
    };

    fn newborn(&self) -> Self {
        Self { integration: None, ..self.clone() }
    }

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
