//! References: one resource naming another before AWS has invented an id for it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};

use crate::model::{Address, Identity};

/// A field that holds another resource's id (or one of its outputs, such as `arn`).
///
/// A blueprint writes [`Ref::To`]; a provider only ever sees [`Ref::Known`]. Serialised, the first is
/// `{"ref": "subnet.private-a"}` (with `"output"` beside it unless the id is meant) and the second a plain string,
/// so one serialised form serves plan, state and calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ref {
    /// Not resolved yet: the id, or the named output, of the resource at this address.
    To(Address, Option<&'static str>),
    /// What AWS knows it by.
    Known(String),
}

impl Ref {
    /// A reference to the id of `address`.
    pub fn id(address: &Address) -> Self {
        Self::To(address.clone(), None)
    }

    /// A reference to an output of `address`, such as `arn`.
    pub fn output(address: &Address, output: &'static str) -> Self {
        Self::To(address.clone(), Some(output))
    }

    /// The resolved value.
    ///
    /// # Panics
    /// On an unresolved reference: the engine resolves every field before it calls a provider.
    pub fn get(&self) -> &str {
        match self {
            Self::Known(value) => value,
            Self::To(address, _) => unreachable!("{address} reached a provider unresolved"),
        }
    }
}

impl From<&Identity> for Ref {
    fn from(id: &Identity) -> Self {
        Self::Known(id.0.clone())
    }
}

impl From<&str> for Ref {
    fn from(id: &str) -> Self {
        Self::Known(id.to_owned())
    }
}

impl From<String> for Ref {
    fn from(id: String) -> Self {
        Self::Known(id)
    }
}

impl Serialize for Ref {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => serializer.serialize_str(value),
            Self::To(address, output) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("ref", address)?;
                if let Some(output) = output {
                    map.serialize_entry("output", output)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Ref {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(value) => Ok(Self::Known(value)),
            other => Err(D::Error::custom(format!("expected a resolved reference, found {other}"))),
        }
    }
}
