//! `eksnet state migrate`: the state of a stack from one place to another.
//!
//! Both places are locked. The new one is written first; then the old one says where its state has gone, so that a run
//! that still looks there is told so and nobody goes on from a copy. Cut short in between, it is asked for again and goes
//! on.

use super::super::{
    Answer, Exit,
    args::Place,
    one, screen,
    setting::{self, Setting},
    wait_for,
};
use crate::{
    model::Diagnostic,
    state::{Holder, Journal, State},
};

pub(super) fn migrate(from: &str, place: &Place) -> Answer {
    let setting = Setting::of(place)?;
    let from = setting::named(from)?;
    if from == setting.state {
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
        let moved = moved(&setting, &from.to_string(), &mut old, &holder).await;
        old.close().await;
        moved.map_err(one)
    })?;
    screen::say_line(&format!(
        "The state is in {} from now on; {from} says so to whoever looks there.",
        setting.state
    ));
    Ok(Exit::Done)
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
