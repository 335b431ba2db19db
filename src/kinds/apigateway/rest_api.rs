//! `rest_api`: an API at Amazon API Gateway made of paths and methods (a REST API), in this Region.
//!
//! API Gateway v1: CreateRestApi, GetRestApis, UpdateRestApi, DeleteRestApi.

use aws_sdk_apigateway::types::{self, EndpointConfiguration, EndpointType};
use serde::{Deserialize, Serialize};

use super::{PAGE, held, of_stack, owned, refused, replace, tagged, tags};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem},
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
        early: &["root"],
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

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let endpoint = EndpointConfiguration::builder().types(EndpointType::Regional).build();
        let request = aws
            .rest
            .create_rest_api()
            .name(&self.name)
            .set_description(Some(self.description.clone()).filter(|text| !text.is_empty()))
            .endpoint_configuration(endpoint)
            .disable_execute_api_endpoint(!self.default_endpoint)
            .set_tags(tagged(owner));
        let api = aws.write(|| request.clone().send()).await.map_err(refused)?;
        let root = api.root_resource_id().map(|root| path(api.id(), root));
        Ok(Made::id(api.id())?.output("root", root.as_deref()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = listed(aws).await?.into_iter().map(found);
        Ok(found.filter(|api| known.contains(&api.id)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws
            .rest
            .update_rest_api()
            .rest_api_id(id.as_str())
            .patch_operations(replace("/name", &self.name))
            .patch_operations(replace("/description", &self.description))
            .patch_operations(replace("/disableExecuteApiEndpoint", !self.default_endpoint));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.rest.delete_rest_api().rest_api_id(id.as_str());
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let ours = |api: &types::RestApi| owned(api.tags(), owner);
        let apis = listed(aws).await?.into_iter().filter(ours);
        Ok(apis.filter_map(|api| api.id.map(Identity)).collect())
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let ours = |api: &types::RestApi| of_stack(api.tags(), stack);
        let all = listed(aws).await?.into_iter().filter(ours);
        Ok(all.filter_map(|api| api.id.map(Identity)).collect())
    }
}

/// Every API of the Region: no call asks for some of them.
async fn listed(aws: &Aws) -> Result<Vec<types::RestApi>, Problem> {
    let request = aws.rest.get_rest_apis().limit(PAGE);
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}

/// The identity of a `rest_resource`.
fn path(api: Option<&str>, resource: &str) -> String {
    Identity::of(&[api.unwrap_or_default(), resource]).0
}

fn found(api: types::RestApi) -> Found<RestApi> {
    let root = api.root_resource_id.map(|root| path(api.id.as_deref(), &root));
    let fields = RestApi {
        name: api.name.unwrap_or_default(),
        description: api.description.unwrap_or_default(),
        default_endpoint: !api.disable_execute_api_endpoint,
    };
    Found::ready(api.id.unwrap_or_default(), fields)
        .tagged(tags(api.tags))
        .output("root", root.as_deref())
}
