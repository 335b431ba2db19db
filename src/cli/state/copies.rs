//! `eksnet state pull` and `push`: copies of a state, taken and put back.

use std::{fs, path::Path};

use super::super::{Answer, Exit, args::Place, one, screen, setting::Setting, wait_for};
use crate::{
    model::Diagnostic,
    state::{Holder, Journal, State},
};

/// Which copies may be put in the place of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// Those that are not older than it.
    NotOlder,
    /// All of them.
    Any,
}

pub(super) fn pull(place: &Place) -> Answer {
    let setting = Setting::of_state(place)?;
    let state = super::remembered(&setting)?;
    screen::say(&state.copy_text());
    Ok(Exit::Done)
}

pub(super) fn push(file: &Path, age: Age, place: &Place) -> Answer {
    let setting = Setting::of(place)?;
    let name = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| {
        one(Diagnostic::error(format!("{name} cannot be read")).note(error.to_string()))
    })?;
    let copy = State::of_copy(&name, &bytes).map_err(one)?;
    setting.guard_state(&name, &copy, &copy.account).map_err(one)?;
    wait_for(&setting, async {
        match age {
            Age::Any => {
                let store = setting.store().await.map_err(one)?;
                let holder = Holder::here("state push");
                Journal::overwrite(store, &holder, copy).await.map_err(one)
            }
            Age::NotOlder => {
                let mut journal =
                    setting.journal("state push", &copy.account).await.map_err(one)?;
                let pushed = replaced(&mut journal, copy, &name).await;
                journal.close().await;
                pushed.map_err(one)
            }
        }
    })?;
    screen::say_line(&format!("{name} is the state in {} from now on.", setting.state));
    Ok(Exit::Done)
}

async fn replaced(journal: &mut Journal, copy: State, name: &str) -> Result<(), Diagnostic> {
    let state = journal.state();
    let refuse = |reason: String| {
        Err(Diagnostic::error(format!("{name} is no successor of the state"))
            .note(reason)
            .help("`eksnet state pull` shows the state; add --force to put the copy in its place all the same"))
    };
    if !state.is_empty() && state.lineage != copy.lineage {
        return refuse(format!(
            "it is of lineage {}, the state of {}",
            copy.lineage, state.lineage
        ));
    }
    if state.lineage == copy.lineage && copy.serial < state.serial {
        return refuse(format!("it has serial {}, the state has {}", copy.serial, state.serial));
    }
    journal.become_state(copy).await
}
