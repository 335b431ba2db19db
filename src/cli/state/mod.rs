//! `eksnet state`: looking into the state, and changing what it remembers without touching AWS.

mod copies;
mod migrate;
mod rebuild;
mod unlock;

use super::{Answer, Exit, args::StateCommand, one, screen, setting::Setting, wait_for};
use crate::{
    model::{Address, Diagnostic},
    render,
    state::{Entry, Journal, State},
};

pub(super) fn state(command: StateCommand) -> Answer {
    match command {
        StateCommand::List { place } => {
            let state = remembered(&Setting::of_state(&place)?)?;
            screen::say(&render::state_list(&state, screen::style()));
        }
        StateCommand::Show { address, place } => {
            let state = remembered(&Setting::of_state(&place.into())?)?;
            let record =
                state.resources.get(&address).ok_or_else(|| one(unknown(&address, &state)))?;
            screen::say(&render::state_show(&address, record, screen::style()));
        }
        StateCommand::Mv { from, to, place } => {
            let setting = Setting::of_state(&place.into())?;
            change(&setting, "state mv", |state| mv(&from, &to, state))?;
            screen::say_line(&format!(
                "{from} is {to} from now on; the next apply changes its tags accordingly."
            ));
        }
        StateCommand::Rm { address, place } => {
            let setting = Setting::of_state(&place.into())?;
            let mut id = None;
            change(&setting, "state rm", |state| {
                require(&address, state)?;
                let record = &state.resources[&address];
                id = Some(record.id.clone());
                Ok(Entry::Gone { address: address.clone(), id: record.id.clone() })
            })?;
            let id = id.map(|id| id.to_string()).unwrap_or_default();
            screen::say_line(&format!(
                "{address} is forgotten; {id} still exists and still carries its tags."
            ));
        }
        StateCommand::Pull { place } => return copies::pull(&place),
        StateCommand::Push { file, force, place } => {
            let age = if force { copies::Age::Any } else { copies::Age::NotOlder };
            return copies::push(&file, age, &place.into());
        }
        StateCommand::Migrate { from, place } => return migrate::migrate(&from, &place.into()),
        StateCommand::Rebuild { force, place } => {
            let worth = if force { rebuild::Worth::Any } else { rebuild::Worth::Nothing };
            return rebuild::rebuild(worth, &place);
        }
        StateCommand::Unlock { place } => return unlock::unlock(&place),
    }
    Ok(Exit::Done)
}

fn remembered(setting: &Setting) -> Result<State, Vec<Diagnostic>> {
    wait_for(setting, async { setting.remembered().await.map_err(one) })
}

/// Changes what is remembered by one entry. Which account the state is of is its own word, for nothing is asked of AWS.
fn change(
    setting: &Setting,
    command: &str,
    entry: impl FnOnce(&State) -> Result<Entry, Vec<Diagnostic>>,
) -> Result<(), Vec<Diagnostic>> {
    wait_for(setting, async {
        let account = setting.remembered().await.map_err(one)?.account;
        let mut journal = setting.journal(command, &account).await.map_err(one)?;
        let changed = match entry(journal.state()) {
            Ok(entry) => written(&mut journal, entry).await.map_err(one),
            Err(diagnostics) => Err(diagnostics),
        };
        journal.close().await;
        changed
    })
}

async fn written(journal: &mut Journal, entry: Entry) -> Result<(), Diagnostic> {
    journal.write([entry]).await?;
    journal.fold().await
}

fn mv(from: &Address, to: &Address, state: &State) -> Result<Entry, Vec<Diagnostic>> {
    require(from, state)?;
    if from.kind() != to.kind() {
        return Err(one(Diagnostic::error(format!(
            "{from} cannot become {to}: an address keeps its kind"
        ))));
    }
    if state.resources.contains_key(to) {
        return Err(one(Diagnostic::error(format!("there is a {to} already"))
            .help(format!("move that away first, or forget it with `eksnet state rm {to}`"))));
    }
    Ok(Entry::Moved { from: from.clone(), to: to.clone() })
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
