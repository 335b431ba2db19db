//! Answers: the values that records of each type can have, in the form in which Route 53 keeps them (developer guide,
//! "Supported DNS record types").

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    super::names::RecordType,
    name::{self, Wrong},
};

/// Characters that one string of a TXT record holds; longer texts are several strings, which readers join.
const STRING: usize = 255;
/// Characters of one value.
const LONGEST: usize = 4000;

impl RecordType {
    /// The words of one value; none where all that follows is one.
    pub(super) const fn words(self) -> Option<usize> {
        match self {
            Self::A | Self::Aaaa | Self::Cname | Self::Ns | Self::Ptr => Some(1),
            Self::Mx => Some(2),
            Self::Caa => Some(3),
            Self::Ds | Self::Srv => Some(4),
            Self::Txt => None,
        }
    }

    /// A value that it could have.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::A => "192.0.2.1",
            Self::Aaaa => "2001:db8::1",
            Self::Caa => "0 issue amazon.com",
            Self::Cname | Self::Ptr => "www.example.net",
            Self::Ds => {
                "12345 13 2 49fd46e6c4b45c55d4ac69cbd3cd34ac1afe51de8d4aa6b4d1c1e4b1c4f1a2b3"
            }
            Self::Mx => "10 mail.example.com",
            Self::Ns => "ns1.example.net",
            Self::Srv => "10 5 443 web.example.com",
            Self::Txt => "v=spf1 -all",
        }
    }
}

/// The values in `text`, which may hold several.
pub(super) fn all(kind: RecordType, text: &str) -> Result<Vec<String>, Wrong> {
    let Some(count) = kind.words() else { return Ok(vec![self::text(text)?]) };
    let words = split(text);
    if words.is_empty() {
        return Err(missing(kind));
    }
    words.chunks(count).map(|words| of_words(kind, words)).collect()
}

/// The one value that `text` is.
pub(super) fn one(kind: RecordType, text: &str) -> Result<String, Wrong> {
    let mut values = all(kind, text)?;
    match values.len() {
        1 => Ok(values.remove(0)),
        _ => Err(("several values".to_owned(), "write each as an item of `values`".to_owned())),
    }
}

fn missing(kind: RecordType) -> Wrong {
    ("no value".to_owned(), format!("write it as in `\"{} {}\"`", kind.name(), kind.example()))
}

/// Words between spaces; what stands in quotes is one.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"').and_then(|inner| inner.find('"')) {
            Some(closing) => closing + 2,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

fn of_words(kind: RecordType, words: &[&str]) -> Result<String, Wrong> {
    let wrong =
        |label: String| (label, format!("write it as in `\"{} {}\"`", kind.name(), kind.example()));
    let number = |text: &str, largest: u32| match text.parse::<u32>() {
        Ok(number) if number <= largest => Ok(number),
        Ok(_) | Err(_) => Err(wrong(format!("`{text}` is not a number from 0 to {largest}"))),
    };
    if Some(words.len()) != kind.words() {
        return Err(wrong("not complete".to_owned()));
    }
    let word = |n: usize| words.get(n).copied().unwrap_or_default();
    let last = words.last().copied().unwrap_or_default();
    match kind {
        RecordType::A => match last.parse::<Ipv4Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) if last.parse::<Ipv6Addr>().is_ok() => {
                Err(("an IPv6 address".to_owned(), format!("write `\"AAAA {last}\"`")))
            }
            Err(_) => match name::host(last) {
                Ok(host) if !host.ends_with(|c: char| c.is_ascii_digit()) => {
                    Err(("a name".to_owned(), format!("write `\"CNAME {host}\"`")))
                }
                Ok(_) | Err(_) => Err(wrong(format!("`{last}` is not an IPv4 address"))),
            },
        },
        RecordType::Aaaa => match last.parse::<Ipv6Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) if last.parse::<Ipv4Addr>().is_ok() => {
                Err(("an IPv4 address".to_owned(), format!("write `\"A {last}\"`")))
            }
            Err(_) => Err(wrong(format!("`{last}` is not an IPv6 address"))),
        },
        RecordType::Cname | RecordType::Ns | RecordType::Ptr => name::host(last),
        RecordType::Mx => Ok(format!("{} {}", number(word(0), 65_535)?, name::host(last)?)),
        RecordType::Srv => Ok(format!(
            "{} {} {} {}",
            number(word(0), 65_535)?,
            number(word(1), 65_535)?,
            number(word(2), 65_535)?,
            name::host(last)?
        )),
        RecordType::Caa => {
            let (tag, tags) = (word(1), ["issue", "issuewild", "issuemail", "issuevmc", "iodef"]);
            if !tags.contains(&tag) {
                return Err(wrong(format!("`{tag}` is not one of {}", tags.join(", "))));
            }
            Ok(format!("{} {tag} \"{}\"", number(word(0), 255)?, last.trim_matches('"')))
        }
        RecordType::Ds => {
            if !last.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(wrong("the digest is not hexadecimal".to_owned()));
            }
            let numbers = [number(word(0), 65_535)?, number(word(1), 255)?, number(word(2), 255)?];
            let [key, algorithm, digest_type] = numbers;
            Ok(format!("{key} {algorithm} {digest_type} {}", last.to_ascii_lowercase()))
        }
        RecordType::Txt => text(last),
    }
}

