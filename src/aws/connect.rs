//! From flags, environment and AWS's own configuration files to clients.

use std::{cell::RefCell, collections::HashMap, sync::Mutex, time::Duration};

use aws_config::{
    AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_smithy_http_client::{Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::{
    http::{HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn},
    runtime_components::RuntimeComponents,
};

use crate::{
    aws::{
        Aws, Bucket, Vault,
        apigateway::Tree,
        ec2::Shared,
        elb,
        endpoint::{self, Trust},
        problem,
        rates::Rates,
        route53,
    },
    model::{Account, Class, Diagnostic, Problem},
};

/// Where to connect to.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The stack's Region; it wins over the environment's.
    pub region: String,
    /// A profile of `~/.aws/config`; otherwise as every AWS tool chooses.
    pub profile: Option<String>,
    /// An endpoint for every service, such as an emulator's on loopback; wins over `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// Whether credentials of an account may go to an endpoint that is not AWS's own.
    pub trust: Trust,
}

/// Clients for `target`, after asking STS which account this is.
///
/// # Errors
/// As [`connect_as`] and [`Aws::identity`].
pub async fn connect(target: &Target) -> Result<Aws, Diagnostic> {
    let unknown = Account { id: String::new(), region: target.region.clone() };
    let mut aws = connect_as(target, &unknown).await?;
    aws.account = aws.identity().await?;
    Ok(aws)
}

/// Clients for `target`, taken to be those of `account` until STS is asked.
///
/// # Errors
/// No credentials to be had, or they would go where nobody wants them: a diagnostic that says what to do.
pub async fn connect_as(target: &Target, account: &Account) -> Result<Aws, Diagnostic> {
    let (config, loopback) = load(target).await?;
    Ok(Aws {
        account: account.clone(),
        acm: aws_sdk_acm::Client::new(&config),
        autoscaling: aws_sdk_autoscaling::Client::new(&config),
        ec2: aws_sdk_ec2::Client::new(&config),
        eks: aws_sdk_eks::Client::new(&config),
        elb: aws_sdk_elasticloadbalancingv2::Client::new(&config),
        http: aws_sdk_apigatewayv2::Client::new(&config),
        iam: aws_sdk_iam::Client::new(&config),
        kms: aws_sdk_kms::Client::new(&config),
        logs: aws_sdk_cloudwatchlogs::Client::new(&config),
        rest: aws_sdk_apigateway::Client::new(&config),
        route53: aws_sdk_route53::Client::new(&config),
        sts: aws_sdk_sts::Client::new(&config),
        loopback,
        rates: RefCell::new(Rates::default()),
        shared: Shared::new(),
        tree: Tree::new(),
        zones: route53::Shared::default(),
        shared_elb: elb::Shared::default(),
        counts: RefCell::default(),
    })
}

impl Aws {
    /// Which account this is, as STS tells by the credentials.
    ///
    /// # Errors
    /// STS refuses them: a diagnostic that says what to do.
    pub async fn identity(&self) -> Result<Account, Diagnostic> {
        let answer = self.write(|| self.sts.get_caller_identity().send()).await;
        let identity = answer.map_err(|problem| {
            Diagnostic::error("AWS does not say which account this is")
                .note(format!("AWS: {problem}"))
                .help("check the credentials and the network; `aws sts get-caller-identity` asks the same question")
        })?;
        let id = identity.account.unwrap_or_default();
        Ok(Account { id, region: self.account.region.clone() })
    }
}

/// The bucket `name`, wherever it is.
///
/// # Errors
/// As [`connect`]; there is no such bucket, or it may not be looked into.
pub async fn bucket(target: &Target, name: &str) -> Result<Bucket, Diagnostic> {
    let (config, loopback) = load(target).await?;
    let in_region = |region: &str| {
        let config = aws_sdk_s3::config::Builder::from(&config)
            .region(aws_sdk_s3::config::Region::new(region.to_owned()))
            .force_path_style(loopback);
        Bucket { client: aws_sdk_s3::Client::from_conf(config.build()), name: name.to_owned() }
    };
    let bucket = in_region(&target.region);
    let refused = |problem: Problem| {
        let error = match problem.class {
            Class::Missing => Diagnostic::error(format!("there is no bucket {name}"))
                .help("make it first: private, encrypted, with versions; eksnet never makes the place that its own memory is in"),
            Class::Denied => Diagnostic::error(format!("the credentials may not look into bucket {name}"))
                .help("allow s3:ListBucket on the bucket, s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it"),
            Class::InUse | Class::Taken | Class::Invalid | Class::Quota | Class::Throttled | Class::Busy
            | Class::Unavailable => Diagnostic::error(format!("bucket {name} cannot be reached"))
                .help("check its name and the network"),
        };
        error.note(format!("AWS: {problem}"))
    };
    match bucket.region().await.map_err(refused)? {
        Some(region) if region != target.region => Ok(in_region(&region)),
        Some(_) | None => Ok(bucket),
    }
}

/// The keys of the Region of `target`.
///
/// # Errors
/// As [`connect`].
pub async fn vault(target: &Target) -> Result<Vault, Diagnostic> {
    let (config, _) = load(target).await?;
    Ok(Vault::new(aws_sdk_kms::Client::new(&config)))
}

/// The configuration for `target`, and whether its endpoint is an emulator's on this machine.
async fn load(target: &Target) -> Result<(SdkConfig, bool), Diagnostic> {
    let endpoint = target.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
    let loopback = endpoint.as_deref().is_some_and(endpoint::is_loopback);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(target.region.clone()))
        .http_client(http_client(if loopback {
            ProxyConfig::disabled()
        } else {
            ProxyConfig::from_env()
        }))
        // The engine decides what may be repeated. An explicit setting also keeps a bad AWS_RETRY_MODE from panicking.
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(5))
                .operation_attempt_timeout(Duration::from_secs(60))
                .build(),
        );
    if let Ok(name) = AppName::new(concat!("eksnet-", env!("CARGO_PKG_VERSION"))) {
        loader = loader.app_name(name);
    }
    if let Some(url) = &target.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(profile) = &target.profile {
        loader = loader.profile_name(profile);
    }
    let config = emulator_credentials(loader, loopback).load().await;
    let credentials = credentials(&config).await?;
    let flag = target.endpoint_url.as_deref();
    endpoint::guard(&config, flag, credentials.access_key_id(), target.trust)?;
    Ok((config, loopback))
}

