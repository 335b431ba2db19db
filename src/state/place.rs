//! Where a state is kept: a file, or an object in a bucket.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Where a state is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file, with others beside it.
    File(PathBuf),
    /// In an object of a bucket, with others beside it.
    Object {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

impl Place {
    /// What `--state` and `[stack] state` say: a path, or `s3://bucket/key`.
    ///
    /// # Errors
    /// Why it is no place.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text.split_once("://") {
            None if text.is_empty() => Err("empty"),
            None => Ok(Self::File(PathBuf::from(text))),
            Some(("s3", path)) => match path.split_once('/') {
                Some(("", _)) => Err("no bucket"),
                Some((_, key)) if key.is_empty() || key.ends_with('/') => Err("no key"),
                Some((bucket, key)) => {
                    Ok(Self::Object { bucket: bucket.to_owned(), key: key.to_owned() })
                }
                None if path.is_empty() => Err("no bucket"),
                None => Err("no key"),
            },
            Some(_) => Err("neither a path nor `s3://`"),
        }
    }

    /// The folder that a state file is in; a bucket has none.
    pub fn folder(&self) -> &Path {
        match self {
            Self::File(path) => path.parent().unwrap_or(Path::new("")),
            Self::Object { .. } => Path::new(""),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Object { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}
