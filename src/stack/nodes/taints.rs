//! `taints`: `<key>=<value>:<effect>`, as kubectl writes them.

use super::super::{
    Taint, TaintEffect, labels,
    reader::{Source, Value, Written, listed, nearest},
};

const EFFECTS: [(&str, TaintEffect); 3] = [
    ("NoSchedule", TaintEffect::NoSchedule),
    ("PreferNoSchedule", TaintEffect::PreferNoSchedule),
    ("NoExecute", TaintEffect::NoExecute),
];

/// Taints that a node group takes (EKS user guide, node-taints-managed-node-groups).
const MOST: usize = 50;

pub(super) fn read(value: &Value<'_>) -> Vec<Taint> {
    let source = value.source();
    let mut found: Vec<Written<Taint>> = Vec::new();
    for taint in value.strings().unwrap_or_default() {
        let Some(taint) = one(source, &taint) else { continue };
        let same = |other: &&Written<Taint>| {
            other.value.key == taint.value.key && other.value.effect == taint.value.effect
        };
        if let Some(first) = found.iter().find(same) {
            let message = format!("the taint `{}` has this effect already", taint.value.key);
            source.report(
                source
                    .error(&taint.span, message, "again here")
                    .at(source.place(&first.span, "first here"))
                    .note("a node has one taint of each key and effect")
                    .help("remove one of the two, or write another effect"),
            );
        }
        found.push(taint);
    }
    if found.len() > MOST {
        let message =
            format!("{} taints are more than the {MOST} a node group can have", found.len());
        source.report(
            value.error(message, "too many").help(format!("remove {}", found.len() - MOST)),
        );
    }
    found.into_iter().map(|taint| taint.value).collect()
}

fn one(source: &Source, written: &Written<&str>) -> Option<Written<Taint>> {
    let text = written.value;
    let wrong = |label: &str| {
        source.error(&written.span, format!("`{text}` is not a taint"), label.to_owned())
    };
    let Some((rest, effect)) = text.rsplit_once(':') else {
        source.report(
            wrong("no effect").help(format!("write `\"{text}:NoSchedule\"`, or another effect")),
        );
        return None;
    };
    let Some((_, effect)) = EFFECTS.into_iter().find(|(name, _)| *name == effect) else {
        let names = || EFFECTS.iter().map(|(name, _)| *name);
        // Names are compared without regard to case: `noschedule` and `NO_SCHEDULE` are slips too.
        let plain = effect.to_lowercase().replace(['_', '-'], "");
        let same = names().find(|name| name.to_lowercase() == plain);
        source.report(match same.or_else(|| nearest(effect, names())) {
            Some(meant) => wrong("unknown effect").help(format!("write `\"{rest}:{meant}\"`")),
            None => wrong("unknown effect").help(format!("the effects are {}", listed(names()))),
        });
        return None;
    };
    let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
    let problem = labels::key_problem(key).or_else(|| labels::value_problem(value));
    if let Some((label, help)) = problem {
        source.report(wrong(label).help(help));
        return None;
    }
    let taint = Taint { key: key.to_owned(), value: value.to_owned(), effect };
    Some(Written { value: taint, span: written.span.clone() })
}
