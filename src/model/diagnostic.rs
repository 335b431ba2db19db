//! Diagnostics: what a person reads when something is wrong or worth knowing.

use std::{fmt, ops::Range, sync::Arc};

use crate::model::{Address, Problem};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The command cannot go on.
    Error,
    /// The command goes on; the reader should know.
    Warning,
}

/// A place in a file: the bytes to underline and, optionally, a few words under the line.
#[derive(Clone, PartialEq)]
pub struct Place {
    /// The file's path as the user would write it.
    pub file: Arc<str>,
    /// The whole text of the file.
    pub text: Arc<str>,
    /// Byte range of what is meant.
    pub span: Range<usize>,
    /// A few words beside the underline; may be empty.
    pub label: String,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?} {}", self.file, self.span, self.label)
    }
}

/// One thing a person should know: what happened in one sentence, where, whose words, what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// The place in the stack file, and further places that take part (such as the other of two overlapping blocks).
    pub places: Vec<Place>,
    /// Facts beside the message: AWS's words, what has been done so far.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            places: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning without a place yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// The same, said of a place in a file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }

    /// The same with a fact beside it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// A provider's refusal of something that was asked about `address`; `what` completes the sentence
    /// `<address>: AWS refused to …`.
    pub fn refused(address: &Address, what: &str, problem: &Problem) -> Self {
        Self::error(format!("{address}: AWS refused to {what}")).note(format!("AWS: {problem}"))
    }
}
