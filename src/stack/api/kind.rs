//! `kind` and `stage`: HTTP API or REST API, and what only one of the two has.

use super::super::reader::{Span, Value};

/// The two sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Http,
    Rest,
}

const KINDS: [(&str, Is); 2] = [("http", Is::Http), ("rest", Is::Rest)];

/// The sort of an API.
pub(super) struct Kind {
    pub(super) is: Is,
    /// Where it is written, if it is.
    written: Option<Span>,
}

/// The sort of an API; HTTP where nothing is written, for it is younger, cheaper and checks tokens.
pub(super) fn read(value: Option<Value<'_>>) -> Option<Kind> {
    let Some(value) = value else { return Some(Kind { is: Is::Http, written: None }) };
    let kind = value.choice(&KINDS)?;
    Some(Kind { is: kind.value, written: Some(kind.span) })
}

impl Kind {
    /// Reports what a REST API does not have.
    pub(super) fn check_http_only(&self, key: &'static str, value: Option<&Value<'_>>) {
        let (Is::Rest, Some(value)) = (self.is, value) else { return };
        let source = value.source();
        let (message, note, help) = match key {
            "jwt" => (
                "a REST API does not check tokens",
                "it would take a Lambda function of yours",
                "write `kind = \"http\"`, or remove `jwt` and let the services check tokens",
            ),
            "cors" => (
                "a REST API does not answer preflight requests",
                "they go to the services like all others, by routes for `OPTIONS` or `ANY`",
                "write `kind = \"http\"`, or remove `cors` and let the services answer",
            ),
            _ => (
                "a REST API writes no access logs here",
                "they need a role that is set for the whole account, which is not a stack's to \
                 change",
                "write `kind = \"http\"`, or remove `logs`",
            ),
        };
        let finding = value.error(message, "only for HTTP APIs").note(note).help(help);
        source.report(match &self.written {
            Some(written) => finding.at(source.place(written, "a REST API")),
            None => finding,
        });
    }

    /// Reports what an HTTP API does not have.
    pub(super) fn check_rest_only(&self, key: &'static str, value: Option<&Value<'_>>) {
        let (Is::Http, Some(value)) = (self.is, value) else { return };
        value.source().report(
            value
                .error(format!("an HTTP API has no `{key}`"), "only for REST APIs")
                .note("it has one stage, `$default`, which shows in no URL")
                .help(
                    "remove it; for a path before all routes write `domain = { name = \"…\", path \
                     = \"…\" }`",
                ),
        );
    }
}

/// The name of a stage (API Gateway API reference, CreateStage).
pub(super) fn stage(value: &Value<'_>) -> Option<String> {
    let name = value.string()?.value;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let problem = if name.is_empty() {
        "empty"
    } else if !name.chars().all(allowed) {
        "only letters, digits, hyphens and `_`"
    } else if name.len() > 128 {
        "longer than 128 characters"
    } else {
        return Some(name.to_owned());
    };
    value.source().report(
        value
            .error(format!("a stage cannot be called `{name}`"), problem)
            .note("it is the first part of the path of the API's URL")
            .help(value.advice()),
    );
    None
}
