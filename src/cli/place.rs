//! Where a state is and how it is opened: from flags, stack file and environment to files or a bucket, and keys.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{args::World, one, screen, setting::Source};
use crate::{
    aws::{self, Target, Trust},
    model::Diagnostic,
    state::{Encryption, Keyring, Lending, Place, Store},
};

impl World {
    /// Where to connect to for what is in `region`.
    pub(super) fn target(&self, region: &str) -> Target {
        let World { profile, endpoint_url, .. } = self.clone();
        let trust = if self.trust_endpoint { Trust::AnyEndpoint } else { Trust::Aws };
        Target { region: region.to_owned(), profile, endpoint_url, trust }
    }
}

/// Where the state of a stack is.
pub(super) fn state_place(source: &Source, world: &World) -> Result<Place, Vec<Diagnostic>> {
    let written = source.stack.state.as_ref().filter(|_| !world.sandbox);
    let Some(url) = world.state.as_ref().or(written) else {
        return Ok(usual_place(source, world));
    };
    match named(url)? {
        Place::Object { .. } if world.sandbox => {
            Err(one(Diagnostic::error(format!("a sandbox's state is not kept in {url}"))
                .note("the sandbox has a clock of its own, and S3 has not")
                .help("name a path, or leave --state away")))
        }
        place => Ok(place),
    }
}

/// Where a state is if nobody says otherwise.
pub(super) fn usual_place(source: &Source, world: &World) -> Place {
    let folder = state_folder(&source.path);
    let folder = if world.sandbox { folder.join("sandbox") } else { folder };
    Place::File(folder.join(format!("{}.json", source.stack.name)))
}

/// The place that a user names.
pub(super) fn named(url: &str) -> Result<Place, Vec<Diagnostic>> {
    Place::parse(url).map_err(|problem| {
        one(Diagnostic::error(format!("state cannot be kept in `{url}`"))
            .note(problem)
            .help("name a path such as `state/shop.json`, or `s3://bucket/shop`"))
    })
}

/// A place, ready to be read or locked.
pub(super) async fn place_of(
    place: &Place,
    world: &World,
    region: &str,
) -> Result<Store, Diagnostic> {
    match place {
        Place::File(path) => Ok(Store::file(path)),
        Place::Object { bucket, key } => {
            let bucket = aws::bucket(&world.target(region), bucket).await?;
            let term = world.lease_seconds.map_or(Lending::TERM, Duration::from_secs);
            let tell = |diagnostic: &Diagnostic| screen::diagnose(std::slice::from_ref(diagnostic));
            Ok(Store::object(bucket, key, Lending { term, tell }))
        }
    }
}

/// The keys of a state. A passphrase is never an argument: every process on the machine sees those.
pub(super) fn keys(
    encryption: Encryption,
    world: &World,
    region: &str,
) -> Result<Keyring, Diagnostic> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let passphrase = match variable("EKSNET_STATE_PASSPHRASE_FILE") {
        Some(path) => Some(fs::read_to_string(&path).map_err(|error| {
            Diagnostic::error(format!("the passphrase in {path} cannot be read"))
                .note(error.to_string())
        })?),
        None => variable("EKSNET_STATE_PASSPHRASE"),
    };
    let passphrase = passphrase.map(|text| text.trim_end_matches(['\n', '\r']).to_owned());
    Ok(Keyring::new(encryption, passphrase, world.target(region)))
}

/// A Region to ask where a bucket is; any will do.
pub(super) fn somewhere() -> String {
    std::env::var("AWS_REGION").unwrap_or_else(|_| "us-east-1".to_owned())
}

/// `state/` beside the `stacks/` folder that the file is in, or else here.
pub(super) fn state_folder(stack: &Path) -> PathBuf {
    let folder = stack.parent().filter(|folder| folder.ends_with("stacks"));
    folder.and_then(Path::parent).unwrap_or(Path::new("")).join("state")
}
