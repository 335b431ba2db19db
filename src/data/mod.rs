//! Facts about AWS that no API call answers before the first one is made, each table with its source.

pub mod endpoints;
pub mod regions;
