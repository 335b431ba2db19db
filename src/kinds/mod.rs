//! The kinds: one file per AWS resource kind, by service.
//!
//! A kind is a typed struct (what it should be), a small constant of facts, and a few async functions on the SDK.
//! Diff, replacement, JSON, state, documentation, the sandbox and the life-cycle tests are derived from these.
//! Adding a kind touches its file, one word in `registry.rs`, and the blueprint that wants it.

mod acm;
mod apigateway;
mod ec2;
mod eks;
mod elb;
mod erased;
mod facts;
mod iam;
mod kms;
mod logs;
mod pattern;
mod registry;
mod route53;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    aws::Aws,
    model::{Address, Class, Identity, Problem, Tags},
};

pub use acm::*;
pub use apigateway::*;
pub use ec2::*;
pub use eks::*;
pub use elb::*;
pub use erased::{Erased, Order};
pub use facts::{Calls, Drain, EksResource, Facts, Quota, Strays, Tagging, Timing};
pub use iam::*;
pub use kms::*;
pub use logs::*;
pub use pattern::Mint;
pub use registry::{all, facts_at, get};
pub use route53::*;

/// `pattern`, such as an ARN's, filled in for the resource `id`.
pub fn filled(pattern: &str, id: &Identity, account: &crate::model::Account) -> String {
    pattern::fill(pattern, &serde_json::Value::Null, Some(id), Some(account))
}

/// Values that AWS gives a resource beside its id, such as `arn` or `public_ip`.
pub type Outputs = BTreeMap<String, String>;

/// A wait's answer to "how far is it".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// On its way up.
    Pending,
    /// It works.
    Ready,
    /// On its way down.
    Deleting,
    /// AWS gave up on it, with its reason.
    Failed(String),
}

/// One resource as AWS shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<F> {
    /// What AWS knows it by.
    pub id: Identity,
    /// Its fields in the kind's own, normal form.
    pub fields: F,
    /// All its tags, where the same call shows them.
    pub tags: Option<Tags>,
    /// What AWS invented beside the id.
    pub outputs: Outputs,
    /// How far it is.
    pub phase: Phase,
}

impl<F> Found<F> {
    /// A resource that works and has neither tags nor outputs of its own.
    pub fn ready(id: impl Into<Identity>, fields: F) -> Self {
        Self { id: id.into(), fields, tags: None, outputs: Outputs::new(), phase: Phase::Ready }
    }

    /// The same without its fields.
    #[must_use]
    pub fn bare(self) -> Found<()> {
        let Self { id, fields: _, tags, outputs, phase } = self;
        Found { id, fields: (), tags, outputs, phase }
    }

    /// The same with its tags.
    #[must_use]
    pub fn tagged(mut self, tags: Tags) -> Self {
        self.tags = Some(tags);
        self
    }

    /// The same in another phase.
    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The same with one more output; an empty value is not one.
    #[must_use]
    pub fn output(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.outputs.insert(name.to_owned(), value.to_owned());
        }
        self
    }
}

/// A create's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// What AWS knows it by; `None` for kinds whose identity follows from their fields.
    pub id: Option<Identity>,
    /// What the answer tells beside the id.
    pub outputs: Outputs,
    /// The answer says that it works already: nothing to wait for.
    pub ready: bool,
}

impl Made {
    /// Made, and AWS knows it by `id`. An absent or empty id is an answer that says nothing.
    pub fn id(id: Option<&str>) -> Result<Self, Problem> {
        match id {
            Some(id) if !id.is_empty() => Ok(Self { id: Some(id.into()), ..Self::default() }),
            Some(_) | None => Err(Problem::new(
                Class::Unavailable,
                "EmptyAnswer",
                "the answer to a create holds no id",
            )),
        }
    }

    /// Made; its identity follows from its fields.
    pub fn keyed() -> Self {
        Self::default()
    }

    /// The same with an output.
    #[must_use]
    pub fn output(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.outputs.insert(name.to_owned(), value.to_owned());
        }
        self
    }
}

/// Something that a stack uses without owning it: it exists already, and is neither changed nor deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    /// Its kind's name.
    pub kind: &'static str,
    /// What it is found by, and what it has to agree with, by the kind's fields.
    pub fields: serde_json::Value,
    /// What AWS knows it by, where the stack file says so.
    pub id: Option<Identity>,
    /// The choice that remembers which one it is.
    pub question: String,
}

/// Who asks for a create: written on the resource, so that a run that died can find it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The stack's name.
    pub stack: String,
    /// The resource's address.
    pub address: Address,
    /// The client token: the same for every try of one create, never used for another.
    pub token: String,
    /// Every tag to create it with, ownership tags among them.
    pub tags: Tags,
}

impl Owner {
    /// Whether `tags` name this owner.
    pub fn owns(&self, tags: &Tags) -> bool {
        tags.get(TAG_STACK) == Some(&self.stack)
            && tags.get(TAG_ADDRESS).map(String::as_str) == Some(self.address.as_str())
    }

    /// What the description of a resource without tags says, so that whoever reads it knows whose it is, and a lost
    /// create is found by its token.
    pub fn mark(&self) -> String {
        format!("eksnet:{}/{}#{}", self.stack, self.address, self.token)
    }

