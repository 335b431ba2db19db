//! `eksnet plan`: what apply would change. Changes nothing, not even the state.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::{
    Answer, Exit,
    args::PlanArgs,
    one,
    planning::{self, Intention, Prospect},
    saved::{Destroy, Saved},
    screen,
    setting::Setting,
    wait_for,
};
use crate::{
    model::Diagnostic,
    plan::Observed,
    provider::{Provider, Reach},
    render::{self, Compared},
    state::State,
};

pub(super) fn plan(args: &PlanArgs) -> Answer {
    let setting =
        if args.destroy { Setting::of_state(&args.place)? } else { Setting::of(&args.place)? };
    let setting = setting.rehearsing(&args.rehearsal);
    screen::diagnose(setting.warnings());
    let Looked { state, intention, prospect } = wait_for(&setting, look(&setting, args))?;
    show(args, &setting, &prospect);
    let empty = prospect.plan.is_empty() && !(args.scope.refresh_only && prospect.plan.has_drift());
    if let (Some(path), Some(source)) = (&args.out, &setting.source) {
        let destroy = if args.destroy { Destroy::Everything } else { Destroy::Nothing };
        Saved::new(source, &state, intention, prospect.plan, destroy).write(path).map_err(one)?;
        screen::warn(&format!(
            "Saved. `eksnet apply {}` carries out exactly this.",
            path.display()
        ));
    }
    Ok(if args.detailed_exitcode && !empty { Exit::Changes } else { Exit::Done })
}

/// What a look came to.
struct Looked {
    state: State,
    intention: Intention,
    prospect: Prospect,
}

async fn look(setting: &Setting, args: &PlanArgs) -> Result<Looked, Vec<Diagnostic>> {
    let PlanArgs { scope, destroy, .. } = args;
    let stack = setting.source.as_ref().map(|source| &source.stack);
    if scope.no_refresh {
        let state = setting.remembered().await.map_err(one)?;
        let observed = Observed::trusting(&state);
        let intention = match stack.filter(|_| !destroy) {
            Some(stack) => planning::intend_unseen(stack, &state, scope).map_err(one)?,
            None => Intention::destroy(stack, &state, &scope.target),
        };
        let prospect = planning::prospect_unasked(&intention, &observed, &state).map_err(one)?;
        return Ok(Looked { state, intention, prospect });
    }
    let (provider, state, mut observed) = observe(setting).await.map_err(one)?;
    let intention = match stack.filter(|_| !destroy) {
        Some(stack) => {
            planning::intend(&*provider, stack, &state, scope, &mut observed).await.map_err(one)?
        }
        None => Intention::destroy(stack, &state, &scope.target),
    };
    let prospect = if scope.refresh_only {
        planning::drift_only(&observed, &state)
    } else {
        planning::prospect(&*provider, &intention, &observed, &state, Reach::Everything)
            .await
            .map_err(one)?
    };
    Ok(Looked { state, intention, prospect })
}

/// What is remembered, and what is there. Whose account it is that is looked into is asked meanwhile: a look does no harm.
async fn observe(setting: &Setting) -> Result<(Box<dyn Provider>, State, Observed), Diagnostic> {
    let Some(mut state) = setting.recalled().await? else {
        let provider = setting.provider().await?;
        let state = setting.born(provider.account().clone());
        return Ok((provider, state, Observed::default()));
    };
    let provider = setting.provider_of(&state.account).await?;
    let guard = setting.guard_look(&*provider);
    let observed = guarded(guard, planning::observe(&*provider, &mut state)).await?;
    Ok((provider, state, observed))
}

/// What `look` comes to, if `guard` lets it: credentials that are none, or another account's, explain whatever else is
/// refused, and nobody waits for the rest then.
async fn guarded<T>(
    guard: impl Future<Output = Result<(), Diagnostic>>,
    look: impl Future<Output = Result<T, Diagnostic>>,
) -> Result<T, Diagnostic> {
    match select(pin!(guard), pin!(look)).await {
        Either::Left((verdict, look)) => {
            verdict?;
            look.await
        }
        Either::Right((seen, guard)) => {
            guard.await?;
            seen
        }
    }
}

fn show(args: &PlanArgs, setting: &Setting, prospect: &Prospect) {
    let compared = if args.scope.no_refresh { Compared::Remembered } else { Compared::Seen };
    let facts = prospect.facts(setting, compared);
    if args.json {
        screen::say_json(&render::plan_json(&prospect.plan, &facts));
    } else {
        screen::say(&render::plan(&prospect.plan, &facts, screen::style()));
    }
}
