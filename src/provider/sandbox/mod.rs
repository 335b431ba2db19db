//! The sandbox: a world with AWS's laws and no account.
//!
//! It knows no kind by name. From the fields and facts of the kinds alone it invents ids and outputs, refuses references
//! to nothing, deletes of what others hold, second copies of what may exist once, changes of what cannot change and
//! counts beyond a quota; honours client tokens; takes the usual durations, on tokio's clock, which runs as fast as it
//! can when paused; and throttles by the published token buckets. It is stricter than AWS on purpose.

mod call;
mod eyes;
mod faults;
mod holds;
mod laws;
mod log;
mod refusals;
mod spec;
mod strays;
mod world;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    rc::Rc,
    time::Duration,
};

use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::time::Instant;

use eyes::Through;
pub use faults::Faults;
pub use spec::{Fault, Moment};
pub use world::{Thing, Wild, World};

use crate::{
    aws::{Gather, TagChange, rates::Rates},
    kinds::{self, Existing, Facts, Found, Made, Order, TAG_STACK, Tagging},
    model::{Account, Desired, Diagnostic, Identity, Problem},
    provider::{Answer, Ground, Owned, Provider, Stray},
    strays::judge,
};

/// The sandbox's own account number.
pub const ACCOUNT: &str = "123456789012";

/// A provider whose world is a file, or lives in memory.
pub struct Sandbox {
    account: Account,
    world: Rc<RefCell<World>>,
    /// The world's time when this process began, and tokio's.
    began: (f64, Instant),
    faults: Faults,
    /// Our own pacing, and AWS's side of the same buckets.
    pacing: RefCell<Rates>,
    buckets: RefCell<Rates>,
    counts: RefCell<BTreeMap<String, u32>>,
    throttled: Cell<u32>,
    /// Changes of the same moment that one call makes, by kind.
    updates: RefCell<BTreeMap<&'static str, Rc<Gather<()>>>>,
    /// When each reading action was last called: kinds that read from one Describe share the call.
    reads: RefCell<HashMap<&'static str, Instant>>,
}

impl Sandbox {
    /// A sandbox in `region` around a world that others may hold too.
    pub fn new(region: &str, world: Rc<RefCell<World>>, faults: Faults) -> Self {
        let now = world.borrow().now;
        Self {
            account: Account { id: ACCOUNT.to_owned(), region: region.to_owned() },
            world,
            began: (now, Instant::now()),
            faults,
            pacing: RefCell::default(),
            buckets: RefCell::default(),
            counts: RefCell::default(),
            throttled: Cell::new(0),
            updates: RefCell::default(),
            reads: RefCell::default(),
        }
    }

    /// The sandbox of `region` whose world is kept in `folder`.
    ///
    /// # Errors
    /// The world's file cannot be read or written, or another process is in it.
    pub fn open(folder: &Path, region: &str, faults: Faults) -> Result<Self, Diagnostic> {
        let world = World::open(&folder.join(format!("{region}.world")))?;
        Ok(Self::new(region, Rc::new(RefCell::new(world)), faults))
    }

    /// Makes whatever `desired` names by an id of its own exist: a stack file that says "this address is mine already"
    /// can be tried out without an account.
    pub fn grant(&self, desired: &Desired) {
        let mut world = self.world.borrow_mut();
        for resource in desired.values() {
            for (facts, id) in refusals::dangling(&world, &resource.fields) {
                let now = world.now;
                world.put(Thing::given(facts, id, now));
            }
        }
    }

    /// The same for something that a stack uses without owning it.
    pub fn grant_existing(&self, existing: &Existing) {
        let mut world = self.world.borrow_mut();
        laws::grant(&mut world, &self.account, existing);
    }

    /// The world inside.
    pub fn world(&self) -> &Rc<RefCell<World>> {
        &self.world
    }

    /// How many calls were throttled.
    pub fn throttled(&self) -> u32 {
        self.throttled.get()
    }

    fn time(&self) -> f64 {
        let (now, began) = self.began;
        now + began.elapsed().as_secs_f64()
    }
}

