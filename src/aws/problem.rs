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
    let code = meta.code().unwrap_or("Unknown");
    let message = meta.message().unwrap_or("AWS gave no message");
    let request_id = meta.extra("aws_request_id").map(str::to_owned);
    Problem {
        class: classify(code, status),
        code: code.to_owned(),
        message: message.to_owned(),
        request_id,
    }
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
        | "InvalidGroup.InUse" => Class::InUse,
        "IncorrectState"
        | "IncorrectInstanceState"
        | "OperationAborted"
        | "OperationAbortedException"
        | "ConditionalRequestConflict"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "InvalidState" => Class::Busy,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "AuthFailure"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "SignatureDoesNotMatch"
        | "OptInRequired" => Class::Denied,
        "NoSuchEntity"
        | "NoSuchBucket"
        | "NoSuchKey"
        | "NatGatewayNotFound"
        | "Gateway.NotAttached"
        | "InvalidAllocationID.NotFound"
        | "InvalidAssociationID.NotFound" => Class::Missing,
        "Resource.AlreadyAssociated"
        | "InvalidSubnet.Conflict"
        | "ResourceAlreadyAssigned"
        | "PreconditionFailed" => Class::Taken,
        "LimitExceeded"
        | "LimitExceededException"
        | "ResourceLimitExceededException"
        | "ServiceQuotaExceededException" => Class::Quota,
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
        _ if status >= 500 => Class::Unavailable,
        _ => Class::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("SomethingNew", 500, Class::Unavailable),
            ("SomethingNew", 400, Class::Invalid),
        ];
        for (code, status, class) in cases {
            assert_eq!(classify(code, status), class, "{code} {status}");
        }
    }
}
