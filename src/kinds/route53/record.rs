//! `record`: what the name servers of a zone answer when they are asked for one name and one type.
//!
//! A kind of its own and not a list inside the zone: records of others are seen and left alone. All that changes in a zone
//! at one moment is one call. A create never overwrites: what is there already is taken over only where the stack file
//! says so.
//!
//! Nobody waits until a change has reached every name server (GetChange, up to a minute): no resource of a stack asks
//! them, and ACM, which does, comes back until it finds its record.
//! Route 53: ChangeResourceRecordSets, ListResourceRecordSets.

use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ResourceRecord, ResourceRecordSet, RrType,
};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{
        Aws,
        route53::{plain_name, plain_value, record_id},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, gone, heads},
    model::{Class, Identity, Problem, Ref},
};

/// What a record should be, in its normal form: names in lower case and without a dot at their end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The hosted zone it stands in.
    pub zone: Ref,
    /// The name, whole.
    pub name: Ref,
    /// Such as `A` or `MX`.
    pub r#type: String,
    /// Seconds for which an answer may be remembered; none for an alias, which has its target's.
    pub ttl: Option<u32>,
    /// The answers, in the form of a zone file; none for an alias.
    pub values: Vec<Ref>,
    /// Whose addresses are the answer instead.
    pub alias: Option<Alias>,
}

/// Something of AWS's whose addresses are a record's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// Its name.
    pub dns_name: Ref,
    /// The hosted zone, one of AWS's own, that its name stands in.
    pub zone_id: Ref,
    /// Whether the answer takes its health into account.
    pub evaluate_target_health: bool,
}

impl Kind for Record {
    const FACTS: Facts = Facts {
        name: "record",
        id: "{zone}|{name}|{type}",
        replaces: &["zone", "name", "type"],
        within: &["zone"],
        // Targets go while a name still leads to them, if they have to.
        loose: &["alias", "values", "name"],
        batch: &["zone"],
        sets: &["values"],
        lives_in: Some(("hosted_zone", None)),
        calls: Calls {
            create: "route53:ChangeResourceRecordSets",
            read: &["route53:ListResourceRecordSets"],
            update: &["route53:ChangeResourceRecordSets"],
            delete: "route53:ChangeResourceRecordSets",
        },
        quota: Some(Quota {
            code: "L-E209CC9F",
            name: "Records per hosted zone",
            default: 10_000,
            per: Some("zone"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        aws.change_record(self.zone.get(), self.as_change(ChangeAction::Create)?).await?;
        Ok(Made::keyed())
    }

    async fn create_all(batch: &[(Self, Owner)], aws: &Aws) -> Vec<Result<Made, Problem>> {
        let Some((first, _)) = batch.first() else { return Vec::new() };
        let changes = batch.iter().map(|(record, _)| record.as_change(ChangeAction::Create));
        let answers = match changes.collect::<Result<_, _>>() {
            Ok(changes) => aws.change_records(first.zone.get(), changes).await,
            Err(problem) => vec![Err(problem); batch.len()],
        };
        answers.into_iter().map(|answer| answer.map(|()| Made::keyed())).collect()
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let mut found = Vec::new();
        let sets = aws.record_sets(heads(known)).await?;
        for (zone, set) in sets.iter().filter(|(zone, set)| !is_of_zone(&zone.name, set)) {
            found.push(Found::ready(record_id(&zone.id, set), shown(&zone.id, set)));
        }
        Ok(found)
    }

    async fn update(&self, aws: &Aws, _id: &Identity, _prior: &Self) -> Result<(), Problem> {
        aws.change_record(self.zone.get(), self.as_change(ChangeAction::Upsert)?).await
    }

    /// Route 53 deletes what it is told to the letter.
    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let Some(set) = aws.record_set(id).await? else { return Err(gone(id)) };
        aws.change_record(id.part(0), change(ChangeAction::Delete, (*set).clone())?).await
    }
}

impl Record {
    fn as_change(&self, action: ChangeAction) -> Result<Change, Problem> {
        let value = |value: &Ref| ResourceRecord::builder().value(value.get()).build();
        let values: Result<Vec<_>, _> = self.values.iter().map(value).collect();
        let values = values.map_err(unbuilt)?;
        let alias = self.alias.as_ref().map(|alias| {
            AliasTarget::builder()
                .dns_name(alias.dns_name.get())
                .hosted_zone_id(alias.zone_id.get())
                .evaluate_target_health(alias.evaluate_target_health)
                .build()
        });
        let set = ResourceRecordSet::builder()
            .name(self.name.get())
            .r#type(RrType::from(self.r#type.as_str()))
            .set_ttl(self.ttl.map(i64::from))
            .set_resource_records(Some(values).filter(|values| !values.is_empty()))
            .set_alias_target(alias.transpose().map_err(unbuilt)?);
        change(action, set.build().map_err(unbuilt)?)
    }
}

fn change(action: ChangeAction, set: ResourceRecordSet) -> Result<Change, Problem> {
    Change::builder().action(action).resource_record_set(set).build().map_err(unbuilt)
}

/// Every part that these have to have is there in a record's fields.
fn unbuilt(error: aws_smithy_types::error::operation::BuildError) -> Problem {
    Problem::new(Class::Invalid, "RequestNotBuilt", error.to_string())
}

/// Whether it is one of the two that every zone has of its own: where it begins, and who answers for it.
fn is_of_zone(zone: &str, set: &ResourceRecordSet) -> bool {
    matches!(set.r#type(), RrType::Soa | RrType::Ns) && plain_name(set.name()) == zone
}

/// The record as a list shows it.
fn shown(zone: &str, set: &ResourceRecordSet) -> Record {
    let kind = set.r#type().as_str();
    let values = set.resource_records().iter().map(|record| plain_value(kind, record.value()));
    let alias = set.alias_target().map(|alias| Alias {
        dns_name: plain_name(alias.dns_name()).into(),
        zone_id: alias.hosted_zone_id().into(),
        evaluate_target_health: alias.evaluate_target_health(),
    });
    Record {
        zone: zone.into(),
        name: plain_name(set.name()).into(),
        r#type: kind.to_owned(),
        ttl: set.ttl().and_then(|ttl| ttl.try_into().ok()),
        values: values.map(Ref::from).collect(),
        alias,
    }
}
