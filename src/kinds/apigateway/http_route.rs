//! `http_route`: which requests of an HTTP API go where.
//!
//! API Gateway v2: CreateRoute, GetRoutes, UpdateRoute, DeleteRoute.

use aws_sdk_apigatewayv2::types::Route;
use serde::{Deserialize, Serialize};

use super::{held, in_each, pages, refused};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What a route should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpRoute {
    /// The API it belongs to.
    pub api: Ref,
    /// Method and path, such as `ANY /v1/order/{proxy+}`, or `$default` for everything else.
    pub key: String,
    /// The integration that requests are handed to.
    pub integration: Ref,
    /// `NONE`, `JWT`, `AWS_IAM` or `CUSTOM`.
    pub authorization: String,
    /// Who says which requests may pass; only with `JWT` and `CUSTOM`.
    pub authorizer: Option<Ref>,
    /// Scopes of which a token has to have one; none needed where there are none.
    pub scopes: Vec<String>,
}

impl Kind for HttpRoute {
    const FACTS: Facts = Facts {
        name: "http_route",
        id: "{api}|{hex7}",
        replaces: &["api", "key"],
        unique: &[&["api", "key"]],
        vanishes_with: &["api"],
        sets: &["scopes"],
        lives_in: Some(("http_api", None)),
        calls: Calls {
            create: "apigatewayv2:CreateRoute",
            read: &["apigatewayv2:GetRoutes"],
            update: &["apigatewayv2:UpdateRoute"],
            delete: "apigatewayv2:DeleteRoute",
        },
        quota: Some(Quota {
            code: "L-65B5C802",
            name: "Routes per HTTP API",
            default: 300,
            per: Some("api"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let api = self.api.get();
        let request = aws
            .http
            .create_route()
            .api_id(api)
            .route_key(&self.key)
            .target(self.target())
            .authorization_type(self.authorization.as_str().into())
            .set_authorizer_id(self.authorizer())
            .set_authorization_scopes(
                Some(self.scopes.clone()).filter(|scopes| !scopes.is_empty()),
            );
        let route = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(route.route_id().map(|id| format!("{api}|{id}")).as_deref())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |api| listed(aws, api)).await?;
        Ok(listed.into_iter().map(|(api, route)| found(&api, route)).collect())
    }

    /// An empty id takes an authorizer away.
    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let request = aws
            .http
            .update_route()
            .api_id(id.part(0))
            .route_id(id.part(1))
            .target(self.target())
            .authorization_type(self.authorization.as_str().into())
            .set_authorizer_id(
                self.authorizer().or_else(|| prior.authorizer().map(|_| String::new())),
            )
            .set_authorization_scopes(Some(self.scopes.clone()));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_route().api_id(id.part(0)).route_id(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, _owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let api = self.api.get();
        let routes = present(listed(aws, api.to_owned()).await)?.unwrap_or_default();
        let same = routes.into_iter().filter(|route| route.route_key() == Some(&self.key));
        Ok(same.map(|route| found(api, route).id).collect())
    }
}

impl HttpRoute {
    /// The integration as a route names it.
    fn target(&self) -> String {
        format!("integrations/{}", Identity::from(self.integration.get()).part(1))
    }

    fn authorizer(&self) -> Option<String> {
        Some(Identity::from(self.authorizer.as_ref()?.get()).part(1).to_owned())
    }
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Route>, Problem> {
    pages(|token| async {
        let request = aws.http.get_routes().api_id(&api).set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(api: &str, route: Route) -> Found<HttpRoute> {
    let inside = |id: &str| Ref::from(&Identity::of(&[api, id]));
    let target = route.target.unwrap_or_default();
    let authorizer = route.authorizer_id.filter(|id| !id.is_empty());
    let fields = HttpRoute {
        api: api.into(),
        key: route.route_key.unwrap_or_default(),
        integration: inside(target.strip_prefix("integrations/").unwrap_or(&target)),
        authorization: route.authorization_type.map_or("NONE".to_owned(), |it| it.to_string()),
        authorizer: authorizer.map(|id| inside(&id)),
        scopes: route.authorization_scopes.unwrap_or_default(),
    };
    Found::ready(Identity::of(&[api, &route.route_id.unwrap_or_default()]), fields)
}
