//! `api_domain_name`: a name of one's own that API Gateway answers at, in this Region.
//!
//! HTTP APIs and REST APIs alike are mapped to it. An alias record points the name at its outputs.
//! API Gateway v2: CreateDomainName, GetDomainNames, UpdateDomainName, DeleteDomainName.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a custom domain name should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiDomainName {
    /// The name, such as `api.example.com`.
    pub domain: String,
    /// ARN of its certificate, which has to be issued.
    pub certificate: Ref,
    /// The oldest TLS that it speaks: `TLS_1_2`.
    pub security_policy: String,
}

impl Kind for ApiDomainName {
    const FACTS: Facts = Facts {
        name: "api_domain_name",
        id: "{domain}",
        replaces: &["domain"],
        outputs: &[
            // What an alias record points at.
            ("dns_name", "d-{hex10}.execute-api.{region}.amazonaws.com"),
            ("zone_id", "Z1{hex12}"),
        ],
        tags: Tagging::HttpApi("arn:{partition}:apigateway:{region}::/domainnames/{id}"),
        awaits: &["certificate"],
        calls: Calls {
            create: "apigatewayv2:CreateDomainName",
            read: &["apigatewayv2:GetDomainNames"],
            update: &["apigatewayv2:UpdateDomainName"],
            delete: "apigatewayv2:DeleteDomainName",
        },
        quota: Some(Quota {
            code: "",
            name: "Custom domain names per Region",
            default: 120,
            per: None,
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
