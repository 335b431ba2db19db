//! `rest_deployment`: a picture of a REST API at one moment, which a stage shows to the world.
//!
//! It never changes: an API that changed needs another one. AWS gives it neither a name nor tags and takes no client
//! token: its description says whose it is, and of which revision of the API.
//! API Gateway v1: CreateDeployment, GetDeployments, DeleteDeployment.

use aws_sdk_apigateway::types::Deployment;
use serde::{Deserialize, Serialize};

use super::{PAGE, held, in_each, refused};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner},
    model::{Identity, Problem, Ref},
};

/// What a deployment should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestDeployment {
    /// The API it belongs to.
    pub api: Ref,
    /// A name for what the API is made of: another content has another name.
    pub revision: String,
}

impl Kind for RestDeployment {
    const FACTS: Facts = Facts {
        name: "rest_deployment",
        id: "{api}|{hex6}",
        replaces: &["api", "revision"],
        marked: true,
        pictures: &["api"],
        vanishes_with: &["api"],
        calls: Calls {
            create: "apigateway:CreateDeployment",
            read: &["apigateway:GetDeployments"],
            update: &[],
            delete: "apigateway:DeleteDeployment",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let api = self.api.get();
        let description = format!("{} {}", owner.mark(), self.revision);
        let request = aws.rest.create_deployment().rest_api_id(api).description(description);
        let deployment = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(deployment.id().map(|id| format!("{api}|{id}")).as_deref())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |api| listed(aws, api)).await?;
        Ok(listed.into_iter().map(|(api, deployment)| found(&api, &deployment)).collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request =
            aws.rest.delete_deployment().rest_api_id(id.part(0)).deployment_id(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    /// The one whose description carries the token of this very create.
    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let (api, mark) = (self.api.get(), owner.mark());
        let deployments = present(listed(aws, api.to_owned()).await)?.unwrap_or_default();
        let ours = deployments.iter().filter(|deployment| said(deployment).0 == mark);
        Ok(ours.map(|deployment| found(api, deployment).id).collect())
    }
}

/// Whose a deployment is and of which revision, by its description.
fn said(deployment: &Deployment) -> (&str, &str) {
    deployment.description().unwrap_or_default().rsplit_once(' ').unwrap_or_default()
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Deployment>, Problem> {
    let request = aws.rest.get_deployments().rest_api_id(api).limit(PAGE);
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}

fn found(api: &str, deployment: &Deployment) -> Found<RestDeployment> {
    let id = Identity::of(&[api, deployment.id().unwrap_or_default()]);
    let revision = said(deployment).1.to_owned();
    Found::ready(id, RestDeployment { api: api.into(), revision })
}
