//! Cases for what goes wrong: a world with strangers in it, a stack, and something to be done with the stack.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use eksnet::{
    kinds::{self, Tagging},
    model::{Address, Desired},
    plan::Wish,
    provider::sandbox::{Fault, Faults, Moment, Thing, World},
};
use serde_json::{Value, json};

use super::examples;
use crate::lab::{Drawn, Lab, brief};

/// What is to be done with a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// It is made.
    Create,
    /// Somebody changed this resource; it is set right.
    Update(Address),
    /// This resource is replaced.
    Replace(Address),
    /// All of it is deleted.
    Delete,
}

/// A stack, before it was ever applied and after.
pub struct Stage {
    pub name: String,
    pub text: String,
    /// How many resources it has.
    size: usize,
    raised: OnceCell<Raised>,
    /// All calls that making and deleting it take.
    calm: (OnceCell<u32>, OnceCell<u32>),
}

/// What it takes to play on a stage.
struct Raised {
    /// Mutating calls that it takes to make it.
    calls: u64,
    before: Lab,
    after: Lab,
}

/// Something to be done, and where.
pub struct Case<'a> {
    pub stage: &'a Stage,
    pub work: Work,
}

thread_local! {
    static STAGES: RefCell<Option<Rc<Vec<Stage>>>> = const { RefCell::new(None) };
}

/// Every example and the shop, the smallest first. Made once on each thread.
pub fn stages() -> Rc<Vec<Stage>> {
    STAGES.with_borrow_mut(|stages| Rc::clone(stages.get_or_insert_with(|| Rc::new(built()))))
}

fn built() -> Vec<Stage> {
    let shop = ("shop.toml".to_owned(), include_str!("../../stacks/shop.toml").to_owned());
    let mut stages: Vec<Stage> =
        examples().into_iter().chain([shop]).map(|(name, text)| Stage::new(name, text)).collect();
    stages.sort_by_key(|stage| stage.size);
    stages
}

impl Stage {
    fn new(name: String, text: String) -> Self {
        let size = Lab::new().draw(&text).desired.len();
        Self { name, text, size, raised: OnceCell::new(), calm: Default::default() }
    }

    fn raised(&self) -> &Raised {
        self.raised.get_or_init(|| {
            let before = Lab::within(strangers(&self.text));
            let after = before.twin();
            let drawn = after.draw(&self.text);
            let ended = after.endure(&drawn, &Wish::default(), Faults::default(), &self.name).1;
            Raised { calls: ended.mutations.len() as u64, before, after }
        })
    }

    /// Mutating calls that it takes to make it.
    pub fn calls(&self) -> u64 {
        self.raised().calls
    }

    /// Every address that the stack has.
    pub fn addresses(&self) -> Vec<Address> {
        self.raised().after.state().expect("a state").resources.into_keys().collect()
    }
}

/// A world where another stack has everything that `text` asks for, at the same addresses.
fn strangers(text: &str) -> World {
    let lab = Lab::new();
    let own = text.lines().find(|line| line.starts_with("name ")).expect("a stack has a name");
    let other = text.replacen(own, "name = \"stranger\"", 1);
    let drawn = lab.draw(&other);
    assert_eq!(drawn.name, "stranger");
    lab.carry_out(&drawn);
    // What an account has few of, what the file names by an id of its own or finds, and what there is one of in the
    // world, such as a domain, is left to the stack itself.
    let mut world = lab.world.borrow_mut();
    let facts = |kind: &str| kinds::get(kind).expect("a kind").facts();
    let given = |thing: &&Thing| {
        let tagged = facts(&thing.kind).tags != Tagging::None;
        thing.tags.is_empty() && (thing.fields == json!({}) || tagged)
    };
    let given = world.things().filter(given).map(|thing| thing.id.to_string());
    let own = Lab::new().draw(text).desired;
    let only = own
        .iter()
        .filter_map(|(address, resource)| facts(address.kind()).key(&resource.fields))
        .map(|key| key.0);
    let given: Vec<String> = given.chain(only).collect();
    let scarce = |thing: &&Thing| {
        let quota = facts(&thing.kind).quota;
        let per_region = quota.is_some_and(|quota| quota.per.is_none() && quota.default < 10);
        let fields = thing.fields.to_string();
        given.iter().any(|id| *id == thing.id.0 || fields.contains(id))
            || per_region && thing.kind != "vpc"
    };
    let scarce: Vec<Thing> = world.things().filter(scarce).cloned().collect();
    for thing in scarce {
        world.remove(&thing.kind, &thing.id);
    }
    world.twin()
}