    /// What the ownership tags would say of something whose description is `mark`.
    pub fn marked(mark: &str) -> Option<Tags> {
        let (stack, rest) = mark.strip_prefix("eksnet:")?.split_once('/')?;
        let (address, _) = rest.rsplit_once('#')?;
        let tags = [(TAG_STACK, stack), (TAG_ADDRESS, address)];
        Some(tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
    }
}

/// The tag that names the stack a resource belongs to.
pub const TAG_STACK: &str = "eksnet:stack";
/// The tag that names the address a resource was created for.
pub const TAG_ADDRESS: &str = "eksnet:address";

/// One AWS resource kind.
///
/// All functions get resolved fields only. They answer a [`Problem`] and never retry: the engine knows whether a call
/// may be repeated.
#[expect(async_fn_in_trait, reason = "one thread runs everything; no future needs to be Send")]
pub trait Kind: Clone + PartialEq + Serialize + DeserializeOwned + 'static {
    /// What the planner, the sandbox, the documentation and the renderer know of it.
    const FACTS: Facts;

    /// What AWS makes of the create call alone, before the fields that only a later call can set. The engine follows a
    /// create with [`Kind::update`] when this differs from `self`.
    #[must_use]
    fn newborn(&self) -> Self {
        self.clone()
    }

    /// Creates it with exactly one mutating call. Its identity is journalled before anything else happens.
    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem>;

    /// Creates several that agree in the fields [`Facts::batch`] names, with one mutating call. One answer for each, in
    /// order. Kinds without a batch are asked for one at a time.
    async fn create_all(batch: &[(Self, Owner)], aws: &Aws) -> Vec<Result<Made, Problem>> {
        let mut answers = Vec::with_capacity(batch.len());
        for (fields, owner) in batch {
            answers.push(fields.create(aws, owner).await);
        }
        answers
    }

    /// Reads those of `known` that exist, in as few calls as the API allows. May show others that live in the same
    /// parents: the engine takes them for foreign.
    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem>;

    /// How far those of `known` are that exist. What a wait asks for, so without the calls that only its fields and tags
    /// take; [`Facts::looks`] says which are left.
    async fn look(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<()>>, Problem> {
        Ok(Self::read(aws, known).await?.into_iter().map(Found::bare).collect())
    }

    /// Everything that agrees with it in the fields [`Facts::found_by`] names, whoever made it.
    async fn alike(&self, _aws: &Aws) -> Result<Vec<Found<Self>>, Problem> {
        unreachable!("{} is never looked up", Self::FACTS.name)
    }

    /// Changes it in place from `prior` to `self`. Only fields outside [`Facts::replaces`] differ. Repeatable.
    async fn update(&self, _aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        unreachable!("{} {id} has no field that changes in place", Self::FACTS.name)
    }

    /// Deletes it. One that is gone already answers `Missing`, which the engine takes for success.
    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem>;

    /// Every resource that may be the one a lost create made for `owner`: by natural key where the fields are one,
    /// else by ownership tags.
    async fn find(&self, aws: &Aws, owner: &Owner) -> Result<Vec<Identity>, Problem> {
        let fields = serde_json::to_value(self).expect("a kind's fields serialise");
        match Self::FACTS.key(&fields) {
            Some(key) => {
                let found = Self::read(aws, std::slice::from_ref(&key)).await?;
                Ok(found.into_iter().map(|found| found.id).filter(|id| *id == key).collect())
            }
            None => aws.owned(&Self::FACTS.tags, owner).await,
        }
    }

    /// Everything that carries the ownership tag of `stack`, and perhaps more, of which a read tells that it does not.
    async fn of_stack(aws: &Aws, stack: &str) -> Result<Vec<Identity>, Problem> {
        aws.of_stack(&Self::FACTS.tags, stack).await
    }

    /// Everything that lives in `homes`, of the kind that [`Facts::lives_in`] names, whoever made it.
    async fn inside(aws: &Aws, homes: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        // Where everything in a home is read at once, something in it that does not exist will do.
        let known: Vec<Identity> = homes.iter().map(Identity::nothing_in).collect();
        Self::read(aws, &known).await
    }
}

/// Whether tags name `stack`.
pub fn of_stack(tags: &Tags, stack: &str) -> bool {
    tags.get(TAG_STACK).is_some_and(|name| name == stack)
}

/// The first part of every identity, each once: its id, or the id of the resource that it lives in.
fn heads(known: &[Identity]) -> BTreeSet<String> {
    known.iter().map(|id| id.part(0).to_owned()).collect()
}

/// What a delete answers when the look-up that it starts with finds nothing to delete.
fn gone(id: &Identity) -> Problem {
    Problem::new(Class::Missing, "NotFound", format!("{id} does not exist"))
}

/// The problem of a call about something that was made a moment ago: what is missing now may show soon.
fn not_visible_yet(problem: Problem) -> Problem {
    match problem.class {
        Class::Missing => Problem { class: Class::Busy, ..problem },
        Class::InUse
        | Class::Taken
        | Class::Invalid
        | Class::Denied
        | Class::Quota
        | Class::Throttled
        | Class::Busy
        | Class::Unavailable => problem,
    }
}
