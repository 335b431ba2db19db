//! What the TOML parser has to say, in words for the person who wrote the file.

use toml::{Spanned, de::DeTable};

use super::{Source, Span};
use crate::model::Diagnostic;

/// Errors shown of a file; one bracket that is not closed can break every line after it.
const SHOWN: usize = 20;

/// The tables of a file; what is not TOML is reported, one error a line, and the rest is kept.
pub fn tree<'a>(source: &Source, text: &'a str) -> Spanned<DeTable<'a>> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<(Span, String)> = errors
        .iter()
        .map(|error| (error.span().unwrap_or(0..0), error.message().to_owned()))
        .collect();
    errors.sort_by_key(|(span, _)| span.start);
    errors.dedup_by_key(|(span, _)| source.line(span.start));
    let hidden = errors.len().saturating_sub(SHOWN);
    for (position, (span, message)) in errors.iter().enumerate() {
        let line = source.line(span.start);
        if position < SHOWN {
            let mut finding = explain(source, text, span, message);
            if position + 1 == SHOWN && hidden > 0 {
                finding = finding.note(format!("{hidden} more lines are not TOML"));
            }
            source.report_broken(finding, line);
        } else {
            source.report_hidden(line);
        }
    }
    tree
}

fn explain(source: &Source, text: &str, span: &Span, message: &str) -> Diagnostic {
    let written = text.get(span.clone()).unwrap_or_default();
    match message.split_once(", expected ").unwrap_or((message, "")) {
        ("duplicate key", _) => duplicate(source, text, span),
        ("string values must be quoted", _) if written.trim().is_empty() => source
            .error(span, "a value is missing", "nothing here")
            .help("write a value after `=`, or remove the key"),
        ("string values must be quoted", _) => source
            .error(span, "a string needs quotes", "not in quotes")
            .help(format!("write `\"{}\"`", written.replace('"', ""))),
        ("missing comma between array elements", _) => source
            .error(span, "this cannot stand in a list", "in a list that is still open")
            .help("close the list before it with `]`, or write `,` between the items"),
        ("missing comma between key-value pairs" | "missing key for inline table element", _) => {
            source
                .error(span, "this cannot stand in a table", "in a table that is still open")
                .help("close the table before it with `}`, or write `,` between the keys")
        }
        (what, "") => source.error(span, format!("this is not TOML: {what}"), ""),
        (what, expected) => {
            source.error(span, format!("this is not TOML: {what}"), format!("expected {expected}"))
        }
    }
}

/// A key or a section that is written a second time.
fn duplicate(source: &Source, text: &str, span: &Span) -> Diagnostic {
    let key = text.get(span.clone()).unwrap_or_default();
    let section = text[source.line(span.start)].trim_start().starts_with('[');
    let (message, help) = if section {
        let line = &text[source.line(span.start)];
        let header = line.split('#').next().unwrap_or(line).trim();
        (format!("`{header}` is written twice"), "put everything under the first of the two")
    } else {
        (format!("`{key}` is written twice"), "keep one of the two; names are unique")
    };
    let again = source.error(span, message, "again here").help(help);
    match first(text, span) {
        Some(first) => again.at(source.place(&first, "first here")),
        None => again,
    }
}

/// Where the key at `again` was written before. In a copy of the text where it has another name of the same length the
/// parser keeps both, and whichever table then holds the new name at this place holds the first one too.
fn first(text: &str, again: &Span) -> Option<Span> {
    let key = text.get(again.clone())?;
    let mut copy = text.to_owned();
    copy.replace_range(again.clone(), &"_".repeat(again.len()));
    let (tree, _) = DeTable::parse_recoverable(&copy);
    let table = holder(tree.get_ref(), again)?;
    let name = key.trim_matches(['"', '\'']);
    table.get_key_value(name).map(|(key, _)| key.span())
}

/// The table that holds the key written at `place`.
fn holder<'t, 'a>(table: &'t DeTable<'a>, place: &Span) -> Option<&'t DeTable<'a>> {
    if table.keys().any(|key| key.span() == *place) {
        return Some(table);
    }
    table
        .values()
        .filter_map(|value| value.get_ref().as_table())
        .find_map(|inner| holder(inner, place))
}
