//! Facts about AWS that no API call answers before the first one is made, each table with its source.

pub mod addons;
pub mod endpoints;
pub mod instances;
pub mod kubernetes;
pub mod regions;
