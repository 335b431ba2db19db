//! `listener`: a port on which a load balancer takes requests.
//!
//! Elastic Load Balancing: CreateListener, DescribeListeners, DescribeTags, ModifyListener, DeleteListener.

use serde::{Deserialize, Serialize};

use super::Action;
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a listener should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// ARN of its load balancer.
    pub balancer: Ref,
    /// The port, one of its kind on the load balancer.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP` or `TCP_UDP`.
    pub protocol: String,
    /// The name of AWS's choice of TLS versions and ciphers; only with HTTPS and TLS, and AWS's own where there is none.
    pub tls_policy: Option<String>,
    /// ARN of the certificate it shows to those who name no host that it has another for; only with HTTPS and TLS.
    pub certificate: Option<Ref>,
    /// What it offers of HTTP/2, such as `HTTP2Preferred`; only with TLS.
    pub alpn: Option<String>,
    /// What it does with a request that no rule acts on.
    pub action: Action,
}

impl Kind for Listener {
    const FACTS: Facts = Facts {
        name: "listener",
        // The true one names the load balancer.
        id: "arn:{partition}:elasticloadbalancing:{region}:{account}:listener/{port}/{hex16}/{hex16}",
        replaces: &["balancer"],
        unique: &[&["balancer", "port"]],
        tags: Tagging::Elb,
        vanishes_with: &["balancer"],
        awaits: &["certificate"],
        chosen: &["tls_policy"],
        sets: &["action.targets"],
        calls: Calls {
            create: "elasticloadbalancing:CreateListener",
            read: &["elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeTags"],
            update: &["elasticloadbalancing:ModifyListener"],
            delete: "elasticloadbalancing:DeleteListener",
        },
        // Of network load balancers: L-57A373D6, as many.
        quota: Some(Quota {
            code: "L-B6DF7632",
            name: "Listeners per Application Load Balancer",
            default: 50,
            per: Some("balancer"),
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
