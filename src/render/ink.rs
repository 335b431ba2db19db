//! Inks: what the colours of a text mean.
//!
//! Colour never says anything that the words and signs do not say too.

use anstyle::{AnsiColor, Effects};

use crate::render::Style;

/// What a piece of text is, as far as colour goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text like any other.
    Text,
    /// Something comes, or went well.
    Good,
    /// Something changes.
    Change,
    /// Something goes, or went wrong.
    Bad,
    /// Nice to know.
    Quiet,
    /// A heading.
    Strong,
}

impl Style {
    /// `text` in `ink`.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => {
                let codes = ink.codes();
                format!("{codes}{text}{codes:#}")
            }
        }
    }
}

impl Ink {
    fn codes(self) -> anstyle::Style {
        match self {
            Self::Text => anstyle::Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Change => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Quiet => anstyle::Style::new().effects(Effects::DIMMED),
            Self::Strong => anstyle::Style::new().effects(Effects::BOLD),
        }
    }
}
