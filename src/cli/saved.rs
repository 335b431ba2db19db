//! Saved plans: what `plan --out` writes and `apply FILE` carries out exactly, or refuses.
//!
//! A saved plan holds what it was made from. Applying it plans again and goes on only if the same comes out: whatever
//! changed in between (the stack file, the state, the world, the credentials, the file itself) shows as a difference.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{planning::Intention, setting::Source};
use crate::{
    blueprint::Choices,
    model::{Account, Desired, Diagnostic},
    plan::{Plan, Wish},
    state::State,
};

/// Only files with this format are saved plans of this version.
const FORMAT: &str = "eksnet plan 1";

/// A plan and what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Saved {
    format: String,
    version: String,
    /// The stack file, as named when the plan was made.
    pub(super) stack_file: String,
    stack_digest: String,
    pub(super) provider: String,
    account: Account,
    lineage: String,
    state_digest: String,
    pub(super) destroy: bool,
    pub(super) desired: Desired,
    pub(super) choices: Choices,
    pub(super) wish: Wish,
    pub(super) plan: Plan,
}

/// The file: the plan, and a digest over it.
#[derive(Serialize, Deserialize)]
struct Sealed {
    saved: Saved,
    digest: String,
}

/// Whether a file is a saved plan rather than a stack: decided by its first bytes, not by its name.
pub(super) fn is_saved_plan(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"{"))
}

impl Saved {
    /// A plan with what it was made from.
    pub(super) fn new(
        source: &Source,
        state: &State,
        intention: Intention,
        plan: Plan,
        destroy: Destroy,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            stack_file: source.path.display().to_string(),
            stack_digest: digest(source.text.as_bytes()),
            provider: state.provider.clone(),
            account: state.account.clone(),
            lineage: state.lineage.clone(),
            state_digest: state_digest(state),
            destroy: destroy == Destroy::Everything,
            desired: intention.desired,
            choices: intention.choices,
            wish: intention.wish,
            plan,
        }
    }

    /// Writes it to a file that only its owner may read.
    pub(super) fn write(self, path: &Path) -> Result<(), Diagnostic> {
        use std::{io::Write, os::unix::fs::OpenOptionsExt};
        let failed = |error: std::io::Error| {
            Diagnostic::error(format!("the plan cannot be written to {}", path.display()))
                .note(error.to_string())
        };
        let digest = self.digest();
        let text = serde_json::to_string_pretty(&Sealed { saved: self, digest })
            .map_err(|error| failed(error.into()))?;
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)
    }

    /// Reads one that nobody has changed.
    pub(super) fn read(path: &Path) -> Result<Self, Diagnostic> {
        let refuse = |reason: String| {
            Diagnostic::error(format!("{} is not a plan that can be applied", path.display()))
                .note(reason)
                .help("make a new one with `eksnet plan --out`")
        };
        let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let Sealed { saved, digest } =
            serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        if saved.format != FORMAT || saved.version != env!("CARGO_PKG_VERSION") {
            return Err(refuse(format!("it was made by eksnet {}", saved.version)));
        }
        if saved.digest() != digest {
            return Err(refuse("it has been changed since it was made".to_owned()));
        }
        Ok(saved)
    }

    /// Refuses to go on if the stack file or the state is not what the plan was made from.
    pub(super) fn require_same_ground(
        &self,
        source: &Source,
        state: &State,
    ) -> Result<(), Diagnostic> {
        let moved = if digest(source.text.as_bytes()) != self.stack_digest {
            Some(format!("{} has changed", self.stack_file))
        } else if state.lineage != self.lineage && !(state.is_empty() && state.serial == 0) {
            Some("the state is not the one it was made from".to_owned())
        } else if state.account != self.account {
            Some(format!("it was made for account {} in {}", self.account.id, self.account.region))
        } else if state_digest(state) != self.state_digest {
            Some("the state has moved on".to_owned())
        } else {
            None
        };
        moved.map_or(Ok(()), |reason| Err(outdated(reason)))
    }

    /// Refuses to go on if planning again does not give the same plan.
    pub(super) fn require_same_plan(&self, plan: &Plan) -> Result<(), Diagnostic> {
        if *plan == self.plan {
            return Ok(());
        }
        let of = |plan: &Plan| {
            plan.changes
                .iter()
                .map(|(address, change)| (address.clone(), change.clone()))
                .collect::<Vec<_>>()
        };
        let (then, now) = (of(&self.plan), of(plan));
        let differing: Vec<String> = now
            .iter()
            .filter(|entry| !then.contains(entry))
            .chain(then.iter().filter(|entry| !now.contains(entry)))
            .map(|(address, _)| address.to_string())
            .collect();
        let what = if differing.is_empty() {
            "something outside eksnet".to_owned()
        } else {
            differing.join(", ")
        };
        Err(outdated(format!("planned again, it comes out differently: {what}")))
    }

    fn digest(&self) -> String {
        let text = serde_json::to_string(self).expect("a plan serialises");
        digest(text.as_bytes())
    }
}

/// Whether a plan is to delete everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destroy {
    Nothing,
    Everything,
}

fn outdated(reason: String) -> Diagnostic {
    Diagnostic::error("the saved plan is out of date")
        .note(reason)
        .help("make a new one with `eksnet plan --out`")
}

/// What a state remembers, without what every run writes anew. A state that nothing was ever written to has no lineage
/// to speak of.
fn state_digest(state: &State) -> String {
    let text =
        serde_json::to_string(&(&state.resources, &state.deposed, &state.open, &state.choices));
    digest(text.expect("a state serialises").as_bytes())
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
