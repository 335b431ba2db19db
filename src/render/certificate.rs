//! The certificate at the end of `destroy`: what was deleted, what went along, and the proof that nothing is left.

use serde_json::{Value, json};

use crate::{
    kinds::TAG_STACK,
    plan::Verb,
    provider::{Owned, Stray},
    render::{
        Style, Tally,
        ink::Ink,
        plan_json::stray,
        text::{clean, columns, counted},
    },
};

/// What a destroyed stack leaves.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// What was done.
    pub tally: &'a Tally,
    /// What was swept though the stack did not have it.
    pub swept: &'a [Stray],
    /// What others still have in our network, or a cluster left elsewhere.
    pub others: &'a [Stray],
    /// What still carries the stack's tag.
    pub left: &'a [Owned],
    /// Who was asked for that, such as `ec2:DescribeTags`.
    pub asked: &'a str,
}

/// The certificate.
pub fn certificate(certificate: &Certificate, style: Style) -> String {
    let Certificate { stack, tally, swept, others, left, asked } = certificate;
    let rows = [
        ("deleted", kinds(tally, Verb::Delete)),
        ("took along", kinds(tally, Verb::Vanish)),
        ("swept", lines(swept, |stray| stray.mark())),
        ("remains", lines(others, |stray| Some(stray.whose()?.owner.as_str()))),
    ];
    let rows = rows.map(|(name, text)| (name.to_owned(), text));
    let rows: Vec<(String, String)> =
        rows.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let mut text = columns(&rows, 0);
    let tag = format!("{TAG_STACK}={}", clean(stack));
    let asked = clean(asked);
    if left.is_empty() {
        let proof = style.paint(Ink::Good, &format!("Nothing tagged {tag} is left"));
        text.push_str(&format!("{proof} ({asked} was asked at the end).\n"));
        return text;
    }
    let count = left.len();
    let verb = if count == 1 { "is" } else { "are" };
    let heading = format!("{} tagged {tag} {verb} left", counted(count, "thing"));
    text.push_str(&format!(
        "{} ({asked} was asked at the end):\n",
        style.paint(Ink::Bad, &heading)
    ));
    let rows: Vec<(String, String)> = sorted(left)
        .into_iter()
        .map(|owned| (clean(&owned.kind).into_owned(), clean(owned.id.as_str()).into_owned()))
        .collect();
    text.push_str(&columns(&rows, 2));
    text.push_str("Run `eksnet destroy` again; what it does not remember, delete by hand.\n");
    text
}

/// The certificate for machines.
pub fn certificate_json(certificate: &Certificate) -> Value {
    let Certificate { stack, tally, swept, others, left, asked } = certificate;
    let kinds = |verb| tally.kinds(verb).map(|(kind, count)| (kind.to_owned(), count.into()));
    let left = sorted(left).into_iter().map(|owned| json!({ "kind": owned.kind, "id": owned.id }));
    json!({
        "event": "certificate",
        "stack": stack,
        "deleted": kinds(Verb::Delete).collect::<serde_json::Map<_, _>>(),
        "took_along": kinds(Verb::Vanish).collect::<serde_json::Map<_, _>>(),
        "swept": swept.iter().map(stray).collect::<Vec<_>>(),
        "others": others.iter().map(stray).collect::<Vec<_>>(),
        "left": left.collect::<Vec<_>>(),
        "asked": asked,
    })
}

fn kinds(tally: &Tally, verb: Verb) -> String {
    let kinds = tally.kinds(verb).map(|(kind, count)| format!("{count} {}", clean(kind)));
    kinds.collect::<Vec<_>>().join(", ")
}

/// One line for each stray: what it is and what is to be said of it.
fn lines<'a>(strays: &'a [Stray], say: impl Fn(&'a Stray) -> Option<&'a str>) -> String {
    let rows: Vec<(String, String)> = strays
        .iter()
        .map(|stray| {
            let name = clean(stray.address().as_str()).into_owned();
            (name, clean(say(stray).unwrap_or_default()).into_owned())
        })
        .collect();
    columns(&rows, 0)
}

fn sorted(left: &[Owned]) -> Vec<&Owned> {
    let mut left: Vec<&Owned> = left.iter().collect();
    left.sort();
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use crate::{
        apply::Event,
        model::Address,
        provider::{Standing, Whose},
    };

    fn tally() -> Tally {
        let mut tally = Tally::default();
        let steps = [
            ("subnet", Verb::Delete),
            ("subnet", Verb::Delete),
            ("vpc", Verb::Delete),
            ("route", Verb::Vanish),
        ];
        for (kind, verb) in steps {
            tally.take(&Event::Done { address: Address::new(kind, "x"), verb, seconds: 1.0 });
        }
        tally
    }

    #[test]
    fn nothing_is_left() {
        let tally = tally();
        let clear = Certificate {
            stack: "shop",
            tally: &tally,
            swept: &[],
            others: &[],
            left: &[],
            asked: "ec2:DescribeTags",
        };
        assert_eq!(
            certificate(&clear, Style::Plain),
            "\
deleted     2 subnet, 1 vpc
took along  1 route
Nothing tagged eksnet:stack=shop is left (ec2:DescribeTags was asked at the end).
"
        );
    }

    #[test]
    fn what_was_swept_and_what_remains_is_named_with_its_reason() {
        let stray = |kind: &str, id: &str, standing| Stray {
            kind: kind.to_owned(),
            id: id.into(),
            label: id.to_owned(),
            names: BTreeSet::new(),
            standing,
        };
        let mark = "elbv2.k8s.aws/cluster=shop".to_owned();
        let swept = [stray("target_group", "web/0a", Standing::Left(mark))];
        let whose = Whose { owner: "instance i-0a".to_owned(), advice: String::new() };
        let others = [stray("network_interface", "eni-0b", Standing::Foreign(whose))];
        let tally = tally();
        let clear = Certificate {
            stack: "shop",
            tally: &tally,
            swept: &swept,
            others: &others,
            left: &[],
            asked: "ec2:DescribeTags",
        };
        assert_eq!(
            certificate(&clear, Style::Plain),
            "\
deleted     2 subnet, 1 vpc
took along  1 route
swept       target_group.web/0a  elbv2.k8s.aws/cluster=shop
remains     network_interface.eni-0b  instance i-0a
Nothing tagged eksnet:stack=shop is left (ec2:DescribeTags was asked at the end).
"
        );
        assert_eq!(certificate_json(&clear)["swept"][0]["mark"], "elbv2.k8s.aws/cluster=shop");
        assert_eq!(certificate_json(&clear)["others"][0]["in_the_way"], true);
    }

    #[test]
    fn what_is_left_is_named() {
        let owned = |kind: &str, id: &str| Owned { kind: kind.to_owned(), id: id.into() };
        let left = [owned("volume", "vol-0b"), owned("eip", "eipalloc-0a")];
        let tally = Tally::default();
        let left = Certificate {
            stack: "shop",
            tally: &tally,
            swept: &[],
            others: &[],
            left: &left,
            asked: "the sandbox",
        };
        assert_eq!(
            certificate(&left, Style::Plain),
            "\
2 things tagged eksnet:stack=shop are left (the sandbox was asked at the end):
  eip     eipalloc-0a
  volume  vol-0b
Run `eksnet destroy` again; what it does not remember, delete by hand.
"
        );
        let expected =
            json!([{ "kind": "eip", "id": "eipalloc-0a" }, { "kind": "volume", "id": "vol-0b" }]);
        assert_eq!(certificate_json(&left)["left"], expected);
    }
}
