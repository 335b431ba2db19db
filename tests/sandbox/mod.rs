//! Everything about time, failure, consistency and dependency, against the sandbox.

mod apis;
mod balancing;
mod crash;
mod drift;
pub mod edits;
mod laws;
mod life_cycle;
mod properties;
mod registry;
mod stacks;

pub use life_cycle::examples;
