//! Globs as application load balancers read them: `*` stands for any characters, `?` for any one.

/// Whether everything that `narrow` stands for is what `wide` stands for, too.
///
/// A wildcard of `narrow` is a character like any other, but for what it may stand for: `?` of `wide` takes one of
/// `narrow` but not a `*`. So a `true` is certain; that a few odd pairs, such as `?*` and `*?`, get a `false` is fine.
pub(in crate::stack) fn covers(wide: &str, narrow: &str) -> bool {
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    // `reached[i]`: the part of `wide` read so far takes the first `i` of `narrow`.
    let mut reached = vec![false; narrow.len() + 1];
    reached[0] = true;
    for token in wide {
        let mut next = vec![false; narrow.len() + 1];
        next[0] = reached[0] && token == '*';
        for (i, &other) in narrow.iter().enumerate() {
            next[i + 1] = match token {
                '*' => reached[i + 1] || next[i],
                '?' => reached[i] && other != '*',
                literal => reached[i] && other == literal,
            };
        }
        reached = next;
    }
    reached[narrow.len()]
}

/// How many characters are not wildcards, and how many `*` there are.
pub(super) fn weight(glob: &str) -> (usize, usize) {
    let literal = glob.chars().filter(|c| !"*?".contains(*c)).count();
    (literal, glob.matches('*').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_covers_what_it_takes() {
        for (wide, narrow) in [
            ("*", ""),
            ("*", "a*b?"),
            ("/a/*", "/a/b/*"),
            ("/a/*", "/a/"),
            ("/a?", "/ab"),
            ("/a?", "/a?"),
            ("/a*", "/a?"),
            ("*.example.com", "app.example.com"),
            ("*.example.com", "*.eu.example.com"),
            ("/*/x", "/a/b/x"),
        ] {
            assert!(covers(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in [
            ("/a", "/a/"),
            ("/a/*", "/a"),
            ("/a?", "/a*"),
            ("/a?", "/a"),
            ("/ab", "/a?"),
            ("app.example.com", "*.example.com"),
            ("*.example.com", "example.com"),
        ] {
            assert!(!covers(wide, narrow), "{wide} {narrow}");
        }
    }

    #[test]
    fn wildcards_weigh_nothing() {
        assert_eq!(weight("/a/*/?"), (4, 1));
    }
}
