//! AWS's errors, folded into the few classes that the engine decides on.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{Class, Problem};

/// The problem that `error` is. EC2 models no errors at all, so the code decides, in every service alike.
pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Problem
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Some(service) = error.as_service_error() else { return unanswered(error) };
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let meta = service.meta();
    let bare = match meta.code() {
        None => error.raw_response().and_then(|response| bare(response.body().bytes()?)),
        Some(_) => None,
    };
    let (bare_code, bare_message) = bare.unzip();
    let code = meta.code().or(bare_code.as_deref()).unwrap_or("Unknown");
    let message = meta.message().or(bare_message.as_deref()).unwrap_or("AWS gave no message");
    let request_id = meta.extra("aws_request_id").map(str::to_owned);
    Problem {
        class: classify(code, status),
        code: code.to_owned(),
        message: message.to_owned(),
        request_id,
    }
}

/// The code and the messages of an error that Route 53 wraps in nothing:
/// `<InvalidChangeBatch><Messages><Message>…</Message></Messages></InvalidChangeBatch>`. The SDK reads neither.
fn bare(body: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(body).ok()?;
    let root = text.split('<').find(|tag| tag.starts_with(|first: char| first.is_alphabetic()))?;
    let code = root.split(['>', ' ', '/']).next()?.to_owned();
    let messages = text.split("<Message>").skip(1).filter_map(|rest| rest.split('<').next());
    let messages: Vec<&str> = messages.collect();
    (!messages.is_empty()).then(|| (code, messages.join(", ")))
}

/// A call that never got a readable answer: its effect may or may not have happened.
fn unanswered<E>(error: &SdkError<E, HttpResponse>) -> Problem
where
    E: std::error::Error + 'static,
{
    let (class, code) = match error {
        SdkError::ConstructionFailure(_) => (Class::Invalid, "RequestNotBuilt"),
        SdkError::TimeoutError(_) => (Class::Unavailable, "Timeout"),
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            (Class::Invalid, "RequestNotBuilt")
        }
        SdkError::DispatchFailure(_) => (Class::Unavailable, "ConnectionFailed"),
        _ => (Class::Unavailable, "AnswerUnreadable"),
    };
    Problem::new(class, code, words(error))
}

/// An error and what caused it, each in its own words.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut words: Vec<String> = causes.map(ToString::to_string).collect();
    // Some repeat the words of their cause.
    words.dedup();
    words.join(": ")
}

/// An answer about one thing, or nothing where there is no such thing.
pub fn present<T>(answer: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(problem) if problem.class == Class::Missing => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The class of an error code; the HTTP status decides where the code says nothing.
pub(super) fn classify(code: &str, status: u16) -> Class {
    let ends_with = |ends: &[&str]| ends.iter().any(|end| code.ends_with(end));
    match code {
        "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "SlowDown"
        | "PriorRequestNotComplete" => Class::Throttled,
        "DependencyViolation"
        | "ResourceInUse"
        | "ResourceInUseException"
        | "DeleteConflict"
        | "InvalidIPAddress.InUse"
        | "CannotDelete"
        | "HostedZoneNotEmpty"
        | "InvalidGroup.InUse" => Class::InUse,
        "IncorrectState"
        | "IncorrectInstanceState"
        | "OperationAborted"
        | "OperationAbortedException"
        | "ConditionalRequestConflict"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "RequestInProgressException"
        | "ResourceContention"
        | "ScalingActivityInProgress"
        | "InvalidState" => Class::Busy,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "AuthFailure"
        | "UnrecognizedClientException"
        | "UnauthorizedException"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "SignatureDoesNotMatch"
        | "OptInRequired" => Class::Denied,
        "NoSuchEntity"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NatGatewayNotFound"
        | "NoSuchHostedZone"
        | "Gateway.NotAttached"
        | "InvalidAllocationID.NotFound"
        | "InvalidAssociationID.NotFound" => Class::Missing,
        "Resource.AlreadyAssociated"
        | "InvalidSubnet.Conflict"
        | "ResourceAlreadyAssigned"
        | "DuplicateLoadBalancerName"
        | "DuplicateTargetGroupName"
        | "DuplicateListener"
        | "PriorityInUse"
        | "PreconditionFailed"
        // API Gateway's, for more than this: its kinds read its words too.
        | "ConflictException" => Class::Taken,
        "TooManyHostedZones"
        | "LimitExceeded"
        | "LimitExceededException"
        | "ResourceLimitExceededException"
        | "ServiceQuotaExceededException"
        | "TargetGroupAssociationLimit" => Class::Quota,
        "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "Unavailable"
        | "ServiceFailure"
        | "ServiceFailureException"
        | "ServiceUnavailableException"
        | "RequestTimeout" => Class::Unavailable,
        _ if ends_with(&["NotFound", "NotFoundException"]) => Class::Missing,
        _ if ends_with(&[".Duplicate", "AlreadyExists", "AlreadyExistsException"]) => Class::Taken,
        _ if ends_with(&["LimitExceeded", "QuotaExceeded"]) => Class::Quota,
        _ if code.starts_with("TooMany") => Class::Quota,
        _ if status >= 500 => Class::Unavailable,
        _ => Class::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_its_wrapping_is_read() {
        let body = b"<?xml version=\"1.0\"?>\n<InvalidChangeBatch xmlns=\"x\"><Messages><Message>one</Message>\
            <Message>two</Message></Messages><RequestId>1</RequestId></InvalidChangeBatch>";
        assert_eq!(bare(body), Some(("InvalidChangeBatch".to_owned(), "one, two".to_owned())));
        assert_eq!(bare(b"<html>busy</html>"), None);
        assert_eq!(bare(b""), None);
    }

    #[test]
    fn codes_fold_into_classes() {
        let cases = [
            ("InvalidSubnetID.NotFound", 400, Class::Missing),
            ("InvalidPermission.Duplicate", 400, Class::Taken),
            ("AddressLimitExceeded", 400, Class::Quota),
            ("RequestLimitExceeded", 503, Class::Throttled),
            ("DependencyViolation", 400, Class::InUse),
            ("ResourceNotFoundException", 404, Class::Missing),
            ("InvalidLaunchTemplateId.VersionNotFound", 400, Class::Missing),
            ("InvalidLaunchTemplateName.AlreadyExistsException", 400, Class::Taken),
            ("ResourceLimitExceededException", 400, Class::Quota),
            ("InvalidParameterValue", 400, Class::Invalid),
            ("PreconditionFailed", 412, Class::Taken),
            ("NoSuchKey", 404, Class::Missing),
            ("TargetGroupNotFound", 400, Class::Missing),
            ("DuplicateListener", 400, Class::Taken),
            ("ResourceInUse", 400, Class::InUse),
            ("TooManyUniqueTargetGroupsPerLoadBalancer", 400, Class::Quota),
            ("TooManyRequestsException", 429, Class::Throttled),
            ("OperationNotPermitted", 400, Class::Invalid),
            ("NotFoundException", 404, Class::Missing),
            ("ConflictException", 409, Class::Taken),
            ("SomethingNew", 500, Class::Unavailable),
            ("SomethingNew", 400, Class::Invalid),
        ];
        for (code, status, class) in cases {
            assert_eq!(classify(code, status), class, "{code} {status}");
        }
    }
}
