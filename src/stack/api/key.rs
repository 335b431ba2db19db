//! Route keys: `GET /v1/order/{id}`, `ANY /v1/{proxy+}`, `$default`.

use super::super::{RouteKey, reader::nearest};

/// Methods of routes (API Gateway developer guide, "Create routes for HTTP APIs").
pub(super) const METHODS: [&str; 8] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"];

/// What is wrong with a key: a label, and what to write.
pub(super) type Wrong = (String, String);

/// One part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Itself.
    Word(&'a str),
    /// Any one part.
    Parameter(&'a str),
    /// Everything from here on.
    Greedy(&'a str),
}

/// The parts of a path that is right.
pub(super) fn parts(path: &str) -> impl Iterator<Item = Part<'_>> {
    path.split('/').skip(1).filter(|part| !part.is_empty()).map(part)
}

fn part(text: &str) -> Part<'_> {
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => match name.strip_suffix('+') {
            Some(name) => Part::Greedy(name),
            None => Part::Parameter(name),
        },
        None => Part::Word(text),
    }
}

/// Whether two keys match the same requests: the names of parameters tell nothing apart.
pub(super) fn same(one: &RouteKey, other: &RouteKey) -> bool {
    match (one, other) {
        (RouteKey::Default, RouteKey::Default) => true,
        (
            RouteKey::Path { path: one, method: of_one },
            RouteKey::Path { path: other, method: of_other },
        ) => of_one == of_other && shape(one) == shape(other),
        (RouteKey::Default, RouteKey::Path { .. }) | (RouteKey::Path { .. }, RouteKey::Default) => {
            false
        }
    }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> Vec<Part<'_>> {
    parts(path)
        .map(|part| match part {
            Part::Word(_) => part,
            Part::Parameter(_) => Part::Parameter(""),
            Part::Greedy(_) => Part::Greedy(""),
        })
        .collect()
}

/// The key that `text` is.
pub(super) fn read(text: &str) -> Result<RouteKey, Wrong> {
    if text == "$default" {
        return Ok(RouteKey::Default);
    }
    let wrong =
        |label: &str, right: String| Err((label.to_owned(), format!("write `\"{right}\"`")));
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    let Some(path) = second else {
        return match METHODS.into_iter().find(|method| *method == first.to_uppercase()) {
            Some(method) => wrong("no path", format!("{method} /")),
            None if first.starts_with('/') => wrong("no method", format!("ANY {first}")),
            None if first.eq_ignore_ascii_case("default") || first == "*" => {
                wrong("neither method nor path", "$default".to_owned())
            }
            None => wrong("neither method nor path", "GET /health".to_owned()),
        };
    };
    if words.next().is_some() {
        return Err((
            "more than a method and a path".to_owned(),
            "write a route for each method, or one with `ANY`".to_owned(),
        ));
    }
    let method = method(first, path)?;
    if path == "$default" {
        return wrong("`$default` stands alone", path.to_owned());
    }
    if !path.starts_with('/') {
        return wrong("the path must begin with `/`", format!("{method} /{path}"));
    }
    check(path).map_err(|(label, right)| {
        let help = match right {
            Ok(path) => format!("write `\"{method} {path}\"`"),
            Err(words) => words,
        };
        (label, help)
    })?;
    let right = format!("{method} {path}");
    if text != right {
        return wrong("one space, between method and path", right);
    }
    Ok(RouteKey::Path { path: path.to_owned(), method })
}

fn method(word: &str, path: &str) -> Result<&'static str, Wrong> {
    if let Some(method) = METHODS.into_iter().find(|method| *method == word) {
        return Ok(method);
    }
    let upper = word.to_uppercase();
    let (label, meant) = if word == "*" {
        ("`*` is no method", Some("ANY"))
    } else if let Some(method) = METHODS.into_iter().find(|method| *method == upper) {
        ("methods are written in capitals", Some(method))
    } else {
        ("unknown method", nearest(word, METHODS))
    };
    let help = match meant {
        Some(meant) => format!("write `\"{meant} {path}\"`"),
        None if word.contains([',', '|']) => {
            "write a route for each method, or one with `ANY`".to_owned()
        }
        None => format!("the methods are {}", super::super::reader::listed(METHODS)),
    };
    Err((label.to_owned(), help))
}

/// A label, and the path to write instead or what else to do.
type WrongPath = (String, Result<String, String>);

