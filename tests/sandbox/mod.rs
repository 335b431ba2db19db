//! Everything about time, failure, consistency and dependency, against the sandbox.

mod any_drift;
mod apis;
mod balancing;
mod cases;
mod crash;
mod dirt;
mod disk;
mod drift;
pub mod edits;
mod laws;
mod life_cycle;
mod pace;
mod properties;
mod rebuild;
mod registry;
mod stacks;
mod storms;
mod sweep;

pub use life_cycle::examples;
