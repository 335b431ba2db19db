//! Where a command takes place: the stack file, the world, the state.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    args::{Place, World},
    screen,
};
use crate::{
    aws::{self, Target, Trust},
    blueprint::{self, Choices},
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
    /// The stack file; none where the state alone says enough, as for `destroy --state`.
    pub(super) source: Option<Source>,
    /// The stack's name.
    pub(super) name: String,
    /// Its Region.
    pub(super) region: String,
    /// The state file.
    pub(super) state: PathBuf,
    world: World,
}

impl Setting {
    /// Reads the stack file and finds the state.
    pub(super) fn of(place: &Place) -> Result<Self, Vec<Diagnostic>> {
        let source = Source::read(&find_stack(place.stack.as_deref())?)?;
        let state = state_path(&source, &place.world)?;
        let Stack { name, region, .. } = source.stack.clone();
        Ok(Self { source: Some(source), name, region, state, world: place.world.clone() })
    }

    /// The same for commands that can do without a stack file when a state is named.
    pub(super) fn of_state(place: &Place) -> Result<Self, Vec<Diagnostic>> {
        let (None, Some(path)) = (&place.stack, &place.world.state) else { return Self::of(place) };
        let path = local(path)?;
        let Some(state) = crate::state::read(&path).map_err(|diagnostic| vec![diagnostic])? else {
            return Err(vec![Diagnostic::error(format!(
                "there is no state at {}",
                path.display()
            ))]);
        };
        let world = World { sandbox: state.provider == "sandbox", ..place.world.clone() };
        Ok(Self {
            source: None,
            name: state.stack,
            region: state.account.region,
            state: path,
            world,
        })
    }

    /// What is worth knowing about the stack file.
    pub(super) fn warnings(&self) -> &[Diagnostic] {
        self.source.as_ref().map_or(&[], |source| &source.warnings)
    }

    /// Whether this is about the sandbox.
    pub(super) const fn is_sandbox(&self) -> bool {
        self.world.sandbox
    }

    /// The sandbox that the command is about.
    pub(super) fn sandbox(&self) -> Result<Sandbox, Diagnostic> {
        let folder = match &self.source {
            Some(source) => state_folder(&source.path).join("sandbox"),
            None => self.state.parent().unwrap_or(Path::new("")).to_owned(),
        };
        let sandbox = Sandbox::open(&folder, &self.region)?;
        if let Some(source) = &self.source {
            sandbox.grant(&blueprint::blueprint(&source.stack, &Choices::new()).0);
        }
        Ok(sandbox)
    }

    /// The door to the world that the command is about.
    pub(super) async fn provider(&self) -> Result<Box<dyn Provider>, Diagnostic> {
        if self.world.sandbox {
            return Ok(Box::new(self.sandbox()?));
        }
        let aws = aws::connect(&self.world.target(&self.region)).await?;
        self.guard_account(&aws.account)?;
        Ok(Box::new(aws))
    }

    /// `[stack] account` names the only account this stack may live in.
    fn guard_account(&self, account: &Account) -> Result<(), Diagnostic> {
        match self.source.as_ref().and_then(|source| source.stack.account.as_ref()) {
            Some(wanted) if *wanted != account.id => Err(Diagnostic::error(format!(
                "the stack file wants account {wanted}, the credentials are for {}",
                account.id
            ))
            .help("use credentials for the account that the stack belongs to")),
            Some(_) | None => Ok(()),
        }
    }

    /// What the stack remembers, without a lock; a new state if there is none.
    pub(super) fn read_state(&self, account: &Account) -> Result<State, Diagnostic> {
        let recalled = crate::state::recall(&self.state)?;
        let state = recalled.map_or_else(
            || self.born(account.clone()),
            |recalled| {
                screen::diagnose(recalled.notice.as_slice());
                recalled.state
            },
        );
        self.guard_state(&state, account)?;
        Ok(state)
    }

