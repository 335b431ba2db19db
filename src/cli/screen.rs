//! The screen: the only place where eksnet writes to standard output and standard error.
//!
//! A closed pipe or terminal is nobody's mistake: what was to be written is dropped, the work goes on.

use std::io::{self, BufRead, IsTerminal, Write};

use super::run;
use anstream::{AutoStream, ColorChoice};

use crate::{
    model::Diagnostic,
    render::{self, Style},
};

/// Writes text to standard output.
pub(super) fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
}

/// Writes a line to standard output.
pub(super) fn say_line(line: &str) {
    say(&format!("{line}\n"));
}

/// Writes a JSON document, indented, to standard output.
pub(super) fn say_json(document: &serde_json::Value) {
    say_line(&format!("{document:#}"));
}

/// Writes a line to standard error.
pub(super) fn warn(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes()).and_then(|()| io::stderr().write_all(b"\n"));
}

/// Writes diagnostics to standard error.
pub(super) fn diagnose(diagnostics: &[Diagnostic]) {
    let style = style_of(AutoStream::choice(&io::stderr()));
    for diagnostic in diagnostics {
        warn(&format!("{}\n", render::diagnostic(diagnostic, style)));
    }
}

/// Whether standard output takes colour.
pub(super) fn style() -> Style {
    style_of(AutoStream::choice(&io::stdout()))
}

fn style_of(choice: ColorChoice) -> Style {
    match choice {
        ColorChoice::Never => Style::Plain,
        ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => Style::Colour,
    }
}

/// Whether a person watches.
pub(super) fn is_watched() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Asks a person; anything but `yes` is a no. The run goes on while it waits: a lease has to be renewed.
///
/// # Errors
/// Nobody is there to answer.
pub(super) async fn confirm(question: &str) -> Result<bool, Diagnostic> {
    if !io::stdin().is_terminal() {
        return Err(Diagnostic::error("nobody is there to say yes")
            .help("add --auto-approve, or save a plan with `eksnet plan --out` and apply that"));
    }
    say(&format!("{question} Only `yes` is taken for a yes: "));
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    tokio::select! {
        answer = answer => Ok(matches!(answer, Ok(Ok(answer)) if answer.trim() == "yes")),
        _ = run::next_signal() => {
            say("\n");
            Ok(false)
        }
    }
}
