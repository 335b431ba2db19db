//! eksnet
#![forbid(unsafe_code)]
pub mod apply;
pub mod aws;
pub mod blueprint;
pub mod cli;
pub mod data;
pub mod kinds;
pub mod model;
pub mod plan;
pub mod provider;
pub mod refresh;
pub mod render;
pub mod stack;
pub mod state;
