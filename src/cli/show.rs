//! `eksnet show`: everything the state remembers.

use super::{Answer, Exit, args::Place, one, screen, setting::Setting, wait_for};
use crate::render;

pub(super) fn show(place: &Place, json: bool) -> Answer {
    let setting = Setting::of_state(place)?;
    let state = wait_for(&setting, async { setting.remembered().await.map_err(one) })?;
    if json {
        let document = serde_json::to_value(&state).map_err(|error| {
            one(crate::model::Diagnostic::error("the state cannot be shown")
                .note(error.to_string()))
        })?;
        screen::say_json(&document);
    } else {
        let resources = state.resources.iter();
        let shown: Vec<String> = resources
            .map(|(address, record)| render::state_show(address, record, screen::style()))
            .collect();
        screen::say(&shown.join("\n"));
    }
    Ok(Exit::Done)
}
