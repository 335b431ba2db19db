//! `eksnet sandbox`: looking into the sandbox from outside, past every state.

use super::{
    Answer, Exit,
    args::{Place, SandboxCommand},
    one, screen,
    setting::Setting,
    wait_for,
};
use crate::render;

pub(super) fn sandbox(command: &SandboxCommand) -> Answer {
    let SandboxCommand::Inventory { place, json } = command;
    let mut place: Place = place.clone();
    place.world.sandbox = true;
    let setting = Setting::of(&place)?;
    wait_for(&setting, async {
        let sandbox = setting.sandbox().map_err(one)?;
        let world = sandbox.world().borrow();
        let things: Vec<_> = world.things().collect();
        if *json {
            screen::say_json(&render::inventory_json(things));
        } else {
            for thing in things {
                screen::say_line(&render::clean(&format!("{:<30} {}", thing.kind, thing.id)));
            }
        }
        Ok(Exit::Done)
    })
}
