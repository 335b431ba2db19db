//! `listener_certificate`: one further certificate of a listener, for those who name a host that it is for.
//!
//! Elastic Load Balancing: AddListenerCertificates, DescribeListenerCertificates, RemoveListenerCertificates.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::Certificate;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Aws, present},
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota},
    model::{Identity, Problem, Ref},
};

/// What a further certificate should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListenerCertificate {
    /// ARN of the listener.
    pub listener: Ref,
    /// ARN of the certificate.
    pub certificate: Ref,
}

impl Kind for ListenerCertificate {
    const FACTS: Facts = Facts {
        name: "listener_certificate",
        id: "{listener}|{certificate}",
        replaces: &["listener", "certificate"],
        vanishes_with: &["listener"],
        awaits: &["certificate"],
        lives_in: Some(("listener", None)),
        calls: Calls {
            create: "elasticloadbalancing:AddListenerCertificates",
            read: &["elasticloadbalancing:DescribeListenerCertificates"],
            update: &[],
            delete: "elasticloadbalancing:RemoveListenerCertificates",
        },
        // AWS counts by load balancer; a listener is the nearest thing to it among the fields.
        quota: Some(Quota {
            code: "L-9365A611",
            name: "Certificates per Application Load Balancer",
            default: 25,
            per: Some("listener"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let request = aws.elb.add_listener_certificates().listener_arn(self.listener.get());
        let request = request.certificates(certificate(self.certificate.get()));
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let listeners: BTreeSet<&str> = known.iter().map(|id| id.part(0)).collect();
        let found = try_join_all(listeners.into_iter().map(|listener| found(aws, listener)));
        Ok(found.await?.into_iter().flatten().collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.elb.remove_listener_certificates().listener_arn(id.part(0));
        let request = request.certificates(certificate(id.part(1)));
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

fn certificate(arn: &str) -> Certificate {
    Certificate::builder().certificate_arn(arn).build()
}

/// Every certificate of a listener but its first.
async fn found(aws: &Aws, listener: &str) -> Result<Vec<Found<ListenerCertificate>>, Problem> {
    let request = aws.elb.describe_listener_certificates().listener_arn(listener);
    let pages = || request.clone().into_paginator().items().send().try_collect();
    let shown: Vec<Certificate> = present(aws.read(pages).await)?.unwrap_or_default();
    let further = shown.iter().filter(|certificate| certificate.is_default() != Some(true));
    let found = further.filter_map(|certificate| {
        let arn = certificate.certificate_arn()?;
        let fields = ListenerCertificate { listener: listener.into(), certificate: arn.into() };
        Some(Found::ready(Identity::of(&[listener, arn]), fields))
    });
    Ok(found.collect())
}
