//! Egress: the addresses from which the internet sees the stack. Partners allow them; a change of them hurts.

use serde_json::Value;

use crate::{
    kinds::{Eip, Kind, NatGateway},
    model::{Address, Identity, value},
    plan::{Action, Plan},
    state::State,
};

/// The addresses before a plan and after it. Those that AWS has yet to invent are shown by the address of the resource
/// that will hold them, such as `eip.nat-a`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress {
    /// Now.
    pub before: Vec<String>,
    /// Afterwards.
    pub after: Vec<String>,
}

/// What a plan does to the addresses.
pub fn egress(plan: &Plan, state: &State) -> Egress {
    let mut after: Vec<String> = Vec::new();
    for (address, change) in gateways(plan) {
        match change.action {
            Action::Keep | Action::Update => after.extend(remembered(address, state)),
            Action::Create | Action::Replace(_) => {
                after.extend(planned(address, change.after.as_deref(), plan, state))
            }
            Action::Delete | Action::Forget => {}
        }
    }
    after.sort();
    after.dedup();
    Egress { before: addresses(state), after }
}

/// The addresses that a state remembers.
pub fn addresses(state: &State) -> Vec<String> {
    let gateways =
        state.resources.keys().filter(|address| address.kind() == NatGateway::FACTS.name);
    let mut addresses: Vec<String> =
        gateways.flat_map(|address| remembered(address, state)).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

fn gateways(plan: &Plan) -> impl Iterator<Item = (&Address, &crate::plan::Change)> {
    plan.changes.iter().filter(|(address, _)| address.kind() == NatGateway::FACTS.name)
}

/// The addresses of a gateway that exists: those of its allocation, or those that AWS gave it.
fn remembered(address: &Address, state: &State) -> Vec<String> {
    let Some(record) = state.resources.get(address) else { return Vec::new() };
    let allocation = record.fields.get("eip").and_then(Value::as_str);
    if let Some(ip) = allocation.and_then(|id| public_ip(&id.into(), state)) {
        return vec![ip];
    }
    let ips =
        record.outputs.get("public_ips").map(|ips| ips.split(',').map(str::to_owned).collect());
    ips.unwrap_or_else(|| vec![allocation.map_or_else(|| address.to_string(), str::to_owned)])
}

/// The addresses of a gateway that will be made.
fn planned(address: &Address, after: Option<&Value>, plan: &Plan, state: &State) -> Vec<String> {
    let Some(allocation) = after.and_then(|fields| fields.get("eip")).filter(|eip| !eip.is_null())
    else {
        return vec![address.to_string()];
    };
    if let Some((eip, _)) = value::as_reference(allocation) {
        return vec![eip.to_string()];
    }
    let id = allocation.as_str().unwrap_or_default();
    let kept = plan
        .changes
        .keys()
        .any(|address| state.resources.get(address).is_some_and(|record| record.id.as_str() == id));
    let known = public_ip(&id.into(), state).filter(|_| kept);
    vec![known.unwrap_or_else(|| id.to_owned())]
}

fn public_ip(allocation: &Identity, state: &State) -> Option<String> {
    let mut eips = state.resources.iter().filter(|(address, _)| address.kind() == Eip::FACTS.name);
    let (_, record) = eips.find(|(_, record)| record.id == *allocation)?;
    record.outputs.get("public_ip").cloned()
}
