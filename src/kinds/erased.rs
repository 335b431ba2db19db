//! The one adapter between typed kinds and the engine, which knows only serialised fields.

use std::{future::Future, marker::PhantomData, pin::Pin};

use serde_json::Value;

use crate::{
    aws::Aws,
    kinds::{Facts, Found, Kind, Made, Owner},
    model::{Class, Identity, Problem},
};

/// A future of the single thread that runs everything.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// One resource to create: resolved fields and who asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The kind's fields, serialised, without references.
    pub fields: Value,
    /// Who asks.
    pub owner: Owner,
}

/// A [`Kind`] behind its serialised form.
pub trait Erased: Sync {
    /// See [`Kind::FACTS`].
    fn facts(&self) -> &'static Facts;
    /// See [`Kind::newborn`].
    fn newborn(&self, fields: &Value) -> Value;
    /// See [`Kind::create_all`].
    fn create<'a>(
        &self,
        aws: &'a Aws,
        batch: &'a [Order],
    ) -> Answer<'a, Vec<Result<Made, Problem>>>;
    /// See [`Kind::read`].
    fn read<'a>(
        &self,
        aws: &'a Aws,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;
    /// See [`Kind::look`].
    fn look<'a>(
        &self,
        aws: &'a Aws,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<()>>, Problem>>;
    /// See [`Kind::alike`].
    fn alike<'a>(
        &self,
        aws: &'a Aws,
        fields: &'a Value,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;
    /// See [`Kind::update`].
    fn update<'a>(
        &self,
        aws: &'a Aws,
        id: &'a Identity,
        fields: &'a Value,
        prior: &'a Value,
    ) -> Answer<'a, Result<(), Problem>>;
    /// See [`Kind::delete`].
    fn delete<'a>(&self, aws: &'a Aws, id: &'a Identity) -> Answer<'a, Result<(), Problem>>;
    /// See [`Kind::find`].
    fn find<'a>(
        &self,
        aws: &'a Aws,
        order: &'a Order,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>>;
    /// See [`Kind::of_stack`].
    fn of_stack<'a>(
        &self,
        aws: &'a Aws,
        stack: &'a str,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>>;
    /// See [`Kind::inside`].
    fn inside<'a>(
        &self,
        aws: &'a Aws,
        homes: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>>;
}

/// The adapter of one kind.
pub(super) struct Typed<K>(PhantomData<fn() -> K>);

impl<K> Typed<K> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

fn typed<K: Kind>(fields: &Value) -> Result<K, Problem> {
    K::deserialize(fields).map_err(|error| {
        // Only a state file or plan file edited by hand, or written by another version, leads here.
        Problem::new(
            Class::Invalid,
            "FieldsUnreadable",
            format!("the fields of a {} do not read: {error}", K::FACTS.name),
        )
    })
}

fn value<K: Kind>(fields: &K) -> Value {
    serde_json::to_value(fields).expect("a kind's fields serialise")
}

fn erased<K: Kind>(found: Vec<Found<K>>) -> Vec<Found<Value>> {
    let erase = |Found { id, fields, tags, outputs, phase }: Found<K>| Found {
        fields: value(&fields),
        id,
        tags,
        outputs,
        phase,
    };
    found.into_iter().map(erase).collect()
}

impl<K: Kind> Erased for Typed<K> {
    fn facts(&self) -> &'static Facts {
        const { &K::FACTS }
    }

    fn newborn(&self, fields: &Value) -> Value {
        typed::<K>(fields).map_or_else(|_| fields.clone(), |fields| value(&fields.newborn()))
    }

    fn create<'a>(
        &self,
        aws: &'a Aws,
        batch: &'a [Order],
    ) -> Answer<'a, Vec<Result<Made, Problem>>> {
        Box::pin(async move {
            let orders: Result<Vec<(K, Owner)>, Problem> = batch
                .iter()
                .map(|order| Ok((typed::<K>(&order.fields)?, order.owner.clone())))
                .collect();
            let mut answers = match orders {
                Ok(orders) => K::create_all(&orders, aws).await,
                Err(problem) => return vec![Err(problem); batch.len()],
            };
            for (answer, order) in answers.iter_mut().zip(batch) {
                if let Ok(made) = answer
                    && made.id.is_none()
                {
                    made.id = K::FACTS.key(&order.fields);
                }
            }
            answers
        })
    }

    fn read<'a>(
        &self,
        aws: &'a Aws,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move { Ok(erased(K::read(aws, known).await?)) })
    }

    fn look<'a>(
        &self,
        aws: &'a Aws,
        known: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<()>>, Problem>> {
        Box::pin(K::look(aws, known))
    }

    fn alike<'a>(
        &self,
        aws: &'a Aws,
        fields: &'a Value,
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move { Ok(erased(typed::<K>(fields)?.alike(aws).await?)) })
    }

    fn update<'a>(
        &self,
        aws: &'a Aws,
        id: &'a Identity,
        fields: &'a Value,
        prior: &'a Value,
    ) -> Answer<'a, Result<(), Problem>> {
        Box::pin(async move { typed::<K>(fields)?.update(aws, id, &typed::<K>(prior)?).await })
    }

    fn delete<'a>(&self, aws: &'a Aws, id: &'a Identity) -> Answer<'a, Result<(), Problem>> {
        Box::pin(K::delete(aws, id))
    }

    fn find<'a>(
        &self,
        aws: &'a Aws,
        order: &'a Order,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>> {
        Box::pin(async move { typed::<K>(&order.fields)?.find(aws, &order.owner).await })
    }

    fn of_stack<'a>(
        &self,
        aws: &'a Aws,
        stack: &'a str,
    ) -> Answer<'a, Result<Vec<Identity>, Problem>> {
        Box::pin(K::of_stack(aws, stack))
    }

    fn inside<'a>(
        &self,
        aws: &'a Aws,
        homes: &'a [Identity],
    ) -> Answer<'a, Result<Vec<Found<Value>>, Problem>> {
        Box::pin(async move { Ok(erased(K::inside(aws, homes).await?)) })
    }
}
