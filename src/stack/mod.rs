//! The stack file: TOML in, a [`Stack`] out, or every mistake in it with its place.

mod network;

pub use network::{
    Endpoint, FlowLogs, Nat, Subnet, Tier, Traffic, Vpc, Zone,
};
