//! `eksnet state unlock`: takes a lease from its holder. Hardly ever of use: a lease whose holder has died ends by itself.

use super::super::{Answer, Exit, args::Place, one, screen, setting::Setting, wait_for};
use crate::{model::Diagnostic, state::Revoked};

pub(super) fn unlock(place: &Place) -> Answer {
    let setting = Setting::of_state(place)?;
    wait_for(&setting, async {
        let store = setting.store().await.map_err(one)?;
        let Some((holder, age)) = store.leaseholder().await.map_err(one)? else {
            screen::say_line(&format!(
                "There is nothing to release: no lease on {} is held. The lock of a state file goes with its process.",
                setting.state
            ));
            return Ok(Exit::Done);
        };
        let heard =
            age.map_or_else(String::new, |age| format!("; last heard of {} s ago", age.as_secs()));
        screen::say_line(&format!("The state is in use by {}{heard}.", holder.words()));
        screen::say_line(
            "If that run has died, its lease ends by itself: the next run waits for it and takes over.",
        );
        screen::say_line(
            "If it lives, it can write nothing from now on, and stops before its next call.",
        );
        if !screen::confirm("Take the lease from it?").await.map_err(one)? {
            screen::say_line("Nothing has been changed.");
            return Ok(Exit::Failed);
        }
        match store.revoke(&holder).await.map_err(one)? {
            Revoked::Done => {
                screen::say_line("Released.");
                Ok(Exit::Done)
            }
            Revoked::Moved => Err(one(Diagnostic::error("it is not held by that run any more"))),
        }
    })
}
