//! A plan as a person reads it: what changed outside, what will be done section by section, the addresses traffic will
//! leave from, how long it takes, and a summary.

mod diff;
mod drift;
mod rows;
mod strays;
#[cfg(test)]
mod tests;
mod words;

pub(super) use rows::section_rank;

use crate::{
    kinds,
    model::{Account, Address},
    plan::{Action, Plan},
    render::{
        Style,
        ink::Ink,
        text::{clean, duration},
    },
};
use words::Names;

/// Runs shorter than this are not worth a line.
const BRIEF: u64 = 5;

/// What a reader wants to know beside the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanFacts {
    /// The stack's name.
    pub stack: String,
    /// Where it lives.
    pub account: Account,
    /// Whose resources these are: `aws` or `sandbox`.
    pub provider: String,
    /// What the plan was compared with.
    pub compared: Compared,
    /// What it is for.
    pub purpose: Purpose,
    /// Public addresses that traffic leaves from now.
    pub egress_before: Vec<String>,
    /// Those it will leave from; an address that AWS has yet to choose is a reference such as `eip.nat-a`.
    pub egress_after: Vec<String>,
    /// How long it takes at best, in seconds.
    pub critical_path_seconds: u64,
    /// The steps of the longest chain, first to last, with their usual seconds.
    pub critical_chain: Vec<(Address, u32)>,
}

/// What a plan was compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// What is really there.
    Seen,
    /// What the state remembers.
    Remembered,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To bring about what the stack file says.
    Apply,
    /// To delete what the stack owns.
    Destroy,
    /// To take what changed outside into the state.
    RefreshOnly,
}

/// The whole plan.
pub fn plan(plan: &Plan, facts: &PlanFacts, style: Style) -> String {
    let names = Names::of(plan);
    let mut parts = vec![header(facts, style)];
    parts.extend(drift::changed(plan, &names, style));
    parts.extend(drift::foreign(plan, &names, style));
    parts.extend(rows::sections(plan, &names, style));
    parts.extend(strays::swept(plan, style));
    parts.extend(strays::data(plan, style));
    parts.extend(strays::blockers(plan, style));
    parts.extend(consequences(plan, facts, style));
    parts.push(summary(plan, facts, style));
    parts.join("\n")
}

fn header(facts: &PlanFacts, style: Style) -> String {
    let stack = style.paint(Ink::Strong, &clean(&facts.stack));
    let Account { id, region } = &facts.account;
    let mut header = format!("{stack}  {}  account {}", clean(region), clean(id));
    if facts.provider != "aws" {
        header.push_str(&format!(" ({})", clean(&facts.provider)));
    }
    header.push('\n');
    if facts.compared == Compared::Remembered {
        let note = "not refreshed: compared with what the state remembers";
        header.push_str(&style.paint(Ink::Quiet, note));
        header.push('\n');
    }
    header
}

/// What the plan does to the road as a whole.
fn consequences(plan: &Plan, facts: &PlanFacts, style: Style) -> Option<String> {
    let mut lines = String::new();
    for (address, what) in asked(plan) {
        lines.push_str(&format!("then     {}: {what}\n", clean(address.as_str())));
    }
    if facts.egress_before != facts.egress_after {
        let list = |addresses: &[String]| match addresses {
            [] => "none".to_owned(),
            some => clean(&some.join(", ")).into_owned(),
        };
        let arrow = style.paint(Ink::Change, "→");
        let (before, after) = (list(&facts.egress_before), list(&facts.egress_after));
        lines.push_str(&format!("egress   {before} {arrow} {after}\n"));
    }
    if facts.critical_path_seconds > BRIEF {
        lines.push_str(&format!("takes    about {}", duration(facts.critical_path_seconds)));
        let long = facts.critical_chain.iter().filter(|(_, seconds)| u64::from(*seconds) >= BRIEF);
        let long: Vec<String> = long
            .map(|(address, seconds)| {
                format!("{} {}", clean(address.as_str()), duration((*seconds).into()))
            })
            .collect();
        if !long.is_empty() {
            lines.push_str(&format!(" ({})", long.join(" → ")));
        }
        lines.push('\n');
    }
    (!lines.is_empty()).then_some(lines)
}

/// What somebody has to do outside of AWS once something exists.
fn asked(plan: &Plan) -> impl Iterator<Item = (&Address, &'static str)> {
    let made = plan
        .changes
        .iter()
        .filter(|(_, change)| matches!(change.action, Action::Create | Action::Replace(_)));
    made.filter_map(|(address, _)| Some((address, kinds::get(address.kind())?.facts())))
        .flat_map(|(address, facts)| facts.asks.iter().map(move |(_, what)| (address, *what)))
}

fn summary(plan: &Plan, facts: &PlanFacts, style: Style) -> String {
    if plan.is_empty() {
        return nothing(plan, facts, style);
    }
    let sum = plan.summary();
    let forgotten = plan.changes.values().filter(|change| change.action == Action::Forget).count();
    let forget = if forgotten > 0 { format!(", {forgotten} to forget") } else { String::new() };
    let sweep = if sum.sweep > 0 { format!(", {} to sweep", sum.sweep) } else { String::new() };
    let heading = style.paint(Ink::Strong, "Plan:");
    let counts = format!(
        "{heading} {} to create, {} to update, {} to replace, {} to delete{sweep}{forget}, {} stay.\n",
        sum.create, sum.update, sum.replace, sum.delete, sum.keep,
    );
    counts + &strays::warning(plan, style).unwrap_or_default()
}

/// The summary of a plan that does nothing.
fn nothing(plan: &Plan, facts: &PlanFacts, style: Style) -> String {
    let stack = clean(&facts.stack);
    let (done, rest) = match facts.purpose {
        Purpose::Apply => ("No changes.", format!("{stack} is as its stack file says.")),
        Purpose::Destroy => ("Nothing to delete.", format!("{stack} owns nothing.")),
        Purpose::RefreshOnly if plan.has_drift() => (
            "Refresh only.",
            "Applied, this is taken into the state as it is; nothing is put right.".to_owned(),
        ),
        Purpose::RefreshOnly => ("Nothing new.", format!("{stack} is as the state remembers it.")),
    };
    format!("{} {rest}\n", style.paint(Ink::Good, done))
}
