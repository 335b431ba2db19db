//! The one integration binary.

mod aws;
mod house;
mod lab;
mod sandbox;
mod stack;
