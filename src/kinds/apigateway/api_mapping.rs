//! `api_mapping`: which API answers at a custom domain name, or at paths of it.
//!
//! HTTP APIs and REST APIs alike.
//! API Gateway v2: CreateApiMapping, GetApiMappings, UpdateApiMapping, DeleteApiMapping.

use aws_sdk_apigatewayv2::types;
use serde::{Deserialize, Serialize};

use super::{held, in_each, pages, refused};
use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What a mapping should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiMapping {
    /// The custom domain name.
    pub domain_name: Ref,
    /// The API that answers.
    pub api: Ref,
    /// The stage of the API that answers.
    pub stage: Ref,
    /// The path that it answers below, without a slash at either end; empty for all of them.
    pub key: String,
}

impl Kind for ApiMapping {
    const FACTS: Facts = Facts {
        name: "api_mapping",
        id: "{domain_name}|{hex6}",
        replaces: &["domain_name", "key"],
        unique: &[&["domain_name", "key"]],
        vanishes_with: &["domain_name"],
        lives_in: Some(("api_domain_name", None)),
        calls: Calls {
            create: "apigatewayv2:CreateApiMapping",
            read: &["apigatewayv2:GetApiMappings"],
            update: &["apigatewayv2:UpdateApiMapping"],
            delete: "apigatewayv2:DeleteApiMapping",
        },
        quota: Some(Quota {
            code: "",
            name: "API mappings per custom domain name",
            default: 200,
            per: Some("domain_name"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let domain = self.domain_name.get();
        let request = aws
            .http
            .create_api_mapping()
            .domain_name(domain)
            .api_id(self.api.get())
            .stage(self.stage())
            .set_api_mapping_key(Some(self.key.clone()).filter(|key| !key.is_empty()));
        let mapping = aws.write(|| request.clone().send()).await.map_err(refused)?;
        Made::id(mapping.api_mapping_id().map(|id| format!("{domain}|{id}")).as_deref())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listed = in_each(known, |domain| listed(aws, domain)).await?;
        Ok(listed.into_iter().map(|(domain, mapping)| found(&domain, mapping)).collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws
            .http
            .update_api_mapping()
            .domain_name(id.part(0))
            .api_mapping_id(id.part(1))
            .api_id(self.api.get())
            .stage(self.stage());
        aws.write(|| request.clone().send()).await.map_err(refused).map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.http.delete_api_mapping().domain_name(id.part(0));
        let request = request.api_mapping_id(id.part(1));
        aws.write(|| request.clone().send()).await.map_err(held).map(drop)
    }

    async fn find(&self, aws: &Aws, _owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let domain = self.domain_name.get();
        let mappings = present(listed(aws, domain.to_owned()).await)?.unwrap_or_default();
        let found = mappings.into_iter().map(|mapping| found(domain, mapping));
        Ok(found.filter(|found| found.fields.key == self.key).map(|found| found.id).collect())
    }
}

impl ApiMapping {
    /// The stage's name: the second part of its identity.
    fn stage(&self) -> String {
        Identity::from(self.stage.get()).part(1).to_owned()
    }
}

async fn listed(aws: &Aws, domain: String) -> Result<Vec<types::ApiMapping>, Problem> {
    pages(|token| async {
        let request = aws.http.get_api_mappings().domain_name(&domain).set_next_token(token);
        let page = aws.read(|| request.clone().send()).await?;
        Ok((page.items, page.next_token))
    })
    .await
}

fn found(domain: &str, mapping: types::ApiMapping) -> Found<ApiMapping> {
    let api = mapping.api_id.unwrap_or_default();
    let fields = ApiMapping {
        domain_name: domain.into(),
        stage: Identity::of(&[&api, &mapping.stage.unwrap_or_default()]).0.into(),
        api: api.into(),
        key: mapping.api_mapping_key.unwrap_or_default(),
    };
    Found::ready(Identity::of(&[domain, &mapping.api_mapping_id.unwrap_or_default()]), fields)
}
