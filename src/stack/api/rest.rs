//! What only REST APIs want of routes: they are kept as a tree of paths.

use std::collections::BTreeMap;

use super::{
    super::{
        RouteKey,
        reader::{Source, Span},
    },
    key::{self, Part},
    routes::Route,
};

/// Paths of a REST API, with those on the way to them, unless AWS is asked for more (API Gateway developer guide,
/// REST API quotas).
const MOST: usize = 300;

/// Parameters below a path, with the route that has it first; the tree by its paths.
type Tree<'a> = BTreeMap<String, Option<(&'a str, &'a Span)>>;

pub(super) fn check(source: &Source, routes: &[Route]) {
    let mut tree: Tree<'_> = BTreeMap::new();
    for route in routes {
        match &route.key.value {
            RouteKey::Default => source.report(
                source
                    .error(&route.key.span, "a REST API has no `$default`", "only for HTTP APIs")
                    .help("write `\"ANY /{proxy+}\"`, and `\"ANY /\"` for the path `/` itself"),
            ),
            RouteKey::Path { path, .. } => {
                check_characters(source, path, &route.key.span);
                check_branches(source, &mut tree, path, &route.key.span);
            }
        }
        if tree.len() > MOST {
            source.report(
                source
                    .warning(
                        &route.key.span,
                        "these routes have more paths than a REST API can have",
                        format!("path {} and those on the way to it", tree.len()),
                    )
                    .note(format!("AWS lets one have {MOST} unless it is asked for more"))
                    .help("ask for a higher quota, or join routes with `{proxy+}`"),
            );
            return;
        }
    }
}

/// Words of a path (API Gateway API reference, CreateResource).
fn check_characters(source: &Source, path: &str, span: &Span) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-:".contains(c);
    let word = key::parts(path).find_map(|part| match part {
        Part::Word(word) => word.chars().find(|c| !allowed(*c)).map(|c| (word, c)),
        Part::Parameter(_) | Part::Greedy(_) => None,
    });
    if let Some((word, c)) = word {
        let label = format!("`{c}` cannot stand in the path of a REST API");
        source.report(
            source
                .error(span, format!("`{word}` is not a part of a path"), label)
                .note("API Gateway takes letters, digits and any of `. _ - :`")
                .help("write a parameter for it, or `kind = \"http\"`"),
        );
    }
}

/// Adds a path to the tree. Below each of its paths there is one parameter, by one name.
fn check_branches<'a>(source: &Source, tree: &mut Tree<'a>, path: &'a str, span: &'a Span) {
    let mut at = String::new();
    for part in path.split('/').skip(1).filter(|part| !part.is_empty()) {
        let below = tree.entry(at.clone()).or_default();
        if part.starts_with('{') {
            let (first, place) = *below.get_or_insert((part, span));
            if first != part {
                let before = if at.is_empty() { "/" } else { at.as_str() };
                source.report(
                    source
                        .error(
                            span,
                            format!("`{first}` and `{part}` cannot both come after `{before}`"),
                            format!("`{part}`"),
                        )
                        .at(source.place(place, format!("`{first}`")))
                        .note("a REST API has one parameter at each place of its paths")
                        .help(format!("write `{first}` in both, or `kind = \"http\"`")),
                );
                return;
            }
        }
        at.push('/');
        at.push_str(part);
    }
    tree.entry(at).or_default();
}
