//! `http_integration`: where an HTTP API sends requests: through a VPC link to a listener of a load balancer.
//!
//! AWS gives it neither a name nor tags and takes no client token: its description says whose it is.
//! API Gateway v2: CreateIntegration, GetIntegrations, UpdateIntegration, DeleteIntegration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
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
        replaces: &["api"],
        marked: true,
        vanishes_with: &["api"],
        // AWS does not look whether the listener is there.
        loose: &["uri"],
        awaits: &["link"],
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
