//! What a listener or one of its rules does with a request: forward it, redirect it, or answer it itself.

use aws_sdk_elasticloadbalancingv2::types::{
    self, ActionTypeEnum, FixedResponseActionConfig, ForwardActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum, TargetGroupStickinessConfig, TargetGroupTuple,
};
use serde::{Deserialize, Serialize};

use super::signed;
use crate::model::Ref;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum Action {
    /// It goes to a target of one of these groups.
    Forward {
        /// The groups; a group has one place here.
        targets: Vec<WeightedTarget>,
        /// For how many seconds a client stays with the group it came to first; it does not where there is none.
        stickiness: Option<u32>,
    },
    /// The client is sent elsewhere. A part may repeat the request's own, as in `#{host}`.
    Redirect {
        /// `HTTP`, `HTTPS` or `#{protocol}`.
        protocol: String,
        /// Host name.
        host: String,
        /// Port, in digits.
        port: String,
        /// Path, with its leading slash.
        path: String,
        /// Query, without the question mark.
        query: String,
        /// 301 or 302.
        status: u16,
    },
    /// The load balancer answers.
    FixedResponse {
        /// HTTP status.
        status: u16,
        /// Such as `text/plain`.
        content_type: Option<String>,
        /// What it says, at most 1,024 bytes.
        body: Option<String>,
    },
}

/// A target group and its share of the requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedTarget {
    /// ARN of the target group.
    pub group: Ref,
    /// Its share, in proportion to the sum of all, 0 to 999. A single one has 1.
    pub weight: u32,
}

impl Action {
    /// As a call wants it.
    pub(super) fn out(&self) -> types::Action {
        match self {
            Self::Forward { targets, stickiness } => forward(targets, *stickiness),
            Self::Redirect { protocol, host, port, path, query, status } => {
                let redirect = RedirectActionConfig::builder()
                    .protocol(protocol)
                    .host(host)
                    .port(port)
                    .path(path)
                    .query(query)
                    .status_code(RedirectActionStatusCodeEnum::from(
                        format!("HTTP_{status}").as_str(),
                    ));
                let action = types::Action::builder().r#type(ActionTypeEnum::Redirect);
                action.redirect_config(redirect.build()).build()
            }
            Self::FixedResponse { status, content_type, body } => {
                let response = FixedResponseActionConfig::builder()
                    .status_code(status.to_string())
                    .set_content_type(content_type.clone())
                    .set_message_body(body.clone());
                let action = types::Action::builder().r#type(ActionTypeEnum::FixedResponse);
                action.fixed_response_config(response.build()).build()
            }
        }
    }

    /// As AWS shows it. What nobody here could have asked for (a sign-in, several actions) shows as forwarding to nobody,
    /// which differs from whatever is wanted.
    pub(super) fn shown(actions: &[types::Action]) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let [action] = actions else { return Self::other() };
        match action.r#type() {
            Some(ActionTypeEnum::Forward) => shown_forward(action),
            Some(ActionTypeEnum::Redirect) => {
                let Some(redirect) = action.redirect_config() else { return Self::other() };
                let status = redirect.status_code().map(|status| status.as_str());
                let status = status.and_then(|status| status.strip_prefix("HTTP_")?.parse().ok());
                Self::Redirect {
                    protocol: text(redirect.protocol()),
                    host: text(redirect.host()),
                    port: text(redirect.port()),
                    path: text(redirect.path()),
                    query: text(redirect.query()),
                    status: status.unwrap_or_default(),
                }
            }
            Some(ActionTypeEnum::FixedResponse) => {
                let Some(response) = action.fixed_response_config() else { return Self::other() };
                Self::FixedResponse {
                    status: text(response.status_code()).parse().unwrap_or_default(),
                    content_type: response.content_type().map(str::to_owned),
                    body: response.message_body().map(str::to_owned),
                }
            }
            _ => Self::other(),
        }
    }

    const fn other() -> Self {
        Self::Forward { targets: Vec::new(), stickiness: None }
    }
}

/// A single target group is named by itself: network load balancers take no weights.
fn forward(targets: &[WeightedTarget], stickiness: Option<u32>) -> types::Action {
    let action = types::Action::builder().r#type(ActionTypeEnum::Forward);
    if let ([only], None) = (targets, stickiness) {
        return action.target_group_arn(only.group.get()).build();
    }
    let tuple = |target: &WeightedTarget| {
        TargetGroupTuple::builder()
            .target_group_arn(target.group.get())
            .weight(signed(target.weight))
            .build()
    };
    let sticky = TargetGroupStickinessConfig::builder()
        .enabled(stickiness.is_some())
        .set_duration_seconds(stickiness.map(signed));
    let forward = ForwardActionConfig::builder()
        .set_target_groups(Some(targets.iter().map(tuple).collect()))
        .target_group_stickiness_config(sticky.build());
    action.forward_config(forward.build()).build()
}

fn shown_forward(action: &types::Action) -> Action {
    let config = action.forward_config();
    let target = |tuple: &TargetGroupTuple| WeightedTarget {
        group: tuple.target_group_arn().unwrap_or_default().into(),
        weight: tuple.weight().and_then(|weight| weight.try_into().ok()).unwrap_or(1),
    };
    let mut targets: Vec<WeightedTarget> = config
        .map(ForwardActionConfig::target_groups)
        .unwrap_or_default()
        .iter()
        .map(target)
        .collect();
    if let (true, Some(only)) = (targets.is_empty(), action.target_group_arn()) {
        targets.push(WeightedTarget { group: only.into(), weight: 1 });
    }
    // The share of one that has no other beside it means nothing.
    if let [only] = &mut targets[..] {
        only.weight = 1;
    }
    let sticky = config.and_then(ForwardActionConfig::target_group_stickiness_config);
    let sticky = sticky.filter(|sticky| sticky.enabled() == Some(true));
    let stickiness = sticky.and_then(|sticky| sticky.duration_seconds()?.try_into().ok());
    Action::Forward { targets, stickiness }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions() -> Vec<Action> {
        let target = |group: &str, weight| WeightedTarget { group: group.into(), weight };
        vec![
            Action::Forward { targets: vec![target("arn:a", 1)], stickiness: None },
            Action::Forward {
                targets: vec![target("arn:a", 9), target("arn:b", 1)],
                stickiness: Some(3600),
            },
            Action::Redirect {
                protocol: "HTTPS".to_owned(),
                host: "#{host}".to_owned(),
                port: "443".to_owned(),
                path: "/#{path}".to_owned(),
                query: "#{query}".to_owned(),
                status: 301,
            },
            Action::FixedResponse {
                status: 404,
                content_type: Some("text/plain".to_owned()),
                body: Some("nothing here".to_owned()),
            },
        ]
    }

    #[test]
    fn an_action_is_shown_as_it_was_asked_for() {
        for action in actions() {
            assert_eq!(Action::shown(&[action.out()]), action);
        }
    }

    #[test]
    fn what_is_not_ours_equals_nothing_of_ours() {
        let sign_in = types::Action::builder().r#type(ActionTypeEnum::AuthenticateOidc).build();
        for action in actions() {
            assert_ne!(Action::shown(std::slice::from_ref(&sign_in)), action);
            assert_ne!(Action::shown(&[sign_in.clone(), action.out()]), action);
        }
    }
}
