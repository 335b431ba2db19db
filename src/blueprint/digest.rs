//! Short names: digests that stand for what cannot change in place, and names cut to what AWS takes.

use sha2::{Digest, Sha256};

/// Eight hexadecimal digits of a SHA-256.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// `parts` and the digest of `content`, joined by hyphens, in at most `longest` characters: each part is cut to its share
/// where all of them are too long. Different parts have different digests.
pub(super) fn named(parts: &[&str], content: &str, longest: usize) -> String {
    let digest = digest(&format!("{parts:?} {content}"));
    let room = longest - digest.len() - 1;
    let whole = parts.join("-");
    let name = if whole.len() <= room {
        whole
    } else {
        // Names have letters, digits and hyphens alone, so every character is a byte.
        let share = room / parts.len() - 1;
        let cut = parts.iter().map(|part| part[..part.len().min(share)].trim_end_matches('-'));
        cut.collect::<Vec<_>>().join("-")
    };
    format!("{name}-{digest}")
}

/// `name`, or a part of it and a digest where it is longer than `longest`.
pub(super) fn fitting(name: String, longest: usize) -> String {
    if name.len() <= longest { name } else { named(&[&name], "", longest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_differ() {
        assert_eq!(named(&["shop", "web"], "", 32).len(), "shop-web-01234567".len());
        let long = named(&["a-very-long-stack-name", "balancer", "service-that-is-long"], "x", 32);
        assert!(long.starts_with("a-very-balanc-servic-") && long.len() <= 32, "{long}");
        assert_ne!(
            long,
            named(&["a-very-long-stack-name", "balancer", "service-that-is"], "x", 32)
        );
        assert_ne!(named(&["a-b", "c"], "", 32), named(&["a", "b-c"], "", 32));
        assert_eq!(fitting("short".to_owned(), 64), "short");
        assert_eq!(fitting("x".repeat(80), 64).len(), 63);
    }
}
