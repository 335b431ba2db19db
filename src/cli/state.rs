//! `eksnet state`: looking into the state, and changing what it remembers without touching AWS.

use super::{Answer, Exit, args::StateCommand, one, screen, setting::Setting};
use crate::{
    model::{Address, Diagnostic},
    render,
    state::{Entry, Journal, State},
};

pub(super) fn state(command: StateCommand) -> Answer {
    match command {
        StateCommand::List { place } => {
            let state = Setting::of_state(&place)?.remembered().map_err(one)?;
            screen::say(&render::state_list(&state, screen::style()));
        }
        StateCommand::Show { address, place } => {
            let state = Setting::of_state(&place.into())?.remembered().map_err(one)?;
            let record =
                state.resources.get(&address).ok_or_else(|| one(unknown(&address, &state)))?;
            screen::say(&render::state_show(&address, record, screen::style()));
        }
        StateCommand::Mv { from, to, place } => {
            let mut journal = open(&Setting::of_state(&place.into())?, "state mv")?;
            require(&from, journal.state())?;
            if from.kind() != to.kind() {
                return Err(one(Diagnostic::error(format!(
                    "{from} cannot become {to}: an address keeps its kind"
                ))));
            }
            if journal.state().resources.contains_key(&to) {
                return Err(one(Diagnostic::error(format!("there is a {to} already")).help(
                    format!("move that away first, or forget it with `eksnet state rm {to}`"),
                )));
            }
            let moved = Entry::Moved { from: from.clone(), to: to.clone() };
            journal.write([moved]).and_then(|()| journal.fold()).map_err(one)?;
            screen::say_line(&format!(
                "{from} is {to} from now on; the next apply changes its tags accordingly."
            ));
        }
        StateCommand::Rm { address, place } => {
            let mut journal = open(&Setting::of_state(&place.into())?, "state rm")?;
            require(&address, journal.state())?;
            let id = journal.state().resources[&address].id.clone();
            let gone = Entry::Gone { address: address.clone(), id: id.clone() };
            journal.write([gone]).and_then(|()| journal.fold()).map_err(one)?;
            screen::say_line(&format!(
                "{address} is forgotten; {id} still exists and still carries its tags."
            ));
        }
    }
    Ok(Exit::Done)
}

/// The state, locked; which account it is of is its own word, for nothing is asked of AWS.
fn open(setting: &Setting, command: &str) -> Result<Journal, Vec<Diagnostic>> {
    let account = setting.remembered().map_err(one)?.account;
    setting.journal(command, &account).map_err(one)
}

fn require(address: &Address, state: &State) -> Result<(), Vec<Diagnostic>> {
    if state.resources.contains_key(address) { Ok(()) } else { Err(one(unknown(address, state))) }
}

fn unknown(address: &Address, state: &State) -> Diagnostic {
    let error = Diagnostic::error(format!("the state has no {address}"));
    let distance = |known: &&Address| strsim::damerau_levenshtein(known.as_str(), address.as_str());
    match state.resources.keys().min_by_key(distance).filter(|nearest| distance(nearest) <= 5) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("`eksnet state list` shows every address"),
    }
}
