//! `listener`: a port on which a load balancer takes requests.
//!
//! Elastic Load Balancing: CreateListener, DescribeListeners, DescribeTags, ModifyListener, DeleteListener.

use aws_sdk_elasticloadbalancingv2::types::{self, Certificate, ProtocolEnum};
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use super::{Action, LoadBalancer, arns, of_stack, owned, parents, unsigned};
use crate::{
    aws::{Aws, elb::tagged, present},
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

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .elb
            .create_listener()
            .load_balancer_arn(self.balancer.get())
            .port(self.port.into())
            .protocol(ProtocolEnum::from(self.protocol.as_str()))
            .set_ssl_policy(self.tls_policy.clone())
            .set_certificates(self.certificates())
            .set_alpn_policy(self.alpn.clone().map(|alpn| vec![alpn]))
            .default_actions(self.action.out())
            .set_tags(tagged(owner));
        let made = aws.write(|| request.clone().send()).await?.listeners;
        let listener = made.as_deref().and_then(<[_]>::first);
        Made::id(listener.and_then(|listener| listener.listener_arn()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let parents = parents(known);
        let shown = try_join_all(parents.iter().map(|balancer| of_balancer(aws, balancer)));
        let (shown, mut tags) = try_join(shown, aws.elb_tags(&arns(known))).await?;
        let found = shown.iter().flatten().filter_map(|listener| {
            let arn = listener.listener_arn()?;
            let found = Found::ready(arn, Self::shown(listener));
            Some(Found { tags: tags.remove(arn), ..found })
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, prior: &Self) -> Result<(), Problem> {
        let unset = prior.alpn.as_ref().map(|_| NO_ALPN.to_owned());
        let request = aws
            .elb
            .modify_listener()
            .listener_arn(id.as_str())
            .port(self.port.into())
            .protocol(ProtocolEnum::from(self.protocol.as_str()))
            .set_ssl_policy(self.tls_policy.clone())
            .set_certificates(self.certificates())
            .set_alpn_policy(self.alpn.clone().or(unset).map(|alpn| vec![alpn]))
            .default_actions(self.action.out());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.elb.delete_listener().listener_arn(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let shown = of_balancer(aws, self.balancer.get()).await?;
        let same = |listener: &types::Listener| unsigned::<u16>(listener.port()) == self.port;
        let arns = shown.into_iter().filter(same).filter_map(|listener| listener.listener_arn);
        owned(aws, arns.collect(), owner).await
    }

    /// Listeners of the stack's load balancers.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        let balancers = LoadBalancer::of_stack(aws, stack).await?;
        let shown = balancers.iter().map(|balancer| of_balancer(aws, balancer.as_str()));
        let shown = try_join_all(shown).await?.concat();
        let arns = shown.into_iter().filter_map(|listener| listener.listener_arn).collect();
        of_stack(aws, arns, stack).await
    }
}

impl Listener {
    fn certificates(&self) -> Option<Vec<Certificate>> {
        let certificate = self.certificate.as_ref()?.get();
        Some(vec![Certificate::builder().certificate_arn(certificate).build()])
    }

    fn shown(listener: &types::Listener) -> Self {
        let certificates = listener.certificates().iter();
        let alpn = listener.alpn_policy().first().filter(|alpn| *alpn != NO_ALPN);
        Self {
            balancer: listener.load_balancer_arn().unwrap_or_default().into(),
            port: unsigned(listener.port()),
            protocol: listener.protocol().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            tls_policy: listener.ssl_policy().map(str::to_owned),
            certificate: certificates
                .filter_map(|certificate| certificate.certificate_arn())
                .map(Ref::from)
                .next(),
            alpn: alpn.cloned(),
            action: Action::shown(listener.default_actions()),
        }
    }
}

/// How AWS says that a listener offers nothing of HTTP/2.
const NO_ALPN: &str = "None";

/// Every listener of a load balancer; none if that is not there.
async fn of_balancer(aws: &Aws, balancer: &str) -> Result<Vec<types::Listener>, Problem> {
    let request = aws.elb.describe_listeners().load_balancer_arn(balancer);
    let pages = || request.clone().into_paginator().items().send().try_collect();
    present(aws.read(pages).await).map(Option::unwrap_or_default)
}
