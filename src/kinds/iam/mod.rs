//! Kinds of AWS Identity and Access Management.

mod document;
mod oidc_provider;
mod role;
mod role_policy;
mod role_policy_attachment;

pub use document::normal_document;
pub use oidc_provider::OidcProvider;
pub use role::Role;
pub use role_policy::RolePolicy;
pub use role_policy_attachment::RolePolicyAttachment;
