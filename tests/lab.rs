//! A laboratory: a sandbox world in memory and a state on disk, driven through the same calls as the commands make.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    rc::Rc,
};

use eksnet::{
    apply::{self, Outcome, Stop},
    blueprint::{self, Choices},
    kinds::{self, Tagging},
    model::{Account, Address, Desired, Diagnostic},
    plan::{self, Action, Plan, Replacement, Wish},
    provider::{
        Provider,
        sandbox::{ACCOUNT, Death, Faults, Moment, Sandbox, Thing, World},
    },
    refresh, stack,
    state::{Entry, Holder, Journal, Record, State, Store},
};
use serde_json::json;
use tokio::sync::Notify;

/// A stack's world and memory.
pub struct Lab {
    pub world: Rc<RefCell<World>>,
    folder: tempfile::TempDir,
}

/// What a stack file takes, and the choices made for it.
pub struct Drawn {
    pub name: String,
    pub region: String,
    pub desired: Desired,
    pub choices: Choices,
}

impl Lab {
    pub fn new() -> Self {
        // Many small synced files: memory, where there is some, is kinder to a disk.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self { world: Rc::default(), folder: folder.expect("a temporary folder") }
    }

    pub fn state_path(&self) -> PathBuf {
        self.folder.path().join("shop.json")
    }

    pub fn state(&self) -> Option<State> {
        state_at(&self.state_path())
    }

    /// What `text` takes, given what the state has chosen before.
    pub fn draw(&self, text: &str) -> Drawn {
        let (stack, _) = stack::parse("stack.toml", text)
            .unwrap_or_else(|errors| panic!("the stack has mistakes: {errors:#?}"));
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
        let (desired, choices) = blueprint::blueprint(&stack, &former);
        Drawn { name: stack.name, region: stack.region, desired, choices }
    }

    pub fn sandbox(&self, drawn: &Drawn, faults: Faults) -> Sandbox {
        let sandbox = Sandbox::new(&drawn.region, Rc::clone(&self.world), faults);
        sandbox.grant(&drawn.desired);
        sandbox
    }

    async fn journal(&self, drawn: &Drawn) -> Result<Journal, Diagnostic> {
        let account = Account { id: ACCOUNT.to_owned(), region: drawn.region.clone() };
        Journal::open(Store::file(&self.state_path()), &Holder::here("test"), || {
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
        let journal = self.journal(drawn).await?;
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
        let (outcome, _) = self.try_out(drawn, Faults::default());
        let outcome = outcome.expect("nobody died");
        assert!(outcome.failures.is_empty(), "failed: {:#?}", outcome.failures);
        outcome
    }

    /// Dies at a mutating call; answers whether it came to that.
    pub fn die(&self, drawn: &Drawn, call: u64, moment: Moment) -> bool {
        let dead = Rc::new(Notify::new());
        let bell = Rc::clone(&dead);
        let death = Death { call, moment, die: Rc::new(move || bell.notify_one()) };
        let faults = Faults::dying(death);
        let died = Rc::clone(&dead);
        in_virtual_time(async {
            tokio::select! {
                biased;
                () = died.notified() => true,
                outcome = self.run(drawn, faults.clone()) => {
                    outcome.expect("the run ends");
                    false
                }
            }
        })
    }

    /// Runs with faults; answers the outcome and how many mutating calls were made.
    pub fn try_out(&self, drawn: &Drawn, faults: Faults) -> (Result<Outcome, Diagnostic>, u64) {
        let outcome = in_virtual_time(self.run(drawn, faults.clone()));
        (outcome, faults.mutations())
    }

    /// What `apply` and `destroy` do: settle, refresh, plan, carry out, fold.
    async fn run(&self, drawn: &Drawn, faults: Faults) -> Result<Outcome, Diagnostic> {
        self.run_on(&self.sandbox(drawn, faults), drawn).await
    }

    /// The same on any provider.
    pub async fn run_on(
        &self,
        provider: &dyn Provider,
        drawn: &Drawn,
    ) -> Result<Outcome, Diagnostic> {
        let mut journal = self.journal(drawn).await?;
        apply::settle(provider, &mut journal, &|_| {}).await?;
        let mut observed = refresh::refresh(provider, journal.state()).await?;
        journal.write(refresh::learned(journal.state(), &observed)).await?;
        refresh::meet(provider, &drawn.desired, journal.state(), &mut observed).await?;
        let plan = plan::plan(&drawn.desired, &observed, journal.state(), &Wish::default())?;
        journal.write([Entry::Chosen { choices: drawn.choices.clone() }]).await?;
        let steps = plan::steps(&plan, journal.state());
        let outcome =
            apply::apply(&plan, steps, provider, &mut journal, &|_| {}, &Stop::default()).await?;
        journal.fold().await?;
        Ok(outcome)
    }

    /// Ids of everything that exists, by kind, but for what was there before the stack: it has no fields, or no tag of
    /// ours where it could have one.
    pub fn inventory(&self) -> BTreeMap<String, Vec<String>> {
        let mut world = self.world.borrow_mut();
        // Whatever is on its way out is gone an hour later.
        let later = world.now + 3600.0;
        world.pass_time(later);
        let mut inventory: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let tagged = |thing: &Thing| {
            kinds::get(&thing.kind).is_some_and(|kind| kind.facts().tags != Tagging::None)
        };
        let made = |thing: &&Thing| {
            !thing.tags.is_empty() || (thing.fields != json!({}) && !tagged(thing))
        };
        for thing in world.things().filter(made) {
            inventory.entry(thing.kind.clone()).or_default().push(thing.id.to_string());
        }
        inventory
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
            assert_eq!(facts.normal(record.fields.clone()), thing.fields, "{case}: {address}");
            assert_eq!(record.tags, thing.tags, "{case}: {address}");
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
