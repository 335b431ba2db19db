//! The SDK clients, and the one way through which every call to AWS goes.
//!
//! [`Aws::read`] and [`Aws::write`] pace each call by the published token buckets, fold AWS's errors into
//! [`Problem`]s, and count. A read is repeated until it is answered. A mutation is repeated only while AWS says that
//! nothing happened (it throttled): whether one without an answer may be repeated is the engine's to decide, which is
//! why the SDK's own retries are off.

mod acm;
mod apigateway;
mod connect;
pub mod ec2;
mod eks;
pub mod elb;
mod endpoint;
mod gather;
mod problem;
pub mod rates;
pub mod route53;
mod s3;
mod tags;
mod vault;

use std::{cell::RefCell, collections::BTreeMap, future::Future, time::Duration};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

pub use connect::{Target, bucket, connect, connect_as, vault};
pub use endpoint::Trust;
pub use gather::Gather;
pub use problem::present;
pub use s3::{Bucket, Expected, Listed, Object, Put};
pub use tags::{TagChange, iam_tags, kms_tags};
pub use vault::{DataKey, Vault};

use crate::model::{Account, Class, Problem};

/// The clients of one account and Region, sharing one HTTP client and one set of token buckets.
pub struct Aws {
    /// Where the calls go.
    pub account: Account,
    /// Certificates.
    pub acm: aws_sdk_acm::Client,
    /// HTTP APIs and their links into a VPC.
    pub http: aws_sdk_apigatewayv2::Client,
    /// REST APIs and their links to network load balancers.
    pub rest: aws_sdk_apigateway::Client,
    /// What node groups are made of.
    pub autoscaling: aws_sdk_autoscaling::Client,
    /// Virtual network, gateways, security groups, endpoints, launch templates.
    pub ec2: aws_sdk_ec2::Client,
    /// Clusters, their nodes, add-ons and access entries.
    pub eks: aws_sdk_eks::Client,
    /// Load balancers, listeners, rules, target groups.
    pub elb: aws_sdk_elasticloadbalancingv2::Client,
    /// Roles, identity providers.
    pub iam: aws_sdk_iam::Client,
    /// Keys.
    pub kms: aws_sdk_kms::Client,
    /// Log groups.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Hosted zones and records.
    pub route53: aws_sdk_route53::Client,
    /// Whose credentials these are.
    pub sts: aws_sdk_sts::Client,
    /// The endpoint is an emulator's on this machine.
    pub loopback: bool,
    rates: RefCell<rates::Rates>,
    shared: ec2::Shared,
    tree: apigateway::Tree,
    zones: route53::Shared,
    shared_elb: elb::Shared,
    counts: RefCell<BTreeMap<String, u32>>,
}

/// How often a call that AWS throttled, or a read it did not answer, is made before its problem is believed.
const ATTEMPTS: u32 = 10;

impl Aws {
    /// A call that changes nothing. Repeated while AWS throttles, is busy or does not answer.
    pub async fn read<T, E, F>(&self, call: impl Fn() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.call(call, |class| match class {
            Class::Throttled | Class::Unavailable | Class::Busy => true,
            Class::Missing
            | Class::InUse
            | Class::Taken
            | Class::Invalid
            | Class::Denied
            | Class::Quota => false,
        })
        .await
    }

    /// A call that changes something. Repeated only while AWS throttles it.
    pub async fn write<T, E, F>(&self, call: impl Fn() -> F) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.call(call, |class| class == Class::Throttled).await
    }

    /// Calls made so far, by `service:Action`, repeats included.
    pub fn counts(&self) -> BTreeMap<String, u32> {
        self.counts.borrow().clone()
    }

    async fn call<T, E, F>(
        &self,
        call: impl Fn() -> F,
        repeat: impl Fn(Class) -> bool,
    ) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let action = action_of::<E>();
        let mut attempt = 1;
        loop {
            // An emulator on this machine has no buckets.
            if !self.loopback {
                let delay = self.rates.borrow_mut().take(&action);
                tokio::time::sleep(delay).await;
            }
            *self.counts.borrow_mut().entry(action.clone()).or_default() += 1;
            let problem = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => problem::of(&error),
            };
            if problem.class == Class::Throttled {
                self.rates.borrow_mut().throttled(&action);
            }
            if attempt == ATTEMPTS || !repeat(problem.class) {
                return Err(problem);
            }
            tokio::time::sleep(backoff(attempt)).await;
            attempt += 1;
        }
    }
}

/// How long to wait after the `attempt`-th try: 0.2 s doubling to 10 s.
pub fn backoff(attempt: u32) -> Duration {
    Duration::from_millis((200_u64 << attempt.min(10).saturating_sub(1)).min(10_000))
}

/// `service:Action` of the operation whose error type is `E`: the SDK names them
/// `aws_sdk_<service>::operation::<operation>::<Operation>Error`.
fn action_of<E>() -> String {
    let path = std::any::type_name::<E>();
    let service = path.split("::").next().unwrap_or_default();
    let service = match service.strip_prefix("aws_sdk_").unwrap_or(service) {
        "cloudwatchlogs" => "logs",
        "elasticloadbalancingv2" => "elasticloadbalancing",
        other => other,
    };
    let operation = path.rsplit("::").next().unwrap_or_default();
    format!("{service}:{}", operation.strip_suffix("Error").unwrap_or(operation))
}
