//! The one integration binary.

mod aws;
mod balancing;
mod cli;
mod crowds;
mod house;
mod kinds;
mod lab;
mod remote;
mod sandbox;
mod stack;
mod state;
mod stories;
