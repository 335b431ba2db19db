//! How late a caller sees what happens in the world: each thing shows after a time of its own.

use super::{faults::Faults, world::Thing};

/// Where a caller looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Through {
    /// By id, or in a parent.
    Reads,
    /// In the index of tags.
    Tags,
}

/// What a caller can see at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eyes<'a> {
    pub(super) time: f64,
    pub(super) through: Through,
    pub(super) faults: &'a Faults,
}

impl Eyes<'_> {
    /// Whether it shows already that `thing` was made.
    pub(super) fn has_come(&self, thing: &Thing) -> bool {
        self.time >= thing.born + self.lag(thing)
    }

    /// Whether it shows still, though it is gone since `gone`.
    pub(super) fn stays(&self, thing: &Thing, gone: f64) -> bool {
        self.has_come(thing) && self.time < gone + self.lag(thing)
    }

    /// Whether something that exists shows.
    pub(super) fn sees(&self, thing: &Thing) -> bool {
        self.has_come(thing) && thing.gone_at.is_none_or(|gone| self.stays(thing, gone))
    }

    fn lag(&self, thing: &Thing) -> f64 {
        match self.through {
            Through::Reads => self.faults.lag(thing.id.as_str()),
            Through::Tags => self.faults.tag_lag(thing.id.as_str()),
        }
    }
}
