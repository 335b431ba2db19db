//! `eksnet state migrate`: the state of a stack from one place to another.
//!
//! Both places are locked. The new one is written first; then the old one says where its state has gone, so that a run
//! that still looks there is told so and nobody goes on from a copy. Cut short in between, it is asked for again and goes
//! on. From a place to itself it goes to be encrypted.

use super::super::{Answer, Exit, args::Place, one, place, screen, setting::Setting, wait_for};
use crate::{
    model::Diagnostic,
    state::{Encryption, Holder, Journal, State},
};

pub(super) fn migrate(from: &str, args: &Place) -> Answer {
    let setting = Setting::of(args)?;
    let from = place::named(from)?;
    let same = from == setting.state;
    if same && setting.encryption() == Encryption::Unsaid {
        return Err(one(Diagnostic::error(format!(
            "{from} is where the stack file says that the state is"
        ))
        .help("write the new place under `[stack]` as `state`, then migrate from the old one")));
    }
    wait_for(&setting, async {
        let store = setting.store_at(&from).await.map_err(one)?;
        let nothing = || setting.unborn();
        let holder = Holder::here("state migrate");
        let mut old = Journal::open(store, &holder, nothing).await.map_err(one)?;
        let moved = if same {
            encrypted(&setting, &mut old).await
        } else {
            moved(&setting, &from.to_string(), &mut old, &holder).await
        };
        old.close().await;
        moved.map_err(one)
    })?;
    if same {
        screen::say_line(&format!("The state in {from} is encrypted as the stack file says."));
        return Ok(Exit::Done);
    }
    screen::say_line(&format!(
        "The state is in {} from now on; {from} says so to whoever looks there.",
        setting.state
    ));
    Ok(Exit::Done)
}

/// Stays where it is, and is written anew with the keys that the stack file names.
async fn encrypted(setting: &Setting, journal: &mut Journal) -> Result<(), Diagnostic> {
    if journal.is_new() {
        return Err(Diagnostic::error(format!("there is no state in {}", setting.state)));
    }
    let state = journal.state();
    setting.guard_state(&setting.state.to_string(), state, &state.account)?;
    journal.change_keys(setting.keys()?).await
}

async fn moved(
    setting: &Setting,
    from: &str,
    old: &mut Journal,
    holder: &Holder,
) -> Result<(), Diagnostic> {
    let state = old.state().clone();
    if old.is_new() {
        return Err(Diagnostic::error(format!("there is no state in {from}")));
    }
    setting.guard_state(from, &state, &state.account)?;
    let mut new = Journal::open(setting.store().await?, holder, || setting.unborn()).await?;
    let free = new.state().moved.is_some() || new.is_new();
    let same = new.state().lineage == state.lineage && new.state().resources == state.resources;
    let arrived = if free {
        let serial = state.serial.max(new.state().serial);
        new.become_state(State { serial, ..state.clone() }).await
    } else if same {
        Ok(())
    } else {
        Err(Diagnostic::error(format!("there is another state in {}", setting.state))
            .note(format!("it is of lineage {}, the one in {from} of {}", new.state().lineage, state.lineage))
            .help("decide for one of them: `eksnet state pull` and `eksnet state list` show what each remembers"))
    };
    new.close().await;
    arrived?;
    let State { stack, provider, account, lineage, serial, .. } = state;
    let gone = State {
        serial,
        moved: Some(setting.state.to_string()),
        ..State::new(&stack, &provider, account, lineage)
    };
    old.become_state(gone).await
}
