//! The end of a run: what was done, what failed and in whose words, what was not begun, and what to do next.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::{
    apply::{Event, Failure, Outcome},
    model::{Class, Diagnostic},
    plan::Verb,
    render::{
        Style, Tally, diagnostic,
        ink::Ink,
        plan_json::stray,
        text::{clean, counted, duration, measured},
    },
};

/// The command that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `eksnet apply`
    Apply,
    /// `eksnet destroy`
    Destroy,
}

/// Whose seconds a run's are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Those of the clock on the wall.
    Real,
    /// The sandbox's; this is how long it took on the wall.
    Virtual {
        /// Time on the wall.
        real: Duration,
    },
}

/// A run that ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// Which command it was.
    pub command: Command,
    /// What became of it.
    pub outcome: &'a Outcome,
    /// What it did.
    pub tally: &'a Tally,
    /// The calls it made, by `service:Action`.
    pub calls: &'a BTreeMap<String, u32>,
    /// Whose seconds [`Outcome::elapsed`] are.
    pub clock: Clock,
}

impl Ended<'_> {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.outcome.failures.is_empty()
            && self.outcome.skipped.is_empty()
            && !self.outcome.interrupted
    }

    fn calls(&self) -> usize {
        self.calls.values().map(|count| *count as usize).sum()
    }
}

/// One event as a line of `--json` output.
pub fn event_json(event: &Event) -> Value {
    // An event is strings, numbers and maps of them, which serialise.
    serde_json::to_value(event).unwrap_or_default()
}

/// The last line of `--json` output.
pub fn outcome_json(ended: &Ended) -> Value {
    let Ended { outcome, tally, .. } = ended;
    let failures = outcome.failures.iter().map(|failure| {
        let Failure { address, verb, problem, held_by } = failure;
        let held_by: Vec<Value> = held_by.iter().map(stray).collect();
        json!({ "address": address, "verb": verb, "problem": problem, "held_by": held_by })
    });
    let real = match ended.clock {
        Clock::Real => outcome.elapsed,
        Clock::Virtual { real } => real,
    };
    json!({
        "event": "outcome",
        "command": match ended.command { Command::Apply => "apply", Command::Destroy => "destroy" },
        "complete": ended.is_complete(),
        "interrupted": outcome.interrupted,
        "created": tally.count(Verb::Create),
        "updated": tally.count(Verb::Update),
        "deleted": tally.count(Verb::Delete),
        "vanished": tally.count(Verb::Vanish),
        "swept": tally.count(Verb::Sweep),
        "failures": failures.collect::<Vec<_>>(),
        "skipped": outcome.skipped,
        "seconds": outcome.elapsed.as_secs_f64(),
        "real_seconds": real.as_secs_f64(),
        "critical_path_seconds": outcome.critical_path.as_secs(),
        "calls": ended.calls,
    })
}

/// The closing lines: failures first, because the end of a terminal is what is read; then what was not begun; then what
/// was done; then what to do.
pub fn outcome(ended: &Ended, style: Style) -> String {
    let mut parts: Vec<String> =
        ended.outcome.failures.iter().map(|failure| failed(failure, style)).collect();
    parts.extend(skipped(ended));
    parts.push(done(ended, style));
    parts.extend(asked(ended, style));
    parts.join("\n")
}

fn failed(failure: &Failure, style: Style) -> String {
    let Failure { address, verb, problem, held_by } = failure;
    let what = match verb {
        Verb::Create => "create it",
        Verb::Update => "change it",
        Verb::Delete | Verb::Vanish | Verb::Sweep => "delete it",
    };
    let mut told = Diagnostic::refused(address, what, problem);
    for stray in held_by {
        let owner = stray.whose().map_or("left behind by a cluster", |whose| whose.owner.as_str());
        told = told.note(format!("{} holds it: {owner}", stray.address()));
    }
    let mut advices: Vec<&str> =
        held_by.iter().filter_map(|stray| Some(stray.whose()?.advice.as_str())).collect();
    advices.dedup();
    told = match advices[..] {
        [] => told.help(next(problem.class)),
        [..] => told.help(format!("{}; then run it again", advices.join("; "))),
    };
    diagnostic(&told, style) + "\n"
}

/// What to do about a failure.
fn next(class: Class) -> &'static str {
    match class {
        Class::Missing => {
            "something went away meanwhile; run it again, which looks at everything anew"
        }
        Class::InUse => {
            "something that eksnet does not know of uses it; remove that and run it again"
        }
        Class::Taken => {
            "something else has its place already; remove or rename one of the two and run it again"
        }
        Class::Invalid => "change what the stack file says about it and run it again",
        Class::Denied => "allow the credentials this action and run it again",
        Class::Quota => {
            "ask AWS to raise this quota, or ask for less in the stack file, and run it again"
        }
        Class::Throttled | Class::Busy | Class::Unavailable => {
            "run it again in a few minutes; what is done stays done"
        }
    }
}

fn skipped(ended: &Ended) -> Option<String> {
    let skipped = &ended.outcome.skipped;
    if skipped.is_empty() {
        return None;
    }
    let mut addresses: Vec<_> = skipped.iter().map(|address| clean(address.as_str())).collect();
    addresses.sort();
    addresses.dedup();
    let mut text =
        format!("Not begun, because something they need failed ({}):\n", addresses.len());
    for address in addresses {
        text.push_str(&format!("  {address}\n"));
    }
    Some(text)
}

/// What somebody has to do now: it was said already, a long run ago.
fn asked(ended: &Ended, style: Style) -> Option<String> {
    let asked = ended.tally.asked().map(|(address, what)| {
        let address = clean(address.as_str());
        format!("{} {address}: {}\n", style.paint(Ink::Change, "Now:"), clean(what))
    });
    let asked: String = asked.collect();
    (!asked.is_empty()).then_some(asked)
}

fn done(ended: &Ended, style: Style) -> String {
    let Ended { outcome, tally, .. } = ended;
    let (word, again) = match ended.command {
        Command::Apply => ("Applied", "eksnet apply"),
        Command::Destroy => ("Destroyed", "eksnet destroy"),
    };
    let heading = match (ended.is_complete(), outcome.interrupted) {
        (true, _) => style.paint(Ink::Good, &format!("{word}:")),
        (false, true) => style.paint(Ink::Change, "Interrupted:"),
        (false, false) => style.paint(Ink::Bad, &format!("{word} in part:")),
    };
    let verbs = [
        (tally.count(Verb::Create), "created"),
        (tally.count(Verb::Update), "updated"),
        (tally.count(Verb::Delete), "deleted"),
        (tally.count(Verb::Vanish), "gone without a call"),
        (tally.count(Verb::Sweep), "swept"),
        (outcome.failures.len(), "failed"),
    ];
    let counts = verbs.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, verb)| format!("{count} {verb}")).collect();
    let counts = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
    let time = match ended.clock {
        Clock::Real => measured(outcome.elapsed),
        Clock::Virtual { real } => {
            format!("{} (virtual; {} on the clock)", measured(outcome.elapsed), measured(real))
        }
    };
    let path = duration(outcome.critical_path.as_secs());
    let calls = counted(ended.calls(), "call");
    let mut text = format!("{heading} {counts} in {time}, critical path {path}, {calls}.\n");
    if outcome.interrupted {
        text.push_str(&format!("Run `{again}` again to go on; nothing is lost.\n"));
    } else if !ended.is_complete() {
        text.push_str(&format!("What is done is remembered; run `{again}` again for the rest.\n"));
    }
    text
}

#[cfg(test)]
mod tests;
