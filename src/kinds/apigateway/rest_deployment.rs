//! `rest_deployment`: a picture of a REST API at one moment, which a stage shows to the world.
//!
//! It never changes: an API that changed needs another one. AWS gives it neither a name nor tags and takes no client
//! token: its description says whose it is, and of which revision of the API.
//! API Gateway v1: CreateDeployment, GetDeployments, DeleteDeployment.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
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
