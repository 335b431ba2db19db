//! The reader: TOML with the place of every key and value, so that every mistake is shown where it was made.
//!
//! A section is read by a function that takes its [`Table`], asks for each key it knows and gives back what it
//! understood. What it did not ask for is unknown and reported when the table closes; what has the wrong type is
//! reported by the getter. A mistake never ends the reading: all of them come in one run, so a reading function asks
//! for every key first and gives up (with `?`) only when it puts the result together.
//!
//! ```text
//! fn logs(table: &mut Table<'_>) -> Option<Logs> {
//!     let retention = table.required("retention", "30").and_then(|value| value.integer(1..=365));
//!     let traffic = table.optional("traffic", "\"all\"").and_then(|value| value.choice(TRAFFIC));
//!     Some(Logs { retention: retention?.value, traffic: traffic.map(|it| it.value) })
//! }
//! ```

mod syntax;
mod table;
mod value;
mod words;

use std::{cell::RefCell, ops::Range, sync::Arc};

use crate::model::{Diagnostic, Place, Severity};

pub use syntax::tree;
pub use table::{Entry, Table};
pub use value::Value;
pub use words::{listed, nearest};

/// Bytes of the file.
pub type Span = Range<usize>;

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// What is written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Written<T> {
    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Written<U> {
        Written { value: change(self.value), span: self.span }
    }
}

/// The file that is read, and what has been found wrong with it so far.
///
/// Findings are collected behind a shared reference: tables and values of one file are read side by side.
pub struct Source {
    file: Arc<str>,
    text: Arc<str>,
    /// Lines that are not TOML, by their bytes.
    broken: RefCell<Vec<Span>>,
    found: RefCell<Vec<Diagnostic>>,
}

impl Source {
    /// A file as the user wrote its path, and its text.
    pub fn new(file: &str, text: &str) -> Self {
        Self {
            file: file.into(),
            text: text.into(),
            broken: RefCell::default(),
            found: RefCell::default(),
        }
    }

    /// A place in this file; `label` is written beside the underline.
    pub fn place(&self, span: &Span, label: impl Into<String>) -> Place {
        let boundary = |at: usize| self.text.floor_char_boundary(at.min(self.text.len()));
        let start = boundary(span.start);
        let span = start..boundary(span.end).max(start);
        Place { file: self.file.clone(), text: self.text.clone(), span, label: label.into() }
    }

    /// An error at a place, to be completed and then [reported](Self::report).
    pub fn error(
        &self,
        span: &Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(message).at(self.place(span, label))
    }

    /// A warning at a place, to be completed and then [reported](Self::report).
    pub fn warning(
        &self,
        span: &Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::warning(message).at(self.place(span, label))
    }

    /// Takes a finding up. What is said of a line that is not TOML is dropped: the parser's guess at what stands there
    /// is not the user's mistake.
    pub fn report(&self, finding: Diagnostic) {
        let guessed = finding.places.first().is_some_and(|place| self.is_broken(&place.span));
        if !guessed {
            self.found.borrow_mut().push(finding);
        }
    }

    /// Whether all of the file is TOML. Where it is not, something that seems absent may stand in the broken part.
    pub fn intact(&self) -> bool {
        self.broken.borrow().is_empty()
    }

    /// Whether something begins on a line that is not TOML.
    fn is_broken(&self, span: &Span) -> bool {
        let lines = self.broken.borrow();
        lines.iter().any(|line| line.start <= span.start && span.start <= line.end)
    }

    /// What was read with the warnings about it, or everything that is wrong; in the order of the file.
    pub fn finish<T>(self, read: Option<T>) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|finding| finding.places.first().map(|place| place.span.start));
        let failed = found.iter().any(|finding| finding.severity == Severity::Error);
        debug_assert!(read.is_some() || failed, "a reading function gave up without a reason");
        match read {
            Some(read) if !failed => Ok((read, found)),
            Some(_) | None => Err(found),
        }
    }

    /// Takes up an error of the parser and remembers that its line is not TOML.
    fn report_broken(&self, finding: Diagnostic, line: Span) {
        self.found.borrow_mut().push(finding);
        self.report_hidden(line);
    }

    /// Remembers a line that is not TOML, without saying so again.
    fn report_hidden(&self, line: Span) {
        self.broken.borrow_mut().push(line);
    }

    /// The bytes of the line around `at`, without its end.
    fn line(&self, at: usize) -> Span {
        let at = self.text.floor_char_boundary(at.min(self.text.len()));
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        start..end
    }
}
