//! The real binary and the real SDK over AWS's own protocols, against moto.

mod apigateway;
mod balancing;
mod calls;
mod crash;
mod drift;
mod edits;
pub mod eksnet;
mod life_cycle;
pub mod moto;
mod names;
mod rebuild;
mod sweep;
