//! A laboratory: a sandbox world in memory and a state on disk, driven through the same calls as the commands make.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    rc::Rc,
};

use eksnet::{
    apply::{self, Outcome, Stop},
    blueprint::{self, Choices},
    kinds::{self, Tagging},
    model::{Account, Address, Desired, Diagnostic, Identity},
    plan::{self, Action, Plan, Replacement, Wish},
    provider::{
        Provider, Reach,
        sandbox::{ACCOUNT, Fault, Faults, Moment, Sandbox, Thing, World},
    },
    refresh,
    stack::{self, Stack},
    state::{Disk, Entry, Holder, Journal, Record, State, Store},
    sweep,
};
use serde_json::json;

/// A stack's world and memory.
pub struct Lab {
    pub world: Rc<RefCell<World>>,
    folder: tempfile::TempDir,
    /// What was there before the stack, and belongs to somebody else.
    strangers: Rc<Vec<Thing>>,
}

/// What a stack file takes, and the choices made for it.
#[derive(Clone)]
pub struct Drawn {
    pub name: String,
    pub region: String,
    pub desired: Desired,
    pub choices: Choices,
}

/// How a run with faults ended.
pub struct Ended {
    /// What became of it; nothing if it died.
    pub outcome: Option<Result<Outcome, Diagnostic>>,
    /// Calls made, and those of them that were not throttled.
    pub sent: u32,
    pub served: u32,
    /// Every mutating call: kind and action.
    pub mutations: Vec<String>,
    /// How many writes, syncs and renames of the state there were.
    pub disk: u64,
    /// Bytes that were written to snapshot and journal; nothing if it died.
    pub written: u64,
}

thread_local! {
    /// What has been read and drawn on this thread: thousands of cases begin with the same few stacks.
    static PARSED: RefCell<HashMap<String, Rc<Stack>>> = RefCell::default();
    static DRAWN: RefCell<HashMap<(String, Choices), Drawn>> = RefCell::default();
}

impl Lab {
    pub fn new() -> Self {
        Self::within(World::default())
    }

    /// A lab in a world where there is something already.
    pub fn within(world: World) -> Self {
        let strangers = Rc::new(world.things().cloned().collect());
        let world = Rc::new(RefCell::new(world));
        Self { world, folder: folder(), strangers }
    }

    /// A lab in which the same has happened.
    pub fn twin(&self) -> Self {
        let mut twin = Self::within(self.world.borrow().twin());
        twin.strangers = Rc::clone(&self.strangers);
        for entry in std::fs::read_dir(self.folder.path()).expect("the folder").flatten() {
            std::fs::copy(entry.path(), twin.folder.path().join(entry.file_name()))
                .expect("a copy");
        }
        twin
    }

    pub fn state_path(&self) -> PathBuf {
        self.folder.path().join("shop.json")
    }

    pub fn state(&self) -> Option<State> {
        state_at(&self.state_path())
    }

    /// What `text` takes, given what the state has chosen before.
    pub fn draw(&self, text: &str) -> Drawn {
        let stack = parsed(text);
        let mut former = self.state().map(|state| state.choices).unwrap_or_default();
        let existing = blueprint::existing(&stack);
        if !existing.is_empty() {
            in_virtual_time(async {
                let world = Rc::clone(&self.world);
                let sandbox = Sandbox::new(&stack.region, world, Faults::default());
                existing.iter().for_each(|one| sandbox.grant_existing(one));
                refresh::look_up(&sandbox, &existing, &mut former).await.expect("what exists");
            });
        }
        let key = (text.to_owned(), former);
        if let Some(drawn) = DRAWN.with_borrow(|all| all.get(&key).cloned()) {
            return drawn;
        }
        let (desired, choices) = blueprint::blueprint(&stack, &key.1);
        let drawn =
            Drawn { name: stack.name.clone(), region: stack.region.clone(), desired, choices };
        DRAWN.with_borrow_mut(|all| all.insert(key, drawn.clone()));
        drawn
    }

    pub fn sandbox(&self, drawn: &Drawn, faults: Faults) -> Sandbox {
        let sandbox = Sandbox::new(&drawn.region, Rc::clone(&self.world), faults);
        sandbox.grant(&drawn.desired);
        sandbox
    }

    async fn journal(&self, drawn: &Drawn, disk: Disk) -> Result<Journal, Diagnostic> {
        let account = Account { id: ACCOUNT.to_owned(), region: drawn.region.clone() };
        Journal::open(Store::file(&self.state_path()).on(disk), &Holder::here("test"), || {
            State::new(&drawn.name, "sandbox", account, "lineage".to_owned())
        })
        .await
    }

    /// The plan for `text` after a refresh.
    pub fn plan(&self, text: &str) -> Plan {
        self.plan_drawn(&self.draw(text), &Wish::default())
    }

    pub fn plan_drawn(&self, drawn: &Drawn, wish: &Wish) -> Plan {
        in_virtual_time(async {
            let provider = self.sandbox(drawn, Faults::default());
            self.plan_on(&provider, drawn, wish).await.expect("a plan")
        })
    }

