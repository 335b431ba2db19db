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
    /// The VPC links that its requests go through: another one needs another picture, and none can go while a picture
    /// shows it.
    pub links: Vec<Ref>,
    /// ARNs of the load balancers that they end at, where a link does not tell.
    pub targets: Vec<Ref>,
}

impl Kind for RestDeployment {
    const FACTS: Facts = Facts {
        name: "rest_deployment",
        id: "{api}|{hex6}",
        replaces: &["api", "revision", "links", "targets"],
        marked: true,
        pictures: &["api"],
        vanishes_with: &["api"],
        loose: &["targets"],
        sets: &["links", "targets"],
        lives_in: Some(("rest_api", None)),
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
        let request = aws.rest.create_deployment().rest_api_id(api);
        let request = request.description(format!("{} {}", owner.mark(), self.words()));
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
        let ours = deployments.iter().filter(|deployment| said(deployment).next() == Some(&mark));
        Ok(ours.map(|deployment| found(api, deployment).id).collect())
    }
}

impl RestDeployment {
    /// What a description says after whose it is: the revision, and what requests go through.
    fn words(&self) -> String {
        let names = self.links.iter().chain(&self.targets).map(Ref::get);
        std::iter::once(self.revision.as_str()).chain(names).collect::<Vec<_>>().join(" ")
    }

    fn shown(api: &str, deployment: &Deployment) -> Self {
        let mut words = said(deployment).skip(1);
        let revision = words.next().unwrap_or_default().to_owned();
        let (targets, links) = words.partition::<Vec<_>, _>(|word| word.starts_with("arn:"));
        let references = |words: Vec<&str>| words.into_iter().map(Ref::from).collect();
        Self { api: api.into(), revision, links: references(links), targets: references(targets) }
    }
}

/// The words of a description; the first one says whose it is.
fn said(deployment: &Deployment) -> impl Iterator<Item = &str> {
    deployment.description().unwrap_or_default().split(' ')
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Deployment>, Problem> {
    let request = aws.rest.get_deployments().rest_api_id(api).limit(PAGE);
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}

fn found(api: &str, deployment: &Deployment) -> Found<RestDeployment> {
    let id = Identity::of(&[api, deployment.id().unwrap_or_default()]);
    let tags = said(deployment).next().and_then(Owner::marked);
    Found { tags, ..Found::ready(id, RestDeployment::shown(api, deployment)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_says_what_a_deployment_is_of() {
        let deployment = RestDeployment {
            api: "a1b2c3".into(),
            revision: "0f1e2d".to_owned(),
            links: vec!["abc123".into(), "def456".into()],
            targets: vec!["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1".into()],
        };
        let text = format!("eksnet:shop/rest_deployment.public#1a {}", deployment.words());
        let shown = Deployment::builder().description(text).build();
        assert_eq!(RestDeployment::shown("a1b2c3", &shown), deployment);
        assert_eq!(said(&shown).next(), Some("eksnet:shop/rest_deployment.public#1a"));
    }
}
