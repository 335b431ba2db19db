//! `http_api`: an API at Amazon API Gateway that hands requests on by method and path (an HTTP API).
//!
//! API Gateway v2: CreateApi, GetApis, UpdateApi, DeleteCorsConfiguration, DeleteApi.

use std::collections::BTreeSet;

use aws_sdk_apigatewayv2::types::{self, ProtocolType};
use serde::{Deserialize, Serialize};

use super::{held, of_stack, owned, pages, refused, tagged, tags};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem},
};

/// What an HTTP API should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpApi {
    /// Its name; others may have the same.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Which pages of other origins a browser lets call it; none where there is nothing.
    pub cors: Option<Cors>,
    /// It answers at its own `execute-api` name too, not only at domain names that are mapped to it.
    pub default_endpoint: bool,
}

/// What a browser is told of pages of other origins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cors {
    /// Where the pages may come from, such as `https://app.example.com`; `*` for anywhere.
    pub origins: BTreeSet<String>,
    /// Methods they may use; `*` for any.
    pub methods: BTreeSet<String>,
    /// Headers they may send.
    pub headers: BTreeSet<String>,
    /// Headers of answers that they may see.
    pub expose: BTreeSet<String>,
    /// Cookies and credentials may go along.
    pub credentials: bool,
    /// Seconds for which a browser need not ask again.
    pub max_age: Option<i32>,
}

impl Kind for HttpApi {
    const FACTS: Facts = Facts {
        name: "http_api",
        id: "{hex10}",
        outputs: &[("endpoint", "https://{id}.execute-api.{region}.amazonaws.com")],
        tags: Tagging::HttpApi("arn:{partition}:apigateway:{region}::/apis/{id}"),
        calls: Calls {
            create: "apigatewayv2:CreateApi",
            read: &["apigatewayv2:GetApis"],
            update: &["apigatewayv2:UpdateApi", "apigatewayv2:DeleteCorsConfiguration"],
            delete: "apigatewayv2:DeleteApi",
        },
        quota: Some(Quota { code: "", name: "HTTP APIs per Region", default: 600, per: None }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .http
            .create_api()
            .name(&self.name)
            .protocol_type(ProtocolType::Http)
            .set_description(Some(self.description.clone()).filter(|text| !text.is_empty()))
            .set_cors_configuration(self.cors.as_ref().map(Cors::wanted))
            .disable_execute_api_endpoint(!self.default_endpoint)
            .set_tags(tagged(owner));
        let api = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Ok(Made::id(api.api_id())?.output("endpoint", api.api_endpoint()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = listed(aws).await?.into_iter().map(found);
        Ok(found.filter(|api| known.contains(&api.id)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let request = aws
            .http
            .update_api()
            .api_id(id.as_str())
            .name(&self.name)
            .description(&self.description)
            .set_cors_configuration(self.cors.as_ref().map(Cors::wanted))
            .disable_execute_api_endpoint(!self.default_endpoint);
        aws.write(|| request.clone().send()).await.map_err(refused)?;
        if self.cors.is_none() && prior.cors.is_some() {
            let request = aws.http.delete_cors_configuration().api_id(id.as_str());
            present(aws.write(|| request.clone().send()).await)?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_api().api_id(id.as_str());
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let ours = |api: &types::Api| owned(api.tags(), owner);
        let apis = listed(aws).await?.into_iter().filter(ours);
        Ok(apis.filter_map(|api| api.api_id.map(Identity)).collect())
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let ours = |api: &types::Api| of_stack(api.tags(), stack);
        let all = listed(aws).await?.into_iter().filter(ours);
        Ok(all.filter_map(|api| api.api_id.map(Identity)).collect())
    }
}

impl Cors {
    fn wanted(&self) -> types::Cors {
        let list = |items: &BTreeSet<String>| Some(items.iter().cloned().collect());
        types::Cors::builder()
            .set_allow_origins(list(&self.origins))
            .set_allow_methods(list(&self.methods))
            .set_allow_headers(list(&self.headers))
            .set_expose_headers(list(&self.expose))
            .allow_credentials(self.credentials)
            .set_max_age(self.max_age)
            .build()
    }

    fn shown(cors: types::Cors) -> Self {
        let set = |items: Option<Vec<String>>| items.unwrap_or_default().into_iter().collect();
        Self {
            origins: set(cors.allow_origins),
            methods: set(cors.allow_methods),
            headers: set(cors.allow_headers),
            expose: set(cors.expose_headers),
            credentials: cors.allow_credentials.unwrap_or_default(),
            max_age: cors.max_age.filter(|seconds| *seconds > 0),
        }
    }
}

/// Every API of the Region: no call asks for some of them.
async fn listed(aws: &Aws) -> Result<Vec<types::Api>, Problem> {
    pages(|token| async {
        let request = aws.http.get_apis().set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(api: types::Api) -> Found<HttpApi> {
    let fields = HttpApi {
        name: api.name.unwrap_or_default(),
        description: api.description.unwrap_or_default(),
        cors: api.cors_configuration.map(Cors::shown),
        default_endpoint: !api.disable_execute_api_endpoint.unwrap_or_default(),
    };
    Found::ready(api.api_id.unwrap_or_default(), fields)
        .tagged(tags(api.tags))
        .output("endpoint", api.api_endpoint.as_deref())
}
