//! Words for diagnostics: the nearest valid name, and lists of names.

/// The one of `candidates` that was probably meant, if any is close enough to `written`.
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    let limit = (written.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let plain = candidate.to_lowercase();
            // Of two that are equally far, the one that goes on where the other stops.
            let apart = !plain.starts_with(&written) && !written.starts_with(&plain);
            (strsim::damerau_levenshtein(&written, &plain), apart, candidate)
        })
        .filter(|(distance, ..)| *distance <= limit)
        .min()
        .map(|(.., candidate)| candidate)
}

/// `` `a`, `b` and `c` ``.
pub fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest};

    #[test]
    fn nearest_is_close_or_nothing() {
        assert_eq!(nearest("cdir", ["cidr", "nat"]), Some("cidr"));
        assert_eq!(nearest("CIDR", ["cidr", "nat"]), Some("cidr"));
        assert_eq!(nearest("endpoint", ["endpoints", "nat"]), Some("endpoints"));
        assert_eq!(nearest("gateway", ["cidr", "nat"]), None);
        assert_eq!(nearest("st", ["s3", "sts"]), Some("sts"));
        assert_eq!(nearest("", ["cidr"]), None);
        assert_eq!(nearest("noexecut", ["NoExecute", "NoSchedule"]), Some("NoExecute"));
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed::<&str>([]), "none");
    }
}
