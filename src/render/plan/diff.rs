//! Small diffs: what differs between two sides of a resource, field by field and tag by tag.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::words::Names;
use crate::{
    model::{Tags, value},
    plan::Change,
    render::{
        Style,
        ink::Ink,
        outline::{document, outline},
        text::{clean, padding, widest},
    },
};

/// Texts longer than this are compared line by line.
const SHORT: usize = 60;

/// One thing that differs.
#[derive(Debug)]
pub(super) struct Difference {
    /// The field, or `tags.` and a key.
    pub(super) name: String,
    how: How,
    /// The field makes a replacement necessary.
    forces: bool,
}

/// How it differs.
#[derive(Debug)]
enum How {
    /// From one short text to another.
    Short(String, String),
    /// In these lines.
    Lines(Vec<(ChangeTag, String)>),
}

/// Everything that differs in `change`: fields in alphabetical order, then tags.
pub(super) fn differences(change: &Change, names: &Names) -> Vec<Difference> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return Vec::new() };
    let fields = value::differing_fields(before, after).into_iter().map(|field| {
        let (was, is) =
            (before.get(&field).unwrap_or(&Value::Null), after.get(&field).unwrap_or(&Value::Null));
        let forces = change.replace_fields().contains(&field);
        Difference { forces, ..difference(&field, was, is, names) }
    });
    fields.chain(tags(&change.tags_before, &change.tags_after)).collect()
}

/// One field that differs.
pub(super) fn difference(field: &str, was: &Value, is: &Value, names: &Names) -> Difference {
    let (mut from, to) = (names.named(was), names.named(is));
    if from == to {
        // An address before and after: its old and its new bearer. The old one has an id.
        from = was.clone();
    }
    let how = if is_long(&from) || is_long(&to) {
        How::Lines(lines(&outline(&from), &outline(&to)))
    } else {
        let show = |value: &Value| clean(&value::show(value)).into_owned();
        How::Short(show(&from), show(&to))
    };
    Difference { name: clean(field).into_owned(), how, forces: false }
}

/// One tag that differs; an absent one is none.
pub(super) fn tag(key: &str, was: Option<&str>, is: Option<&str>) -> Difference {
    let text = |value: Option<&str>| clean(value.unwrap_or("none")).into_owned();
    Difference {
        name: format!("tags.{}", clean(key)),
        how: How::Short(text(was), text(is)),
        forces: false,
    }
}

fn tags(before: &Tags, after: &Tags) -> Vec<Difference> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .map(|key| (key, before.get(key).map(String::as_str), after.get(key).map(String::as_str)))
        .filter(|(_, was, is)| was != is)
        .map(|(key, was, is)| tag(key, was, is))
        .collect()
}

fn is_long(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.contains('\n') || text.chars().count() > SHORT || document(text).is_some()
        }
        Value::Array(_) | Value::Object(_) => true,
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The lines that differ, with one line around them and no deeper than they need; `…` stands for what is left out
/// between.
fn lines(from: &str, to: &str) -> Vec<(ChangeTag, String)> {
    let diff = TextDiff::from_lines(from, to);
    let shown = diff.grouped_ops(1);
    let depth = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let texts = shown.iter().flatten().flat_map(|op| diff.iter_changes(op));
    let depth = texts.map(|change| depth(change.value())).min().unwrap_or(0);
    let mut lines = Vec::new();
    for group in shown {
        if !lines.is_empty() {
            lines.push((ChangeTag::Equal, "…".to_owned()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let line = line.get(depth..).unwrap_or_default();
            lines.push((change.tag(), clean(line).into_owned()));
        }
    }
    lines
}

/// The differences below each other, `indent` deep.
pub(super) fn block(differences: &[Difference], indent: usize, style: Style) -> Vec<String> {
    let short = differences.iter().filter(|each| matches!(each.how, How::Short(..)));
    let width = widest(short.map(|each| each.name.as_str()));
    differences.iter().flat_map(|each| each.lines(indent, width, style)).collect()
}

impl Difference {
    /// The whole on one line, if it fits there.
    pub(super) fn inline(&self, width: usize, style: Style) -> Option<String> {
        match &self.how {
            How::Short(from, to) => {
                let arrow = style.paint(Ink::Change, "→");
                let name = format!("{}{}", self.name, padding(&self.name, width));
                Some(format!("{name}  {from} {arrow} {to}{}", self.forced(style)))
            }
            How::Lines(_) => None,
        }
    }

    fn lines(&self, indent: usize, width: usize, style: Style) -> Vec<String> {
        if let Some(line) = self.inline(width, style) {
            return vec![format!("{:indent$}{line}", "")];
        }
        let How::Lines(lines) = &self.how else { return Vec::new() };
        let mut out = vec![format!("{:indent$}{}{}", "", self.name, self.forced(style))];
        for (tag, line) in lines {
            let (sign, ink) = match tag {
                ChangeTag::Insert => ('+', Ink::Good),
                ChangeTag::Delete => ('-', Ink::Bad),
                ChangeTag::Equal => (' ', Ink::Quiet),
            };
            let line = format!("{sign} {line}");
            out.push(format!("{:1$}{2}", "", indent + 2, style.paint(ink, line.trim_end())));
        }
        out
    }

    fn forced(&self, style: Style) -> String {
        if self.forces {
            format!("  {}", style.paint(Ink::Bad, "forces replacement"))
        } else {
            String::new()
        }
    }
}
