//! The real binary and the real SDK over AWS's own protocols, against moto.

mod crash;
mod drift;
mod eksnet;
mod life_cycle;
mod moto;
