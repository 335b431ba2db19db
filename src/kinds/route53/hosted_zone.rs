//! `hosted_zone`: the names of a domain, as four name servers of Route 53 answer for it.
//!
//! The world asks them once the domain's registrar, or the zone above, names them: that is for the owner of the domain to
//! do. A zone that holds records of others is never deleted.
//! Route 53: CreateHostedZone, GetHostedZone, ListTagsForResources, UpdateHostedZoneComment, DeleteHostedZone;
//! ListHostedZonesByName to find a lost one, or one to use.

use std::collections::BTreeMap;

use aws_sdk_route53::types::{self, DelegationSet, HostedZoneConfig, TagResourceType};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, present, route53::plain_name},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Class, Identity, Problem, Tags},
};

/// What a public hosted zone should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostedZone {
    /// The domain, in lower case and without a dot at its end.
    pub name: String,
    /// What it is for.
    pub comment: String,
}

/// Resources that one ListTagsForResources call may name (Route 53 API reference).
const TAGGED: usize = 10;

impl Kind for HostedZone {
    const FACTS: Facts = Facts {
        name: "hosted_zone",
        id: "Z{hex20}",
        replaces: &["name"],
        outputs: &[(
            "name_servers",
            "ns-{hex3}.awsdns-{hex2}.com,ns-{hex3}.awsdns-{hex2}.net,\
             ns-{hex3}.awsdns-{hex2}.org,ns-{hex3}.awsdns-{hex2}.co.uk",
        )],
        asks: &[(
            "name_servers",
            "set its name servers where the domain is registered, or as its NS record in the zone above; until then no \
             name in it is found and no certificate for one is issued",
        )],
        tags: Tagging::HostedZone,
        token: true,
        found_by: &["name"],
        calls: Calls {
            create: "route53:CreateHostedZone",
            read: &["route53:GetHostedZone", "route53:ListTagsForResources"],
            update: &["route53:UpdateHostedZoneComment"],
            delete: "route53:DeleteHostedZone",
        },
        quota: Some(Quota { code: "L-4EA4796A", name: "Hosted zones", default: 500, per: None }),
        ..Facts::DEFAULT
    };

    /// Route 53 never takes a caller reference twice: a repeated one names the zone that the first try made.
    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let config = HostedZoneConfig::builder().comment(&self.comment).build();
        let request = aws
            .route53
            .create_hosted_zone()
            .name(&self.name)
            .caller_reference(&owner.token)
            .hosted_zone_config(config);
        match aws.write(|| request.clone().send()).await {
            Ok(answer) => {
                let made = Made::id(answer.hosted_zone().map(bare_id))?;
                Ok(made.output("name_servers", servers(answer.delegation_set()).as_deref()))
            }
            Err(problem) if problem.class == Class::Taken => {
                let zone = self.find(aws, owner).await?.pop().ok_or(problem)?;
                Made::id(Some(zone.as_str()))
            }
            Err(problem) => Err(problem),
        }
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let zones = try_join_all(known.iter().map(|id| found(aws, id)));
        let all = async { present(tags(aws, known).await) };
        let (zones, all) = try_join(zones, all).await?;
        let zones: Vec<Found<Self>> = zones.into_iter().flatten().collect();
        let mut tags = match all {
            Some(tags) => tags,
            // One that is gone refuses the tags of the others.
            None => {
                tags(aws, &zones.iter().map(|zone| zone.id.clone()).collect::<Vec<_>>()).await?
            }
        };
        let tagged = |zone: Found<Self>| {
            let tags = tags.remove(&zone.id).unwrap_or_default();
            zone.tagged(tags)
        };
        Ok(zones.into_iter().map(tagged).collect())
    }

    async fn alike(&self, aws: &Aws) -> Result<Vec<Found<Self>>, Problem> {
        let zones = called(aws, &self.name).await?;
        let public =
            zones.iter().filter(|zone| !zone.config().is_some_and(HostedZoneConfig::private_zone));
        let ids: Vec<Identity> = public.map(|zone| bare_id(zone).into()).collect();
        Self::read(aws, &ids).await
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let request = aws.route53.update_hosted_zone_comment().id(id.as_str());
        let request = request.comment(&self.comment);
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.route53.delete_hosted_zone().id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    /// Zones keep the reference that they were created with, long before anybody can tag them.
    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let zones = called(aws, &self.name).await?;
        let ours = zones.iter().filter(|zone| zone.caller_reference() == owner.token);
        Ok(ours.map(|zone| bare_id(zone).into()).collect())
    }
}

/// Zones of this name. Zones are listed from this name on, and a hundred may have one name.
async fn called(aws: &Aws, name: &str) -> Result<Vec<types::HostedZone>, Problem> {
    let request = aws.route53.list_hosted_zones_by_name().dns_name(name).max_items(100);
    let zones = aws.read(|| request.clone().send()).await?.hosted_zones;
    Ok(zones.into_iter().filter(|zone| plain_name(zone.name()) == name).collect())
}

/// The id without the `/hostedzone/` that answers put before it.
fn bare_id(zone: &types::HostedZone) -> &str {
    zone.id().rsplit('/').next().unwrap_or_default()
}

fn servers(delegation: Option<&DelegationSet>) -> Option<String> {
    delegation.map(|set| set.name_servers().join(","))
}

async fn found(aws: &Aws, id: &Identity) -> Result<Option<Found<HostedZone>>, Problem> {
    let request = aws.route53.get_hosted_zone().id(id.as_str());
    let Some(answer) = present(aws.read(|| request.clone().send()).await)? else {
        return Ok(None);
    };
    let servers = servers(answer.delegation_set());
    let Some(zone) = answer.hosted_zone else { return Ok(None) };
    let comment = zone.config().and_then(HostedZoneConfig::comment).unwrap_or_default();
    let fields = HostedZone { name: plain_name(zone.name()), comment: comment.to_owned() };
    Ok(Some(Found::ready(id.clone(), fields).output("name_servers", servers.as_deref())))
}

/// The tags of zones that exist.
async fn tags(aws: &Aws, zones: &[Identity]) -> Result<BTreeMap<Identity, Tags>, Problem> {
    let answers = zones.chunks(TAGGED).map(|chunk| async move {
        let ids = chunk.iter().map(|zone| zone.0.clone()).collect();
        let request = aws
            .route53
            .list_tags_for_resources()
            .resource_type(TagResourceType::Hostedzone)
            .set_resource_ids(Some(ids));
        aws.read(|| request.clone().send()).await
    });
    let sets = try_join_all(answers).await?.into_iter().flat_map(|answer| answer.resource_tag_sets);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let tags = |set: &types::ResourceTagSet| -> Tags {
        set.tags().iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
    };
    Ok(sets.filter_map(|set| Some((set.resource_id()?.into(), tags(&set)))).collect())
}