    /// The plan on any provider.
    pub async fn plan_on(
        &self,
        provider: &dyn Provider,
        drawn: &Drawn,
        wish: &Wish,
    ) -> Result<Plan, Diagnostic> {
        let journal = self.journal(drawn, Disk::default()).await?;
        let mut observed = refresh::refresh(provider, journal.state()).await?;
        refresh::meet(provider, &drawn.desired, journal.state(), &mut observed).await?;
        plan::plan(&drawn.desired, &observed, journal.state(), wish)
    }

    /// Applies `text`; everything has to succeed.
    pub fn apply(&self, text: &str) -> Outcome {
        self.carry_out(&self.draw(text))
    }

    /// Destroys everything; everything has to succeed.
    pub fn destroy(&self, text: &str) -> Outcome {
        self.carry_out(&Drawn { desired: Desired::new(), ..self.draw(text) })
    }

    pub fn carry_out(&self, drawn: &Drawn) -> Outcome {
        self.endure(drawn, &Wish::default(), Faults::default(), "nothing goes wrong").0
    }

    /// Carries `drawn` out whatever goes wrong; everything has to succeed.
    pub fn endure(
        &self,
        drawn: &Drawn,
        wish: &Wish,
        faults: Faults,
        case: &str,
    ) -> (Outcome, Ended) {
        let mut ended = self.try_out(drawn, wish, faults);
        let outcome = ended.outcome.take().unwrap_or_else(|| panic!("{case}: it died"));
        let outcome = outcome.unwrap_or_else(|diagnostic| panic!("{case}: {diagnostic:#?}"));
        assert!(outcome.failures.is_empty(), "{case}: failed: {:#?}", outcome.failures);
        assert!(outcome.skipped.is_empty(), "{case}: skipped: {:#?}", outcome.skipped);
        (outcome, ended)
    }

    /// Dies at a mutating call; answers whether it came to that.
    pub fn die(&self, drawn: &Drawn, call: u64, moment: Moment) -> bool {
        let faults = Faults::default().and(Fault::Die(moment, call));
        self.try_out(drawn, &Wish::default(), faults).outcome.is_none()
    }

    /// Runs with faults, to an end or to death.
    pub fn try_out(&self, drawn: &Drawn, wish: &Wish, faults: Faults) -> Ended {
        in_virtual_time(async {
            let provider = self.sandbox(drawn, faults.clone());
            let outcome = tokio::select! {
                biased;
                () = faults.death() => None,
                outcome = self.run(drawn, wish, &provider, faults.disk()) => Some(outcome),
            };
            let sent = provider.calls().values().sum();
            let served = sent - provider.throttled();
            let outcome = outcome.filter(|_| !faults.dead());
            let written = outcome.as_ref().and_then(|run| run.as_ref().ok()).map_or(0, |run| run.1);
            let outcome = outcome.map(|run| run.map(|(outcome, _)| outcome));
            let (mutations, disk) = (faults.mutations(), faults.disk_operations());
            Ended { outcome, sent, served, mutations, disk, written }
        })
    }

    /// Carries `drawn` out on any provider.
    pub async fn run_on(
        &self,
        provider: &dyn Provider,
        drawn: &Drawn,
    ) -> Result<Outcome, Diagnostic> {
        let (outcome, _) = self.run(drawn, &Wish::default(), provider, Disk::default()).await?;
        Ok(outcome)
    }

    /// What `apply` and `destroy` do: settle, refresh, plan, carry out, fold. Answers what became of it, and how many bytes
    /// were written down on the way.
    async fn run(
        &self,
        drawn: &Drawn,
        wish: &Wish,
        provider: &dyn Provider,
        disk: Disk,
    ) -> Result<(Outcome, u64), Diagnostic> {
        let mut journal = self.journal(drawn, disk).await?;
        apply::settle(provider, &mut journal, &|_| {}).await?;
        let (mut observed, reach) = if drawn.desired.is_empty() {
            (refresh::glance(provider, journal.state()).await?, Reach::Guests)
        } else {
            (refresh::refresh(provider, journal.state()).await?, Reach::Everything)
        };
        journal.write(refresh::learned(journal.state(), &observed)).await?;
        refresh::meet(provider, &drawn.desired, journal.state(), &mut observed).await?;
        let plan = plan::plan(&drawn.desired, &observed, journal.state(), wish)?;
        let plan = sweep::survey(provider, plan, journal.state(), reach).await?;
        journal.write([Entry::Chosen { choices: drawn.choices.clone() }]).await?;
        let steps = plan::steps(&plan, journal.state());
        let outcome =
            apply::apply(&plan, steps, provider, &mut journal, &|_| {}, &Stop::default()).await?;
        journal.fold().await?;
        Ok((outcome, journal.written()))
    }

