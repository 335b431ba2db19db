//! Names in the DNS: which there can be (RFC 1035; RFC 3492 for what is not ASCII).

use super::super::reader::{Source, Span};

/// What is wrong with a name: a label, and help.
pub(super) type Wrong = (String, String);

/// The longest name and the longest part of one (RFC 1035, 2.3.4).
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// The name in its normal form; what is wrong with it is reported at `span`.
pub(super) fn checked(source: &Source, span: &Span, text: &str) -> Option<String> {
    match normal(text) {
        Ok(name) => Some(name),
        Err((label, help)) => {
            let message = format!("`{text}` is not a name in the DNS");
            source.report(source.error(span, message, label).help(help));
            None
        }
    }
}

/// A name in lower case and without a dot at its end, or what is wrong with it.
pub(super) fn normal(text: &str) -> Result<String, Wrong> {
    let wrong = |label: &str, help: &str| Err((label.to_owned(), help.to_owned()));
    if !text.is_ascii() {
        let ascii: Option<Vec<String>> = text.to_lowercase().split('.').map(ascii_label).collect();
        return Err((
            "letters beyond ASCII".to_owned(),
            match ascii {
                Some(labels) => format!("write `{}`, which is the same name", labels.join(".")),
                None => "write its ASCII form, which begins with `xn--`".to_owned(),
            },
        ));
    }
    let name = text.to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    if name.is_empty() {
        return wrong("empty", "write a name such as `www.example.com`");
    }
    if let Some(address) = name.strip_prefix("https://").or(name.strip_prefix("http://")) {
        let host = address.split('/').next().unwrap_or_default();
        return Err(("a URL".to_owned(), format!("write the name alone: `{host}`")));
    }
    if name.len() > LONGEST {
        return wrong("too long", "a name has at most 253 characters");
    }
    for (place, label) in name.split('.').enumerate() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if label == "*" && place == 0 && name.len() > 1 {
            continue;
        } else if label.is_empty() {
            return wrong(
                "nothing between two dots",
                "every part of a name has a character at least",
            );
        } else if label.contains('*') {
            return wrong("`*` has to be the whole first part", "write it as in `*.example.com`");
        } else if let Some(other) = label.chars().find(|c| !allowed(*c)) {
            let label = format!("`{}` is not allowed", other.escape_default());
            return Err((label, "use letters, digits, hyphens and underscores".to_owned()));
        } else if label.len() > LONGEST_LABEL {
            return wrong("a part is too long", "a part of a name has at most 63 characters");
        } else if label.starts_with('-') || label.ends_with('-') {
            return wrong("a hyphen at an end of a part", "hyphens stand between other characters");
        }
    }
    Ok(name.to_owned())
}

/// A name of a host somewhere on the internet: whole, and without a wildcard.
pub(super) fn host(text: &str) -> Result<String, Wrong> {
    let name = normal(text)?;
    if name.starts_with("*.") {
        Err(("a wildcard".to_owned(), "write the name of one host".to_owned()))
    } else if !name.contains('.') {
        let help = "write the whole name, as in `web.example.com`";
        Err(("only the first part of a name".to_owned(), help.to_owned()))
    } else {
        Ok(name)
    }
}

/// A part of a name in ASCII: `xn--` and Punycode (RFC 3492, section 6.3) where it has other letters.
fn ascii_label(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while handled < u32::try_from(label.chars().count()).ok()? {
        let next = label.chars().map(u32::from).filter(|code| *code >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for code in label.chars().map(u32::from) {
            if code < n {
                delta = delta.checked_add(1)?;
            } else if code == n {
                let mut rest = delta;
                for k in (BASE..).step_by(BASE as usize) {
                    let threshold = k.saturating_sub(bias).clamp(1, 26);
                    if rest < threshold {
                        break;
                    }
                    out.push(digit(threshold + (rest - threshold) % (BASE - threshold))?);
                    rest = (rest - threshold) / (BASE - threshold);
                }
                out.push(digit(rest)?);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(format!("xn--{out}"))
}

fn digit(value: u32) -> Option<char> {
    let byte = u8::try_from(value).ok()?;
    Some(if byte < 26 { (b'a' + byte).into() } else { (b'0' + byte - 26).into() })
}

/// RFC 3492, section 6.1.
fn adapted(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::{ascii_label, host, normal};

    #[test]
    fn names_have_a_normal_form() {
        assert_eq!(normal("WWW.Example.com.").as_deref(), Ok("www.example.com"));
        assert_eq!(normal("*.example.com").as_deref(), Ok("*.example.com"));
        assert_eq!(normal("_dmarc.a-b.c").as_deref(), Ok("_dmarc.a-b.c"));
        for wrong in ["", ".", "a..b", "a.*.b", "w*.b", "-a.b", "a-.b", "a b", "*", "https://a.b/c"]
        {
            assert!(normal(wrong).is_err(), "{wrong}");
        }
        assert!(normal(&"a".repeat(64)).is_err());
        assert!(normal(&["a".repeat(60).as_str(); 5].join(".")).is_err());
        assert!(host("web").is_err());
        assert!(host("*.example.com").is_err());
    }

    #[test]
    fn other_letters_have_an_ascii_form() {
        // RFC 3492, section 7.1, and names in use.
        for (label, ascii) in [
            ("bücher", "xn--bcher-kva"),
            ("münchen", "xn--mnchen-3ya"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("plain", "plain"),
        ] {
            assert_eq!(ascii_label(label).as_deref(), Some(ascii));
        }
    }
}
