//! One thing in memory that several hold.

use std::{ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::Tags;

/// Something that does not change and that several hold: what is remembered of a resource is most often what is seen and
/// what is wanted, and in a large network three copies are most of the memory that a plan takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared<T>(Arc<T>);

impl<T: PartialEq> Shared<T> {
    /// `thing`; if it equals what `other` holds, both hold one.
    #[must_use]
    pub fn beside(thing: T, other: &Self) -> Self {
        if thing == **other { Self(Arc::clone(&other.0)) } else { thing.into() }
    }
}

impl Shared<Tags> {
    /// Whether there is no tag.
    pub fn is_without_tags(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Shared<T> {
    fn from(thing: T) -> Self {
        Self(Arc::new(thing))
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}
