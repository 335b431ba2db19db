//! Kinds of AWS Identity and Access Management.

mod document;
mod role;
mod role_policy;

pub use document::normal_document;
pub use role::Role;
pub use role_policy::RolePolicy;
