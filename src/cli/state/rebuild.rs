//! `eksnet state rebuild`: a state that was lost, restored from what exists.

use std::time::Duration;

use super::super::{Answer, Exit, args::Place, one, screen, setting::Setting, wait_for};
use crate::{
    model::{Account, Diagnostic, Severity},
    provider::Provider,
    rebuild::{self, Rebuilt},
    render,
    stack::Stack,
    state::{Holder, Journal, Recalled, State},
};

/// Which states another may take the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// Those that cannot be used, or remember nothing.
    Nothing,
    /// All of them.
    Any,
}

pub(super) fn rebuild(worth: Worth, place: &Place) -> Answer {
    let setting = Setting::of(place)?;
    screen::diagnose(setting.warnings());
    wait_for(&setting, async {
        let Some(source) = &setting.source else { return Ok(Exit::Done) };
        let provider = setting.provider().await.map_err(one)?;
        let mut journal = locked(&setting, provider.account(), worth).await.map_err(one)?;
        let restored = restored(&*provider, &source.stack, &mut journal).await;
        journal.close().await;
        let text =
            render::rebuilt(&restored.map_err(one)?, &setting.state.to_string(), screen::style());
        screen::say(&text);
        Ok(Exit::Done)
    })
}

/// The place of the state, locked, if what is there may be displaced.
async fn locked(setting: &Setting, account: &Account, worth: Worth) -> Result<Journal, Diagnostic> {
    setting.require_not_left_behind().await?;
    let place = setting.state.to_string();
    let (store, holder) = (setting.store().await?, Holder::here("state rebuild"));
    Journal::displace(store, &holder, setting.born(account.clone()), |there| {
        let state = match there {
            Ok(None) => return Ok(()),
            Ok(Some(Recalled { state, .. })) => state,
            Err(lost) => {
                let lost = Diagnostic { severity: Severity::Warning, help: Vec::new(), ..lost };
                screen::diagnose(&[lost]);
                return Ok(());
            }
        };
        setting.guard_state(&place, &state, account)?;
        if state.is_empty() || worth == Worth::Any {
            return Ok(());
        }
        Err(Diagnostic::error(format!("there is a state in {place}, and nothing is wrong with it"))
            .note(format!("it remembers {} resources", state.resources.len()))
            .help("`eksnet plan` uses it; add --force to rebuild it all the same: it is kept beside the new one"))
    })
    .await
}

/// Looks for everything, and remembers it.
async fn restored(
    provider: &dyn Provider,
    stack: &Stack,
    journal: &mut Journal,
) -> Result<Rebuilt, Diagnostic> {
    let mut rebuilt = rebuild::rebuild(provider, stack).await?;
    let (missing, wait) = (rebuilt.missing.len(), provider.visible_after().unsigned_abs());
    if missing > 0 && wait > 0 {
        // Taking something for lost would make a second one.
        screen::warn(&format!(
            "Not everything is found ({missing} missing). What was made a moment ago may not show yet: looking again in {wait} s."
        ));
        tokio::time::sleep(Duration::from_secs(wait)).await;
        rebuilt = rebuild::rebuild(provider, stack).await?;
    }
    let Rebuilt { resources, choices, .. } = rebuilt.clone();
    let state = State { resources, choices, ..journal.state().clone() };
    journal.become_state(state).await?;
    Ok(rebuilt)
}
