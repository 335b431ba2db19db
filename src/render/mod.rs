//! Everything a person reads, and the JSON that a machine reads. Data in, text out: nothing here calls or prints. The
//! one exception draws: [`progress::Bars`], on the target it is given.
//!
//! Texts from files and from AWS pass [`clean`] before they become part of a line ([`diagnostic()`] has a way of its
//! own, which keeps the places of a file's bytes). JSON carries them as they are.

mod certificate;
mod diagnostic;
mod ink;
mod manifests;
mod memory;
mod outcome;
mod outline;
mod plan;
mod plan_json;
pub mod progress;
mod rebuilt;
mod tally;
mod text;

pub use certificate::{Certificate, certificate, certificate_json};
pub use diagnostic::{Style, diagnostic};
pub use manifests::manifests;
pub use memory::{
    inventory_json, outputs, outputs_json, state_list, state_list_json, state_show, state_show_json,
};
pub use outcome::{Clock, Command, Ended, event_json, outcome, outcome_json};
pub use plan::{Compared, PlanFacts, Purpose, plan};
pub use plan_json::{FORMAT_VERSION, plan_json, strays_json};
pub use rebuilt::rebuilt;
pub use tally::Tally;
pub use text::{clean, duration};
