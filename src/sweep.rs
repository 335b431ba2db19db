//! The sweep: what others put into our network, looked at when something is to go that it may hold.

use crate::{
    model::Diagnostic,
    plan::{self, Plan},
    provider::{Ground, Provider, Reach},
    state::State,
};

/// `plan` with what a look of this `reach` finds in our network, if anything goes that others may live in.
///
/// # Errors
/// AWS refuses to be read.
pub async fn survey(
    provider: &dyn Provider,
    plan: Plan,
    state: &State,
    reach: Reach,
) -> Result<Plan, Diagnostic> {
    let ground = Ground { reach, ..plan::ground(&plan, state) };
    if ground.vpcs.is_empty() || !plan::is_asked_for(&plan) {
        return Ok(plan);
    }
    let strays = provider.strays(&ground).await.map_err(|problem| {
        Diagnostic::error("AWS refused to show what others have in our network")
            .note(format!("AWS: {problem}"))
    })?;
    Ok(plan.with_strays(strays))
}
