//! Patterns of identities and outputs: `subnet-{hex17}`, `{table}|{destination}`,
//! `arn:{partition}:ec2:{region}:{account}:vpc/{id}`.
//!
//! `{hexN}` and `{ipv4}` are minted: on AWS they are AWS's invention, in the sandbox they come from a [`Mint`].
//! `{id}`, `{account}`, `{region}`, `{partition}` are what they say, `{part0}` and so on the parts of the identity; any
//! other word is a field of the resource.

use serde_json::Value;

use crate::model::{Account, Identity, partition};

/// A source of invented values for the sandbox: deterministic, never the same twice.
#[derive(Clone, Debug)]
pub struct Mint {
    counter: u64,
}

impl Mint {
    /// A mint that has made `counter` values.
    pub const fn new(counter: u64) -> Self {
        Self { counter }
    }

    /// How many values it has made.
    pub const fn counter(&self) -> u64 {
        self.counter
    }

    /// `digits` hexadecimal digits.
    fn hex(&mut self, digits: usize) -> String {
        // An odd multiplier makes this a permutation of 64 bits: no two of the first 2^64 values agree.
        self.counter += 1;
        let mixed = (self.counter ^ 0x5bd1_e995).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let text = format!("{:016x}{:016x}", mixed, mixed.rotate_left(29));
        // Short values keep a counter's low digits, so that they stay distinct for as long as they can.
        if digits < 16 {
            format!("{:032x}", self.counter)[32 - digits..].to_owned()
        } else {
            text[..digits].to_owned()
        }
    }

    /// A public IPv4 address out of the blocks reserved for documentation and benchmarks.
    fn ipv4(&mut self) -> String {
        self.counter += 1;
        let n = self.counter;
        format!("198.{}.{}.{}", 18 + (n >> 16 & 1), n >> 8 & 255, n & 255)
    }

    /// `pattern` with its minted parts filled in; the rest is filled in later.
    pub fn stamp(&mut self, pattern: &str) -> String {
        substitute(pattern, |word| match word {
            "ipv4" => Some(self.ipv4()),
            _ => hex_digits(word).map(|digits| self.hex(digits)),
        })
    }
}

/// Whether `pattern` holds a part that only AWS can invent.
pub fn mints(pattern: &str) -> bool {
    let mut found = false;
    substitute(pattern, |word| {
        found |= word == "ipv4" || hex_digits(word).is_some();
        None
    });
    found
}

/// Whether `text` could be what `pattern` stands for: minted digits are digits, any other word is anything but a
/// separator of ARNs and identities.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('{') else { return pattern == text };
    let (word, after) = after.split_once('}').expect("a pattern closes its braces");
    let Some(rest) = text.strip_prefix(before) else { return false };
    if let Some(digits) = hex_digits(word) {
        let Some((minted, rest)) = rest.split_at_checked(digits) else { return false };
        return minted.bytes().all(|byte| byte.is_ascii_hexdigit()) && matches(after, rest);
    }
    let end = rest.find([':', '/', '|']).unwrap_or(rest.len());
    (0..=end).rev().any(|end| rest.is_char_boundary(end) && matches(after, &rest[end..]))
}

/// `pattern` with fields, identity and account filled in.
pub fn fill(
    pattern: &str,
    fields: &Value,
    id: Option<&Identity>,
    account: Option<&Account>,
) -> String {
    substitute(pattern, |word| match word {
        "id" => id.map(|id| id.0.clone()),
        "account" => account.map(|account| account.id.clone()),
        "region" => account.map(|account| account.region.clone()),
        "partition" => account.map(|account| partition(&account.region).to_owned()),
        "part0" => id.map(|id| id.part(0).to_owned()),
        "part1" => id.map(|id| id.part(1).to_owned()),
        field => Some(match fields.get(field) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }),
    })
}

fn hex_digits(word: &str) -> Option<usize> {
    word.strip_prefix("hex")?.parse().ok()
}

/// Replaces every `{word}` by what `value` says; one it knows nothing of stays as it is.
fn substitute(pattern: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (word, after) = after.split_once('}').expect("a pattern closes its braces");
        text.push_str(before);
        match value(word) {
            Some(value) => text.push_str(&value),
            None => text.extend(["{", word, "}"]),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}
