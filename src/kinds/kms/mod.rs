//! Kinds of AWS Key Management Service.

mod key;

pub use key::KmsKey;
