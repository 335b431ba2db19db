//! What must not be deleted or replaced: by the stack file's `protect`, or by what a resource tells AWS of itself.

use std::collections::BTreeSet;

use crate::{
    kinds,
    model::{Address, Diagnostic},
    plan::{Action, Change, Plan},
};

/// Sees that everything in `protect` exists.
///
/// # Errors
/// Something does not: most likely a slip of the pen that would protect nothing.
pub(super) fn exist(plan: &Plan, protect: &BTreeSet<Address>) -> Result<(), Diagnostic> {
    let slip = protect.iter().find(|address| !plan.changes.contains_key(*address));
    slip.map_or(Ok(()), |address| Err(unknown(address, plan)))
}

/// Lets a plan pass that leaves everything in `protect` where it is.
///
/// # Errors
/// The plan deletes or replaces something protected.
pub(super) fn pass(plan: &Plan, protect: &BTreeSet<Address>) -> Result<(), Diagnostic> {
    for address in protect {
        let Some(goes) = plan.changes.get(address).and_then(goes) else { continue };
        return Err(Diagnostic::error(format!(
            "{address} is protected, and this plan would {goes} it"
        ))
        .help("take it out of `protect` in `[stack]` if that is what you want"));
    }
    Ok(())
}

/// Lets a plan pass whose deletes AWS does not refuse because of what the resources themselves say.
///
/// # Errors
/// The plan deletes or replaces something that says it must not be: better to hear that before the first call than after
/// half of them.
pub(super) fn unguarded(plan: &Plan) -> Result<(), Diagnostic> {
    for (address, change) in &plan.changes {
        let (Some(goes), Some(before)) = (goes(change), &change.before) else { continue };
        let Some(facts) = kinds::get(address.kind()).map(|kind| kind.facts()) else { continue };
        if facts.guarded(before) {
            return Err(Diagnostic::error(format!(
                "{address} has its deletion protection on, and this plan would {goes} it"
            ))
            .note("AWS refuses to delete it until that is off")
            .help("switch it off in the stack file and apply that first"));
        }
    }
    Ok(())
}

/// What a change does to what is there now, if that goes.
const fn goes(change: &Change) -> Option<&'static str> {
    match change.action {
        Action::Delete => Some("delete"),
        Action::Replace(_) => Some("replace"),
        Action::Keep | Action::Create | Action::Update | Action::Forget => None,
    }
}

fn unknown(address: &Address, plan: &Plan) -> Diagnostic {
    let error =
        Diagnostic::error(format!("`protect` names {address}, which this stack does not have"));
    match plan.nearest(address) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("`eksnet plan --json` lists every address"),
    }
}