/// A text in quotes, cut into strings where it is long. One that is written in quotes already is taken out of them.
fn text(written: &str) -> Result<String, Wrong> {
    let written = written.trim();
    let plain = if written.starts_with('"') { unquoted(written)? } else { written.to_owned() };
    if plain.is_empty() {
        return Err(missing(RecordType::Txt));
    }
    let strings: Vec<String> = plain.as_bytes().chunks(STRING).map(quoted).collect();
    let value = strings.join(" ");
    if value.len() > LONGEST {
        let label = format!("{} characters", value.len());
        return Err((label, format!("a value has at most {LONGEST} characters")));
    }
    Ok(value)
}

/// The text of one or several strings in quotes.
fn unquoted(written: &str) -> Result<String, Wrong> {
    let open = || {
        let help = "close the quotes, or leave them all out: eksnet writes them itself";
        ("quotes that do not close".to_owned(), help.to_owned())
    };
    let mut plain = String::new();
    let mut rest = written;
    while !rest.is_empty() {
        rest = rest.strip_prefix('"').ok_or_else(open)?;
        let mut characters = rest.char_indices();
        let end = loop {
            match characters.next().ok_or_else(open)? {
                (at, '"') => break at,
                (_, '\\') => plain.push(characters.next().ok_or_else(open)?.1),
                (_, other) => plain.push(other),
            }
        };
        rest = rest[end + 1..].trim_start();
    }
    Ok(plain)
}

/// Bytes as a string in quotes; what is not plain ASCII is written as `\` and three octal digits.
fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => out.push(char::from(*byte)),
            other => out.push_str(&format!("\\{other:03o}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::route53::plain_value;

    #[test]
    fn values_are_read_into_their_normal_form() {
        use RecordType::{A, Aaaa, Caa, Cname, Ds, Mx, Ns, Srv, Txt};
        let cases: [(RecordType, &str, &[&str]); 13] = [
            (A, "192.0.2.1  192.0.2.2", &["192.0.2.1", "192.0.2.2"]),
            (Aaaa, "2001:DB8::0:1", &["2001:db8::1"]),
            (Cname, "Target.Example.net.", &["target.example.net"]),
            (Mx, "10 a.example.com 20 b.example.com.", &["10 a.example.com", "20 b.example.com"]),
            (Srv, "10 5 443 Web.example.com", &["10 5 443 web.example.com"]),
            (Caa, "0 issue amazon.com", &["0 issue \"amazon.com\""]),
            (Caa, "0 issue \"letsencrypt.org; x=1\"", &["0 issue \"letsencrypt.org; x=1\""]),
            (Ds, "1 13 2 ABCDEF", &["1 13 2 abcdef"]),
            (Ns, "ns1.example.net ns2.example.net", &["ns1.example.net", "ns2.example.net"]),
            (Txt, "v=spf1 include:x.example -all", &["\"v=spf1 include:x.example -all\""]),
            (Txt, "\"a \" \"b\"", &["\"a b\""]),
            (Txt, "say \\ and \"", &["\"say \\\\ and \\\"\""]),
            (Txt, "é", &["\"\\303\\251\""]),
        ];
        for (kind, text, values) in cases {
            assert_eq!(
                all(kind, text),
                Ok(values.iter().map(ToString::to_string).collect()),
                "{text}"
            );
            for value in values {
                assert_eq!(plain_value(kind.name(), value), *value, "as it is read back");
            }
        }
    }

    #[test]
    fn what_is_not_a_value_is_refused() {
        use RecordType::{A, Aaaa, Caa, Cname, Ds, Mx, Srv, Txt};
        for (kind, text) in [
            (A, ""),
            (A, "192.0.2.256"),
            (A, "2001:db8::1"),
            (Aaaa, "192.0.2.1"),
            (Cname, "web"),
            (Mx, "mail.example.com"),
            (Mx, "70000 mail.example.com"),
            (Srv, "1 2 web.example.com"),
            (Caa, "0 allow amazon.com"),
            (Ds, "1 13 2 xyz"),
            (Txt, ""),
            (Txt, "\"open"),
        ] {
            assert!(all(kind, text).is_err(), "{kind:?} {text}");
        }
    }

    #[test]
    fn long_texts_are_several_strings() {
        let value = one(RecordType::Txt, &"k".repeat(300)).expect("a text");
        assert_eq!(value, format!("\"{}\" \"{}\"", "k".repeat(255), "k".repeat(45)));
        assert!(one(RecordType::Txt, &"k".repeat(4000)).is_err());
    }
}
