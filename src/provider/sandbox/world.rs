//! The world inside the sandbox: everything that exists in it, and its clock.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    eyes::Eyes,
    log::{Change, Log},
};
use crate::{
    kinds::{self, Facts, Found, Mint, Outputs, Owner, Phase},
    model::{Identity, Tags},
};

/// Seconds since 1970 at which every sandbox world begins: 2026-01-01.
const GENESIS: f64 = 1_767_225_600.0;

/// Seconds after a create at which outputs show that others need before it is ready.
const EARLY: f64 = 3.0;

/// Something that exists in the sandbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    /// The kind's name.
    pub kind: String,
    /// What the sandbox knows it by.
    pub id: Identity,
    /// Its fields.
    pub fields: Value,
    /// Its tags.
    #[serde(default)]
    pub tags: Tags,
    /// What the sandbox invented beside the id.
    #[serde(default)]
    pub outputs: Outputs,
    /// When it was created, in seconds since 1970 by the world's clock.
    pub born: f64,
    /// When it is ready.
    pub ready_at: f64,
    /// When it is gone, if it is on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_at: Option<f64>,
    /// The client token of its create, or the mark in its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// How it behaves, where it is of no kind that eksnet has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wild: Option<Wild>,
}

/// How something behaves that eksnet has no kind for: what others make behind its back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wild {
    /// Fields whose referent takes it along.
    #[serde(default)]
    pub vanishes_with: Vec<String>,
    /// Fields that do not hold their referent.
    #[serde(default)]
    pub loose: Vec<String>,
    /// Seconds that it takes to go.
    #[serde(default)]
    pub lingers: f64,
}

impl Thing {
    /// Something that somebody else made. Where it is `born` later than now, it will have been made then.
    pub fn wild(kind: &str, id: impl Into<Identity>, fields: Value, born: f64) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.into(),
            fields,
            tags: Tags::new(),
            outputs: Outputs::new(),
            born,
            ready_at: born,
            gone_at: None,
            token: None,
            wild: Some(Wild::default()),
        }
    }

    /// Whether it exists at `time`.
    pub(super) fn is_there(&self, time: f64) -> bool {
        time >= self.born && self.gone_at.is_none_or(|gone| time < gone)
    }

    /// Something that was there before eksnet came, and that belongs to somebody else.
    pub(super) fn given(facts: &Facts, id: Identity, now: f64) -> Self {
        Self {
            kind: facts.name.to_owned(),
            id,
            fields: Value::Object(serde_json::Map::new()),
            tags: Tags::new(),
            outputs: Outputs::new(),
            born: now,
            ready_at: now,
            gone_at: None,
            token: None,
            wild: None,
        }
    }

    pub(super) fn found(&self, facts: &Facts, time: f64) -> Found<Value> {
        let phase = match self.gone_at {
            Some(_) => Phase::Deleting,
            None if time < self.ready_at => Phase::Pending,
            None => Phase::Ready,
        };
        Found {
            id: self.id.clone(),
            fields: self.fields.clone(),
            tags: if facts.tags == kinds::Tagging::None {
                self.token.as_deref().and_then(Owner::marked)
            } else {
                Some(self.tags.clone())
            },
            outputs: match phase {
                Phase::Pending if time < self.born + EARLY => Outputs::new(),
                Phase::Pending => self.early(facts, |early| early),
                Phase::Ready | Phase::Deleting | Phase::Failed(_) => self.outputs.clone(),
            },
            phase,
        }
    }

    /// What the answer to its create holds beside its id.
    pub(super) fn told_at_once(&self, facts: &Facts) -> Outputs {
        self.early(facts, |early| !early)
    }

    /// The outputs of which `wanted` says yes to whether they show early.
    fn early(&self, facts: &Facts, wanted: impl Fn(bool) -> bool) -> Outputs {
        let outputs = self.outputs.iter();
        let outputs = outputs.filter(|(name, _)| wanted(facts.early.contains(&name.as_str())));
        outputs.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Something that is gone, and since when.
#[derive(Clone, Debug)]
struct Ghost {
    thing: Thing,
    gone: f64,
}

/// Everything that exists, and the time.
#[derive(Debug)]
pub struct World {
    /// Seconds since 1970.
    pub now: f64,
    pub(super) mint: Mint,
    things: BTreeMap<String, BTreeMap<Identity, Thing>>,
    /// For each string that names something, who holds it: kind, id, and the field it stands in.
    holders: BTreeMap<String, BTreeSet<(String, Identity, String)>>,
    /// Values that something gave out beside its id, such as the security group that a cluster makes for itself.
    outputs: BTreeMap<String, usize>,
    /// What is gone, by kind: news of that travel slowly too.
    ghosts: BTreeMap<String, BTreeMap<Identity, Ghost>>,
    /// For each string that names something, in which fields somebody held it who is gone, and since when.
    released: BTreeMap<String, BTreeMap<String, f64>>,
    log: Option<Log>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            now: GENESIS,
            mint: Mint::new(0),
            things: BTreeMap::new(),
            holders: BTreeMap::new(),
            outputs: BTreeMap::new(),
            ghosts: BTreeMap::new(),
            released: BTreeMap::new(),
            log: None,
        }
    }
}

