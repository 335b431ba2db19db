//! `oidc_provider`: lets roles trust service accounts of a cluster.
//!
//! Pods on Fargate have no Pod Identity and get their roles by it. Known by the cluster's issuer without `https://`, as
//! its ARN and trust policies have it.
//! IAM: CreateOpenIDConnectProvider, GetOpenIDConnectProvider, AddClientIDToOpenIDConnectProvider,
//! RemoveClientIDFromOpenIDConnectProvider, DeleteOpenIDConnectProvider.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, iam_tags, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Class, Identity, Problem, Ref},
};

/// What an identity provider should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OidcProvider {
    /// Who issues the tokens, without `https://`: output `oidc_issuer` of a cluster.
    pub issuer: Ref,
    /// Whom the tokens are for, such as `sts.amazonaws.com`.
    pub audiences: Vec<String>,
}

impl Kind for OidcProvider {
    const FACTS: Facts = Facts {
        name: "oidc_provider",
        id: "{issuer}",
        replaces: &["issuer"],
        outputs: &[("arn", "arn:{partition}:iam::{account}:oidc-provider/{issuer}")],
        tags: Tagging::OidcProvider,
        loose: &["issuer"],
        // A cluster has its issuer when it is there.
        awaits: &["issuer"],
        sets: &["audiences"],
        calls: Calls {
            create: "iam:CreateOpenIDConnectProvider",
            read: &["iam:GetOpenIDConnectProvider"],
            update: &[
                "iam:AddClientIDToOpenIDConnectProvider",
                "iam:RemoveClientIDFromOpenIDConnectProvider",
            ],
            delete: "iam:DeleteOpenIDConnectProvider",
        },
        quota: Some(Quota {
            code: "L-858F3967",
            name: "OpenID connect providers per account",
            default: 100,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .iam
            .create_open_id_connect_provider()
            .url(format!("https://{}", self.issuer.get()))
            .set_client_id_list(Some(self.audiences.clone()))
            .set_tags(Some(iam_tags(&owner.tags)));
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = try_join_all(known.iter().map(|id| found(aws, id))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Both calls answer well to what is so already.
    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let there = found(aws, id).await?.map(|found| found.fields.audiences);
        let there = there.ok_or_else(|| {
            Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
        })?;
        let arn = aws.oidc_provider_arn(id.as_str());
        for audience in self.audiences.iter().filter(|audience| !there.contains(audience)) {
            let request = aws
                .iam
                .add_client_id_to_open_id_connect_provider()
                .open_id_connect_provider_arn(&arn)
                .client_id(audience);
            aws.write(|| request.clone().send()).await?;
        }
        for audience in there.iter().filter(|audience| !self.audiences.contains(audience)) {
            let request = aws
                .iam
                .remove_client_id_from_open_id_connect_provider()
                .open_id_connect_provider_arn(&arn)
                .client_id(audience);
            aws.write(|| request.clone().send()).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let arn = aws.oidc_provider_arn(id.as_str());
        let request = aws.iam.delete_open_id_connect_provider().open_id_connect_provider_arn(arn);
        aws.write(|| request.clone().send()).await.map(drop)
    }

    /// Providers are an account's, and another Region may have a stack of that name: issuers say the Region.
    async fn of_stack(aws: &Aws, _stack: &str) -> Result<Vec<Identity>, Problem> {
        let request = aws.iam.list_open_id_connect_providers();
        let all = aws.read(|| request.clone().send()).await?.open_id_connect_provider_list;
        let arns = all.unwrap_or_default().into_iter().filter_map(|provider| provider.arn);
        let here = arns.filter(|arn| arn.contains(&aws.account.region));
        let issuer = |arn: String| Some(arn.split_once(":oidc-provider/")?.1.into());
        Ok(here.filter_map(issuer).collect())
    }
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<OidcProvider>>, Problem> {
    let arn = aws.oidc_provider_arn(id.as_str());
    let request = aws.iam.get_open_id_connect_provider().open_id_connect_provider_arn(arn);
    let Some(provider) = present(aws.read(|| request.clone().send()).await)? else {
        return Ok(None);
    };
    let tags = provider.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    let fields = OidcProvider {
        issuer: id.as_str().into(),
        audiences: provider.client_id_list.unwrap_or_default(),
    };
    Ok(Some(Found::ready(id.clone(), fields).tagged(tags)))
}
