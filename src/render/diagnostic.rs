//! Diagnostics as a person reads them: the sentence, the lines it is about with the place underlined, notes and help.

use std::borrow::Cow;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::model::{Diagnostic, Place, Severity};

/// Whether the text carries colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text and nothing else.
    Plain,
    /// With ANSI colours; whoever prints it takes them out where they are not wanted.
    Colour,
}

/// A diagnostic as text of several lines, without a newline at its end.
pub fn diagnostic(diagnostic: &Diagnostic, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let texts: Vec<Cow<'_, str>> =
        diagnostic.places.iter().map(|place| tame(&place.text, Newlines::Keep)).collect();
    let mut group =
        Group::with_title(level.primary_title(tame(&diagnostic.message, Newlines::Replace)));
    for (position, place) in diagnostic.places.iter().enumerate() {
        let first_of_file =
            diagnostic.places[..position].iter().all(|other| !same_file(other, place));
        if first_of_file {
            let snippet: Snippet<'_, Annotation<'_>> = Snippet::source(texts[position].as_ref())
                .path(tame(&place.file, Newlines::Replace))
                .annotations(annotations(&diagnostic.places, place));
            group = group.element(snippet);
        }
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(tame(note, Newlines::Keep)));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(tame(help, Newlines::Keep)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    renderer.render(&[group])
}

/// The underlines in the file of `file`: strong for the first place of all, weak for the others.
fn annotations<'a>(places: &'a [Place], file: &Place) -> Vec<Annotation<'a>> {
    let underline = |(position, place): (usize, &'a Place)| {
        let kind = if position == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = (!place.label.is_empty()).then(|| tame(&place.label, Newlines::Replace));
        kind.span(within(place)).label(label)
    };
    places.iter().enumerate().filter(|(_, place)| same_file(place, file)).map(underline).collect()
}

fn same_file(one: &Place, other: &Place) -> bool {
    one.file == other.file && one.text == other.text
}

/// The place's bytes, moved onto characters of its text: a wrong span must not hide the message it came with.
fn within(place: &Place) -> std::ops::Range<usize> {
    let boundary = |at: usize| place.text.floor_char_boundary(at.min(place.text.len()));
    let (start, end) = (boundary(place.span.start), boundary(place.span.end));
    if start < end {
        return start..end;
    }
    // A place between two characters is shown under the second, unless the line ends there.
    let next = place.text[start..].chars().next().filter(|next| !matches!(next, '\r' | '\n'));
    start..start + next.map_or(0, char::len_utf8)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Newlines {
    Keep,
    Replace,
}

/// The text without anything a terminal would obey or a reader would not see: files and answers are written by others.
/// Each such character becomes one of the same number of bytes, so that spans stay right.
fn tame(text: &str, newlines: Newlines) -> Cow<'_, str> {
    let obeyed = |c: char| match c {
        '\n' => newlines == Newlines::Replace,
        '\t' => false,
        // Marks that turn the direction of text, joiners, separators, tags: unseen, and able to mislead.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => {
            true
        }
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    };
    // Files written on Windows: a space at the end of a line is seen by nobody.
    let text = if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", " \n"))
    } else {
        Cow::Borrowed(text)
    };
    if !text.contains(obeyed) {
        return text;
    }
    let tamed = |c: char| match (obeyed(c), c.len_utf8()) {
        (false, _) => c,
        (true, 1) => '?',
        (true, 2) => '¿',
        (true, 3) => '\u{fffd}',
        // Four bytes; nothing plainer is as long.
        (true, _) => '\u{1f6ab}',
    };
    Cow::Owned(text.chars().map(tamed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, text: &str, part: &str, label: &str) -> Place {
        let start = text.find(part).expect("the part is in the text");
        let span = start..start + part.len();
        Place { file: file.into(), text: text.into(), span, label: label.to_owned() }
    }

    #[test]
    fn places_of_a_file_stand_together() {
        let shop =
            "[vpc.subnets]\npublic-a = \"10.0.1.0/24\"\nother = 1\n\npublic-b = \"10.0.1.0/25\"\n";
        let found = Diagnostic::error("`public-a` and `public-b` overlap")
            .at(place("shop.toml", shop, "\"10.0.1.0/25\"", "these addresses"))
            .at(place("state.json", "{\n  \"vpc\": 1\n}\n", "\"vpc\"", "made by this"))
            .at(place("shop.toml", shop, "\"10.0.1.0/24\"", "are in this block"))
            .note("two lines\nof note")
            .help("write another block");
        let expected = "\
error: `public-a` and `public-b` overlap
 --> shop.toml:5:12
  |
2 | public-a = \"10.0.1.0/24\"
  |            ------------- are in this block
...
5 | public-b = \"10.0.1.0/25\"
  |            ^^^^^^^^^^^^^ these addresses
  |
 ::: state.json:2:3
  |
2 |   \"vpc\": 1
  |   ----- made by this
  |
  = note: two lines
          of note
  = help: write another block";
        assert_eq!(diagnostic(&found, Style::Plain), expected);
    }

    #[test]
    fn a_diagnostic_needs_no_place() {
        let found = Diagnostic::warning("nothing to do").help("write a stack");
        let expected = "\
warning: nothing to do
 |
 = help: write a stack";
        assert_eq!(diagnostic(&found, Style::Plain), expected);
    }

    #[test]
    fn colour_changes_no_word() {
        let found = Diagnostic::error("no").at(place("a.toml", "x = 1\n", "1", "one")).note("n");
        let coloured = diagnostic(&found, Style::Colour);
        assert!(coloured.contains("\u{1b}["));
        let mut plain = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').expect("a colour ends with m").1;
        }
        plain.push_str(rest);
        assert_eq!(plain, diagnostic(&found, Style::Plain));
    }

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        let evil: String = ('\0'..='\u{9f}')
            .chain([
                '\u{ad}',
                '\u{200b}',
                '\u{200e}',
                '\u{2028}',
                '\u{202e}',
                '\u{2066}',
                '\u{feff}',
                '\u{e0041}',
            ])
            .filter(|c| (c.is_control() && *c != '\n') || *c as u32 > 0x9f)
            .collect();
        let text = format!("a = \"{evil}\"\n");
        let found = Diagnostic::error(&evil)
            .at(place(&evil, &text, &evil, &evil))
            .at(place("b\u{1b}", &text, "a", "\n"))
            .note(&evil)
            .help(&evil);
        let shown = diagnostic(&found, Style::Plain);
        let raw: Vec<char> = shown.chars().filter(|c| evil.contains(*c) && *c != '\t').collect();
        assert!(raw.is_empty(), "{raw:?}");
    }

    #[test]
    fn windows_line_ends_and_wrong_spans_do_no_harm() {
        let text = "[vpc]\r\nname = \"é\"\r\n";
        let mut at = place("a.toml", text, "\"é\"", "here");
        let shown = diagnostic(&Diagnostic::error("x").at(at.clone()), Style::Plain);
        let expected = "\
error: x
 --> a.toml:2:8
  |
2 | name = \"é\"
  |        ^^^ here";
        let trimmed: Vec<&str> = shown.lines().map(str::trim_end).collect();
        assert_eq!(trimmed.join("\n"), expected);
        at.span = 16..999;
        assert!(diagnostic(&Diagnostic::error("x").at(at), Style::Plain).contains("error: x"));
    }
}
