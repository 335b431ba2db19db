//! eksnet
#![forbid(unsafe_code)]
pub mod apply;
pub mod aws;
pub mod kinds;
pub mod model;
pub mod plan;
pub mod provider;
pub mod refresh;
pub mod state;
