//! Tables: sections and inline tables, asked for keys one by one.

use toml::de::DeTable;

use super::{Source, Span, Value, Written, listed, nearest};
use crate::model::Diagnostic;

/// A table that remembers what it was asked for.
pub struct Table<'a> {
    source: &'a Source,
    /// Such as `vpc.subnets`; empty for the file itself.
    name: String,
    span: Span,
    entries: &'a DeTable<'a>,
    asked: Vec<&'static str>,
    missing: Vec<(&'static str, Diagnostic)>,
    hint: fn(&str) -> Option<String>,
    other_names: &'static [(&'static str, &'static str)],
}

/// A key and its value, in a table whose keys are the user's own names.
pub struct Entry<'a> {
    /// The key.
    pub key: Written<&'a str>,
    /// Its value.
    pub value: Value<'a>,
}

impl<'a> Table<'a> {
    /// The file as a table.
    pub fn root(source: &'a Source, entries: &'a DeTable<'a>) -> Self {
        Self::new(source, String::new(), 0..0, entries)
    }

    pub(super) fn new(
        source: &'a Source,
        name: String,
        span: Span,
        entries: &'a DeTable<'a>,
    ) -> Self {
        let (asked, missing) = (Vec::new(), Vec::new());
        Self { source, name, span, entries, asked, missing, hint: |_| None, other_names: &[] }
    }

    /// The file it belongs to.
    pub fn source(&self) -> &'a Source {
        self.source
    }

    /// The value of `key`, if it is written. `example` is shown to someone who writes something else.
    pub fn optional(&mut self, key: &'static str, example: &'static str) -> Option<Value<'a>> {
        self.asked.push(key);
        let (_, value) = self.entries.get_key_value(key)?;
        Some(self.value(key, example, value))
    }

    /// The value of `key`; that it is not written is reported.
    pub fn required(&mut self, key: &'static str, example: &'static str) -> Option<Value<'a>> {
        let found = self.optional(key, example);
        if found.is_none() {
            let message = format!("{} needs `{key}`", self.title());
            let missing = self.source.error(&self.span, message, format!("`{key}` is missing"));
            self.missing.push((key, missing.help(format!("add `{key} = {example}`"))));
        }
        found
    }

    /// The value of `key`, written as a section of its own; that it is not written is reported. `example` is what
    /// stands in such a section.
    pub fn section(&mut self, key: &'static str, example: &'static str) -> Option<Value<'a>> {
        let found = self.optional_section(key);
        if found.is_none() {
            let name = self.path(key);
            let end = self.source.text.trim_end().len();
            let message = format!("the stack file needs a section `[{name}]`");
            let missing = self.source.error(&(end..end), message, format!("no `[{name}]` yet"));
            self.missing.push((key, missing.help(format!("add\n\n[{name}]\n{example}"))));
        }
        found
    }

    /// The value of `key`, written as a section of its own, if it is written.
    pub fn optional_section(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.optional(key, "").map(Value::of_section)
    }

    /// Further help with an unknown key, such as where it belongs.
    pub fn hint(&mut self, hint: fn(&str) -> Option<String>) {
        self.hint = hint;
    }

    /// What other tools call some of the keys: pairs of such a name and the key.
    pub fn other_names(&mut self, names: &'static [(&'static str, &'static str)]) {
        self.other_names = names;
    }

    /// The key that was probably meant by an unknown one.
    fn meant(&self, key: &str) -> Option<&'static str> {
        let other = self.other_names.iter().find(|(name, _)| *name == key).map(|(_, meant)| *meant);
        other.or_else(|| nearest(key, self.asked.iter().copied()))
    }

    /// Everything that was not asked for, in the order of the file. What stands on a line that is not TOML is left out.
    pub fn rest(&self) -> Vec<Entry<'a>> {
        let mut rest: Vec<Entry<'a>> = self
            .entries
            .iter()
            .filter(|(key, _)| !self.asked.contains(&key.get_ref().as_ref()))
            .filter(|(_, value)| !self.source.is_broken(&value.span()))
            .map(|(key, value)| Entry {
                key: Written { value: key.get_ref().as_ref(), span: key.span() },
                value: self.value(key.get_ref(), "…", value),
            })
            .collect();
        rest.sort_by_key(|entry| entry.key.span.start);
        rest
    }

    /// Reports what was required and is not written, unless it seems to be written with a slip: that is unknown, and
    /// one mistake is enough. Where the file is not TOML everything may yet be there.
    pub fn report_missing(&mut self) {
        let slips: Vec<&str> =
            self.rest().iter().filter_map(|entry| self.meant(entry.key.value)).collect();
        for (key, missing) in self.missing.drain(..) {
            if self.source.intact() && !slips.contains(&key) {
                self.source.report(missing);
            }
        }
    }

    /// Reports everything that is missing, and everything that was not asked for.
    pub(super) fn close(mut self) {
        self.report_missing();
        for entry in self.rest() {
            self.source.report(self.unknown(&entry.key));
        }
    }

    fn unknown(&self, key: &Written<&str>) -> Diagnostic {
        let message = format!("{} has no key `{}`", self.title(), key.value);
        let mut asked = self.asked.clone();
        asked.sort_unstable();
        let unknown = self.source.error(&key.span, message, "unknown key").note(format!(
            "the keys of {} are {}",
            self.title(),
            listed(&asked)
        ));
        match (self.hint)(key.value)
            .or_else(|| self.meant(key.value).map(|meant| format!("write `{meant}`")))
        {
            Some(help) => unknown.help(help),
            None => unknown.help("remove it"),
        }
    }

    fn value(
        &self,
        key: &str,
        example: &'static str,
        value: &'a toml::Spanned<toml::de::DeValue<'a>>,
    ) -> Value<'a> {
        Value::new(self.source, self.path(key), example, value)
    }

    fn path(&self, key: &str) -> String {
        let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        let key = if bare { key.to_owned() } else { format!("\"{key}\"") };
        if self.name.is_empty() { key } else { format!("{}.{key}", self.name) }
    }

    /// How the table is called in a sentence: by its header, or by its key where it is inline.
    fn title(&self) -> String {
        let written = self.source.text.get(self.span.clone()).unwrap_or_default();
        let inline = written.starts_with('{');
        if inline { format!("`{}`", self.name) } else { format!("`[{}]`", self.name) }
    }
}