/// Checks a path that begins with a slash, part by part.
fn check(path: &str) -> Result<(), WrongPath> {
    let all: Vec<&str> = path.split('/').skip(1).collect();
    if path != "/" && all.iter().any(|part| part.is_empty()) {
        let kept: Vec<&str> = all.into_iter().filter(|part| !part.is_empty()).collect();
        let label = if path.ends_with('/') { "ends with a slash" } else { "two slashes" };
        return Err((label.to_owned(), Ok(format!("/{}", kept.join("/")))));
    }
    let mut names: Vec<&str> = Vec::new();
    for (position, text) in all.iter().copied().enumerate() {
        let instead = |part: &str| {
            let mut all = all.clone();
            all[position] = part;
            Ok(format!("/{}", all.join("/")))
        };
        let last = position + 1 == all.len();
        if let Some(name) = text.strip_prefix(':') {
            return Err((format!("`{text}` is a word here"), instead(&format!("{{{name}}}"))));
        }
        if text.contains('*') {
            let parameter = if last { "{proxy+}" } else { "{name}" };
            return Err(("`*` is a word here".to_owned(), instead(parameter)));
        }
        if text.contains('?') || text.contains('#') {
            let bare = text.split(['?', '#']).next().unwrap_or_default();
            let kept = all[..position].iter().copied().chain([bare]).filter(|it| !it.is_empty());
            let kept: Vec<&str> = kept.collect();
            return Err(("routes match no query".to_owned(), Ok(format!("/{}", kept.join("/")))));
        }
        let name = match part(text) {
            Part::Word(word) if word.contains(['{', '}']) => {
                let inner: String = word.chars().filter(|c| parameter(*c)).collect();
                let inner = if inner.is_empty() { "name" } else { &inner };
                return Err((
                    "a parameter is all between two slashes".to_owned(),
                    instead(&format!("{{{inner}}}")),
                ));
            }
            Part::Word(word) => {
                if let Some(c) = word.chars().find(|c| !literal(*c)) {
                    let label = format!("`{c}` cannot stand in a path");
                    let help =
                        "write letters, digits and any of `- _ . ~ ! $ & ' ( ) + , ; = : @ %`";
                    return Err((label, Err(help.to_owned())));
                }
                continue;
            }
            Part::Greedy(_) if !last => {
                let label = format!("`{text}` must be the last part");
                return Err((label, Ok(format!("/{}", all[..=position].join("/")))));
            }
            Part::Parameter(name) | Part::Greedy(name) => name,
        };
        if name.is_empty() || !name.chars().all(parameter) {
            let label = format!("`{text}` is not a parameter");
            let help = "write a name of letters, digits and any of `_ - .` in the braces";
            return Err((label, Err(help.to_owned())));
        }
        if names.contains(&name) {
            let label = format!("two parameters are called `{name}`");
            return Err((label, Err("give one of the two another name".to_owned())));
        }
        names.push(name);
    }
    Ok(())
}

/// Characters of parts (RFC 3986, section 3.3) without `*`.
fn literal(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~!$&'()+,;=:@%".contains(c)
}

/// Characters of names of parameters.
fn parameter(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for text in [
            "$default",
            "ANY /",
            "GET /health",
            "ANY /v1/{proxy+}",
            "PUT /a/{b}/c-d/{e_f}",
            "GET /a:b",
        ] {
            assert_eq!(read(text).map(|key| key.to_string()), Ok(text.to_owned()));
        }
        for (text, right) in [
            ("/health", "ANY /health"),
            ("GET", "GET /"),
            ("get /health", "GET /health"),
            ("* /health", "ANY /health"),
            ("GTE /health", "GET /health"),
            ("GET  /health", "GET /health"),
            ("GET health", "GET /health"),
            ("GET /health/", "GET /health"),
            ("GET /v1//health", "GET /v1/health"),
            ("GET /v1/*", "GET /v1/{proxy+}"),
            ("GET /*/health", "GET /{name}/health"),
            ("GET /v1/:id", "GET /v1/{id}"),
            ("GET /v1/{proxy+}/health", "GET /v1/{proxy+}"),
            ("GET /v1/order-{id}", "GET /v1/{order-id}"),
            ("GET /health?deep=true", "GET /health"),
            ("GET $default", "$default"),
            ("*", "$default"),
        ] {
            let (_, help) = read(text).expect_err(text);
            assert_eq!(help, format!("write `\"{right}\"`"), "{text}");
            assert!(read(right).is_ok(), "{right}");
        }
        for text in
            ["", "GET POST /x", "GET,POST /x", "TRACE /x", "GET /{}", "GET /{a}/{a}", "GET /ä"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parameters_tell_nothing_apart_by_name() {
        let key = |text| read(text).expect("a key");
        assert!(same(&key("GET /a/{b}"), &key("GET /a/{c}")));
        assert!(!same(&key("GET /a/{b}"), &key("GET /a/{b+}")));
        assert!(!same(&key("GET /a/{b}"), &key("ANY /a/{b}")));
        assert!(same(&key("$default"), &key("$default")) && !same(&key("$default"), &key("ANY /")));
    }
}
