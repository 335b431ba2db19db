//! The one integration binary.

mod lab;
mod sandbox;
