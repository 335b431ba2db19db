//! Everything about time, failure, consistency and dependency, against the sandbox.

mod crash;
mod drift;
pub mod edits;
mod laws;
mod properties;
mod registry;
mod stacks;
mod life_cycle;

pub use life_cycle::examples;
