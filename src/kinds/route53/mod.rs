//! Kinds of Amazon Route 53: hosted zones and what stands in them.

mod hosted_zone;
mod record;

pub use hosted_zone::HostedZone;
pub use record::{Alias, Record};
