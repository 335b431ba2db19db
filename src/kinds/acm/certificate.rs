//! `certificate`: proves to whoever connects that he talks to a name.
//!
//! ACM issues it once it finds a record of its own choosing at the name, and renews it for as long as the record stays.
//! What the record is shows some seconds after the request, long before the certificate is issued.
//! ACM: RequestCertificate, DescribeCertificate, ListTagsForCertificate, DeleteCertificate; ListCertificates to find a
//! lost one.

use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateSummary, Tag, ValidationMethod,
};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, present, route53},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase, Quota, Tagging, Timing, of_stack},
    model::{Identity, Problem, Tags},
};

/// What a certificate should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The name that it is for.
    pub domain: String,
    /// It is for every name one label below `domain`, and not for `domain` itself.
    pub wildcard: bool,
}

impl Kind for Certificate {
    const FACTS: Facts = Facts {
        name: "certificate",
        id: "arn:{partition}:acm:{region}:{account}:certificate/{hex8}-{hex4}-{hex4}-{hex4}-{hex12}",
        replaces: &["domain", "wildcard"],
        outputs: &[
            ("arn", "{id}"),
            ("validation_name", "_{hex32}.{domain}"),
            ("validation_value", "_{hex32}.{hex10}.acm-validations.aws"),
        ],
        early: &["validation_name", "validation_value"],
        stuck: "ACM finds its record only where the registrar, or the zone above, names the name servers of \
                the hosted zone",
        timing: Timing { create: 107, delete: 0 },
        looks: &["acm:DescribeCertificate"],
        tags: Tagging::Certificate,
        token: true,
        // A name that others have too, such as a custom domain name of API Gateway.
        calls: Calls {
            create: "acm:RequestCertificate",
            read: &["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
            update: &[],
            delete: "acm:DeleteCertificate",
        },
        quota: Some(Quota {
            code: "L-F141DD1D",
            name: "ACM certificates",
            default: 2500,
            per: None,
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let tag = |(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .expect("a key is set, and nothing else is required")
        };
        let request = aws
            .acm
            .request_certificate()
            .domain_name(self.name())
            .validation_method(ValidationMethod::Dns)
            .idempotency_token(&owner.token)
            .set_tags(Some(owner.tags.iter().map(tag).collect()));
        Made::id(aws.write(|| request.clone().send()).await?.certificate_arn())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let found = known.iter().map(|id| async move {
            let tags = async { present(tags(aws, id.as_str()).await) };
            let (detail, tags) = try_join(detail(aws, id), tags).await?;
            Ok(detail.zip(tags).map(|(detail, tags)| shown(id, &detail).tagged(tags)))
        });
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    async fn look(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<()>>, Problem> {
        let found = known.iter().map(|id| async move {
            Ok(detail(aws, id).await?.map(|detail| shown(id, &detail).bare()))
        });
        Ok(try_join_all(found).await?.into_iter().flatten().collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.acm.delete_certificate().certificate_arn(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    /// ACM looks for nothing by its tags: every certificate for the name is asked for its own.
    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let name = self.name();
        let mut all = listed(aws).await?;
        all.retain(|summary| summary.domain_name() == Some(&name));
        tagged(aws, all, |tags| owner.owns(tags)).await
    }

    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        tagged(aws, listed(aws).await?, |tags| of_stack(tags, stack)).await
    }
}

impl Certificate {
    /// The name as ACM writes it.
    fn name(&self) -> String {
        if self.wildcard { format!("*.{}", self.domain) } else { self.domain.clone() }
    }
}

async fn listed(aws: &Aws) -> Result<Vec<CertificateSummary>, Problem> {
    let request = aws.acm.list_certificates();
    aws.read(|| request.clone().into_paginator().items().send().try_collect()).await
}

/// Those of `certificates` whose tags are as they should be.
async fn tagged(
    aws: &Aws,
    certificates: Vec<CertificateSummary>,
    fits: impl Fn(&Tags) -> bool,
) -> Result<Vec<Identity>, Problem> {
    let fits = &fits;
    let arns = certificates.into_iter().filter_map(|summary| summary.certificate_arn);
    let fitting = try_join_all(arns.map(|arn| async move {
        let tags = present(tags(aws, &arn).await)?.unwrap_or_default();
        Ok(fits(&tags).then_some(Identity(arn)))
    }));
    Ok(fitting.await?.into_iter().flatten().collect())
}

async fn tags(aws: &Aws, arn: &str) -> Result<Tags, Problem> {
    let request = aws.acm.list_tags_for_certificate().certificate_arn(arn);
    let tags = aws.read(|| request.clone().send()).await?.tags.unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

async fn detail(aws: &Aws, id: &Identity) -> Result<Option<CertificateDetail>, Problem> {
    let request = aws.acm.describe_certificate().certificate_arn(id.as_str());
    let answer = present(aws.read(|| request.clone().send()).await)?;
    Ok(answer.and_then(|answer| answer.certificate))
}

fn shown(id: &Identity, detail: &CertificateDetail) -> Found<Certificate> {
    let name = detail.domain_name().unwrap_or_default();
    let (domain, wildcard) = match name.strip_prefix("*.") {
        Some(domain) => (domain, true),
        None => (name, false),
    };
    let fields = Certificate { domain: domain.to_owned(), wildcard };
    let mut options = detail.domain_validation_options().iter();
    let record = options.find_map(|option| option.resource_record());
    let plain = |text: Option<&str>| text.map(route53::plain_name);
    let name = plain(record.map(|record| record.name()));
    let value = plain(record.map(|record| record.value()));
    let found = Found::ready(id.clone(), fields).phase(phase(detail));
    let found = found.output("validation_name", name.as_deref());
    found.output("validation_value", value.as_deref())
}

fn phase(detail: &CertificateDetail) -> Phase {
    match detail.status() {
        Some(CertificateStatus::Issued) => Phase::Ready,
        Some(CertificateStatus::PendingValidation) | None => Phase::Pending,
        Some(status) => {
            let reason = detail.failure_reason().map(|reason| format!(": {reason}"));
            Phase::Failed(format!("{status}{}", reason.unwrap_or_default()))
        }
    }
}
