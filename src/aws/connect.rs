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
    aws::{Aws, apigateway::Tree, ec2::Shared, elb, problem, rates::Rates, route53},
    model::{Account, Diagnostic},
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
}

/// Clients for `target`, after asking STS which account this is.
///
/// # Errors
/// No credentials to be had, or STS refuses them: a diagnostic that says what to do.
pub async fn connect(target: &Target) -> Result<Aws, Diagnostic> {
    let endpoint = target.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
    let loopback = endpoint.as_deref().is_some_and(is_loopback);
    let config = load(target, loopback).await;
    require_credentials(&config).await?;
    let sts = aws_sdk_sts::Client::new(&config);
    let mut aws = Aws {
        account: Account { id: String::new(), region: target.region.clone() },
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
        loopback,
        rates: RefCell::new(Rates::default()),
        shared: Shared::new(),
        tree: Tree::new(),
        zones: route53::Shared::default(),
        shared_elb: elb::Shared::default(),
        counts: RefCell::default(),
    };
    let identity = aws.write(|| sts.get_caller_identity().send()).await.map_err(|problem| {
        Diagnostic::error("AWS does not say which account this is")
            .note(format!("AWS: {problem}"))
            .help("check the credentials and the network; `aws sts get-caller-identity` asks the same question")
    })?;
    aws.account.id = identity.account.unwrap_or_default();
    Ok(aws)
}

async fn load(target: &Target, loopback: bool) -> SdkConfig {
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
    emulator_credentials(loader, loopback).load().await
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

/// Whether an endpoint is this machine's own.
fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    ["127.", "localhost", "[::1]"].iter().any(|prefix| host.starts_with(prefix))
}

async fn require_credentials(config: &SdkConfig) -> Result<(), Diagnostic> {
    let missing = |reason: String| {
        Diagnostic::error("no AWS credentials found")
            .note(reason)
            .help("sign in as for any AWS tool: `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            .help("or add `--sandbox` to try the same command without an account")
    };
    let Some(provider) = config.credentials_provider() else {
        return Err(missing("no provider of credentials is configured".to_owned()));
    };
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        Err(error) => Err(missing(problem::words(&error))),
    }
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
