//! `http_stage`: an HTTP API as the world sees it: what is in it goes live by itself.
//!
//! API Gateway v2: CreateStage, GetStages, UpdateStage, DeleteRouteSettings, DeleteAccessLogSettings, DeleteStage.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigatewayv2::types::{AccessLogSettings, RouteSettings, Stage};
use serde::{Deserialize, Serialize};

use super::{HttpApi, Throttle, held, in_each, pages, refused, tagged, tags};
use crate::{
    aws::{Aws, present},
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
        quota: Some(Quota {
            code: "L-379E48B0",
            name: "Stages per API",
            default: 10,
            per: Some("api"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .http
            .create_stage()
            .api_id(self.api.get())
            .stage_name(&self.name)
            .auto_deploy(self.auto_deploy)
            .set_default_route_settings(self.throttle.map(|limit| settings(Some(limit))))
            .set_route_settings(Some(self.route_settings()))
            .set_access_log_settings(self.logs.as_ref().map(AccessLogs::wanted))
            .set_tags(tagged(owner));
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |api| listed(aws, api)).await?;
        Ok(listed.into_iter().map(|(api, stage)| found(&api, stage)).collect())
    }

    /// What is said no more of a route, and of logs, is taken away by calls of its own.
    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let (api, stage) = (id.part(0), id.part(1));
        for route in prior.routes.keys().filter(|route| !self.routes.contains_key(*route)) {
            let request = aws.http.delete_route_settings().api_id(api).stage_name(stage);
            let request = request.route_key(route);
            present(aws.write(|| request.clone().send()).await.map_err(refused))?;
        }
        if self.logs.is_none() && prior.logs.is_some() {
            let request = aws.http.delete_access_log_settings().api_id(api).stage_name(stage);
            present(aws.write(|| request.clone().send()).await.map_err(refused))?;
        }
        // Settings without limits take the place of those with some.
        let limited = self.throttle.is_some() || prior.throttle.is_some();
        let request = aws
            .http
            .update_stage()
            .api_id(api)
            .stage_name(stage)
            .auto_deploy(self.auto_deploy)
            .set_default_route_settings(limited.then(|| settings(self.throttle)))
            .set_route_settings(Some(self.route_settings()))
            .set_access_log_settings(self.logs.as_ref().map(AccessLogs::wanted));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_stage().api_id(id.part(0)).stage_name(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    /// Stages of the stack's APIs.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let apis = HttpApi::of_stack(aws, stack).await?;
        let listed = in_each(&apis, |api| listed(aws, api)).await?;
        let ids = listed.into_iter().map(|(api, stage)| found(&api, stage).id);
        Ok(ids.collect())
    }
}

impl HttpStage {
    fn route_settings(&self) -> HashMap<String, RouteSettings> {
        let routes = self.routes.iter();
        routes.map(|(route, throttle)| (route.clone(), settings(Some(*throttle)))).collect()
    }
}

impl AccessLogs {
    fn wanted(&self) -> AccessLogSettings {
        let settings = AccessLogSettings::builder().destination_arn(self.group.get());
        settings.format(&self.format).build()
    }

    fn shown(settings: AccessLogSettings) -> Option<Self> {
        let group = settings.destination_arn.filter(|arn| !arn.is_empty())?;
        Some(Self { group: group.into(), format: settings.format.unwrap_or_default() })
    }
}

fn settings(throttle: Option<Throttle>) -> RouteSettings {
    RouteSettings::builder()
        .set_throttling_rate_limit(throttle.map(|throttle| throttle.rate))
        .set_throttling_burst_limit(throttle.map(|throttle| throttle.burst))
        .build()
}

fn throttle(settings: &RouteSettings) -> Option<Throttle> {
    let (rate, burst) = (settings.throttling_rate_limit?, settings.throttling_burst_limit?);
    Some(Throttle { rate, burst })
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Stage>, Problem> {
    pages(|token| async {
        let request = aws.http.get_stages().api_id(&api).set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(api: &str, stage: Stage) -> Found<HttpStage> {
    let routes = stage.route_settings.unwrap_or_default();
    let routes = routes.iter().filter_map(|(key, of)| Some((key.clone(), throttle(of)?)));
    let name = stage.stage_name.unwrap_or_default();
    let id = Identity::of(&[api, &name]);
    let fields = HttpStage {
        api: api.into(),
        name,
        auto_deploy: stage.auto_deploy.unwrap_or_default(),
        throttle: stage.default_route_settings.as_ref().and_then(throttle),
        routes: routes.collect(),
        logs: stage.access_log_settings.and_then(AccessLogs::shown),
    };
    Found::ready(id, fields).tagged(tags(stage.tags))
}
