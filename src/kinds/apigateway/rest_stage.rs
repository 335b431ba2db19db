//! `rest_stage`: a REST API as the world sees it: one of its deployments, under a name.
//!
//! Its access logs need a role that is set for the whole account (UpdateAccount), which is not a stack's to change: it
//! writes none.
//! API Gateway v1: CreateStage, GetStages, UpdateStage, DeleteStage.

use std::collections::BTreeMap;

use aws_sdk_apigateway::types::{Op, Stage};
use serde::{Deserialize, Serialize};

use super::{RestApi, Throttle, held, in_each, patch, refused, replace, tagged, tags};
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

    fn newborn(&self) -> Self {
        Self { throttle: None, methods: BTreeMap::new(), ..self.clone() }
    }

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .rest
            .create_stage()
            .rest_api_id(self.api.get())
            .stage_name(&self.name)
            .deployment_id(self.deployment())
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |api| listed(aws, api)).await?;
        Ok(listed.into_iter().map(|(api, stage)| found(&api, stage)).collect())
    }

    /// One call, and so all or nothing.
    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let mut patches = Vec::new();
        if self.deployment != prior.deployment {
            patches.push(replace("/deploymentId", self.deployment()));
        }
        let (before, after) = (prior.settings(), self.settings());
        for path in before.keys().filter(|path| !after.contains_key(*path)) {
            patches.push(patch(Op::Remove, path, None));
        }
        for (path, throttle) in after.iter().filter(|(path, of)| before.get(*path) != Some(of)) {
            patches.push(replace(format!("{path}/throttling/rateLimit"), throttle.rate));
            patches.push(replace(format!("{path}/throttling/burstLimit"), throttle.burst));
        }
        let request = aws
            .rest
            .update_stage()
            .rest_api_id(id.part(0))
            .stage_name(id.part(1))
            .set_patch_operations(Some(patches));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.rest.delete_stage().rest_api_id(id.part(0)).stage_name(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    /// Stages of the stack's APIs.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let apis = RestApi::of_stack(aws, stack).await?;
        let listed = in_each(&apis, |api| listed(aws, api)).await?;
        let ids = listed.into_iter().map(|(api, stage)| found(&api, stage).id);
        Ok(ids.collect())
    }
}

/// What stands for every method in the settings of a stage.
const EVERY: &str = "/*/*";

impl RestStage {
    /// The deployment's own id: the second part of its identity.
    fn deployment(&self) -> String {
        Identity::from(self.deployment.get()).part(1).to_owned()
    }

    /// Every limit, by where a patch finds it.
    fn settings(&self) -> BTreeMap<String, Throttle> {
        let every = self.throttle.map(|throttle| (EVERY.to_owned(), throttle));
        let methods = self.methods.iter().map(|(method, throttle)| (setting(method), *throttle));
        every.into_iter().chain(methods).collect()
    }
}

/// Where a patch finds the settings of `GET /v1/order`: `/~1v1~1order/GET`.
fn setting(method: &str) -> String {
    let (verb, path) = method.split_once(' ').unwrap_or(("ANY", method));
    format!("/{}/{verb}", path.replace('/', "~1"))
}

/// The method that AWS's name for its settings stands for: `~1v1~1order/GET`.
fn method(setting: &str) -> String {
    let (path, verb) = setting.rsplit_once('/').unwrap_or((setting, "ANY"));
    let path = path.replace("~1", "/");
    format!("{verb} /{}", path.trim_start_matches('/'))
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Stage>, Problem> {
    let request = aws.rest.get_stages().rest_api_id(api);
    Ok(aws.read(|| request.clone().send()).await?.item.unwrap_or_default())
}

fn found(api: &str, stage: Stage) -> Found<RestStage> {
    let mut limits: BTreeMap<String, Throttle> = stage
        .method_settings
        .unwrap_or_default()
        .iter()
        .filter(|(_, of)| of.throttling_rate_limit >= 0.0 && of.throttling_burst_limit >= 0)
        .map(|(name, of)| {
            let throttle =
                Throttle { rate: of.throttling_rate_limit, burst: of.throttling_burst_limit };
            (method(name), throttle)
        })
        .collect();
    let name = stage.stage_name.unwrap_or_default();
    let id = Identity::of(&[api, &name]);
    let deployment = stage.deployment_id.unwrap_or_default();
    let fields = RestStage {
        api: api.into(),
        name,
        deployment: Ref::from(&Identity::of(&[api, &deployment])),
        throttle: limits.remove(&method(EVERY)),
        methods: limits,
    };
    Found::ready(id, fields).tagged(tags(stage.tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_by_the_name_they_were_written_by() {
        for name in ["GET /v1/order/{proxy+}", "ANY /", "POST /a"] {
            assert_eq!(method(&setting(name)), name);
            assert_eq!(method(setting(name).trim_start_matches('/')), name);
        }
        assert_eq!(setting("GET /v1/order"), "/~1v1~1order/GET");
        assert_eq!(method("*/*"), method(EVERY));
    }
}
