//! The token buckets by which AWS throttles, as published, and a caller's side of them.
//!
//! Sources: EC2 developer guide, "Request throttling for the Amazon EC2 API"; Elastic Load Balancing user guide,
//! "Request throttling for the Elastic Load Balancing API"; Route 53 developer guide, "Quotas"; API Gateway developer
//! guide, "Amazon API Gateway quotas". IAM and CloudWatch Logs publish no buckets for their control plane; the figures here stay below what is known to be
//! served.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// A bucket: how many calls it holds when full, and how many it gains a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls that may come at once.
    pub capacity: f64,
    /// Calls a second from then on.
    pub refill: f64,
}

const fn rate(capacity: f64, refill: f64) -> Rate {
    Rate { capacity, refill }
}

/// The bucket of an action (`ec2:CreateSubnet`). EC2 has one for each action, of a size that depends on its class.
pub fn of(action: &str) -> Rate {
    match action.split_once(':') {
        Some(("ec2", "CreateNatGateway" | "DeleteNatGateway")) => rate(10.0, 1.0),
        Some(("ec2", "CreateVpcEndpoint" | "ModifyVpcEndpoint" | "DeleteVpcEndpoints")) => {
            rate(4.0, 0.3)
        }
        Some(("ec2", "CreateTags" | "DeleteTags")) => rate(100.0, 10.0),
        Some(("ec2", name)) if reads(name) => rate(100.0, 20.0),
        Some(("ec2", _)) => rate(50.0, 5.0),
        Some(("elasticloadbalancing", "CreateLoadBalancer" | "SetSubnets")) => rate(10.0, 0.2),
        Some(("elasticloadbalancing", name)) if !reads(name) => rate(20.0, 3.0),
        Some(("apigateway" | "apigatewayv2", name)) => of_apis(name),
        Some(("route53", "CreateHostedZone")) => rate(40.0, 2.0),
        Some(("route53", "DeleteHostedZone")) => rate(40.0, 5.0),
        Some(("route53", _)) => rate(50.0, 10.0),
        Some((_, name)) if reads(name) => rate(40.0, 10.0),
        Some(_) | None => rate(20.0, 5.0),
    }
}

/// The bucket of an action of API Gateway. All of its actions draw on [`ALL_APIS`] beside.
fn of_apis(name: &str) -> Rate {
    match name {
        "CreateDomainName" | "DeleteDomainName" | "UpdateDomainName" | "DeleteRestApi"
        | "DeleteVpcLink" => rate(1.0, 1.0 / 30.0),
        "CreateVpcLink" => rate(1.0, 1.0 / 15.0),
        "CreateDeployment" => rate(1.0, 1.0 / 5.0),
        "CreateRestApi" => rate(1.0, 1.0 / 3.0),
        "CreateResource" | "DeleteResource" => rate(5.0, 5.0),
        "GetResources" => rate(5.0, 2.5),
        _ => rate(40.0, 10.0),
    }
}

/// The bucket that all actions of API Gateway draw on, in both its versions.
const ALL_APIS: &str = "apigateway:*";

/// The buckets that a call of `action` draws on.
fn buckets(action: &str) -> Vec<String> {
    match action.split_once(':') {
        Some(("apigateway" | "apigatewayv2", _)) => vec![action.to_owned(), ALL_APIS.to_owned()],
        Some(_) | None => vec![action.to_owned()],
    }
}

/// Whether an action, by its name without the service, only reads.
pub fn reads(name: &str) -> bool {
    ["Describe", "List", "Get", "Filter"].iter().any(|verb| name.starts_with(verb))
}

/// A bucket and what is in it. Below zero it owes: calls already promised to those who wait.
#[derive(Clone, Debug)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    since: Instant,
}

/// The caller's side of every bucket.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    buckets: HashMap<String, Bucket>,
}

impl Rates {
    /// Takes one call of `action` and says how long to wait before making it.
    pub fn take(&mut self, action: &str) -> Duration {
        let wait = |bucket: &mut Bucket| {
            bucket.tokens -= 1.0;
            Duration::from_secs_f64((-bucket.tokens / bucket.rate.refill).max(0.0))
        };
        buckets(action).iter().map(|name| wait(self.bucket(name))).max().unwrap_or_default()
    }

    /// Takes one call of `action` if its buckets have one now: AWS's side, which refuses rather than waits.
    pub fn admits(&mut self, action: &str) -> bool {
        let buckets = buckets(action);
        let admitted = buckets.iter().all(|name| self.bucket(name).tokens >= 1.0);
        if admitted {
            buckets.iter().for_each(|name| self.bucket(name).tokens -= 1.0);
        }
        admitted
    }

    /// AWS throttled `action`: somebody else uses the account too, so what we believed to have is not there.
    pub fn throttled(&mut self, action: &str) {
        for name in buckets(action) {
            let bucket = self.bucket(&name);
            bucket.tokens = bucket.tokens.min(0.0);
        }
    }

    fn bucket(&mut self, action: &str) -> &mut Bucket {
        let now = Instant::now();
        if !self.buckets.contains_key(action) {
            let rate = of(action);
            self.buckets
                .insert(action.to_owned(), Bucket { rate, tokens: rate.capacity, since: now });
        }
        let bucket = self.buckets.get_mut(action).expect("inserted above");
        let gained = now.duration_since(bucket.since).as_secs_f64() * bucket.rate.refill;
        bucket.tokens = (bucket.tokens + gained).min(bucket.rate.capacity);
        bucket.since = now;
        bucket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_bucket_serves_at_once_and_then_at_its_rate() {
        let mut rates = Rates::default();
        let waits: Vec<Duration> = (0..12).map(|_| rates.take("ec2:CreateNatGateway")).collect();
        assert!(waits[..10].iter().all(Duration::is_zero));
        assert_eq!(waits[10].as_secs_f64().round(), 1.0);
        assert_eq!(waits[11].as_secs_f64().round(), 2.0);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(rates.take("ec2:CreateNatGateway").is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn actions_that_share_a_bucket_wait_for_one_another() {
        let mut rates = Rates::default();
        let calls = ["apigatewayv2:GetRoutes", "apigateway:GetStages", "apigatewayv2:CreateRoute"];
        let waits = calls.iter().cycle().take(43).map(|action| rates.take(action));
        assert_eq!(waits.map(|wait| wait.as_millis()).max(), Some(300));
        assert!(rates.take("ec2:CreateSubnet").is_zero());
        assert_eq!(rates.take("apigateway:DeleteRestApi").as_millis(), 400);
        assert_eq!(rates.take("apigateway:DeleteRestApi").as_secs(), 30);
        assert!(!rates.admits("apigatewayv2:GetRoutes"));
    }
}
