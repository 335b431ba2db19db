//! Which requests a route takes, which of two routes is asked first, and whether one leaves anything to the other.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::glob;

/// Which requests a route takes: those for which everything written here is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// The host they name, in lower case; may hold wildcards. Any where there is none.
    pub host: Option<String>,
    /// Their path. Any where there is none.
    pub path: Option<PathMatch>,
    /// Their method is one of these; any where there are none.
    pub methods: BTreeSet<String>,
    /// Headers, by name in lower case: one of these values each, which may hold wildcards.
    pub headers: BTreeMap<String, BTreeSet<String>>,
    /// Parameters of the query: one of these values each, which may hold wildcards.
    pub query: BTreeMap<String, BTreeSet<String>>,
    /// They come from one of these blocks; from anywhere where there are none.
    pub sources: BTreeSet<String>,
}

/// Which paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathMatch {
    /// This one.
    Exact(String),
    /// This one and those below it: `/v1/order` takes `/v1/order/7` and leaves `/v1/orders`.
    Prefix(String),
    /// Those that these wildcards stand for.
    Pattern(String),
}

impl PathMatch {
    /// The patterns of an application load balancer that stand for it.
    pub fn patterns(&self) -> Vec<String> {
        match self {
            Self::Exact(path) | Self::Pattern(path) => vec![path.clone()],
            Self::Prefix(path) => vec![path.clone(), format!("{path}/*")],
        }
    }
}

/// Where a route stands among others: the smallest is asked first.
pub type Rank = (Part, Part, Reverse<usize>, usize);

/// How narrow a host or a path is: the sort, then as many characters as possible, then as few wildcards.
pub type Part = (u8, Reverse<usize>, usize);

impl Requests {
    /// Where it stands among others. Hosts come first: exact, with wildcards, any. Then paths: exact, the longer prefix,
    /// the shorter, with wildcards, any. Then the one that asks for more; then the one that takes fewer values.
    pub fn rank(&self) -> Rank {
        let ranked = |sort: u8, glob: &str| {
            let (literal, stars) = glob::weight(glob);
            (sort, Reverse(literal), stars)
        };
        let host = match self.host.as_deref() {
            Some(host) if !is_glob(host) => (0, Reverse(0), 0),
            Some(host) => ranked(1, host),
            None => (2, Reverse(0), 0),
        };
        let path = match &self.path {
            Some(PathMatch::Exact(_)) => (0, Reverse(0), 0),
            Some(PathMatch::Prefix(path)) => (1, Reverse(path.len()), 0),
            Some(PathMatch::Pattern(path)) => ranked(2, path),
            None => (3, Reverse(0), 0),
        };
        let lists = [&self.methods, &self.sources].into_iter().filter(|list| !list.is_empty());
        let lists: Vec<_> = lists.chain(self.headers.values()).chain(self.query.values()).collect();
        (host, path, Reverse(lists.len()), lists.into_iter().map(BTreeSet::len).sum())
    }

    /// Whether it takes every request that `other` takes, so that nothing is left once it was asked. A `true` is certain.
    pub fn covers(&self, other: &Self) -> bool {
        let host = match (&self.host, &other.host) {
            (None, _) => true,
            (Some(wide), Some(narrow)) => glob::covers(wide, narrow),
            (Some(_), None) => false,
        };
        let path = match (&self.path, &other.path) {
            (None, _) => true,
            (Some(wide), Some(narrow)) => all_covered(&wide.patterns(), &narrow.patterns()),
            (Some(_), None) => false,
        };
        let named = |wide: &BTreeMap<String, BTreeSet<String>>,
                     narrow: &BTreeMap<String, BTreeSet<String>>| {
            wide.iter().all(|(name, values)| {
                narrow.get(name).is_some_and(|others| all_covered(values, others))
            })
        };
        let listed = |wide: &BTreeSet<String>, narrow: &BTreeSet<String>| {
            wide.is_empty() || (!narrow.is_empty() && narrow.is_subset(wide))
        };
        host && path
            && listed(&self.methods, &other.methods)
            && listed(&self.sources, &other.sources)
            && named(&self.headers, &other.headers)
            && named(&self.query, &other.query)
    }

    /// How many values its conditions hold, and how many wildcards: AWS takes few of both.
    pub fn size(&self) -> (usize, usize) {
        let patterns = self.patterns();
        let further = self.headers.values().chain(self.query.values()).flatten();
        let globs: Vec<&String> = self.host.iter().chain(&patterns).chain(further).collect();
        let wildcards = globs.iter().map(|glob| glob.matches(['*', '?']).count()).sum();
        (globs.len() + self.methods.len() + self.sources.len(), wildcards)
    }

    /// The path patterns of its rule. A rule has at least one condition, so a route that takes everything has `/*`.
    pub fn patterns(&self) -> Vec<String> {
        let nothing_else = self.host.is_none()
            && self.methods.is_empty()
            && self.sources.is_empty()
            && self.headers.is_empty()
            && self.query.is_empty();
        match &self.path {
            Some(path) => path.patterns(),
            None if nothing_else => vec!["/*".to_owned()],
            None => Vec::new(),
        }
    }

    /// A request that it takes, as a person would write it: `app.example.com/v1/order`, with what else has to be true.
    pub fn example(&self) -> String {
        let one = |glob: &str| glob.replace(['*', '?'], "x");
        let host = self.host.as_deref().map_or_else(|| "any.example.com".to_owned(), one);
        let path = self.patterns().pop().map_or_else(|| "/".to_owned(), |path| one(&path));
        let query = self.query.iter().filter_map(|(key, values)| Some((key, values.first()?)));
        let query: Vec<String> =
            query.map(|(key, value)| format!("{key}={}", one(value))).collect();
        let question = if query.is_empty() { "" } else { "?" };
        let method = self.methods.first().map_or("GET", String::as_str);
        let mut example = format!("{method} {host}{path}{question}{}", query.join("&"));
        for (name, values) in &self.headers {
            let value = values.first().map(|value| one(value)).unwrap_or_default();
            example.push_str(&format!(" with {name}: {value}"));
        }
        if let Some(source) = self.sources.first() {
            example.push_str(&format!(" from {source}"));
        }
        example
    }
}

/// Whether a text holds wildcards.
pub(super) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether each of `narrow` is covered by one of `wide`.
fn all_covered<'a>(
    wide: impl IntoIterator<Item = &'a String> + Clone,
    narrow: impl IntoIterator<Item = &'a String>,
) -> bool {
    narrow.into_iter().all(|narrow| wide.clone().into_iter().any(|wide| glob::covers(wide, narrow)))
}

#[cfg(test)]
mod tests;