    /// Ids of everything that exists, by kind, but for what was there before the stack: it has no fields, or no tag of
    /// ours where it could have one.
    pub fn inventory(&self) -> BTreeMap<String, Vec<String>> {
        let mut world = self.world.borrow_mut();
        // Whatever is on its way out is gone an hour later.
        let later = world.now + 3600.0;
        world.pass_time(later);
        let mut inventory: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let strange: BTreeSet<(&str, &Identity)> =
            self.strangers.iter().map(|thing| (thing.kind.as_str(), &thing.id)).collect();
        let tagged = |thing: &Thing| {
            kinds::get(&thing.kind).is_some_and(|kind| kind.facts().tags != Tagging::None)
        };
        let made = |thing: &&Thing| {
            (!thing.tags.is_empty() || (thing.fields != json!({}) && !tagged(thing)))
                && !strange.contains(&(thing.kind.as_str(), &thing.id))
        };
        for thing in world.things().filter(made) {
            inventory.entry(thing.kind.clone()).or_default().push(thing.id.to_string());
        }
        inventory
    }

    /// What belongs to somebody else is as it was.
    pub fn assert_strangers_untouched(&self, case: &str) {
        let world = self.world.borrow();
        for thing in &*self.strangers {
            assert_eq!(world.get(&thing.kind, &thing.id), Some(thing), "{case}");
        }
    }

    /// State and world agree: everything that exists is remembered as it is, everything remembered exists, and nothing
    /// is left half done.
    pub fn assert_agrees(&self, case: &str) {
        let state = self.state().expect("a state");
        assert!(state.open.is_empty(), "{case}: open {:#?}", state.open);
        assert!(state.deposed.is_empty(), "{case}: deposed {:#?}", state.deposed);
        let inventory = self.inventory();
        let mut exist: Vec<(&str, &str)> = inventory
            .iter()
            .flat_map(|(kind, ids)| ids.iter().map(|id| (kind.as_str(), id.as_str())))
            .collect();
        let mut remembered: Vec<(&str, &str)> = state
            .resources
            .iter()
            .map(|(address, record)| (address.kind(), record.id.as_str()))
            .collect();
        exist.sort_unstable();
        remembered.sort_unstable();
        assert_eq!(exist, remembered, "{case}");
        for (address, thing) in self.things() {
            let record = &state.resources[&address];
            let facts = kinds::get(address.kind()).expect("a kind").facts();
            assert_eq!(facts.normal((*record.fields).clone()), thing.fields, "{case}: {address}");
            assert_eq!(*record.tags, thing.tags, "{case}: {address}");
            for (output, value) in &thing.outputs {
                assert_eq!(record.outputs.get(output), Some(value), "{case}: {address}.{output}");
            }
        }
    }

    /// Everything that the state remembers, as it really is.
    pub fn things(&self) -> BTreeMap<Address, Thing> {
        let state = self.state().expect("a state");
        let world = self.world.borrow();
        let thing = |address: &Address, record: &Record| {
            let thing = world.get(address.kind(), &record.id);
            thing.unwrap_or_else(|| panic!("{address} is not there")).clone()
        };
        let resources = state.resources.iter();
        resources.map(|(address, record)| (address.clone(), thing(address, record))).collect()
    }

    /// The thing that the state has at `address`.
    pub fn thing(&self, address: &str) -> Thing {
        let address: Address = address.parse().expect("an address");
        self.things().remove(&address).unwrap_or_else(|| panic!("no {address}"))
    }

    /// Changes what the state has at `address` behind its back.
    pub fn tamper(&self, address: &str, change: impl FnOnce(&mut Thing)) {
        let mut thing = self.thing(address);
        change(&mut thing);
        self.world.borrow_mut().put(thing);
    }
}

/// A folder that goes with its value. Many small synced files: memory, where there is some, is kinder to a disk.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

fn parsed(text: &str) -> Rc<Stack> {
    if let Some(stack) = PARSED.with_borrow(|all| all.get(text).cloned()) {
        return stack;
    }
    let (stack, _) = stack::parse("stack.toml", text)
        .unwrap_or_else(|errors| panic!("the stack has mistakes: {errors:#?}"));
    let stack = Rc::new(stack);
    PARSED.with_borrow_mut(|all| all.insert(text.to_owned(), Rc::clone(&stack)));
    stack
}

/// What the state in the file at `path` remembers.
pub fn state_at(path: &Path) -> Option<State> {
    let recalled = in_virtual_time(Store::file(path).recall()).expect("the state reads");
    recalled.map(|recalled| recalled.state)
}

/// Runs a future on a clock that goes as fast as it can.
pub fn in_virtual_time<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// What a plan does, one short line for each change that is not a keep: `+ subnet.a`, `~ vpc.shop`, `-/+ nat_gateway.a`.
pub fn brief(plan: &Plan) -> Vec<String> {
    let sign = |action| match action {
        Action::Keep => None,
        Action::Create => Some("+"),
        Action::Update => Some("~"),
        Action::Delete => Some("-"),
        Action::Forget => Some("x"),
        Action::Replace(Replacement::CreateFirst) => Some("+/-"),
        Action::Replace(Replacement::DeleteFirst) => Some("-/+"),
    };
    let changes = plan.changes.iter();
    changes
        .filter_map(|(address, change)| Some(format!("{} {address}", sign(change.action)?)))
        .collect()
}
