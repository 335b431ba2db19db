//! Where a command takes place: the stack file, the world, the state.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::args;
use crate::{
    aws::{self, Target},
    model::{Account, Diagnostic},
    provider::{
        Provider,
        sandbox::{ACCOUNT, Sandbox},
    },
    stack::{self, Stack},
    state::{Holder, Journal, State},
};

/// A stack file that has been read and checked.
pub(super) struct Source {
    /// Its path as the user wrote it.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// What it says.
    pub(super) stack: Stack,
    /// What is worth knowing about it.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Where a command takes place.
pub(super) struct Setting {
    pub(super) source: Source,
    pub(super) world: args::World,
    /// The state file.
    pub(super) state: PathBuf,
}

impl Setting {
    /// Reads the stack file and finds the state.
    pub(super) fn of(place: &args::Place) -> Result<Self, Vec<Diagnostic>> {
        let source = Source::read(&find_stack(place.stack.as_deref())?)?;
        let state = state_path(&source, &place.world)?;
        Ok(Self { source, world: place.world.clone(), state })
    }

    pub(super) fn stack(&self) -> &Stack {
        &self.source.stack
    }

    /// The folder of the sandbox's world.
    pub(super) fn sandbox_folder(&self) -> PathBuf {
        state_folder(&self.source.path).join("sandbox")
    }

    /// The door to the world that the command is about.
    pub(super) async fn provider(&self) -> Result<Box<dyn Provider>, Diagnostic> {
        let region = self.stack().region.clone();
        let provider: Box<dyn Provider> = if self.world.sandbox {
            Box::new(Sandbox::open(&self.sandbox_folder(), &region)?)
        } else {
            let World { profile, endpoint_url, .. } = self.world.clone();
            Box::new(aws::connect(&Target { region, profile, endpoint_url }).await?)
        };
        self.guard_account(provider.account())?;
        Ok(provider)
    }

    /// `[stack] account` names the only account this stack may live in.
    fn guard_account(&self, account: &Account) -> Result<(), Diagnostic> {
        match &self.stack().account {
            Some(wanted) if !self.world.sandbox && *wanted != account.id => Err(Diagnostic::error(format!(
                "the stack file wants account {wanted}, the credentials are for {}",
                account.id
            ))
            .help("use credentials for the account that the stack belongs to")),
            Some(_) | None => Ok(()),
        }
    }

    /// What the stack remembers, without a lock. A new state if there is none.
    pub(super) fn read_state(&self, account: &Account) -> Result<State, Diagnostic> {
        let state = crate::state::read(&self.state)?.unwrap_or_else(|| self.born(account.clone()));
        self.guard_state(&state, account)?;
        Ok(state)
    }

    /// What the stack remembers, if it remembers anything, without asking anybody which account this is.
    pub(super) fn remembered(&self) -> Result<Option<State>, Diagnostic> {
        let state = crate::state::read(&self.state)?;
        if let Some(state) = &state {
            self.guard_state(state, &state.account)?;
        }
        Ok(state)
    }

    /// The state, locked and open for writing.
    pub(super) fn journal(&self, command: &str, account: &Account) -> Result<Journal, Diagnostic> {
        let journal = Journal::open(&self.state, &Holder::here(command), || self.born(account.clone()))?;
        self.guard_state(journal.state(), account)?;
        Ok(journal)
    }

    /// `aws` or `sandbox`.
    pub(super) const fn provider_name(&self) -> &'static str {
        if self.world.sandbox { "sandbox" } else { "aws" }
    }

    /// An account to plan for when nobody has been asked.
    pub(super) fn unasked_account(&self) -> Account {
        let id = if self.world.sandbox { ACCOUNT } else { "unknown" };
        Account { id: id.to_owned(), region: self.stack().region.clone() }
    }

    fn born(&self, account: Account) -> State {
        let now = jiff::Timestamp::now().as_nanosecond();
        let lineage = format!("{:x}-{:x}", now, std::process::id());
        State::new(&self.stack().name, self.provider_name(), account, lineage)
    }

    /// A state belongs to one stack in one account and Region of one world.
    fn guard_state(&self, state: &State, account: &Account) -> Result<(), Diagnostic> {
        let refuse = |what: &str, theirs: &str, ours: &str| {
            Err(Diagnostic::error(format!("{} remembers {what} {theirs}; this run is for {ours}", self.state.display()))
                .help("use the credentials and the stack file that the state belongs to, or name another state with --state"))
        };
        if state.provider != self.provider_name() {
            return refuse("resources of", &state.provider, self.provider_name());
        }
        if state.stack != self.stack().name {
            return refuse("the stack", &state.stack, &self.stack().name);
        }
        if state.account.id != account.id {
            return refuse("account", &state.account.id, &account.id);
        }
        if state.account.region != self.stack().region {
            return refuse("the Region", &state.account.region, &self.stack().region);
        }
        Ok(())
    }
}

use args::World;

impl Source {
    pub(super) fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let unreadable = |reason: String| {
            vec![Diagnostic::error(format!("{} cannot be read", path.display())).note(reason)]
        };
        let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
        let (stack, warnings) = stack::parse(&path.display().to_string(), &text)?;
        Ok(Self { path: path.to_owned(), text, stack, warnings })
    }
}

/// The stack file given, or the only one in `stacks/`.
pub(super) fn find_stack(given: Option<&Path>) -> Result<PathBuf, Vec<Diagnostic>> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    let is_stack = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    let mut files: Vec<PathBuf> = fs::read_dir("stacks")
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(is_stack).collect())
        .unwrap_or_default();
    files.sort();
    match &files[..] {
        [path] => Ok(path.clone()),
        [] => Err(vec![
            Diagnostic::error("there is no stack file in stacks/")
                .help("name one: `eksnet plan path/to/stack.toml`; examples/ has some to copy"),
        ]),
        [..] => {
            let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            Err(vec![
                Diagnostic::error("there are several stack files in stacks/")
                    .note(names.join(", "))
                    .help("name the one you mean: `eksnet plan stacks/…`"),
            ])
        }
    }
}

fn state_path(source: &Source, world: &args::World) -> Result<PathBuf, Vec<Diagnostic>> {
    let given = world.state.as_ref().or(source.stack.state.as_ref().filter(|_| !world.sandbox));
    if let Some(url) = given {
        if url.contains("://") {
            return Err(vec![
                Diagnostic::error(format!("this version of eksnet keeps state in files only, not in {url}"))
                    .help("name a path"),
            ]);
        }
        return Ok(PathBuf::from(url));
    }
    let folder = state_folder(&source.path);
    let folder = if world.sandbox { folder.join("sandbox") } else { folder };
    Ok(folder.join(format!("{}.json", source.stack.name)))
}

/// `state/` beside the `stacks/` folder that the file is in, or else here.
fn state_folder(stack: &Path) -> PathBuf {
    let folder = stack.parent().filter(|folder| folder.ends_with("stacks"));
    folder.and_then(Path::parent).unwrap_or(Path::new("")).join("state")
}