/// An emulator on loopback wants no credentials, and the SDK signs nothing without any.
fn emulator_credentials(loader: ConfigLoader, loopback: bool) -> ConfigLoader {
    if loopback && std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
        loader
            .credentials_provider(Credentials::new("emulator", "emulator", None, None, "loopback"))
    } else {
        loader
    }
}

async fn credentials(config: &SdkConfig) -> Result<Credentials, Diagnostic> {
    let missing = |reason: String| {
        Diagnostic::error("no AWS credentials found")
            .note(reason)
            .help("sign in as for any AWS tool: `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            .help("or add `--sandbox` to try the same command without an account")
    };
    let Some(provider) = config.credentials_provider() else {
        return Err(missing("no provider of credentials is configured".to_owned()));
    };
    provider.provide_credentials().await.map_err(|error| missing(problem::words(&error)))
}

/// One HTTP client for all services. Only `Connector` takes a proxy setting, so connectors are kept here by their
/// timeouts, as the SDK does for its own default client.
fn http_client(proxy: ProxyConfig) -> SharedHttpClient {
    type Timeouts = (Option<Duration>, Option<Duration>);
    let connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>> = Mutex::default();
    http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = connectors.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let connector = connectors.entry(timeouts).or_insert_with(|| {
            let mut builder = Connector::builder()
                .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                .connector_settings(settings.clone())
                .proxy_config(proxy.clone());
            builder.set_sleep_impl(components.sleep_impl());
            SharedHttpConnector::new(builder.build())
        });
        connector.clone()
    })
}
