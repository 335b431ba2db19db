//! Addresses: the names eksnet knows resources by, `<kind>.<name>`, such as `subnet.private-a`.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

/// `<kind>.<name>`. Identity in every map, plan and state file; derived from names in the stack file,
/// never from a position in a list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

impl Address {
    /// The address of the resource `name` of kind `kind`.
    pub fn new(kind: &str, name: impl fmt::Display) -> Self {
        Self(format!("{kind}.{name}").into())
    }

    /// The kind, the part before the first dot.
    pub fn kind(&self) -> &str {
        self.parts().0
    }

    /// The name, everything after the first dot; it may hold dots and slashes.
    pub fn name(&self) -> &str {
        self.parts().1
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_once('.').expect("an address is made with a dot and parsed only with one")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() => Ok(Self(text.into())),
            _ => Err(format!(
                "`{text}` is not an address; write <kind>.<name>, such as `subnet.private-a`"
            )),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Reads an address out of borrowed text: states hold many, and none needs a copy on the way.
struct Text;

impl Visitor<'_> for Text {
    type Value = Address;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address, <kind>.<name>")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Address, E> {
        text.parse().map_err(E::custom)
    }
}
