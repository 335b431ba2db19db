//! `eksnet manifests`: what has to be told Kubernetes, for `kubectl apply`.

use super::{Answer, Exit, args::Place, one, screen, setting::Setting, wait_for};
use crate::{blueprint, model::Diagnostic, render};

pub(super) fn manifests(place: &Place) -> Answer {
    let setting = Setting::of(place)?;
    let state = wait_for(&setting, async { setting.remembered().await.map_err(one) })?;
    let wanted = setting.source.iter().flat_map(|source| blueprint::bindings(&source.stack));
    let mut bindings = Vec::new();
    for binding in wanted {
        let Some(record) = state.resources.get(&binding.target_group) else {
            let missing = format!("{} does not exist yet", binding.target_group);
            return Err(one(Diagnostic::error(missing).help("apply the stack first")));
        };
        let arn = render::clean(record.id.as_str()).into_owned();
        bindings.push((binding, arn));
    }
    screen::say(&render::manifests(&bindings));
    Ok(Exit::Done)
}
