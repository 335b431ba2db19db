//! `http_authorizer`: whose tokens an HTTP API believes (a JWT authorizer).
//!
//! API Gateway v2: CreateAuthorizer, GetAuthorizers, UpdateAuthorizer, DeleteAuthorizer.

use aws_sdk_apigatewayv2::types::{Authorizer, AuthorizerType, JwtConfiguration};
use serde::{Deserialize, Serialize};

use super::{held, in_each, pages, refused};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What a JWT authorizer should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpAuthorizer {
    /// The API it belongs to.
    pub api: Ref,
    /// Its name, one of its kind in the API.
    pub name: String,
    /// Who issues the tokens: an `https` address.
    pub issuer: String,
    /// Whom the tokens are for: one of these.
    pub audience: Vec<String>,
    /// Where a request carries its token, such as `$request.header.Authorization`.
    pub identity_source: Vec<String>,
}

impl Kind for HttpAuthorizer {
    const FACTS: Facts = Facts {
        name: "http_authorizer",
        id: "{api}|{hex6}",
        replaces: &["api", "name"],
        unique: &[&["api", "name"]],
        vanishes_with: &["api"],
        sets: &["audience", "identity_source"],
        lives_in: Some(("http_api", None)),
        calls: Calls {
            create: "apigatewayv2:CreateAuthorizer",
            read: &["apigatewayv2:GetAuthorizers"],
            update: &["apigatewayv2:UpdateAuthorizer"],
            delete: "apigatewayv2:DeleteAuthorizer",
        },
        quota: Some(Quota { code: "", name: "Authorizers per API", default: 10, per: Some("api") }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let api = self.api.get();
        let request = aws
            .http
            .create_authorizer()
            .api_id(api)
            .authorizer_type(AuthorizerType::Jwt)
            .name(&self.name)
            .jwt_configuration(self.jwt())
            .set_identity_source(Some(self.identity_source.clone()));
        let authorizer = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(authorizer.authorizer_id().map(|id| format!("{api}|{id}")).as_deref())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |api| listed(aws, api)).await?;
        Ok(listed.into_iter().map(|(api, authorizer)| found(&api, authorizer)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws
            .http
            .update_authorizer()
            .api_id(id.part(0))
            .authorizer_id(id.part(1))
            .jwt_configuration(self.jwt())
            .set_identity_source(Some(self.identity_source.clone()));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_authorizer().api_id(id.part(0)).authorizer_id(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, _owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let api = self.api.get();
        let authorizers = present(listed(aws, api.to_owned()).await)?.unwrap_or_default();
        let same = authorizers.into_iter().filter(|one| one.name() == Some(&self.name));
        Ok(same.map(|authorizer| found(api, authorizer).id).collect())
    }
}

impl HttpAuthorizer {
    fn jwt(&self) -> JwtConfiguration {
        let audience = Some(self.audience.clone());
        JwtConfiguration::builder().issuer(&self.issuer).set_audience(audience).build()
    }
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Authorizer>, Problem> {
    pages(|token| async {
        let request = aws.http.get_authorizers().api_id(&api).set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(api: &str, authorizer: Authorizer) -> Found<HttpAuthorizer> {
    let (issuer, audience) = match authorizer.jwt_configuration {
        Some(jwt) => (jwt.issuer.unwrap_or_default(), jwt.audience.unwrap_or_default()),
        None => (String::new(), Vec::new()),
    };
    let fields = HttpAuthorizer {
        api: api.into(),
        name: authorizer.name.unwrap_or_default(),
        issuer,
        audience,
        identity_source: authorizer.identity_source.unwrap_or_default(),
    };
    Found::ready(Identity::of(&[api, &authorizer.authorizer_id.unwrap_or_default()]), fields)
}
