//! `http_stage`: an HTTP API as the world sees it: what is in it goes live by itself.
//!
//! API Gateway v2: CreateStage, GetStages, UpdateStage, DeleteRouteSettings, DeleteAccessLogSettings, DeleteStage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Throttle;
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a stage of an HTTP API should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpStage {
    /// The API it belongs to.
    pub api: Ref,
    /// Its name; `$default` adds nothing to paths.
    pub name: String,
    /// Changes of the API go live by themselves.
    pub auto_deploy: bool,
    /// How many requests it lets through; as many as the account may where it says nothing.
    pub throttle: Option<Throttle>,
    /// The same for single routes, by route key.
    pub routes: BTreeMap<String, Throttle>,
    /// Where it writes a line for every request.
    pub logs: Option<AccessLogs>,
}

/// A line for every request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessLogs {
    /// ARN of the log group.
    pub group: Ref,
    /// What a line says.
    pub format: String,
}

impl Kind for HttpStage {
    const FACTS: Facts = Facts {
        name: "http_stage",
        id: "{api}|{name}",
        replaces: &["api", "name"],
        tags: Tagging::HttpApi("arn:{partition}:apigateway:{region}::/apis/{part0}/stages/{part1}"),
        vanishes_with: &["api"],
        loose: &["logs"],
        calls: Calls {
            create: "apigatewayv2:CreateStage",
            read: &["apigatewayv2:GetStages"],
            update: &[
                "apigatewayv2:UpdateStage",
                "apigatewayv2:DeleteRouteSettings",
                "apigatewayv2:DeleteAccessLogSettings",
            ],
            delete: "apigatewayv2:DeleteStage",
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
