//! Progress of a run while it goes on: lines for a log, or lines and bars for a terminal.

mod bars;
mod plain;
#[cfg(test)]
mod tests;

pub use bars::Bars;
pub use plain::Plain;

use crate::plan::Verb;

/// What is being done.
const fn doing(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "creating",
        Verb::Update => "updating",
        Verb::Delete => "deleting",
        Verb::Vanish => "going",
        Verb::Sweep => "sweeping",
    }
}

/// What has been done.
const fn done(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "created",
        Verb::Update => "updated",
        Verb::Delete => "deleted",
        Verb::Vanish => "gone without a call",
        Verb::Sweep => "swept",
    }
}
