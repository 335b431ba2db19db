//! Kinds of Amazon API Gateway: HTTP APIs (version 2 of its API), REST APIs (version 1), and what they share.

mod api_domain_name;
mod api_mapping;
mod http_api;
mod http_authorizer;
mod http_integration;
mod http_route;
mod http_stage;
mod rest_api;
mod rest_deployment;
mod rest_method;
mod rest_resource;
mod rest_stage;
mod rest_vpc_link;
mod vpc_link;

use serde::{Deserialize, Serialize};

pub use api_domain_name::ApiDomainName;
pub use api_mapping::ApiMapping;
pub use http_api::{Cors, HttpApi};
pub use http_authorizer::HttpAuthorizer;
pub use http_integration::HttpIntegration;
pub use http_route::HttpRoute;
pub use http_stage::{AccessLogs, HttpStage};
pub use rest_api::RestApi;
pub use rest_deployment::RestDeployment;
pub use rest_method::{RestIntegration, RestMethod};
pub use rest_resource::RestResource;
pub use rest_stage::RestStage;
pub use rest_vpc_link::RestVpcLink;
pub use vpc_link::VpcLink;

/// How many requests are let through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throttle {
    /// Requests a second in the long run.
    pub rate: f64,
    /// Requests that may come at once.
    pub burst: i32,
}
