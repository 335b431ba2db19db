//! The one integration binary.

mod aws;
mod cli;
mod house;
mod lab;
mod remote;
mod sandbox;
mod stack;
mod state;
mod stories;
