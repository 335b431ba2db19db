//! Whatever a file holds, the answer is a stack or at least one error with a place inside the file.

use eksnet::{
    model::Severity,
    render::{Style, diagnostic},
    stack::parse,
};
use proptest::prelude::*;

use super::SHOP;

fn answered(text: &str) {
    let found = match parse("any.toml", text) {
        Ok((_, found)) => {
            assert!(found.iter().all(|it| it.severity == Severity::Warning));
            found
        }
        Err(found) => {
            assert!(found.iter().any(|it| it.severity == Severity::Error), "{text:?}");
            found
        }
    };
    for finding in &found {
        assert!(!finding.places.is_empty(), "{finding:?}");
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding:?}");
        for place in &finding.places {
            assert!(place.text.get(place.span.clone()).is_some(), "{place:?} in {text:?}");
        }
        let shown = diagnostic(finding, Style::Plain);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    }
}

/// Words that a stack file is made of, for files that are nearly right.
const WORDS: &[&str] = &[
    "[stack]",
    "[vpc]",
    "[vpc.subnets]",
    "[cluster]",
    "[nodes.a]",
    "[nodes]",
    "[fargate.a]",
    "version",
    "api",
    "cni",
    "addons",
    "instances",
    "size",
    "taints",
    "labels",
    "subnets",
    "selectors",
    "\"1.36\"",
    "\"public\"",
    "\"m7g.large\"",
    "\"2..4\"",
    "[[vpc]]",
    "name",
    "region",
    "cidr",
    "nat",
    "pods",
    "ipv6",
    "endpoints",
    "flow_logs",
    "public-a",
    "private-b",
    "isolated-x",
    "pods-a",
    "zone",
    "=",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "\n",
    " ",
    "#",
    "1",
    "-1",
    "true",
    "\"10.0.0.0/16\"",
    "\"10.0.1.5/24\"",
    "\"100.64.0.0/8\"",
    "\"::/0\"",
    "\"shop\"",
    "\"eu-west-1\"",
    "\"single\"",
    "\"ecr\"",
    "\"a\"",
    "\"euw1-az1\"",
    "é",
    "\u{1b}",
    "\u{202e}",
];

/// Values that could stand anywhere.
const VALUES: &[&str] = &[
    "\"\"",
    "1",
    "-9223372036854775808",
    "99999999999999999999",
    "1.5",
    "true",
    "[]",
    "{}",
    "[1]",
    "[{}]",
    "1979-05-27",
    "\"10.0.0.0/0\"",
    "\"10.0.0.0/33\"",
    "\"0.0.0.0/0\"",
    "\"255.255.255.255/32\"",
    "\"10.0.0.0/8\"",
    "\"zz\"",
    "\"-\"",
    "{ cidr = 1 }",
    "{ mode = \"public\", cidrs = [\"10.0.0.0/7\"] }",
    "{ custom = false, warm_prefix = 1 }",
    "[\"m7g.large\", \"m7i.large\"]",
    "[\"a=b:NoSchedule\", \":\"]",
    "[\"isolated-db-a\", \"public-a\"]",
    "[{ namespace = \"*\" }, \"🦀\"]",
    "\"arn:aws:sts::123456789012:assumed-role\"",
    "\"0..0\"",
    "\"18446744073709551616..2\"",
    "{ cidr = \"10.0.9.0/24\", zone = \"\" }",
    "\"🦀\"",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn garbage(text in "\\PC{0,200}") {
        answered(&text);
    }

    #[test]
    fn words(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        answered(&words.join(" "));
        answered(&words.concat());
    }

    #[test]
    fn a_cut_out_part(cut in 0..SHOP.len(), length in 0usize..80, put in prop::sample::select(WORDS)) {
        let (from, to) = (SHOP.floor_char_boundary(cut), SHOP.floor_char_boundary((cut + length).min(SHOP.len())));
        answered(&format!("{}{put}{}", &SHOP[..from], &SHOP[to..]));
    }

    #[test]
    fn a_missing_line(line in 0..SHOP.lines().count()) {
        let lines = SHOP.lines().enumerate().filter(|(number, _)| *number != line).map(|(_, text)| text);
        answered(&lines.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn other_values(
        changes in prop::collection::vec((0..SHOP.lines().count(), prop::sample::select(VALUES)), 1..4),
    ) {
        let mut lines: Vec<String> = SHOP.lines().map(str::to_owned).collect();
        for (line, value) in changes {
            if let Some((key, _)) = lines[line].clone().split_once('=') {
                lines[line] = format!("{key}= {value}");
            }
        }
        answered(&lines.join("\n"));
    }
}
