//! `http_integration`: where an HTTP API sends requests: through a VPC link to a listener of a load balancer.
//!
//! AWS gives it neither a name nor tags and takes no client token: its description says whose it is.
//! API Gateway v2: CreateIntegration, GetIntegrations, UpdateIntegration, DeleteIntegration.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigatewayv2::types::{ConnectionType, Integration, IntegrationType, TlsConfigInput};
use serde::{Deserialize, Serialize};

use super::{held, in_each, pages, refused};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What an integration should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HttpIntegration {
    /// The API it belongs to.
    pub api: Ref,
    /// The VPC link it goes through.
    pub link: Ref,
    /// ARN of the listener that it ends at.
    pub uri: Ref,
    /// The method that requests are sent on with; `ANY` for the one they came with.
    pub method: String,
    /// The name that the listener's certificate has to be for; requests are sent in the clear where there is none.
    pub server_name: Option<String>,
    /// Milliseconds after which an answer is no longer waited for, 50 to 30,000.
    pub timeout: i32,
    /// What is changed in a request on its way, such as `overwrite:path` to `/$request.path.proxy`.
    pub parameters: BTreeMap<String, String>,
}

impl Kind for HttpIntegration {
    const FACTS: Facts = Facts {
        name: "http_integration",
        id: "{api}|{hex7}",
        // Whether an update can take the name of a certificate away again is not documented.
        replaces: &["api", "server_name"],
        marked: true,
        vanishes_with: &["api"],
        // AWS does not look whether the listener is there.
        loose: &["uri"],
        awaits: &["link"],
        lives_in: Some(("http_api", None)),
        calls: Calls {
            create: "apigatewayv2:CreateIntegration",
            read: &["apigatewayv2:GetIntegrations"],
            update: &["apigatewayv2:UpdateIntegration"],
            delete: "apigatewayv2:DeleteIntegration",
        },
        quota: Some(Quota {
            code: "",
            name: "Integrations per API",
            default: 300,
            per: Some("api"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let api = self.api.get();
        let request = aws
            .http
            .create_integration()
            .api_id(api)
            .integration_type(IntegrationType::HttpProxy)
            .connection_type(ConnectionType::VpcLink)
            .connection_id(self.link.get())
            .integration_uri(self.uri.get())
            .integration_method(&self.method)
            .payload_format_version("1.0")
            .set_tls_config(self.tls())
            .timeout_in_millis(self.timeout)
            .set_request_parameters(Some(self.parameters.clone().into_iter().collect()))
            .description(owner.mark());
        let integration = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(integration.integration_id().map(|id| format!("{api}|{id}")).as_deref())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |api| listed(aws, api)).await?;
        Ok(listed.into_iter().map(|(api, integration)| found(&api, integration)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let mut parameters = HashMap::new();
        // An empty value takes a mapping away.
        parameters.extend(prior.parameters.keys().map(|key| (key.clone(), String::new())));
        parameters.extend(self.parameters.clone());
        let request = aws
            .http
            .update_integration()
            .api_id(id.part(0))
            .integration_id(id.part(1))
            .connection_type(ConnectionType::VpcLink)
            .connection_id(self.link.get())
            .integration_uri(self.uri.get())
            .integration_method(&self.method)
            .timeout_in_millis(self.timeout)
            .set_request_parameters(Some(parameters));
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_integration().api_id(id.part(0)).integration_id(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    /// The one whose description carries the token of this very create.
    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let (api, mark) = (self.api.get(), owner.mark());
        let integrations = present(listed(aws, api.to_owned()).await)?.unwrap_or_default();
        let ours = integrations.into_iter().filter(|one| one.description() == Some(&mark));
        Ok(ours.map(|integration| found(api, integration).id).collect())
    }
}

impl HttpIntegration {
    fn tls(&self) -> Option<TlsConfigInput> {
        let name = self.server_name.as_ref()?;
        Some(TlsConfigInput::builder().server_name_to_verify(name).build())
    }
}

async fn listed(aws: &Aws, api: String) -> Result<Vec<Integration>, Problem> {
    pages(|token| async {
        let request = aws.http.get_integrations().api_id(&api).set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(api: &str, integration: Integration) -> Found<HttpIntegration> {
    let id = integration.integration_id.unwrap_or_default();
    let tags = integration.description.as_deref().and_then(Owner::marked);
    let fields = HttpIntegration {
        api: api.into(),
        link: integration.connection_id.unwrap_or_default().into(),
        uri: integration.integration_uri.unwrap_or_default().into(),
        method: integration.integration_method.unwrap_or_default(),
        server_name: integration.tls_config.and_then(|tls| tls.server_name_to_verify),
        timeout: integration.timeout_in_millis.unwrap_or_default(),
        parameters: integration.request_parameters.unwrap_or_default().into_iter().collect(),
    };
    Found { tags, ..Found::ready(Identity::of(&[api, &id]), fields) }
}
