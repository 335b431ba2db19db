//! Strays as a person reads them in a plan: what clusters left behind and goes too, what others have in the way, and data
//! that stays.

use crate::{
    plan::Plan,
    provider::{Standing, Stray},
    render::{
        Style,
        ink::Ink,
        text::{clean, columns},
    },
};

/// What goes though the stack does not have it, with the mark that allows it.
pub(super) fn swept(plan: &Plan, style: Style) -> Option<String> {
    let row = |stray: &Stray| (name(stray), clean(stray.mark().unwrap_or_default()).into_owned());
    section(
        "left behind by the cluster",
        Ink::Strong,
        ("-", Ink::Bad),
        plan.swept.iter().map(row),
        style,
    )
}

/// What keeps something of the stack from going.
pub(super) fn blockers(plan: &Plan, style: Style) -> Option<String> {
    let gone = plan.taken_away();
    let row = |stray: &Stray| {
        let mut held: Vec<&str> =
            stray.names.iter().filter_map(|id| Some(gone.get(id.as_str())?.as_str())).collect();
        held.sort_unstable();
        let whose = stray.whose()?;
        let held = format!("holds {}", clean(&held.join(", ")));
        let text = format!("{}\n{held}\n{}", clean(&whose.owner), clean(&whose.advice));
        Some((name(stray), text))
    };
    let rows = plan.others.iter().filter(|stray| stray.is_foreign()).filter_map(row);
    section("in the way, and not eksnet's to delete", Ink::Bad, ("!", Ink::Bad), rows, style)
}

/// Data of clusters that go.
pub(super) fn data(plan: &Plan, style: Style) -> Option<String> {
    let row = |stray: &Stray| match &stray.standing {
        Standing::Beside(whose) => {
            Some((name(stray), format!("{}\n{}", clean(&whose.owner), clean(&whose.advice))))
        }
        Standing::Left(_) | Standing::Follows | Standing::Foreign(_) => None,
    };
    let rows = plan.others.iter().filter_map(row);
    section("stays", Ink::Strong, (" ", Ink::Text), rows, style)
}

/// How many things are in the way, as a sentence.
pub(super) fn warning(plan: &Plan, style: Style) -> Option<String> {
    let sentence = match plan.others.iter().filter(|stray| stray.is_foreign()).count() {
        0 => return None,
        1 => "1 thing is in the way and stays; so does what it holds.".to_owned(),
        count => format!("{count} things are in the way and stay; so does what they hold."),
    };
    Some(format!("{}\n", style.paint(Ink::Bad, &sentence)))
}

fn name(stray: &Stray) -> String {
    clean(stray.address().as_str()).into_owned()
}

fn section(
    heading: &str,
    ink: Ink,
    (sign, colour): (&str, Ink),
    rows: impl Iterator<Item = (String, String)>,
    style: Style,
) -> Option<String> {
    let rows: Vec<(String, String)> = rows.collect();
    if rows.is_empty() {
        return None;
    }
    let mut text = format!("{}\n", style.paint(ink, heading));
    let mut lines = columns(&rows, 5).lines().map(str::to_owned).collect::<Vec<_>>();
    for line in &mut lines {
        if let Some(rest) = line.strip_prefix("     ").filter(|rest| !rest.starts_with(' ')) {
            *line = format!("  {}  {rest}", style.paint(colour, sign));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    Some(text)
}
