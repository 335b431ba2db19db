//! Who is who: which of the things that exist is what the stack file has at an address.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Rebuilt, at};
use crate::{
    blueprint::Choices,
    kinds::{self, Facts, TAG_ADDRESS, TAG_STACK},
    model::{Address, Desired, Identity, Resource, Tags, value},
    plan::{self, Foreign},
    provider::{Found, Provider},
    state::Record,
};

/// Things that exist and may be ours, by kind.
type Inside = BTreeMap<&'static str, Vec<Found<Value>>>;

/// What belongs to the stack, as far as it is known.
pub(super) struct Claims<'a> {
    provider: &'a dyn Provider,
    desired: &'a Desired,
    found: BTreeMap<Address, Found<Value>>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(
        provider: &'a dyn Provider,
        desired: &'a Desired,
        found: BTreeMap<Address, Found<Value>>,
    ) -> Self {
        Self { provider, desired, found }
    }

    pub(super) fn add(&mut self, found: BTreeMap<Address, Found<Value>>) {
        self.found.extend(found);
    }

    pub(super) fn has(&self, address: &Address) -> bool {
        self.found.contains_key(address)
    }

    /// What the stack file has and is not found yet, with its fields as far as they are known.
    pub(super) fn open(&self) -> impl Iterator<Item = (&Address, Value)> {
        let open = self.desired.iter().filter(|(address, _)| !self.has(address));
        open.map(|(address, resource)| (address, self.resolved(&resource.fields)))
    }

    /// `fields` with what is known of those that they refer to.
    pub(super) fn resolved(&self, fields: &Value) -> Value {
        value::resolve(fields, &|address, output| {
            let found = self.found.get(address)?;
            match output {
                None => Some(found.id.0.clone()),
                Some(output) => found.outputs.get(output).cloned(),
            }
        })
    }

    /// What those are known by, and where, that things with these `facts` live in.
    pub(super) fn homes(&self, facts: &Facts) -> BTreeMap<Identity, &Address> {
        let Some((kind, output)) = facts.lives_in else { return BTreeMap::new() };
        let of_kind = self.found.iter().filter(|(address, _)| address.kind() == kind);
        let name = |found: &Found<Value>| match output {
            None => Some(found.id.clone()),
            Some(output) => found.outputs.get(output).cloned().map(Identity),
        };
        of_kind.filter_map(|(address, found)| Some((name(found)?, address))).collect()
    }

    /// Claims those of `inside` that the stack file has. A round finds what lives in what the former one found.
    pub(super) fn settle(&mut self, inside: &mut Inside) {
        loop {
            let mut news = BTreeMap::new();
            for (address, fields) in self.open() {
                let Some(kind) = kinds::get(address.kind()) else { continue };
                let Some(things) = inside.get_mut(kind.facts().name) else { continue };
                let resource = &self.desired[address];
                let is_it = |found: &Found<Value>| {
                    is_at(kind.facts(), address, &fields, found)
                        && may_be_ours(kind.facts(), resource, &fields, found)
                };
                if let Some(place) = things.iter().position(is_it) {
                    news.insert(address.clone(), things.remove(place));
                }
            }
            if news.is_empty() {
                return;
            }
            self.add(news);
        }
    }

    /// Claims those of `inside` that the stack file does not have any more: they say so themselves, live in what it does
    /// not have any more, or lead from one resource of ours to another. In what others use as well, nothing is claimed
    /// that the stack file does not have.
    pub(super) fn take_along(&mut self, inside: &mut Inside) {
        loop {
            let names = self.names();
            let mut news = BTreeMap::new();
            for (kind, things) in inside.iter_mut() {
                let Some(facts) = kinds::get(kind).map(|kind| kind.facts()) else { continue };
                let homes = self.homes(facts);
                let ours = |found: &mut Found<Value>| {
                    let home = homes.get(&Identity::from(found.id.part(0))).copied();
                    let mut ours = at(found).is_some() || home.is_some_and(|at| self.is_former(at));
                    value::each_text(&found.fields, &mut |text| {
                        ours |=
                            home.is_some() && names.get(text).is_some_and(|at| Some(*at) != home);
                    });
                    ours && facts.within.is_empty()
                };
                for found in things.extract_if(.., ours) {
                    let address = at(&found).unwrap_or_else(|| Address::new(kind, &found.id));
                    news.insert(address, found);
                }
            }
            if news.is_empty() {
                return;
            }
            self.add(news);
        }
    }

    fn is_former(&self, address: &Address) -> bool {
        !self.desired.contains_key(address)
    }

    /// What only one resource of ours is known by. A name that somebody gave may be a word in anything, and outputs that
    /// do not tell the id may be those of many.
    fn names(&self) -> BTreeMap<String, &Address> {
        let names = self.found.iter().flat_map(|(address, found)| {
            let id = Some(&found.id.0).filter(|_| mints(address));
            let telling = found.outputs.values().filter(|it| it.contains(found.id.as_str()));
            telling.chain(id).map(move |name| (name.clone(), address))
        });
        names.collect()
    }

    /// Everything that is known now; what is left of `inside` is somebody else's.
    pub(super) fn close(self, choices: Choices, inside: Inside) -> Rebuilt {
        let holders = self.holders();
        let records = self.found.iter().map(|(address, found)| {
            let record = match self.desired.get(address) {
                Some(resource) => self.wanted(address, resource, found),
                None => former(address, found, self.provider.now(), &holders),
            };
            (address.clone(), record)
        });
        let missing = self.desired.iter().filter(|(address, _)| !self.has(address));
        Rebuilt {
            resources: records.collect(),
            choices,
            former: self.found.keys().filter(|address| self.is_former(address)).cloned().collect(),
            missing: missing
                .map(|(address, resource)| (address.clone(), resource.section.clone()))
                .collect(),
            foreign: self.strangers(inside),
        }
    }

    /// Everything in `inside`, which nobody has claimed, that lives in a resource of ours.
    fn strangers(&self, inside: Inside) -> Vec<Foreign> {
        let mut strangers = Vec::new();
        for (kind, things) in inside {
            let Some(facts) = kinds::get(kind).map(|kind| kind.facts()) else { continue };
            let homes = self.homes(facts);
            let ours = |found: &Found<Value>| homes.contains_key(&found.id.part(0).into());
            strangers.extend(
                things.into_iter().filter(ours).map(|Found { id, fields, .. }| Foreign {
                    kind: kind.to_owned(),
                    id,
                    fields,
                }),
            );
        }
        strangers
    }

    /// What every id and output is of, as far as it is of one.
    fn holders(&self) -> BTreeMap<String, Address> {
        let mut holders: BTreeMap<String, Option<Address>> = BTreeMap::new();
        for (address, found) in &self.found {
            for name in found.outputs.values().chain([&found.id.0]) {
                let holder = holders.entry(name.clone()).or_insert_with(|| Some(address.clone()));
                if holder.as_ref() != Some(address) {
                    *holder = None;
                }
            }
        }
        holders.into_iter().filter_map(|(name, holder)| Some((name, holder?))).collect()
    }

    /// The record of something that the stack file has: as it is, in the words in which it was asked for.
    fn wanted(&self, address: &Address, resource: &Resource, found: &Found<Value>) -> Record {
        let asked = self.resolved(&resource.fields);
        let mut fields = found.fields.clone();
        let mut needs = BTreeMap::new();
        if let Some(facts) = kinds::get(address.kind()).map(|kind| kind.facts()) {
            fields = facts.normal(fields);
            facts.narrow(&mut fields, &asked);
            unchoose(facts, &mut fields, &asked);
            needs = plan::needs(facts, resource);
        }
        let tags = found.tags.iter().flatten();
        let tags = tags.filter(|(key, _)| resource.tags.contains_key(*key));
        Record {
            id: found.id.clone(),
            fields: fields.into(),
            tags: tags.map(|(key, value)| (key.clone(), value.clone())).collect::<Tags>().into(),
            outputs: found.outputs.clone(),
            needs: needs.into_iter().map(|(address, edge)| (address, edge.field)).collect(),
            section: resource.section.clone(),
            made: self.provider.now(),
        }
    }
}

