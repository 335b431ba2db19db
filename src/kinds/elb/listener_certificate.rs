//! `listener_certificate`: one further certificate of a listener, for those who name a host that it is for.
//!
//! Elastic Load Balancing: AddListenerCertificates, DescribeListenerCertificates, RemoveListenerCertificates.

use serde::{Deserialize, Serialize};

use crate::{
    aws::Aws,
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
