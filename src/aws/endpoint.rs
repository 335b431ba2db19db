//! Where calls really go. Another endpoint than AWS's own sees every call and the session's token: it is used with real
//! credentials only if somebody says so.

use std::net::IpAddr;

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::model::Diagnostic;

/// Every service that eksnet calls, by the name under which its endpoint is configured.
const SERVICES: [&str; 13] = [
    "ACM",
    "API Gateway",
    "ApiGatewayV2",
    "Auto Scaling",
    "CloudWatch Logs",
    "EC2",
    "EKS",
    "Elastic Load Balancing v2",
    "IAM",
    "KMS",
    "Route 53",
    "S3",
    "STS",
];

/// Whether somebody has said that the credentials may go to an endpoint that is not AWS's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nobody has.
    #[default]
    Aws,
    /// Somebody has.
    AnyEndpoint,
}

/// An endpoint that takes the place of AWS's own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Override {
    url: String,
    /// Who says so.
    said_by: String,
}

/// Refuses endpoints that are neither AWS's nor this machine's for the credentials of an AWS account.
pub(super) fn guard(
    config: &SdkConfig,
    flag: Option<&str>,
    access_key: &str,
    trust: Trust,
) -> Result<(), Diagnostic> {
    if trust == Trust::AnyEndpoint || !is_real(access_key) {
        return Ok(());
    }
    let Some(Override { url, said_by }) =
        overrides(config, flag).into_iter().find(|found| !is_loopback(&found.url))
    else {
        return Ok(());
    };
    Err(Diagnostic::error(format!("the credentials of an AWS account would go to {url}"))
        .note(format!("{said_by} leads calls there; it is neither AWS's own endpoint nor this machine"))
        .help(format!("take {said_by} away, or use credentials that are worth nothing, such as AWS_ACCESS_KEY_ID=test"))
        .help("if the endpoint is meant, add --trust-endpoint or set EKSNET_TRUST_ENDPOINT=true"))
}

/// Whether an endpoint is this machine's own.
pub(super) fn is_loopback(url: &str) -> bool {
    let host = host(url);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host that a URL names.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A backslash ends the host for some readers and not for others: it names none of ours.
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    }
}

/// AWS's access keys begin with these; what emulators are given does not.
fn is_real(access_key: &str) -> bool {
    ["AKIA", "ASIA"].iter().any(|start| access_key.starts_with(start))
}

/// Every endpoint that is not AWS's own, in the order in which it is worth naming.
fn overrides(config: &SdkConfig, flag: Option<&str>) -> Vec<Override> {
    if let Some(url) = flag {
        // It wins over everything else.
        return vec![Override { url: url.to_owned(), said_by: "--endpoint-url".to_owned() }];
    }
    let global = "AWS_ENDPOINT_URL";
    let mut found = Vec::new();
    let mut take = |url: &str, name: &str| {
        let said_by = match std::env::var(name) {
            Ok(said) if said == url => name.to_owned(),
            Ok(_) | Err(_) => "`endpoint_url` in the AWS configuration file".to_owned(),
        };
        found.push(Override { url: url.to_owned(), said_by });
    };
    if let Some(url) = config.endpoint_url() {
        take(url, global);
    }
    for service in SERVICES {
        let key = ServiceConfigKey::builder().service_id(service);
        let key = key.env(global).profile("endpoint_url").build().ok();
        let url = key.zip(config.service_config()).and_then(|(key, all)| all.load_config(key));
        if let Some(url) = url.filter(|url| config.endpoint_url() != Some(url)) {
            take(&url, &format!("{global}_{}", service.to_uppercase().replace(' ', "_")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        let ours = [
            "http://127.0.0.1:5000",
            "http://localhost:4566/",
            "https://LOCALHOST",
            "http://[::1]:80/x",
            "http://user@127.9.9.9",
            "127.0.0.1:5000",
        ];
        let theirs = [
            "http://127.evil.example",
            "http://localhost.evil.example:80",
            "http://localhost@evil.example",
            "http://127.0.0.1:80@evil.example/",
            "http://evil.example\\@127.0.0.1",
            "http://10.0.0.1",
            "https://ec2.eu-west-1.amazonaws.com",
            "http://[::2]",
            "",
        ];
        for url in ours {
            assert!(is_loopback(url), "{url}");
        }
        for url in theirs {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