    /// What the stack remembers, taken to be of the account that it says, without asking anybody.
    pub(super) fn remembered(&self) -> Result<State, Diagnostic> {
        let state = crate::state::read(&self.state)?;
        let state = state.unwrap_or_else(|| self.born(self.unasked_account()));
        self.guard_state(&state, &state.account)?;
        Ok(state)
    }

    /// The state, locked and open for writing.
    pub(super) fn journal(&self, command: &str, account: &Account) -> Result<Journal, Diagnostic> {
        let journal =
            Journal::open(&self.state, &Holder::here(command), || self.born(account.clone()))?;
        screen::diagnose(journal.notice().map_or(&[], std::slice::from_ref));
        self.guard_state(journal.state(), account)?;
        Ok(journal)
    }

    /// `aws` or `sandbox`.
    const fn provider_name(&self) -> &'static str {
        if self.world.sandbox { "sandbox" } else { "aws" }
    }

    /// An account to plan for when nobody has been asked.
    fn unasked_account(&self) -> Account {
        let id = if self.world.sandbox { ACCOUNT } else { "unknown" };
        Account { id: id.to_owned(), region: self.region.clone() }
    }

    fn born(&self, account: Account) -> State {
        let now = jiff::Timestamp::now().as_nanosecond();
        let lineage = format!("{now:x}-{:x}", std::process::id());
        State::new(&self.name, self.provider_name(), account, lineage)
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
        if state.stack != self.name {
            return refuse("the stack", &state.stack, &self.name);
        }
        if state.account.id != account.id {
            return refuse("account", &state.account.id, &account.id);
        }
        if state.account.region != self.region {
            return refuse("the Region", &state.account.region, &self.region);
        }
        Ok(())
    }
}

impl World {
    /// Where to connect to for what is in `region`.
    fn target(&self, region: &str) -> Target {
        let World { profile, endpoint_url, .. } = self.clone();
        let trust = if self.trust_endpoint { Trust::AnyEndpoint } else { Trust::Aws };
        Target { region: region.to_owned(), profile, endpoint_url, trust }
    }
}

impl Source {
    pub(super) fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let unreadable = |reason: String| {
            let error =
                Diagnostic::error(format!("{} cannot be read", path.display())).note(reason);
            vec![error.help(match meant(path) {
                Some(meant) => format!("did you mean `{}`?", meant.display()),
                None => "name the stack file, such as `stacks/shop.toml`".to_owned(),
            })]
        };
        let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text =
            String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text".to_owned()))?;
        let (stack, mut warnings) = stack::parse(&path.display().to_string(), &text)?;
        warnings.extend(stack::support_warnings(&stack, jiff::Zoned::now().date()));
        Ok(Self { path: path.to_owned(), text, stack, warnings })
    }
}

/// The stack file that a path to no file was probably meant to name: a stack's name, with or without its folder.
fn meant(path: &Path) -> Option<PathBuf> {
    let beside = path.with_extension("toml");
    let inside = Path::new("stacks").join(&beside);
    [beside, inside].into_iter().find(|meant| meant != path && meant.is_file())
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

fn state_path(source: &Source, world: &World) -> Result<PathBuf, Vec<Diagnostic>> {
    let written = source.stack.state.as_ref().filter(|_| !world.sandbox);
    if let Some(url) = world.state.as_ref().or(written) {
        return local(url);
    }
    let folder = state_folder(&source.path);
    let folder = if world.sandbox { folder.join("sandbox") } else { folder };
    Ok(folder.join(format!("{}.json", source.stack.name)))
}

/// The path that the place of a state is.
fn local(url: &str) -> Result<PathBuf, Vec<Diagnostic>> {
    if url.contains("://") {
        return Err(vec![
            Diagnostic::error(format!(
                "this version of eksnet keeps state in files only, not in {url}"
            ))
            .help("name a path"),
        ]);
    }
    Ok(PathBuf::from(url))
}

/// `state/` beside the `stacks/` folder that the file is in, or else here.
fn state_folder(stack: &Path) -> PathBuf {
    let folder = stack.parent().filter(|folder| folder.ends_with("stacks"));
    folder.and_then(Path::parent).unwrap_or(Path::new("")).join("state")
}
