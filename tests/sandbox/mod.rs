//! Everything about time, failure, consistency and dependency, against the sandbox.

mod crash;
mod life_cycle;

pub use life_cycle::examples;
