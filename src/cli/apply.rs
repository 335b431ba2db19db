//! `eksnet apply`: makes AWS what the stack file says, or carries out a saved plan.

use serde_json::json;

use super::{
    Answer, Exit,
    args::{ApplyArgs, Place, Scope},
    destroy::{self, Extent},
    one,
    planning::{self, Intention, Prospect},
    run::{self, Form, Teller},
    saved::{self, Saved},
    screen,
    setting::{Setting, Source},
    wait_for,
};
use crate::{
    apply::{self, Outcome},
    model::{Diagnostic, Tags},
    plan::{Observed, Sight},
    provider::{Provider, Reach},
    refresh,
    render::{self, Clock, Compared, Ended, Purpose},
    state::{Entry, Journal, Record, State},
};

pub(super) fn apply(args: &ApplyArgs) -> Answer {
    let saved = match &args.stack {
        Some(path) if saved::is_saved_plan(path) => Some(Saved::read(path).map_err(one)?),
        Some(_) | None => None,
    };
    let place = match &saved {
        None => Place { stack: args.stack.clone(), world: args.world.clone() },
        Some(saved) => {
            let mut world = args.world.clone();
            world.sandbox = saved.provider == "sandbox";
            Place { stack: Some(saved.stack_file.clone().into()), world }
        }
    };
    let setting = Setting::of(&place)?.rehearsing(&args.rehearsal);
    screen::diagnose(setting.warnings());
    wait_for(&setting, work(args, &setting, saved))
}

async fn work(args: &ApplyArgs, setting: &Setting, saved: Option<Saved>) -> Answer {
    let Some(source) = &setting.source else { return Ok(Exit::Done) };
    let provider = setting.provider().await.map_err(one)?;
    let mut journal = setting.journal("apply", provider.account()).await.map_err(one)?;
    let answer = go(args, setting, source, saved, &*provider, &mut journal).await;
    journal.close().await;
    answer
}

async fn go(
    args: &ApplyArgs,
    setting: &Setting,
    source: &Source,
    saved: Option<Saved>,
    provider: &dyn Provider,
    journal: &mut Journal,
) -> Answer {
    if let Some(saved) = &saved {
        saved.require_same_ground(source, journal.state()).map_err(one)?;
    }
    let before = Teller::lines(Form::of(args.json));
    apply::settle(provider, journal, &|event| before.tell(&event)).await.map_err(one)?;
    let mut observed = observe(&args.scope, provider, journal).await?;
    if args.scope.refresh_only {
        return accept(args, setting, &observed, journal).await;
    }
    let intention =
        intention(args, source, saved.as_ref(), provider, journal.state(), &mut observed)
            .await
            .map_err(one)?;
    let prospect = if args.scope.no_refresh {
        planning::prospect_unasked(&intention, &observed, journal.state()).map_err(one)?
    } else {
        planning::prospect(provider, &intention, &observed, journal.state(), Reach::Everything)
            .await
            .map_err(one)?
    };
    if let Some(saved) = &saved {
        saved.require_same_plan(&prospect.plan).map_err(one)?;
    }
    show(args, setting, &prospect);
    if prospect.plan.is_empty() {
        return remember_kept(args, &prospect, intention, provider, journal).await;
    }
    // A saved plan has been looked at already: applying it is the approval.
    let approved = args.auto_approve
        || saved.is_some()
        || screen::confirm("Apply this plan?").await.map_err(one)?;
    if !approved {
        screen::say_line("Nothing has been changed.");
        return Ok(Exit::Failed);
    }
    journal.write([Entry::Chosen { choices: intention.choices }]).await.map_err(one)?;
    let teller = Teller::new(Form::of(args.json), &prospect);
    let (outcome, clock) = run::carry_out(&prospect, provider, journal, &teller).await?;
    if prospect.purpose == Purpose::Destroy {
        let state = journal.state();
        let part = saved.as_ref().is_some_and(|saved| !saved.wish.targets.is_empty());
        let extent = if part { Extent::Part } else { Extent::Everything };
        let form = Form::of(args.json);
        let plan = &prospect.plan;
        let run =
            destroy::Run { setting, provider, state, plan, outcome, teller, clock, extent, form };
        return run.close().await;
    }
    close(args, &outcome, &teller, provider, clock);
    Ok(run::exit(&outcome))
}

fn close(
    args: &ApplyArgs,
    outcome: &Outcome,
    teller: &Teller,
    provider: &dyn Provider,
    clock: Clock,
) {
    let (tally, calls) = (teller.tally(), provider.calls());
    let ended =
        Ended { command: render::Command::Apply, outcome, tally: &tally, calls: &calls, clock };
    match Form::of(args.json) {
        Form::Json => screen::say_line(&render::outcome_json(&ended).to_string()),
        Form::Text => screen::say(&render::outcome(&ended, screen::style())),
    }
}

