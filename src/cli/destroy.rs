//! `eksnet destroy`: deletes everything the stack owns, by the edges that the state remembers, and shows that nothing is
//! left. The stack file is not needed where a state is named.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Answer, Exit,
    args::DestroyArgs,
    one,
    planning::{self, Intention},
    run::{self, Form, Teller},
    screen,
    setting::Setting,
    wait_for,
};
use crate::{
    apply::{self, Outcome},
    model::{Diagnostic, Identity, Problem},
    plan::Plan,
    provider::{Owned, Provider, Reach},
    refresh,
    render::{self, Certificate, Clock, Compared, Ended},
    state::{Journal, State},
};

pub(super) fn destroy(args: &DestroyArgs) -> Answer {
    let setting = Setting::of_state(&args.place)?.rehearsing(&args.rehearsal);
    wait_for(&setting, work(args, &setting))
}

async fn work(args: &DestroyArgs, setting: &Setting) -> Answer {
    let provider = setting.provider().await.map_err(one)?;
    let mut journal = setting.journal("destroy", provider.account()).await.map_err(one)?;
    let answer = go(args, setting, &*provider, &mut journal).await;
    journal.close().await;
    answer
}

async fn go(
    args: &DestroyArgs,
    setting: &Setting,
    provider: &dyn Provider,
    journal: &mut Journal,
) -> Answer {
    let before = Teller::lines(Form::of(args.json));
    apply::settle(provider, journal, &|event| before.tell(&event)).await.map_err(one)?;
    let observed = refresh::glance(provider, journal.state()).await.map_err(one)?;
    let stack = setting.source.as_ref().map(|source| &source.stack);
    let intention = Intention::destroy(stack, journal.state(), &args.target);
    // Where nobody reads the plan before it is carried out, what only the VPC itself can meet is named when it does.
    let reach = if args.auto_approve { Reach::Guests } else { Reach::Everything };
    let prospect = planning::prospect(provider, &intention, &observed, journal.state(), reach)
        .await
        .map_err(one)?;
    if !args.json {
        screen::say(&render::plan(
            &prospect.plan,
            &prospect.facts(setting, Compared::Seen),
            screen::style(),
        ));
    } else if let Some(strays) = render::strays_json(&prospect.plan) {
        screen::say_line(&strays.to_string());
    }
    let approved = prospect.plan.is_empty()
        || args.auto_approve
        || screen::confirm("Delete all of this?").await.map_err(one)?;
    if !approved {
        screen::say_line("Nothing has been changed.");
        return Ok(Exit::Failed);
    }
    let teller = Teller::new(Form::of(args.json), &prospect);
    let (outcome, clock) = run::carry_out(&prospect, provider, journal, &teller).await?;
    let (state, plan) = (journal.state(), &prospect.plan);
    let extent = if args.target.is_empty() { Extent::Everything } else { Extent::Part };
    let form = Form::of(args.json);
    Run { setting, provider, state, plan, outcome, teller, clock, extent, form }.close().await
}

/// Who knows that nothing is left. What EC2 does not see the tags of is gone by the answer to its delete.
const ASKED: &str = "ec2:DescribeTags";

/// How much of a stack goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Everything,
    Part,
}

/// A destroy that has run: one asked for here, or a plan that was saved.
pub(super) struct Run<'a> {
    pub(super) setting: &'a Setting,
    pub(super) provider: &'a dyn Provider,
    pub(super) state: &'a State,
    pub(super) plan: &'a Plan,
    pub(super) outcome: Outcome,
    pub(super) teller: Teller,
    pub(super) clock: Clock,
    pub(super) extent: Extent,
    pub(super) form: Form,
}

impl Run<'_> {
    /// Says what was done and, after everything was to go, shows what is left.
    pub(super) async fn close(self) -> Answer {
        let Run { setting, provider, state, plan, outcome, teller, clock, extent, form } = self;
        let left = match extent {
            Extent::Everything => left_in_the_end(provider, setting, state, plan).await?,
            Extent::Part => Vec::new(),
        };
        let (tally, calls) = (teller.tally(), provider.calls());
        let command = render::Command::Destroy;
        let ended = Ended { command, outcome: &outcome, tally: &tally, calls: &calls, clock };
        let asked = if setting.is_sandbox() { "the sandbox" } else { ASKED };
        let certificate = Certificate {
            stack: &setting.name,
            tally: &tally,
            swept: &outcome.swept,
            others: &outcome.others,
            left: &left,
            asked,
        };
        match (form, extent) {
            (Form::Json, Extent::Everything) => {
                let mut closing = render::outcome_json(&ended);
                closing["certificate"] = render::certificate_json(&certificate);
                screen::say_line(&closing.to_string());
            }
            (Form::Json, Extent::Part) => {
                screen::say_line(&render::outcome_json(&ended).to_string());
            }
            (Form::Text, Extent::Everything) => {
                screen::say(&render::outcome(&ended, screen::style()));
                screen::say(&render::certificate(&certificate, screen::style()));
            }
            (Form::Text, Extent::Part) => screen::say(&render::outcome(&ended, screen::style())),
        }
        match run::exit(&outcome) {
            Exit::Done if !left.is_empty() => Ok(Exit::Failed),
            exit => Ok(exit),
        }
    }
}

/// What is left when everything that is gone must have ceased to show. What this run deleted is gone by AWS's own answer.
async fn left_in_the_end(
    provider: &dyn Provider,
    setting: &Setting,
    state: &State,
    plan: &Plan,
) -> Result<Vec<Owned>, Vec<Diagnostic>> {
    let mut gone: BTreeSet<Identity> = plan.taken_away().into_keys().map(Identity::from).collect();
    let stays = state.deposed.iter().map(|old| &old.record).chain(state.resources.values());
    for record in stays {
        gone.remove(&record.id);
    }
    let until = provider.now() + provider.visible_after();
    let mut wait = 1;
    loop {
        let left = left_behind(provider, setting, state, &gone).await?;
        let seconds = until - provider.now();
        // What was not asked to go, or refused to, is there and stays.
        let deleted = |owned: &Owned| state.buried.contains(&owned.id);
        if seconds <= 0 || !left.iter().any(deleted) {
            return Ok(left);
        }
        tokio::time::sleep(Duration::from_secs(seconds.min(wait).unsigned_abs())).await;
        wait *= 2;
    }
}

/// What still carries the stack's tag, whoever remembers it: the proof that destroy has ended. What AWS has said to be
/// deleted is forgotten, and what it has not is remembered.
async fn left_behind(
    provider: &dyn Provider,
    setting: &Setting,
    state: &State,
    gone: &BTreeSet<Identity>,
) -> Result<Vec<Owned>, Vec<Diagnostic>> {
    let refused = |problem: Problem| {
        vec![
            Diagnostic::error("AWS refused to show what is left")
                .note(format!("AWS: {problem}"))
                .help("run `eksnet destroy` again"),
        ]
    };
    let mut left = provider.owned(&setting.name, gone).await.map_err(refused)?;
    let remembered = state
        .resources
        .iter()
        .map(|(address, record)| Owned { kind: address.kind().to_owned(), id: record.id.clone() });
    left.extend(remembered);
    left.sort();
    left.dedup();
    Ok(left)
}