/// What AWS was left to choose was not asked for.
fn unchoose(facts: &Facts, fields: &mut Value, asked: &Value) {
    for field in facts.chosen {
        if asked.get(field).is_none_or(Value::is_null)
            && let Some(fields) = fields.as_object_mut()
        {
            fields.insert((*field).to_owned(), Value::Null);
        }
    }
}

/// The record of something that the stack file does not have any more: what it needs is told by what it names.
fn former(
    address: &Address,
    found: &Found<Value>,
    made: i64,
    holders: &BTreeMap<String, Address>,
) -> Record {
    let mut needs = BTreeMap::new();
    for (field, part) in found.fields.as_object().into_iter().flatten() {
        // A name that somebody gave means its resource only where the field says so.
        let means = |holder: &Address| mints(holder) || holder.kind().ends_with(field.as_str());
        value::each_text(part, &mut |text| {
            let holder = holders.get(text).filter(|holder| *holder != address && means(holder));
            if let Some(holder) = holder {
                needs.insert(holder.clone(), field.clone());
            }
        });
    }
    let ours = |key: &str| [TAG_STACK, TAG_ADDRESS, "Name"].contains(&key);
    let tags: Tags = found.tags.clone().unwrap_or_default();
    Record {
        id: found.id.clone(),
        fields: found.fields.clone().into(),
        tags: tags.into_iter().filter(|(key, _)| ours(key)).collect::<Tags>().into(),
        outputs: found.outputs.clone(),
        needs,
        section: String::new(),
        made,
    }
}

/// Whether AWS invents the identity of what is at `address`.
fn mints(address: &Address) -> bool {
    kinds::get(address.kind()).is_some_and(|kind| kind.facts().key(&Value::Null).is_none())
}

/// Whether something stands where the stack file has something: under its key, as the only one of its sort, or because
/// it says so.
fn is_at(facts: &Facts, address: &Address, fields: &Value, found: &Found<Value>) -> bool {
    match facts.key(fields) {
        Some(key) => key == found.id,
        None => facts.rivals(fields, &found.fields) || at(found).as_ref() == Some(address),
    }
}

/// Whether something may be ours: in what others use as well, only what is just as it was asked for, or may be taken
/// over.
fn may_be_ours(facts: &Facts, resource: &Resource, fields: &Value, found: &Found<Value>) -> bool {
    facts.within.is_empty()
        || resource.adopt
        || facts.normal(fields.clone()) == facts.normal(found.fields.clone())
}
