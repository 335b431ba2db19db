//! What plan, apply and destroy have in common: from a stack and a state to a plan that can be shown.

use std::collections::BTreeSet;

use super::{args::Scope, setting::Setting};
use crate::{
    apply::{self, Schedule},
    blueprint::{self, Choices, Egress},
    model::{Account, Address, Desired, Diagnostic},
    plan::{self, Observed, Plan, Step, Wish},
    provider::{Provider, Reach},
    refresh,
    render::{Compared, PlanFacts, Purpose},
    stack::Stack,
    state::State,
    sweep,
};

/// What a command is about to bring about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Intention {
    pub(super) desired: Desired,
    pub(super) choices: Choices,
    pub(super) wish: Wish,
    pub(super) purpose: Purpose,
}

impl Intention {
    /// What the stack file says; `choices` say which are the things that it uses without owning them.
    fn apply(stack: &Stack, choices: &Choices, scope: &Scope) -> Self {
        let (desired, choices) = blueprint::blueprint(stack, choices);
        let wish = Wish {
            targets: scope.target.iter().cloned().collect(),
            replace: scope.replace.iter().cloned().collect(),
            protect: protected(Some(stack)),
        };
        Self { desired, choices, wish, purpose: Purpose::Apply }
    }

    /// Nothing at all. Where there is a stack file, what it protects stays.
    pub(super) fn destroy(stack: Option<&Stack>, state: &State, targets: &[Address]) -> Self {
        let mut protect = protected(stack);
        protect.retain(|address| state.resources.contains_key(address));
        let wish = Wish { targets: targets.iter().cloned().collect(), protect, ..Wish::default() };
        let choices = state.choices.clone();
        Self { desired: Desired::new(), choices, wish, purpose: Purpose::Destroy }
    }
}

/// What the stack file says, in a world that has things of others in it: what the stack uses of them is found, and what
/// stands where something is to be made is seen.
pub(super) async fn intend(
    provider: &dyn Provider,
    stack: &Stack,
    state: &State,
    scope: &Scope,
    observed: &mut Observed,
) -> Result<Intention, Diagnostic> {
    let mut choices = state.choices.clone();
    refresh::look_up(provider, &blueprint::existing(stack), &mut choices).await?;
    let intention = Intention::apply(stack, &choices, scope);
    refresh::meet(provider, &intention.desired, state, observed).await?;
    Ok(intention)
}

/// The same without a look at the world: only what the state remembers can be used.
pub(super) fn intend_unseen(
    stack: &Stack,
    state: &State,
    scope: &Scope,
) -> Result<Intention, Diagnostic> {
    let unknown = blueprint::existing(stack)
        .into_iter()
        .find(|one| !state.choices.contains_key(&one.question));
    match unknown {
        Some(one) => {
            Err(Diagnostic::error(format!("the state does not remember the {}", one.question))
                .help("plan once without --no-refresh"))
        }
        None => Ok(Intention::apply(stack, &state.choices, scope)),
    }
}

/// What a stack file protects; its addresses were checked when it was read.
fn protected(stack: Option<&Stack>) -> BTreeSet<Address> {
    stack
        .iter()
        .flat_map(|stack| &stack.protect)
        .filter_map(|address| address.parse().ok())
        .collect()
}

/// A plan with what is needed to show it and to carry it out.
pub(super) struct Prospect {
    pub(super) plan: Plan,
    pub(super) purpose: Purpose,
    pub(super) steps: Vec<Step>,
    pub(super) egress: Egress,
    pub(super) account: Account,
    pub(super) critical_path: u64,
    pub(super) critical_chain: Vec<(Address, u32)>,
}

impl Prospect {
    /// What a reader wants to know beside the plan.
    pub(super) fn facts(&self, setting: &Setting, compared: Compared) -> PlanFacts {
        PlanFacts {
            stack: setting.name.clone(),
            account: self.account.clone(),
            provider: if setting.is_sandbox() { "sandbox" } else { "aws" }.to_owned(),
            compared,
            purpose: self.purpose,
            egress_before: self.egress.before.clone(),
            egress_after: self.egress.after.clone(),
            critical_path_seconds: self.critical_path,
            critical_chain: self.critical_chain.clone(),
        }
    }
}

/// Looks at the world; open creates of a run that died are taken into the account as far as they can be found.
pub(super) async fn observe(
    provider: &dyn Provider,
    state: &mut State,
) -> Result<Observed, Diagnostic> {
    for entry in apply::look(provider, state).await? {
        state.take(entry);
    }
    let observed = refresh::refresh(provider, state).await?;
    for entry in refresh::learned(state, &observed) {
        state.take(entry);
    }
    Ok(observed)
}

/// What changed behind our back, and nothing to be done.
pub(super) fn drift_only(observed: &Observed, state: &State) -> Prospect {
    let plan = plan::drift_only(observed, state);
    let addresses = blueprint::addresses(state);
    Prospect {
        plan,
        purpose: Purpose::RefreshOnly,
        steps: Vec::new(),
        egress: Egress { before: addresses.clone(), after: addresses },
        account: state.account.clone(),
        critical_path: 0,
        critical_chain: Vec::new(),
    }
}

/// Plans, and looks as far as `reach` for what others have in the network where any of it is to go.
pub(super) async fn prospect(
    provider: &dyn Provider,
    intention: &Intention,
    observed: &Observed,
    state: &State,
    reach: Reach,
) -> Result<Prospect, Diagnostic> {
    let plan = plan::plan(&intention.desired, observed, state, &intention.wish)?;
    let plan = sweep::survey(provider, plan, state, reach).await?;
    Ok(carried_out(plan, intention.purpose, state))
}

/// Plans without asking anybody anything.
pub(super) fn prospect_unasked(
    intention: &Intention,
    observed: &Observed,
    state: &State,
) -> Result<Prospect, Diagnostic> {
    let plan = plan::plan(&intention.desired, observed, state, &intention.wish)?;
    Ok(carried_out(plan, intention.purpose, state))
}

/// What carrying `plan` out takes.
fn carried_out(plan: Plan, purpose: Purpose, state: &State) -> Prospect {
    let steps = plan::steps(&plan, state);
    let (critical_path, critical_chain) =
        Schedule::new(steps.clone()).map_or((0, Vec::new()), |schedule| {
            let chain = schedule.critical_steps().into_iter().map(|id| {
                let step = &schedule.steps()[id];
                (step.address.clone(), step.seconds)
            });
            (schedule.critical_path(), chain.collect())
        });
    let egress = blueprint::egress(&plan, state);
    Prospect {
        plan,
        purpose,
        steps,
        egress,
        account: state.account.clone(),
        critical_path,
        critical_chain,
    }
}
