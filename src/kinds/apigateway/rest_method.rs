//! `rest_method`: what a REST API does with requests of one method at one path: it sends them through a VPC link.
//!
//! The method comes first and what it is integrated with second, each by a call of its own.
//! API Gateway v1: PutMethod, GetResources, UpdateMethod, PutIntegration, DeleteMethod.

use aws_sdk_apigateway::types::{ConnectionType, Integration, IntegrationType, Method, Resource};
use serde::{Deserialize, Serialize};

use super::{held, refused, replace};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, heads, not_visible_yet},
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
        replaces: &["api", "resource", "method", "variables"],
        vanishes_with: &["api"],
        awaits: &["integration"],
        sets: &["variables"],
        lives_in: Some(("rest_api", None)),
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

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let parameters = self.variables.iter().map(|name| (of_method(name), true)).collect();
        let request = aws
            .rest
            .put_method()
            .rest_api_id(self.api.get())
            .resource_id(Identity::from(self.resource.get()).part(1))
            .http_method(&self.method)
            .authorization_type(&self.authorization)
            .set_request_parameters(Some(parameters));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let resources = aws.rest_resources(heads(known)).await?;
        let found = resources.iter().flat_map(|(api, resource)| {
            let methods = resource.resource_methods().into_iter().flatten();
            methods.map(move |(verb, method)| found(api, resource, verb, method))
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        if self.authorization != prior.authorization {
            let request = aws
                .rest
                .update_method()
                .rest_api_id(id.part(0))
                .resource_id(id.part(1))
                .http_method(id.part(2))
                .patch_operations(replace("/authorizationType", &self.authorization));
            aws.write(|| request.clone().send()).await.map_err(refused)?;
        }
        match &self.integration {
            Some(integration) if self.integration != prior.integration => {
                self.integrate(aws, id, integration).await
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws
            .rest
            .delete_method()
            .rest_api_id(id.part(0))
            .resource_id(id.part(1))
            .http_method(id.part(2));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }
}

impl RestMethod {
    /// Puts an integration in the place of whatever is there.
    async fn integrate(
        &self,
        aws: &Aws,
        id: &Identity,
        integration: &RestIntegration,
    ) -> Result<(), Problem> {
        let variables = self.variables.iter();
        let parameters = variables.map(|name| (of_integration(name), of_method(name))).collect();
        let request = aws
            .rest
            .put_integration()
            .rest_api_id(id.part(0))
            .resource_id(id.part(1))
            .http_method(id.part(2))
            .r#type(IntegrationType::HttpProxy)
            .connection_type(ConnectionType::VpcLink)
            .connection_id(integration.link.get())
            .set_integration_target(integration.target.as_ref().map(|it| it.get().to_owned()))
            .uri(integration.uri())
            .integration_http_method(&integration.method)
            .timeout_in_millis(integration.timeout)
            .set_request_parameters(Some(parameters));
        let answer = aws.write(|| request.clone().send()).await;
        answer.map_err(refused).map_err(not_visible_yet).map(drop)
    }
}

impl RestIntegration {
    fn uri(&self) -> String {
        format!("{}://{}:{}{}", self.scheme, self.host.get(), self.port, self.path)
    }

    fn shown(integration: &Integration) -> Option<Self> {
        let (scheme, rest) = integration.uri()?.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if scheme == "https" { 443 } else { 80 }),
        };
        Some(Self {
            link: integration.connection_id().unwrap_or_default().into(),
            target: integration.integration_target().filter(|arn| !arn.is_empty()).map(Ref::from),
            scheme: scheme.to_owned(),
            host: host.into(),
            port,
            path: path.to_owned(),
            method: integration.http_method().unwrap_or_default().to_owned(),
            timeout: integration.timeout_in_millis(),
        })
    }
}

/// A variable of the path as a method knows it.
fn of_method(variable: &str) -> String {
    format!("method.request.path.{variable}")
}

/// A variable of the path as an integration knows it.
fn of_integration(variable: &str) -> String {
    format!("integration.request.path.{variable}")
}

fn found(api: &str, resource: &Resource, verb: &str, method: &Method) -> Found<RestMethod> {
    let id = resource.id().unwrap_or_default();
    let declared = method.request_parameters().into_iter().flat_map(|all| all.keys());
    let mut variables: Vec<String> = declared
        .filter_map(|name| name.strip_prefix("method.request.path.").map(str::to_owned))
        .collect();
    variables.sort();
    let fields = RestMethod {
        api: api.into(),
        resource: Ref::from(&Identity::of(&[api, id])),
        method: verb.to_owned(),
        authorization: method.authorization_type().unwrap_or_default().to_owned(),
        variables,
        integration: method.method_integration().and_then(RestIntegration::shown),
    };
    Found::ready(Identity::of(&[api, id, verb]), fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        for (scheme, port, path) in
            [("http", 8081, "/v1/order/{proxy}"), ("https", 443, "/"), ("http", 80, "")]
        {
            let integration = RestIntegration {
                link: "abc123".into(),
                target: None,
                scheme: scheme.to_owned(),
                host: "nlb.elb.amazonaws.com".into(),
                port,
                path: path.to_owned(),
                method: "ANY".to_owned(),
                timeout: 29_000,
            };
            let shown = Integration::builder()
                .uri(integration.uri())
                .connection_id("abc123")
                .http_method("ANY")
                .timeout_in_millis(29_000)
                .build();
            assert_eq!(RestIntegration::shown(&shown), Some(integration));
        }
        let plain = Integration::builder().uri("https://example.com/x").build();
        assert_eq!(RestIntegration::shown(&plain).map(|shown| shown.port), Some(443));
    }
}
