//! `size`: the fewest and the most nodes of a group.

use super::super::reader::Value;

/// Nodes that AWS lets a group have unless it is asked (EKS user guide, service quotas).
const QUOTA: u32 = 450;
/// What no cluster has (EKS user guide, 2025: up to 100,000 nodes).
const MOST: u32 = 100_000;

/// The fewest and the most nodes of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) min: u32,
    pub(super) max: u32,
}

pub(super) fn read(value: &Value<'_>) -> Option<Size> {
    let source = value.source();
    let size = if value.is_integer() {
        // The range is within that of the type.
        let nodes = value.integer(1..=i64::from(MOST))?.value as u32;
        Size { min: nodes, max: nodes }
    } else {
        let text = value.string()?.value;
        let Some(size) = parse(text) else {
            let wrong =
                value.error(format!("`{text}` is not a number of nodes"), "not `<fewest>..<most>`");
            source.report(match slip(text) {
                Some(meant) => {
                    wrong.help(format!("write `size = \"{}..{}\"`", meant.min, meant.max))
                }
                None => wrong
                    .help("write `\"2..4\"` for two to four nodes, or `\"3\"` for always three"),
            });
            return None;
        };
        size
    };
    let Size { min, max } = size;
    let finding = if min > max {
        value
            .error(
                format!("the fewest nodes, {min}, are more than the most, {max}"),
                "the wrong way round",
            )
            .help(format!("write `size = \"{max}..{min}\"`"))
    } else if max == 0 {
        value
            .error("a node group that never has a node", "nought")
            .note("EKS takes at least one as the most; the fewest may be nought")
            .help("write `\"0..1\"`, or remove the node group")
    } else if max > MOST {
        value
            .error("these are more nodes than any cluster has", "too many")
            .help(format!("write at most {QUOTA}"))
    } else if max > QUOTA {
        source.report(
            source
                .warning(
                    &value.span(),
                    format!("{max} nodes are more than a node group can have"),
                    "above the quota",
                )
                .note(format!("AWS lets a node group have {QUOTA} unless it is asked for more"))
                .help("ask for a higher quota of EKS, or spread the nodes over groups"),
        );
        return Some(size);
    } else {
        return Some(size);
    };
    source.report(finding);
    None
}

fn parse(text: &str) -> Option<Size> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u32::MAX))
    };
    let (min, max) = text.split_once("..").unwrap_or((text, text));
    Some(Size { min: number(min.trim())?, max: number(max.trim())? })
}

/// What was meant by `2-4`, `2...4`, `2..=4`, `2:4` and the like.
fn slip(text: &str) -> Option<Size> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let (min, max) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    let between = text.trim().trim_matches(|c: char| c.is_ascii_digit()).trim();
    let known = matches!(between, "-" | "–" | "..." | "..=" | ":" | "," | "to" | ".");
    (known && numbers.next().is_none() && min <= max && max > 0).then_some(Size { min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse("2..4"), Some(Size { min: 2, max: 4 }));
        assert_eq!(parse("3"), Some(Size { min: 3, max: 3 }));
        assert_eq!(parse("0 .. 10"), Some(Size { min: 0, max: 10 }));
        for wrong in ["", "..", "2..", "-1..2", "2..4..6", "+2", "2-4", "two"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse("99999999999"), Some(Size { min: u32::MAX, max: u32::MAX }));
    }

    #[test]
    fn slips_are_understood() {
        for written in ["2-4", "2...4", "2..=4", "2:4", "2 to 4"] {
            assert_eq!(slip(written), Some(Size { min: 2, max: 4 }), "{written}");
        }
        assert_eq!(slip("4-2"), None);
        assert_eq!(slip("1-2-3"), None);
    }
}
