//! Sections under a common name, such as `[nodes.apps]`: the names that they can have.

use super::reader::{Entry, Value};

/// What the sections are about.
pub(super) struct Sort {
    /// Such as `nodes`.
    pub(super) section: &'static str,
    /// Such as `node group`.
    pub(super) noun: &'static str,
    /// A name that one could have.
    pub(super) example: &'static str,
    /// The keys of each.
    pub(super) keys: &'static [&'static str],
    /// What names cannot begin with, and why.
    pub(super) reserved: Option<(&'static str, &'static str)>,
    /// As many as AWS lets a cluster have unless it is asked (EKS user guide, service quotas).
    pub(super) quota: usize,
}

/// The longest name; EKS takes 63 characters, and the rest is for what tells a new one from the old while it is replaced.
const LONGEST: usize = 40;

impl Sort {
    /// The sections that have a right name, each with its value.
    pub(super) fn sections<'a>(&self, value: &Value<'a>) -> Vec<Entry<'a>> {
        let source = value.source();
        let Some(entries) = value.entries() else { return Vec::new() };
        let stray = entries
            .iter()
            .find(|entry| !entry.value.is_table() && self.keys.contains(&entry.key.value));
        if let Some(stray) = stray {
            let message = format!("`[{}]` needs a name", self.section);
            let help = format!("write `[{}.{}]`", self.section, self.example);
            source.report(source.error(&stray.key.span, message, "belongs to none").help(help));
            return Vec::new();
        }
        if entries.is_empty() && source.intact() {
            source.report(
                value
                    .error(format!("`[{}]` holds no {}", self.section, self.noun), "empty")
                    .help(format!("write `[{}.{}]`, or remove it", self.section, self.example)),
            );
        }
        if entries.len() > self.quota {
            let message =
                format!("{} {}s are more than a cluster can have", entries.len(), self.noun);
            let beyond = &entries[self.quota].key;
            source.report(
                source
                    .warning(&beyond.span, message, format!("number {}", self.quota + 1))
                    .note(format!(
                        "AWS lets a cluster have {} unless it is asked for more",
                        self.quota
                    ))
                    .help(format!("ask for a higher quota of EKS, or remove a {}", self.noun)),
            );
        }
        entries
            .into_iter()
            .filter(|entry| self.check_name(entry))
            .map(|Entry { key, value }| Entry { key, value: value.of_section() })
            .collect()
    }

    fn check_name(&self, entry: &Entry<'_>) -> bool {
        let (source, key) = (entry.value.source(), &entry.key);
        let name = key.value;
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let problem = if name.is_empty() {
            "empty"
        } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            "must start with a lower-case letter"
        } else if !name.chars().all(allowed) {
            "only lower-case letters, digits and hyphens"
        } else if name.ends_with('-') {
            "ends with a hyphen"
        } else if let Some((start, why)) = self.reserved
            && name.starts_with(start)
        {
            why
        } else if name.len() > LONGEST {
            "too long"
        } else {
            return true;
        };
        let plain = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let plain = plain.trim_start_matches(|c: char| !c.is_ascii_lowercase());
        let plain = self.reserved.map_or(plain, |(start, _)| plain.trim_start_matches(start));
        let plain: String = plain.chars().take(LONGEST).collect();
        let plain = match plain.trim_end_matches('-') {
            "" => self.example,
            plain => plain,
        };
        source.report(
            source
                .error(&key.span, format!("a {} cannot be called `{name}`", self.noun), problem)
                .help(format!("write `[{}.{plain}]`", self.section)),
        );
        false
    }
}
