//! Text on its way to a terminal: cleaning, shortening, padding, counting, durations.

use std::{borrow::Cow, fmt::Write, time::Duration};

/// `text` with every character escaped that would do something to a terminal rather than show on it: control
/// characters (line ends among them), the ones that turn the direction of writing, and invisible ones.
///
/// Whatever comes from a file or from AWS passes through here before it becomes part of a line.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if acts(character) {
            clean.extend(character.escape_default());
        } else {
            clean.push(character);
        }
    }
    Cow::Owned(clean)
}

/// Whether a character does something other than show itself.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' // marks of direction
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // embeddings, overrides, isolates
            | '\u{2028}' | '\u{2029}' // line and paragraph separators
            | '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' // nothing to see
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}') // annotations, tags
}

/// `text` in at most `width` characters, with `…` for what was cut off.
pub(super) fn shorten(text: &str, width: usize) -> Cow<'_, str> {
    if text.chars().count() <= width {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    Cow::Owned(short)
}

/// The spaces that `text` lacks to `width` characters.
pub(super) fn padding(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.chars().count()))
}

/// The widest of `texts`, in characters.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().map(|text| text.chars().count()).max().unwrap_or(0)
}

/// `name  text` lines with the texts below each other; the second and further lines of a text are indented as deep.
pub(super) fn columns(rows: &[(String, String)], indent: usize) -> String {
    let width = widest(rows.iter().map(|(name, _)| name.as_str()));
    let mut out = String::new();
    for (name, text) in rows {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let row = format!("{:indent$}{name}{}  {first}", "", padding(name, width));
        out.push_str(row.trim_end());
        out.push('\n');
        for line in lines {
            let _ = writeln!(out, "{:1$}{line}", "", indent + width + 2);
        }
    }
    out
}

/// `count` and what is counted, in the plural unless it is one.
pub(super) fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Seconds as a person says them: `12 s`, `1 min 46 s`, `2 h 3 min`.
pub fn duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => format!("{rest} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, rest) => format!("{minutes} min {rest} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A measured time: tenths below ten seconds, whole seconds above.
pub(super) fn measured(time: Duration) -> String {
    if time < Duration::from_millis(9_950) {
        return format!("{:.1} s", time.as_secs_f64());
    }
    duration((time + Duration::from_millis(500)).as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_passes() {
        assert_eq!(clean("plain, größer, 日本"), "plain, größer, 日本");
        assert_eq!(clean("a\u{1b}[31mred\u{7}"), "a\\u{1b}[31mred\\u{7}");
        assert_eq!(clean("one\ntwo\r\tthree"), "one\\ntwo\\r\\tthree");
        assert_eq!(clean("\u{202e}evil\u{2066}\u{9b}31m"), "\\u{202e}evil\\u{2066}\\u{9b}31m");
        assert_eq!(clean(&clean("\u{7f}\u{200b}")), "\\u{7f}\\u{200b}");
    }

    #[test]
    fn durations_are_said_in_two_parts_at_most() {
        let said = [0, 12, 60, 106, 3600, 3661, 7380].map(duration);
        assert_eq!(said, ["0 s", "12 s", "1 min", "1 min 46 s", "1 h", "1 h 1 min", "2 h 3 min"]);
        assert_eq!(measured(Duration::from_millis(130)), "0.1 s");
        assert_eq!(measured(Duration::from_millis(9_960)), "10 s");
        assert_eq!(measured(Duration::from_millis(106_400)), "1 min 46 s");
    }

    #[test]
    fn columns_hang_under_their_first_line() {
        let rows = [("a".to_owned(), "1".to_owned()), ("long".to_owned(), "2\n3".to_owned())];
        assert_eq!(columns(&rows, 2), "  a     1\n  long  2\n        3\n");
        assert_eq!(shorten("abcdef", 4), "abc…");
    }
}
