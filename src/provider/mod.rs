//! The only door to the world. Behind it is AWS, or the sandbox; in front of it nobody can tell which.

mod aws;
pub mod sandbox;

use std::collections::BTreeSet;

use serde_json::Value;

pub use crate::{
    aws::TagChange,
    kinds::{Found, Made, Order, Outputs, Owner, Phase},
    strays::{Ground, Life, Reach, Standing, Stray, Whose},
};
use crate::{
    kinds::Facts,
    model::{Account, Diagnostic, Identity, Problem},
};

/// A future of the single thread that runs everything.
pub type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + 'a>>;

/// Something that carries the ownership tag of a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owned {
    /// Its kind's name, or AWS's own word for a type that eksnet has no kind for.
    pub kind: String,
    /// What AWS knows it by.
    pub id: Identity,
}

/// The world as the engine sees it. Fields are serialised and resolved; kinds are told apart by their facts alone.
pub trait Provider {
    /// `aws` or `sandbox`: a state remembers which one its resources belong to.
    fn name(&self) -> &'static str;

    /// Where the calls go, or are taken to go.
    fn account(&self) -> &Account;

    /// Where the calls really go, which may be a question of its own.
    fn identity(&self) -> Answer<'_, Result<Account, Diagnostic>> {
        Box::pin(async { Ok(self.account().clone()) })
    }

    /// Seconds since 1970 by this world's clock. Waiting goes by tokio's clock, which the sandbox runs as fast as it can.
    fn now(&self) -> i64;

    /// Seconds after which something that was made shows in every read and under its tags.
    fn visible_after(&self) -> i64;

    /// Creates resources of one kind with one mutating call: several only if they agree in [`Facts::batch`]. One answer
    /// for each, in order.
    fn create<'a>(
        &'a self,
        kind: &'static Facts,
        batch: &'a [Order],
    ) -> Answer<'a, Vec<Result<Made, Problem>>>;

    /// Reads those of `known` that exist. May show others that live in the same parents.
    fn read<'a>(
        &'a self,
        kind: &'static Facts,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;

    /// How far those of `known` are that exist: what a wait asks for.
    fn look<'a>(
        &'a self,
        kind: &'static Facts,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<()>>, Problem>>;

    /// Everything of this kind, whoever made it, that agrees with `fields` in those that [`Facts::found_by`] names.
    fn alike<'a>(
        &'a self,
        kind: &'static Facts,
        fields: &'a Value,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;

    /// Changes a resource in place. Repeatable.
    fn update<'a>(
        &'a self,
        kind: &'static Facts,
        id: &'a Identity,
        fields: &'a Value,
        prior: &'a Value,
    ) -> Answer<'a, Result<(), Problem>>;

    /// Deletes a resource. Repeatable.
    fn delete<'a>(
        &'a self,
        kind: &'static Facts,
        id: &'a Identity,
    ) -> Answer<'a, Result<(), Problem>>;

    /// Makes one change of tags on resources of one kind. Repeatable.
    fn tag<'a>(
        &'a self,
        kind: &'static Facts,
        ids: &'a [Identity],
        change: &'a TagChange,
    ) -> Answer<'a, Result<(), Problem>>;

    /// Everything that a lost create for `order` may have made, by natural key or ownership tags. What was made a
    /// moment ago may not show yet.
    fn find<'a>(
        &'a self,
        kind: &'static Facts,
        order: &'a Order,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>>;

    /// Everything that still carries the ownership tag of `stack`, whoever remembers it, without what is known to be
    /// `deleted`: its tags may show for a while.
    fn owned<'a>(
        &'a self,
        stack: &'a str,
        deleted: &'a BTreeSet<Identity>,
    ) -> Answer<'a, Result<Vec<Owned>, Problem>>;

    /// Everything of this kind that carries the ownership tag of `stack`, with all its tags. What was made a moment ago
    /// may not show yet.
    fn of_stack<'a>(
        &'a self,
        kind: &'static Facts,
        stack: &'a str,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;

    /// Everything of this kind that lives in `homes`, whoever made it. For kinds that [`Facts::lives_in`] says so of.
    fn inside<'a>(
        &'a self,
        kind: &'static Facts,
        homes: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;

    /// What others put into our network, and whose it is: a look of a few calls, however much there is.
    fn strays<'a>(&'a self, ground: &'a Ground) -> Answer<'a, Result<Vec<Stray>, Problem>>;

    /// Takes away what a cluster of ours left behind. Repeatable.
    fn sweep<'a>(&'a self, stray: &'a Stray) -> Answer<'a, Result<(), Problem>>;

    /// Calls made so far, by `service:Action`.
    fn calls(&self) -> std::collections::BTreeMap<String, u32>;
}