impl World {
    pub(super) fn with_log(changes: Vec<Change>, log: Log) -> Self {
        let mut world = Self::default();
        for change in changes {
            match change {
                Change::Put(thing) => world.put(*thing),
                Change::Remove { kind, id } => world.remove(&kind, &id),
                Change::Clock { now, minted } => {
                    world.now = now;
                    world.mint = Mint::new(minted);
                }
            }
        }
        world.log = Some(log);
        world
    }

    /// Everything that exists, by kind and id.
    pub fn things(&self) -> impl Iterator<Item = &Thing> {
        self.things.values().flat_map(BTreeMap::values)
    }

    /// Everything of one kind.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Thing> {
        self.things.get(kind).into_iter().flat_map(BTreeMap::values)
    }

    /// One thing.
    pub fn get(&self, kind: &str, id: &Identity) -> Option<&Thing> {
        self.things.get(kind)?.get(id)
    }

    /// Whether something of any kind is known by `id`.
    pub(super) fn holds(&self, id: &str) -> bool {
        let id = Identity::from(id);
        self.things.values().any(|things| things.contains_key(&id))
    }

    /// Adds something, or puts it in the place of its former self: what eksnet does through calls, and what a test does
    /// behind its back.
    pub fn put(&mut self, thing: Thing) {
        self.remember(Change::Put(Box::new(thing.clone())));
        if let Some(former) = self.get(&thing.kind, &thing.id).cloned() {
            self.unlist(&former);
        }
        self.list(&thing);
        self.things.entry(thing.kind.clone()).or_default().insert(thing.id.clone(), thing);
    }

    /// Takes something away at once.
    pub fn remove(&mut self, kind: &str, id: &Identity) {
        let Some(thing) = self.unmake(kind, id) else { return };
        let gone = thing.gone_at.unwrap_or(self.now);
        let (loose, vanishes) = kinds::get(kind)
            .map(|kind| (kind.facts().loose, kind.facts().vanishes_with))
            .unwrap_or_default();
        strings(&thing.fields, None, &mut |field, text| {
            if !loose.contains(&field) && !vanishes.contains(&field) {
                let released = self.released.entry(text.to_owned()).or_default();
                released.insert(field.to_owned(), gone);
            }
        });
        let ghosts = self.ghosts.entry(kind.to_owned()).or_default();
        ghosts.insert(id.clone(), Ghost { thing, gone });
    }

    /// Makes something never have been.
    pub(super) fn unmake(&mut self, kind: &str, id: &Identity) -> Option<Thing> {
        let thing = self.things.get_mut(kind).and_then(|things| things.remove(id))?;
        self.remember(Change::Remove { kind: kind.to_owned(), id: id.clone() });
        self.unlist(&thing);
        Some(thing)
    }

    /// A world in memory in which the same exists.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self {
            now: self.now,
            mint: self.mint.clone(),
            things: self.things.clone(),
            holders: self.holders.clone(),
            outputs: self.outputs.clone(),
            ghosts: BTreeMap::new(),
            released: BTreeMap::new(),
            log: None,
        }
    }

    /// The thing called so, if these eyes see it: perhaps though it is gone. What exists again under the same natural
    /// key hides its former self.
    pub(super) fn seen(&self, kind: &str, id: &Identity, eyes: &Eyes<'_>) -> Option<&Thing> {
        if let Some(thing) = self.get(kind, id) {
            return Some(thing).filter(|thing| eyes.sees(thing));
        }
        let ghost = self.ghosts.get(kind)?.get(id)?;
        eyes.stays(&ghost.thing, ghost.gone).then_some(&ghost.thing)
    }

    /// Every thing of a kind that these eyes see.
    pub(super) fn seen_of_kind(&self, kind: &str, eyes: &Eyes<'_>) -> Vec<&Thing> {
        let ghosts = self.ghosts.get(kind).into_iter().flat_map(BTreeMap::values);
        let ghosts = ghosts
            .filter(|ghost| eyes.stays(&ghost.thing, ghost.gone))
            .map(|ghost| &ghost.thing)
            .filter(|thing| self.get(kind, &thing.id).is_none());
        self.of_kind(kind).filter(|thing| eyes.sees(thing)).chain(ghosts).collect()
    }

    /// When those who held `text` went last, by the field it stood in.
    pub(super) fn released(&self, text: &str) -> impl Iterator<Item = (&str, f64)> {
        let released = self.released.get(text).into_iter().flatten();
        released.map(|(field, gone)| (field.as_str(), *gone))
    }

    /// Those who name `text` in a field: kind, id, field.
    pub(super) fn holders(&self, text: &str) -> impl Iterator<Item = (&str, &Identity, &str)> {
        let holders = self.holders.get(text).into_iter().flatten();
        holders.map(|(kind, id, field)| (kind.as_str(), id, field.as_str()))
    }

    /// Whether `text` is a value that something gave out beside its id.
    pub(super) fn gave_out(&self, text: &str) -> bool {
        self.outputs.contains_key(text)
    }

    /// Lets the clock go on to `time`; what was on its way is gone then.
    pub fn pass_time(&mut self, time: f64) {
        self.now = self.now.max(time);
        let gone = |thing: &&Thing| thing.gone_at.is_some_and(|gone| gone <= self.now);
        let gone: Vec<(String, Identity)> = self
            .things()
            .filter(gone)
            .map(|thing| (thing.kind.clone(), thing.id.clone()))
            .collect();
        for (kind, id) in gone {
            self.remove(&kind, &id);
        }
        self.remember(Change::Clock { now: self.now, minted: self.mint.counter() });
    }

    fn list(&mut self, thing: &Thing) {
        for output in thing.outputs.values() {
            *self.outputs.entry(output.clone()).or_default() += 1;
        }
        let mut named = Vec::new();
        strings(&thing.fields, None, &mut |field, text| {
            named.push((field.to_owned(), text.to_owned()))
        });
        for (field, text) in named {
            let holder = (thing.kind.clone(), thing.id.clone(), field);
            self.holders.entry(text).or_default().insert(holder);
        }
    }

    fn unlist(&mut self, thing: &Thing) {
        for output in thing.outputs.values() {
            if let Some(count) = self.outputs.get_mut(output) {
                *count -= 1;
                if *count == 0 {
                    self.outputs.remove(output);
                }
            }
        }
        let mut named = Vec::new();
        strings(&thing.fields, None, &mut |field, text| {
            named.push((field.to_owned(), text.to_owned()));
        });
        for (field, text) in named {
            if let Some(holders) = self.holders.get_mut(&text) {
                holders.remove(&(thing.kind.clone(), thing.id.clone(), field));
                if holders.is_empty() {
                    self.holders.remove(&text);
                }
            }
        }
    }

    fn remember(&mut self, change: Change) {
        if let Some(log) = &mut self.log {
            log.append(&change, self.now, self.mint.counter());
        }
    }
}

/// Calls `visit` with every string in `fields` and the top-level field it stands in.
pub(super) fn strings(value: &Value, field: Option<&str>, visit: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(field.unwrap_or_default(), text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, field, visit)),
        Value::Object(map) => {
            for (key, item) in map {
                strings(item, Some(field.unwrap_or(key)), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
