//! The nouns everything else is written in: addresses, resources, references, problems, diagnostics.
//!
//! Plain data without behaviour towards the world: nothing here calls, reads a file or prints.

mod account;
mod address;
mod diagnostic;
mod identity;
mod problem;
mod reference;
mod resource;
mod shared;
pub mod value;

pub use account::{Account, partition};
pub use address::Address;
pub use diagnostic::{Diagnostic, Place, Severity};
pub use identity::Identity;
pub use problem::{Class, Problem};
pub use reference::Ref;
pub use resource::{Desired, Need, Resource, Tags, Until};
pub use shared::Shared;
