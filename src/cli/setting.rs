//! Where a command takes place: the stack file, the world, the state.

use std::{
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{
    Clock,
    args::{self, Rehearsal, World},
    one,
    place::{keys, named, place_of, somewhere, state_folder, state_place, usual_place},
    run_on, screen,
};
use crate::{
    aws,
    blueprint::{self, Choices},
    model::{Account, Diagnostic},
    provider::{
        Provider,
        sandbox::{ACCOUNT, Faults, Sandbox},
    },
    stack::{self, Stack},
    state::{Encryption, Holder, Journal, Keyring, Place, Recalled, State, Store},
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
    /// Where its state is kept.
    pub(super) state: Place,
    world: World,
    /// What goes wrong in the sandbox.
    faults: Faults,
}

impl Setting {
    /// Reads the stack file and finds the state.
    pub(super) fn of(place: &args::Place) -> Result<Self, Vec<Diagnostic>> {
        let source = Source::read(&find_stack(place.stack.as_deref())?)?;
        let state = state_place(&source, &place.world)?;
        let Stack { name, region, .. } = source.stack.clone();
        let (world, faults) = (place.world.clone(), Faults::default());
        Ok(Self { source: Some(source), name, region, state, world, faults })
    }

    /// The same for commands that can do without a stack file when a state is named.
    pub(super) fn of_state(place: &args::Place) -> Result<Self, Vec<Diagnostic>> {
        let args = place;
        let (None, Some(path)) = (&args.stack, &args.world.state) else { return Self::of(args) };
        let place = named(path)?;
        let recalled = run_on(Clock::Real, async {
            let region = somewhere();
            let keys = keys(Encryption::Unsaid, &args.world, &region).map_err(one)?;
            let store = place_of(&place, &args.world, &region).await.map_err(one)?;
            let mut store = store.with_keys(keys);
            store.recall().await.map_err(one)
        })?;
        let Some(Recalled { state, .. }) = recalled else {
            return Err(one(Diagnostic::error(format!("there is no state at {place}"))));
        };
        let world = World { sandbox: state.provider == "sandbox", ..args.world.clone() };
        Ok(Self {
            source: None,
            name: state.stack,
            region: state.account.region,
            state: place,
            world,
            faults: Faults::default(),
        })
    }

    /// The same where this goes wrong.
    pub(super) fn rehearsing(mut self, rehearsal: &Rehearsal) -> Self {
        let faults = rehearsal.faults.iter().copied().fold(self.faults, Faults::and);
        self.faults = faults.dying_by(Rc::new(|| {
            screen::warn("The process dies here, as --sandbox-fault asks.");
            // Like a kill: nothing is dropped, flushed or said on the way out.
            std::process::abort();
        }));
        self
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
            None => self.state.folder().to_owned(),
        };
        let sandbox = Sandbox::open(&folder, &self.region, self.faults.clone())?;
        if let Some(source) = &self.source {
            blueprint::existing(&source.stack).iter().for_each(|one| sandbox.grant_existing(one));
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

    /// The same for a look at what a state remembers: its account is taken for that of the credentials, which
    /// [`Self::guard_look`] has to confirm.
    pub(super) async fn provider_of(
        &self,
        account: &Account,
    ) -> Result<Box<dyn Provider>, Diagnostic> {
        if self.world.sandbox {
            return self.provider().await;
        }
        Ok(Box::new(aws::connect_as(&self.world.target(&self.region), account).await?))
    }

    /// Asks whether `provider` looks into the account that it was taken for.
    pub(super) async fn guard_look(&self, provider: &dyn Provider) -> Result<(), Diagnostic> {
        let (taken, account) = (provider.account(), provider.identity().await?);
        self.guard_account(&account)?;
        if account.id == taken.id {
            return Ok(());
        }
        Err(belongs_elsewhere(&self.state.to_string(), "account", &taken.id, &account.id))
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

    /// What the stack remembers, if it does, without a lock; taken to be of the account that it says.
    pub(super) async fn recalled(&self) -> Result<Option<State>, Diagnostic> {
        let Some(Recalled { state, notice, .. }) = self.store().await?.recall().await? else {
            self.require_not_left_behind().await?;
            return Ok(None);
        };
        screen::diagnose(notice.as_slice());
        self.guard_state(&self.state.to_string(), &state, &state.account)?;
        Ok(Some(state))
    }

    /// The same without asking anybody; a state of nothing where there is none.
    pub(super) async fn remembered(&self) -> Result<State, Diagnostic> {
        Ok(self.recalled().await?.unwrap_or_else(|| self.unborn()))
    }

    /// The state, locked and open for writing.
    pub(super) async fn journal(
        &self,
        command: &str,
        account: &Account,
    ) -> Result<Journal, Diagnostic> {
        let store = self.store().await?.on(self.faults.disk());
        let holder = Holder::here(command);
        let journal = Journal::open(store, &holder, || self.born(account.clone())).await?;
        screen::diagnose(journal.notice().map_or(&[], std::slice::from_ref));
        let fits = match self.guard_state(&self.state.to_string(), journal.state(), account) {
            Ok(()) if journal.is_new() => self.require_not_left_behind().await,
            fits => fits,
        };
        match fits {
            Ok(()) => Ok(journal),
            Err(diagnostic) => {
                journal.close().await;
                Err(diagnostic)
            }
        }
    }

    /// Refuses to begin anew in a place while the usual one holds the stack's state: it was not moved.
    pub(super) async fn require_not_left_behind(&self) -> Result<(), Diagnostic> {
        let Some(source) = &self.source else { return Ok(()) };
        let usual = usual_place(source, &self.world);
        if usual == self.state {
            return Ok(());
        }
        match self.store_at(&usual).await?.recall().await? {
            Some(Recalled { state, .. }) if !state.is_empty() && state.stack == self.name => {
                Err(Diagnostic::error(format!(
                    "there is no state in {}, but there is one in {usual}",
                    self.state
                ))
                .help(format!("move it: `eksnet state migrate {usual}`")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The state's place, ready to be read or locked.
    pub(super) async fn store(&self) -> Result<Store, Diagnostic> {
        Ok(place_of(&self.state, &self.world, &self.region).await?.with_keys(self.keys()?))
    }

    /// Another place, or this one however it is encrypted, ready to be read or locked.
    pub(super) async fn store_at(&self, place: &Place) -> Result<Store, Diagnostic> {
        let keys = keys(Encryption::Unsaid, &self.world, &self.region)?;
        Ok(place_of(place, &self.world, &self.region).await?.with_keys(keys))
    }

    /// What the stack file says about encryption. The sandbox has no secrets.
    pub(super) fn encryption(&self) -> Encryption {
        let said = self.source.as_ref().and_then(|source| source.stack.encryption.as_deref());
        match said.filter(|_| !self.world.sandbox) {
            None => Encryption::Unsaid,
            Some("passphrase") => Encryption::Passphrase,
            Some(key) => Encryption::Key(key.to_owned()),
        }
    }

    /// The keys of the state as the stack file says.
    pub(super) fn keys(&self) -> Result<Keyring, Diagnostic> {
        keys(self.encryption(), &self.world, &self.region)
    }

    /// A state of this stack that remembers nothing, of no account yet.
    pub(super) fn unborn(&self) -> State {
        self.born(self.unasked_account())
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

    /// A state of this stack in `account` that remembers nothing.
    pub(super) fn born(&self, account: Account) -> State {
        let now = jiff::Timestamp::now().as_nanosecond();
        let lineage = format!("{now:x}-{:x}", std::process::id());
        State::new(&self.name, self.provider_name(), account, lineage)
    }

    /// A state belongs to one stack in one account and Region of one world.
    pub(super) fn guard_state(
        &self,
        place: &str,
        state: &State,
        account: &Account,
    ) -> Result<(), Diagnostic> {
        if let Some(new) = &state.moved {
            return Err(Diagnostic::error(format!("the state in {place} has been moved to {new}"))
                .help(format!("write `state = \"{new}\"` under `[stack]`, or add --state {new}")));
        }
        let refuse = |what, theirs, ours| Err(belongs_elsewhere(place, what, theirs, ours));
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

/// What a state remembers is not what a run is for.
fn belongs_elsewhere(place: &str, what: &str, theirs: &str, ours: &str) -> Diagnostic {
    Diagnostic::error(format!("{place} remembers {what} {theirs}; this run is for {ours}"))
        .help("use the credentials and the stack file that the state belongs to, or name another state with --state")
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