impl Case<'_> {
    pub fn title(&self) -> String {
        match &self.work {
            Work::Create => format!("{}: create", self.stage.name),
            Work::Update(address) => format!("{}: update {address}", self.stage.name),
            Work::Replace(address) => format!("{}: replace {address}", self.stage.name),
            Work::Delete => format!("{}: delete", self.stage.name),
        }
    }

    /// A world in which it is to be done.
    pub fn lab(&self) -> Lab {
        match &self.work {
            Work::Create => self.stage.raised().before.twin(),
            Work::Replace(_) | Work::Delete => self.stage.raised().after.twin(),
            Work::Update(address) => {
                let lab = self.stage.raised().after.twin();
                lab.tamper(address.as_str(), |thing| assert!(changed(thing), "{address}"));
                lab
            }
        }
    }

    pub fn wish(&self) -> Wish {
        match &self.work {
            Work::Replace(address) => {
                Wish { replace: BTreeSet::from([address.clone()]), ..Wish::default() }
            }
            Work::Create | Work::Update(_) | Work::Delete => Wish::default(),
        }
    }

    pub fn draw(&self, lab: &Lab) -> Drawn {
        let drawn = lab.draw(&self.stage.text);
        match &self.work {
            Work::Delete => Drawn { desired: Desired::new(), ..drawn },
            Work::Create | Work::Update(_) | Work::Replace(_) => drawn,
        }
    }

    /// The mutating calls it takes, when nothing goes wrong.
    pub fn mutations(&self) -> Vec<String> {
        let lab = self.lab();
        let drawn = self.draw(&lab);
        lab.endure(&drawn, &self.wish(), Faults::default(), &self.title()).1.mutations
    }

    /// All calls it takes, when nothing goes wrong.
    pub fn calls(&self) -> u32 {
        let calls = match &self.work {
            Work::Create => &self.stage.calm.0,
            Work::Delete => &self.stage.calm.1,
            Work::Update(_) | Work::Replace(_) => &OnceCell::new(),
        };
        *calls.get_or_init(|| {
            let lab = self.lab();
            let drawn = self.draw(&lab);
            lab.endure(&drawn, &self.wish(), Faults::default(), &self.title()).1.sent
        })
    }

    /// Runs until it dies, as often as there are `deaths` to die, and then to the end; then everything is as it should
    /// be. Answers how many of the deaths it came to.
    pub fn survives(&self, faults: &Faults, deaths: &[(Moment, u64)], case: &str) -> usize {
        let lab = self.lab();
        let mut died = 0;
        for (moment, call) in deaths {
            // A replacement that was asked for is not asked for again once it has been begun.
            let wish = if died == 0 { self.wish() } else { Wish::default() };
            let mortal = faults.afresh().and(Fault::Die(*moment, *call));
            if lab.try_out(&self.draw(&lab), &wish, mortal).outcome.is_some() {
                break;
            }
            died += 1;
        }
        lab.endure(&self.draw(&lab), &Wish::default(), faults.afresh(), case);
        self.assert_well(&lab, case);
        died
    }

    /// Nothing is lost, nothing is there twice, nothing of others was touched, and nothing is left to do.
    pub fn assert_well(&self, lab: &Lab, case: &str) {
        lab.assert_strangers_untouched(case);
        if self.work == Work::Delete {
            assert!(lab.inventory().is_empty(), "{case}: left behind {:#?}", lab.inventory());
            assert!(lab.state().expect("a state").is_empty(), "{case}: still remembered");
        } else {
            lab.assert_agrees(case);
            assert_eq!(
                brief(&lab.plan(&self.stage.text)),
                [""; 0],
                "{case}: something is left to do"
            );
        }
    }
}

/// Changes something that can be set right again; answers whether there is anything like that.
pub fn changed(thing: &mut Thing) -> bool {
    let facts = kinds::get(&thing.kind).expect("a kind").facts();
    let fields = thing.fields.as_object_mut().expect("fields are an object");
    let can = |field: &str| !facts.replaces.contains(&field) && !facts.chosen.contains(&field);
    for (field, value) in fields.iter_mut().filter(|(field, _)| can(field)) {
        let other = match &*value {
            Value::Bool(flag) => json!(!flag),
            Value::Number(number) => json!(number.as_u64().unwrap_or_default() + 1),
            Value::String(text) => json!(format!("{text}-changed")),
            Value::Array(items) if !items.is_empty() => json!([]),
            Value::Null | Value::Array(_) | Value::Object(_) => continue,
        };
        let _ = field;
        *value = other;
        return true;
    }
    thing.tags.insert("Name".to_owned(), "mine now".to_owned()).is_some()
}

/// A small generator of its own keeps each case repeatable.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }

    /// From 0 to `bound`, without it.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }

    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.below(of.len() as u64);
        &of[usize::try_from(at).expect("an index")]
    }

    /// One of the stages; a small one rather than a large one, and now and then the largest.
    pub fn stage<'a>(&mut self, stages: &'a [Stage]) -> &'a Stage {
        if let (0, Some(largest)) = (self.below(100), stages.last()) {
            return largest;
        }
        let (one, other) = (self.one_of(stages), self.one_of(stages));
        if one.size < other.size { one } else { other }
    }

    pub fn work(&mut self, stage: &Stage) -> Work {
        match self.below(4) {
            0 => Work::Create,
            1 => Work::Delete,
            2 => Work::Replace(self.one_of(&stage.addresses()).clone()),
            _ => Work::Update(self.one_of(&updatable(stage)).clone()),
        }
    }
}

/// Addresses of what can be changed behind eksnet's back and set right again.
pub fn updatable(stage: &Stage) -> Vec<Address> {
    let things = stage.raised().after.things().into_iter();
    things.filter_map(|(address, mut thing)| changed(&mut thing).then_some(address)).collect()
}

/// How many seeds to try: `usual`, always the same ones, unless `EKSNET_SEEDS` says another number.
pub fn seeds(usual: u64) -> u64 {
    std::env::var("EKSNET_SEEDS").ok().and_then(|asked| asked.parse().ok()).unwrap_or(usual)
}

/// Does `work` for every seed below `seeds`, on as many threads as the machine has; adds up what it answers.
pub fn for_seeds<T: Send + Default>(
    seeds: u64,
    work: impl Fn(u64) -> T + Sync,
    add: impl Fn(T, T) -> T + Sync,
) -> T {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        let (work, add) = (&work, &add);
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    let seeds = (first..seeds).step_by(usize::try_from(threads).expect("few"));
                    seeds.map(work).fold(T::default(), add)
                })
            })
            .collect();
        let ended = workers.into_iter().map(|worker| match worker.join() {
            Ok(sum) => sum,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.fold(T::default(), add)
    })
}
