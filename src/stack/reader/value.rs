//! Values: typed getters that report what they cannot take.

use std::ops::RangeInclusive;

use toml::{Spanned, de::DeValue};

use super::{Entry, Source, Span, Table, Written, listed, nearest};
use crate::model::Diagnostic;

/// A value whose type is not known yet.
#[derive(Clone)]
pub struct Value<'a> {
    source: &'a Source,
    /// Such as `vpc.cidr`.
    name: String,
    /// What someone could write instead.
    example: &'static str,
    role: Role,
    /// Whether a table could stand here as well.
    long_form: LongForm,
    value: &'a Spanned<DeValue<'a>>,
}

/// What it is the value of.
#[derive(Clone, Copy)]
enum Role {
    Key,
    Section,
    Item,
}

#[derive(Clone, Copy)]
enum LongForm {
    None,
    Table,
}

impl<'a> Value<'a> {
    pub(super) fn new(
        source: &'a Source,
        name: String,
        example: &'static str,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Self {
        Self { source, name, example, role: Role::Key, long_form: LongForm::None, value }
    }

    /// The file it belongs to.
    pub fn source(&self) -> &'a Source {
        self.source
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.value.span()
    }

    /// The key it belongs to, such as `vpc.cidr`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same value with another example, for keys that are the user's own names.
    #[must_use]
    pub fn like(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// The same value as that of a section.
    #[must_use]
    pub fn of_section(mut self) -> Self {
        self.role = Role::Section;
        self
    }

    /// The same value where a table could stand as well, which goes into the words of what is wrong.
    #[must_use]
    pub fn or_table(mut self) -> Self {
        self.long_form = LongForm::Table;
        self
    }

    /// An error about it, to be completed and reported.
    pub fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        self.source.error(&self.span(), message, label)
    }

    /// A string.
    pub fn string(&self) -> Option<Written<&'a str>> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(self.written(text.as_ref())),
            _ => self.wrong("a string"),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<Written<bool>> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Some(self.written(*value)),
            _ => self.wrong("`true` or `false`"),
        }
    }

    /// Whether it is a whole number, for keys that take words as well.
    pub fn is_integer(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Integer(_))
    }

    /// The truth value it is, for keys that take words as well.
    pub fn as_boolean(&self) -> Option<bool> {
        self.value.get_ref().as_bool()
    }

    /// A whole number in `range`.
    pub fn integer(&self, range: RangeInclusive<i64>) -> Option<Written<i64>> {
        let DeValue::Integer(digits) = self.value.get_ref() else {
            return self.wrong("a whole number");
        };
        let value = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let found = value.filter(|value| range.contains(value));
        if found.is_none() {
            let message =
                format!("{} must be between {} and {}", self.title(), range.start(), range.end());
            self.source.report(self.error(message, "out of range").help(self.advice()));
        }
        found.map(|value| self.written(value))
    }

    /// One of a few words.
    pub fn choice<T: Clone>(&self, choices: &[(&str, T)]) -> Option<Written<T>> {
        let word = self.string()?;
        let found = choices.iter().find(|(name, _)| *name == word.value);
        if found.is_none() {
            let names = || choices.iter().map(|(name, _)| *name);
            let message = match self.role {
                Role::Item => format!("`{}` cannot hold `{}`", self.name, word.value),
                Role::Key | Role::Section => format!("`{}` cannot be `{}`", self.name, word.value),
            };
            let unknown = self.error(message, "unknown word");
            self.source.report(match nearest(word.value, names()) {
                Some(meant) => unknown.help(format!("write `\"{meant}\"`")),
                None => unknown.help(format!("write one of {}", listed(names()))),
            });
        }
        found.map(|(_, choice)| self.written(choice.clone()))
    }

    /// The items of a list.
    pub fn list(&self) -> Option<Vec<Self>> {
        let DeValue::Array(items) = self.value.get_ref() else { return self.wrong("a list") };
        let item = |value| Self { role: Role::Item, value, ..self.clone() };
        Some(items.iter().map(item).collect())
    }

    /// A list of strings, those items of it that are strings.
    pub fn strings(&self) -> Option<Vec<Written<&'a str>>> {
        Some(self.list()?.iter().filter_map(Self::string).collect())
    }

    /// Whether it is a list, for keys that take one or several.
    pub fn is_list(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(_))
    }

    /// Whether it is a list of so many items, so that none was left out when it was read.
    pub fn is_list_of(&self, length: usize) -> bool {
        matches!(self.value.get_ref(), DeValue::Array(items) if items.len() == length)
    }

    /// Whether it is a table, for keys that have a short and a long form.
    pub fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// A table with keys of ours: `read` asks for them, and what it did not ask for is reported.
    pub fn table<T>(&self, read: impl FnOnce(&mut Table<'a>) -> Option<T>) -> Option<T> {
        let mut table = self.open()?;
        let read = read(&mut table);
        table.close();
        read
    }

    /// A table whose keys are the user's own names, in the order of the file.
    pub fn entries(&self) -> Option<Vec<Entry<'a>>> {
        Some(self.open()?.rest())
    }

    fn open(&self) -> Option<Table<'a>> {
        match self.value.get_ref() {
            DeValue::Table(entries) => {
                Some(Table::new(self.source, self.name.clone(), self.span(), entries))
            }
            DeValue::Array(items) if of_tables(items.iter().map(Spanned::get_ref)) => {
                let message = format!("`{}` is one table, not a list of tables", self.name);
                let help = format!("write `[{}]`, with single brackets and once", self.name);
                self.source.report(self.error(message, "a list").help(help));
                None
            }
            _ => match self.role {
                Role::Section => self.wrong("a section"),
                Role::Key | Role::Item => self.wrong("a table"),
            },
        }
    }

    /// Reports that the type is not the `expected` one.
    pub fn wrong<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "a truth value",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = match self.long_form {
            LongForm::None => format!("{} must be {expected}", self.title()),
            LongForm::Table => format!("{} must be {expected}, or a table", self.title()),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let help = match self.value.get_ref() {
            // Digits that are a name, such as an account's.
            DeValue::Integer(number)
                if digits(self.example.trim_matches('"')) && expected == "a string" =>
            {
                format!("write it in quotes: `\"{number}\"`")
            }
            // Numbers that are a name, such as a version's.
            DeValue::Float(number)
                if digits(&self.example.trim_matches('"').replacen('.', "", 1))
                    && expected == "a string" =>
            {
                format!("write it in quotes: `\"{number}\"`")
            }
            _ => self.advice(),
        };
        self.source.report(self.error(message, format!("this is {found}")).help(help));
        None
    }

    fn written<T>(&self, value: T) -> Written<T> {
        Written { value, span: self.span() }
    }

    /// How the value is called in a sentence.
    fn title(&self) -> String {
        match self.role {
            Role::Key => format!("`{}`", self.name),
            Role::Section => format!("`[{}]`", self.name),
            Role::Item => format!("each item of `{}`", self.name),
        }
    }

    /// What someone could write.
    pub fn advice(&self) -> String {
        // A key with a dot in it stands in quotes.
        let key = match self.name.strip_suffix('"').and_then(|rest| rest.rfind('"')) {
            Some(quote) => &self.name[quote..],
            None => self.name.rsplit('.').next().unwrap_or(&self.name),
        };
        match self.role {
            Role::Section => {
                format!("write `[{}]` on a line of its own, and its keys below", self.name)
            }
            Role::Key | Role::Item => format!("write `{key} = {}`", self.example),
        }
    }
}

/// Whether a list was written as `[[name]]` sections or looks like it.
fn of_tables<'v>(mut items: impl Iterator<Item = &'v DeValue<'v>>) -> bool {
    items.next().is_some_and(|first| matches!(first, DeValue::Table(_)))
}
