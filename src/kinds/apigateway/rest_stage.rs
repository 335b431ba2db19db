//! `rest_stage`: a REST API as the world sees it: one of its deployments, under a name.
//!
//! Its access logs need a role that is set for the whole account (UpdateAccount), which is not a stack's to change: it
//! writes none.
//! API Gateway v1: CreateStage, GetStages, UpdateStage, DeleteStage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Throttle;
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a stage of a REST API should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestStage {
    /// The API it belongs to.
    pub api: Ref,
    /// Its name, the first part of every path at the API's own endpoint.
    pub name: String,
    /// What it shows.
    pub deployment: Ref,
    /// How many requests it lets through; as many as the account may where it says nothing.
    pub throttle: Option<Throttle>,
    /// The same for single methods, by method and path, such as `GET /v1/order/{proxy+}`.
    pub methods: BTreeMap<String, Throttle>,
}

impl Kind for RestStage {
    const FACTS: Facts = Facts {
        name: "rest_stage",
        id: "{api}|{name}",
        replaces: &["api", "name"],
        tags: Tagging::RestApi(
            "arn:{partition}:apigateway:{region}::/restapis/{part0}/stages/{part1}",
        ),
        vanishes_with: &["api"],
        calls: Calls {
            create: "apigateway:CreateStage",
            read: &["apigateway:GetStages"],
            update: &["apigateway:UpdateStage"],
            delete: "apigateway:DeleteStage",
        },
        quota: Some(Quota { code: "", name: "Stages per API", default: 10, per: Some("api") }),
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