async fn observe(
    scope: &Scope,
    provider: &dyn Provider,
    journal: &mut Journal,
) -> Result<Observed, Vec<Diagnostic>> {
    if scope.no_refresh {
        return Ok(Observed::trusting(journal.state()));
    }
    let observed = refresh::refresh(provider, journal.state()).await.map_err(one)?;
    journal.write(refresh::learned(journal.state(), &observed)).await.map_err(one)?;
    Ok(observed)
}

async fn intention(
    args: &ApplyArgs,
    source: &Source,
    saved: Option<&Saved>,
    provider: &dyn Provider,
    state: &State,
    observed: &mut Observed,
) -> Result<Intention, Diagnostic> {
    let (stack, scope) = (&source.stack, &args.scope);
    let Some(saved) = saved else {
        return if scope.no_refresh {
            planning::intend_unseen(stack, state, scope)
        } else {
            planning::intend(provider, stack, state, scope, observed).await
        };
    };
    refresh::meet(provider, &saved.desired, state, observed).await?;
    Ok(Intention {
        desired: saved.desired.clone(),
        choices: saved.choices.clone(),
        wish: saved.wish.clone(),
        purpose: if saved.destroy { Purpose::Destroy } else { Purpose::Apply },
    })
}

fn show(args: &ApplyArgs, setting: &Setting, prospect: &Prospect) {
    if !args.json {
        let compared = if args.scope.no_refresh { Compared::Remembered } else { Compared::Seen };
        screen::say(&render::plan(
            &prospect.plan,
            &prospect.facts(setting, compared),
            screen::style(),
        ));
    } else if let Some(strays) = render::strays_json(&prospect.plan) {
        screen::say_line(&strays.to_string());
    }
}

/// Nothing is to be done, but something may be to be remembered: a section of the stack file that was renamed, a choice.
async fn remember_kept(
    args: &ApplyArgs,
    prospect: &Prospect,
    intention: Intention,
    provider: &dyn Provider,
    journal: &mut Journal,
) -> Answer {
    if journal.state().choices != intention.choices {
        journal.write([Entry::Chosen { choices: intention.choices }]).await.map_err(one)?;
    }
    let teller = Teller::lines(Form::of(args.json));
    let (outcome, clock) = run::carry_out(prospect, provider, journal, &teller).await?;
    if args.json {
        close(args, &outcome, &teller, provider, clock);
    }
    Ok(run::exit(&outcome))
}

/// `--refresh-only`: the state takes the world as it is.
async fn accept(
    args: &ApplyArgs,
    setting: &Setting,
    observed: &Observed,
    journal: &mut Journal,
) -> Answer {
    let prospect = planning::drift_only(observed, journal.state());
    show(args, setting, &prospect);
    if !prospect.plan.has_drift() {
        if args.json {
            screen::say_line(&json!({ "event": "refreshed", "resources": 0 }).to_string());
        }
        return Ok(Exit::Done);
    }
    if !(args.auto_approve || screen::confirm("Take this into the state?").await.map_err(one)?) {
        screen::say_line("Nothing has been changed.");
        return Ok(Exit::Failed);
    }
    let entries: Vec<Entry> = journal
        .state()
        .resources
        .iter()
        .filter_map(|(address, record)| match observed.resources.get(address)? {
            Sight::Gone => Some(Entry::Gone { address: address.clone(), id: record.id.clone() }),
            Sight::There(found) => {
                let tags = found.tags.as_ref().map(|tags| {
                    let ours = tags.iter().filter(|(key, _)| record.tags.contains_key(*key));
                    ours.map(|(key, value)| (key.clone(), value.clone())).collect::<Tags>().into()
                });
                let tags = tags.unwrap_or_else(|| record.tags.clone());
                let seen = Record { fields: found.fields.clone(), tags, ..record.clone() };
                (seen != *record)
                    .then(|| Entry::Settled { address: address.clone(), record: Box::new(seen) })
            }
        })
        .collect();
    let count = entries.len();
    journal.write(entries).await.map_err(one)?;
    journal.fold().await.map_err(one)?;
    match Form::of(args.json) {
        Form::Json => {
            screen::say_line(&json!({ "event": "refreshed", "resources": count }).to_string())
        }
        Form::Text => {
            let what = if count == 1 { "resource" } else { "resources" };
            screen::say_line(&format!("The state has been brought up to date: {count} {what}."));
        }
    }
    Ok(Exit::Done)
}
