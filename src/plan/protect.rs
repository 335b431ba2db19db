//! `protect`: what a stack file says must never be deleted or replaced.

use std::collections::BTreeSet;

use crate::{
    model::{Address, Diagnostic},
    plan::{Action, Plan},
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
        let goes = match plan.changes.get(address).map(|change| change.action) {
            Some(Action::Delete) => "delete",
            Some(Action::Replace(_)) => "replace",
            Some(Action::Keep | Action::Create | Action::Update | Action::Forget) | None => {
                continue;
            }
        };
        return Err(Diagnostic::error(format!(
            "{address} is protected, and this plan would {goes} it"
        ))
        .help("take it out of `protect` in `[stack]` if that is what you want"));
    }
    Ok(())
}

fn unknown(address: &Address, plan: &Plan) -> Diagnostic {
    let error =
        Diagnostic::error(format!("`protect` names {address}, which this stack does not have"));
    match plan.nearest(address) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("`eksnet plan --json` lists every address"),
    }
}
