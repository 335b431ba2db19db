//! What `gateway_endpoint` and `interface_endpoint` share: to EC2 they are two types of one thing.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{VpcEndpoint, VpcEndpointType};

use super::heads;
use crate::{
    aws::{Aws, ec2::tags},
    kinds::{Found, Phase},
    model::{Identity, Problem, Ref},
};

/// Those of `known` that exist and are of this type. Both kinds are read by the same calls.
pub(super) async fn read<F>(
    aws: &Aws,
    known: &[Identity],
    of_type: VpcEndpointType,
    fields: impl Fn(&VpcEndpoint) -> F,
) -> Result<Vec<Found<F>>, Problem> {
    let known = heads(known);
    let endpoints = aws.vpc_endpoints(known.clone()).await?;
    let found = endpoints.iter().filter(|shown| shown.vpc_endpoint_type() == Some(&of_type));
    let found = found.filter_map(|endpoint| {
        let id = endpoint.vpc_endpoint_id().filter(|id| known.contains(*id))?;
        let phase = phase(endpoint)?;
        Some(Found::ready(id, fields(endpoint)).tagged(tags(endpoint.tags())).phase(phase))
    });
    Ok(found.collect())
}

/// DeleteVpcEndpoints answers 200 and lists what it did not delete.
pub(super) async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
    aws.delete_vpc_endpoint(id.as_str()).await
}

/// How far an endpoint is; nothing once it is gone. AWS documents its states with a capital and sends them without.
pub(super) fn phase(endpoint: &VpcEndpoint) -> Option<Phase> {
    let state =
        endpoint.state().map(|state| state.as_str().to_ascii_lowercase()).unwrap_or_default();
    match state.as_str() {
        "deleted" => None,
        "deleting" => Some(Phase::Deleting),
        "pending" | "pendingacceptance" | "partial" => Some(Phase::Pending),
        "failed" | "rejected" | "expired" => {
            let error = endpoint.last_error().and_then(|error| error.message());
            let reason = error.or(endpoint.failure_reason()).unwrap_or("AWS gave no reason");
            Some(Phase::Failed(format!("{state}: {reason}")))
        }
        _ => Some(Phase::Ready),
    }
}

/// Ids as references, in their normal order.
pub(super) fn references<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<Ref> {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    ids.into_iter().map(Ref::from).collect()
}

/// The ids as the calls want them.
pub(super) fn ids(references: &[Ref]) -> Option<Vec<String>> {
    Some(references.iter().map(|id| id.get().to_owned()).collect())
}

/// Those of `these` that are not among `those`; nothing to ask for if there are none.
pub(super) fn without(these: &[Ref], those: &[Ref]) -> Option<Vec<String>> {
    let ids = these.iter().filter(|id| !those.contains(id)).map(|id| id.get().to_owned());
    Some(ids.collect::<Vec<_>>()).filter(|ids| !ids.is_empty())
}