impl Provider for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn now(&self) -> i64 {
        // Whole seconds are enough for ages.
        Duration::from_secs_f64(self.time()).as_secs().cast_signed()
    }

    fn visible_after(&self) -> i64 {
        90
    }

    fn create<'a>(
        &'a self,
        facts: &'static Facts,
        batch: &'a [Order],
    ) -> Answer<'a, Vec<Result<Made, Problem>>> {
        Box::pin(async move {
            let effect = |world: &mut World, time: f64| {
                // One call is all or nothing: where one is refused, so are all.
                let mut made = Vec::with_capacity(batch.len());
                for order in batch {
                    match laws::create(world, &self.account, facts, order, time) {
                        Ok(thing) => made.push(thing),
                        Err(problem) => {
                            for thing in &made {
                                let thing: &Thing = thing;
                                world.unmake(&thing.kind, &thing.id);
                            }
                            return Err(problem);
                        }
                    }
                }
                Ok(made)
            };
            match self.mutate(facts.name, facts.calls.create, effect).await.and_then(|made| made) {
                Ok(things) => things
                    .into_iter()
                    .map(|thing| {
                        let outputs = thing.told_at_once(facts);
                        Ok(Made { id: Some(thing.id), outputs, ready: false })
                    })
                    .collect(),
                Err(problem) => vec![Err(problem); batch.len()],
            }
        })
    }

    fn read<'a>(
        &'a self,
        facts: &'static Facts,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move {
            self.call_reads(facts.calls.read).await?;
            Ok(self.shown(facts, known))
        })
    }

    fn look<'a>(
        &'a self,
        facts: &'static Facts,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<()>>, Problem>> {
        Box::pin(async move {
            self.call_reads(facts.looking()).await?;
            Ok(self.shown(facts, known).into_iter().map(Found::bare).collect())
        })
    }

    fn alike<'a>(
        &'a self,
        facts: &'static Facts,
        fields: &'a Value,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move {
            self.call_reads(facts.calls.read).await?;
            let (world, eyes) = (self.world.borrow(), self.eyes(Through::Reads));
            let things = world.seen_of_kind(facts.name, &eyes).into_iter();
            let things = things.filter(|thing| laws::alike(thing, facts, fields));
            Ok(things.map(|thing| thing.found(facts, eyes.time)).collect())
        })
    }

    fn update<'a>(
        &'a self,
        facts: &'static Facts,
        id: &'a Identity,
        fields: &'a Value,
        prior: &'a Value,
    ) -> Answer<'a, Result<(), Problem>> {
        Box::pin(async move {
            let action = facts.calls.update.first().copied().unwrap_or(facts.calls.create);
            let mutate = |updates: Vec<laws::Update>| {
                self.mutate(facts.name, action, move |world, time| {
                    laws::update(world, facts, &updates, time)
                })
            };
            let update = (id.clone(), fields.clone(), prior.clone());
            if facts.swaps.is_empty() {
                return mutate(vec![update]).await?;
            }
            let gather = Rc::clone(self.updates.borrow_mut().entry(facts.name).or_default());
            let load = |updates: Vec<String>| async move {
                let updates =
                    updates.iter().filter_map(|update| serde_json::from_str(update).ok()).collect();
                mutate(updates).await?.map(|()| Vec::new())
            };
            let update = serde_json::to_string(&update).expect("fields and ids serialise");
            gather.ask([update], load).await.map(|_| ())
        })
    }

    fn delete<'a>(
        &'a self,
        facts: &'static Facts,
        id: &'a Identity,
    ) -> Answer<'a, Result<(), Problem>> {
        Box::pin(async move {
            self.mutate(facts.name, facts.calls.delete, |world, _| {
                let eyes = self.eyes(Through::Reads);
                holds::delete(world, &self.account, facts.name, id, &eyes)
            })
            .await?
        })
    }

    fn tag<'a>(
        &'a self,
        facts: &'static Facts,
        ids: &'a [Identity],
        change: &'a TagChange,
    ) -> Answer<'a, Result<(), Problem>> {
        Box::pin(async move {
            let action = match facts.tags {
                Tagging::None => return Ok(()),
                Tagging::Ec2(_) => "ec2:CreateTags",
                Tagging::Eks(_) => "eks:TagResource",
                Tagging::Certificate => "acm:AddTagsToCertificate",
                Tagging::Elb => "elasticloadbalancing:AddTags",
                Tagging::HostedZone => "route53:ChangeTagsForResource",
                Tagging::HttpApi(_) => "apigatewayv2:TagResource",
                Tagging::RestApi(_) => "apigateway:TagResource",
                Tagging::IamRole => "iam:TagRole",
                Tagging::OidcProvider => "iam:TagOpenIDConnectProvider",
                Tagging::Kms => "kms:TagResource",
                Tagging::LogGroup => "logs:TagResource",
            };
            self.mutate(facts.name, action, |world, time| {
                laws::tag(world, facts, ids, change, time)
            })
            .await?
        })
    }

    fn find<'a>(
        &'a self,
        facts: &'static Facts,
        order: &'a Order,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>> {
        Box::pin(async move {
            if let Some(key) = facts.key(&order.fields) {
                let found = self.read(facts, std::slice::from_ref(&key)).await?;
                return Ok(found
                    .into_iter()
                    .map(|found| found.id)
                    .filter(|id| *id == key)
                    .collect());
            }
            // What takes no tags is looked for in what it lives in.
            let through = if facts.tags == Tagging::None {
                self.call_reads(facts.calls.read).await?;
                Through::Reads
            } else {
                self.read_call("ec2:DescribeTags").await?;
                Through::Tags
            };
            let world = self.world.borrow();
            let things = world.seen_of_kind(facts.name, &self.eyes(through)).into_iter();
            let things = things.filter(|thing| laws::may_be(thing, facts, order));
            Ok(things.map(|thing| thing.id.clone()).collect())
        })
    }

    fn owned<'a>(
        &'a self,
        stack: &'a str,
        deleted: &'a BTreeSet<Identity>,
    ) -> Answer<'a, Result<Vec<Owned>, Problem>> {
        Box::pin(async move {
            self.read_call("ec2:DescribeTags").await?;
            let (world, eyes, tag_eyes) =
                (self.world.borrow(), self.eyes(Through::Reads), self.eyes(Through::Tags));
            let kinds = kinds::all().iter().map(|kind| kind.facts().name);
            let tagged = kinds.flat_map(|kind| world.seen_of_kind(kind, &tag_eyes));
            // Tags of things that are gone show for a while, so each is looked at.
            let things = tagged
                .filter(|thing| thing.tags.get(TAG_STACK).is_some_and(|name| name == stack))
                .filter(|thing| !deleted.contains(&thing.id))
                .filter_map(|thing| world.seen(&thing.kind, &thing.id, &eyes));
            Ok(things
                .map(|thing| Owned { kind: thing.kind.clone(), id: thing.id.clone() })
                .collect())
        })
    }

    fn of_stack<'a>(
        &'a self,
        facts: &'static Facts,
        stack: &'a str,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move {
            self.read_call("ec2:DescribeTags").await?;
            let (world, eyes) = (self.world.borrow(), self.eyes(Through::Reads));
            let tagged = world.seen_of_kind(facts.name, &self.eyes(Through::Tags)).into_iter();
            let ours = |thing: &&Thing| thing.tags.get(TAG_STACK).is_some_and(|name| name == stack);
            let there = tagged.filter_map(|thing| world.seen(&thing.kind, &thing.id, &eyes));
            Ok(there.filter(ours).map(|thing| thing.found(facts, eyes.time)).collect())
        })
    }

    fn inside<'a>(
        &'a self,
        facts: &'static Facts,
        homes: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move {
            self.call_reads(facts.calls.read).await?;
            let (world, eyes) = (self.world.borrow(), self.eyes(Through::Reads));
            let mut things = world.seen_of_kind(facts.name, &eyes);
            things.retain(|thing| homes.iter().any(|home| home.as_str() == thing.id.part(0)));
            Ok(things.into_iter().map(|thing| thing.found(facts, eyes.time)).collect())
        })
    }

    fn strays<'a>(&'a self, ground: &'a Ground) -> Answer<'a, Result<Vec<Stray>, Problem>> {
        Box::pin(async move {
            try_join_all(
                crate::strays::calls(ground).into_iter().map(|action| self.read_call(action)),
            )
            .await?;
            let (world, time) = (self.world.borrow(), self.time());
            Ok(judge(strays::sightings(&world, &self.account, ground, time), ground))
        })
    }

    fn sweep<'a>(&'a self, stray: &'a Stray) -> Answer<'a, Result<(), Problem>> {
        Box::pin(async move {
            let Stray { kind, id, .. } = stray;
            self.mutate(kind, crate::strays::deletion(kind), |world, _| {
                holds::delete(world, &self.account, kind, id, &self.eyes(Through::Reads))
            })
            .await?
        })
    }

    fn calls(&self) -> BTreeMap<String, u32> {
        self.counts.borrow().clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The world's clock goes on from where this process leaves it.
        let time = self.time();
        self.world.borrow_mut().pass_time(time);
    }
}
