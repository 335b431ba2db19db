//! `api_domain_name`: a name of one's own that API Gateway answers at, in this Region.
//!
//! HTTP APIs and REST APIs alike are mapped to it. An alias record points the name at its outputs.
//! API Gateway v2: CreateDomainName, GetDomainNames, UpdateDomainName, DeleteDomainName.

use aws_sdk_apigatewayv2::types::{
    DomainName, DomainNameConfiguration, DomainNameStatus, EndpointType,
};
use serde::{Deserialize, Serialize};

use super::{held, of_stack, pages, refused, tagged, tags};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Tagging},
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
        early: &["dns_name", "zone_id"],
        tags: Tagging::HttpApi("arn:{partition}:apigateway:{region}::/domainnames/{id}"),
        awaits: &["certificate"],
        calls: Calls {
            create: "apigatewayv2:CreateDomainName",
            read: &["apigatewayv2:GetDomainNames"],
            update: &["apigatewayv2:UpdateDomainName"],
            delete: "apigatewayv2:DeleteDomainName",
        },
        quota: Some(Quota {
            code: "L-A93447B8",
            name: "Custom domain names per Region",
            default: 120,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .http
            .create_domain_name()
            .domain_name(&self.domain)
            .domain_name_configurations(self.configuration())
            .set_tags(tagged(owner));
        let answer = aws.write(|| request.clone().send()).await.map_err(refused)?;
        let made = answer.domain_name_configurations().first();
        Ok(Made::keyed()
            .output("dns_name", made.and_then(|made| made.api_gateway_domain_name()))
            .output("zone_id", made.and_then(|made| made.hosted_zone_id())))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = listed(aws).await?.into_iter().filter_map(found);
        Ok(found.filter(|name| known.contains(&name.id)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws.http.update_domain_name().domain_name(id.as_str());
        let request = request.domain_name_configurations(self.configuration());
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_domain_name().domain_name(id.as_str());
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let ours = |name: &DomainName| of_stack(name.tags(), stack);
        let all = listed(aws).await?.into_iter().filter(ours);
        Ok(all.filter_map(|name| name.domain_name.map(Identity)).collect())
    }
}

impl ApiDomainName {
    fn configuration(&self) -> DomainNameConfiguration {
        DomainNameConfiguration::builder()
            .certificate_arn(self.certificate.get())
            .endpoint_type(EndpointType::Regional)
            .security_policy(self.security_policy.as_str().into())
            .build()
    }
}

/// Every domain name of the account: no call asks for some of them.
async fn listed(aws: &Aws) -> Result<Vec<DomainName>, Problem> {
    pages(|token| async {
        let request = aws.http.get_domain_names().set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

/// A domain name of this Region; one of CloudFront's has another endpoint, and is none of ours.
fn found(name: DomainName) -> Option<Found<ApiDomainName>> {
    let configuration = name.domain_name_configurations.unwrap_or_default().into_iter().next()?;
    // While one is changed, it goes on working as before.
    let phase = match configuration.domain_name_status {
        Some(
            DomainNameStatus::PendingCertificateReimport
            | DomainNameStatus::PendingOwnershipVerification,
        ) => Phase::Failed(configuration.domain_name_status_message.unwrap_or_default()),
        _ => Phase::Ready,
    };
    let domain = name.domain_name.unwrap_or_default();
    let id = Identity(domain.clone());
    let fields = ApiDomainName {
        domain,
        certificate: configuration.certificate_arn.unwrap_or_default().into(),
        security_policy: configuration.security_policy.map(|it| it.to_string()).unwrap_or_default(),
    };
    let found = Found::ready(id, fields)
        .tagged(tags(name.tags))
        .phase(phase)
        .output("dns_name", configuration.api_gateway_domain_name.as_deref())
        .output("zone_id", configuration.hosted_zone_id.as_deref());
    Some(found)
}
