//! What a request has to be like for a rule to act on it.
//!
//! A rule acts when all of its conditions hold, and a condition holds when any of its values fits. Values are sets, so
//! that their order is never a difference.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    HostHeaderConditionConfig, HttpHeaderConditionConfig, HttpRequestMethodConditionConfig,
    PathPatternConditionConfig, QueryStringConditionConfig, QueryStringKeyValuePair, RuleCondition,
    SourceIpConditionConfig,
};
use serde::{Deserialize, Serialize};

/// One thing that has to be true of a request. `*` and `?` stand for any characters and any one, except in addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Condition {
    /// The host name it was sent to.
    HostHeader {
        /// Host names.
        values: BTreeSet<String>,
    },
    /// Its path.
    PathPattern {
        /// Paths.
        values: BTreeSet<String>,
    },
    /// One of its headers.
    HttpHeader {
        /// The header's name.
        name: String,
        /// What it says.
        values: BTreeSet<String>,
    },
    /// Its method.
    HttpRequestMethod {
        /// Methods, in capitals.
        values: BTreeSet<String>,
    },
    /// A parameter of its query.
    QueryString {
        /// Parameters.
        values: BTreeSet<QueryParameter>,
    },
    /// Where it comes from.
    SourceIp {
        /// Blocks of addresses.
        values: BTreeSet<String>,
    },
}

/// A parameter of a query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QueryParameter {
    /// Its key; any where there is none.
    pub key: Option<String>,
    /// Its value.
    pub value: String,
}

impl Condition {
    /// As a call wants it.
    pub(super) fn out(&self) -> RuleCondition {
        let all = |values: &BTreeSet<String>| Some(values.iter().cloned().collect::<Vec<_>>());
        let condition = RuleCondition::builder().field(self.field());
        match self {
            Self::HostHeader { values } => condition.host_header_config(
                HostHeaderConditionConfig::builder().set_values(all(values)).build(),
            ),
            Self::PathPattern { values } => condition.path_pattern_config(
                PathPatternConditionConfig::builder().set_values(all(values)).build(),
            ),
            Self::HttpHeader { name, values } => {
                let config = HttpHeaderConditionConfig::builder().http_header_name(name);
                condition.http_header_config(config.set_values(all(values)).build())
            }
            Self::HttpRequestMethod { values } => condition.http_request_method_config(
                HttpRequestMethodConditionConfig::builder().set_values(all(values)).build(),
            ),
            Self::QueryString { values } => {
                let pair = |parameter: &QueryParameter| {
                    QueryStringKeyValuePair::builder()
                        .set_key(parameter.key.clone())
                        .value(&parameter.value)
                        .build()
                };
                let values = values.iter().map(pair).collect();
                condition.query_string_config(
                    QueryStringConditionConfig::builder().set_values(Some(values)).build(),
                )
            }
            Self::SourceIp { values } => condition.source_ip_config(
                SourceIpConditionConfig::builder().set_values(all(values)).build(),
            ),
        }
        .build()
    }

    /// As AWS shows it. One of another sort shows as paths without a path, which is none of ours.
    pub(super) fn shown(condition: &RuleCondition) -> Self {
        let set = |values: &[String]| values.iter().cloned().collect::<BTreeSet<String>>();
        // Hosts and paths stand here where they were set by an older call.
        let plain = || set(condition.values());
        match condition.field().unwrap_or_default() {
            "host-header" => Self::HostHeader {
                values: condition.host_header_config().map_or_else(plain, |it| set(it.values())),
            },
            "http-header" => {
                let config = condition.http_header_config();
                let name = config.and_then(HttpHeaderConditionConfig::http_header_name);
                Self::HttpHeader {
                    name: name.unwrap_or_default().to_owned(),
                    values: config.map(|it| set(it.values())).unwrap_or_default(),
                }
            }
            "http-request-method" => {
                let config = condition.http_request_method_config();
                let values = config.map(|it| set(it.values())).unwrap_or_default();
                Self::HttpRequestMethod { values }
            }
            "query-string" => {
                let parameter = |pair: &QueryStringKeyValuePair| QueryParameter {
                    key: pair.key().filter(|key| !key.is_empty()).map(str::to_owned),
                    value: pair.value().unwrap_or_default().to_owned(),
                };
                let config = condition.query_string_config();
                let pairs = config.map(QueryStringConditionConfig::values).unwrap_or_default();
                Self::QueryString { values: pairs.iter().map(parameter).collect() }
            }
            "source-ip" => {
                let config = condition.source_ip_config();
                let values = config.map(|it| set(it.values())).unwrap_or_default();
                Self::SourceIp { values }
            }
            _ => Self::PathPattern {
                values: condition.path_pattern_config().map_or_else(plain, |it| set(it.values())),
            },
        }
    }

    const fn field(&self) -> &'static str {
        match self {
            Self::HostHeader { .. } => "host-header",
            Self::PathPattern { .. } => "path-pattern",
            Self::HttpHeader { .. } => "http-header",
            Self::HttpRequestMethod { .. } => "http-request-method",
            Self::QueryString { .. } => "query-string",
            Self::SourceIp { .. } => "source-ip",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_shown_as_it_was_asked_for() {
        let set = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let parameter = |key: Option<&str>, value: &str| QueryParameter {
            key: key.map(str::to_owned),
            value: value.to_owned(),
        };
        let conditions = [
            Condition::HostHeader { values: set(&["b.example.com", "*.example.com"]) },
            Condition::PathPattern { values: set(&["/orders", "/orders/*"]) },
            Condition::HttpHeader { name: "X-Version".to_owned(), values: set(&["2", "3"]) },
            Condition::HttpRequestMethod { values: set(&["PUT", "GET"]) },
            Condition::QueryString {
                values: [parameter(None, "beta"), parameter(Some("v"), "2")].into(),
            },
            Condition::SourceIp { values: set(&["10.0.0.0/8"]) },
        ];
        for condition in conditions {
            assert_eq!(Condition::shown(&condition.out()), condition);
        }
    }

    #[test]
    fn hosts_of_an_older_call_are_seen() {
        let old = RuleCondition::builder().field("host-header").values("a.example.com").build();
        let values = ["a.example.com".to_owned()].into();
        assert_eq!(Condition::shown(&old), Condition::HostHeader { values });
    }
}
