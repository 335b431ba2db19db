//! Deleting, and finding out who is in the way. What AWS refuses to let go because something else uses it is not asked
//! for again blindly: a look says who that is. What a cluster of ours left behind is swept at that moment, what AWS
//! itself is about to take away is waited for, and anything else is named at once, because no waiting moves it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use futures_util::future::{LocalBoxFuture, join_all};
use tokio::time::Instant;

use super::{Event, Failure, Run, step::PATIENCE, step::Trouble};
use crate::{
    aws::{Gather, backoff},
    kinds::{Facts, Strays},
    model::{Address, Class, Diagnostic, Identity, Problem, value},
    plan::{self, Step, Verb},
    provider::{Ground, Stray},
    state::{Doomed, Entry},
};

/// How long AWS may take to let go of the network interfaces of what is gone already.
const RELEASE: Duration = Duration::from_secs(900);

/// How often a look is taken while something does not go.
const LOOK: Duration = Duration::from_secs(15);

/// How long a refusal is borne that something in the same network may explain, though it is not certain.
const DOUBT: Duration = Duration::from_secs(30);

/// What a run knows of strays.
pub(super) struct Sweeping {
    /// The network and what is ours, as it was when the run began: what is gone since still explains its remains.
    ground: Ground,
    looks: Gather<Stray>,
    /// Strays that are being or have been swept, so that each is swept once.
    claimed: RefCell<BTreeSet<Identity>>,
    swept: RefCell<Vec<Stray>>,
    /// Sweeps that no step of the plan stands for and that AWS refused.
    failures: RefCell<BTreeMap<Identity, Failure>>,
}

impl Sweeping {
    pub(super) fn new(ground: Ground) -> Self {
        Self {
            ground,
            looks: Gather::new(),
            claimed: RefCell::default(),
            swept: RefCell::default(),
            failures: RefCell::default(),
        }
    }

    /// What was swept, and what of it AWS refused.
    pub(super) fn end(&self) -> (Vec<Stray>, Vec<Failure>) {
        let mut swept = self.swept.take();
        swept.sort_by(|one, other| (&one.kind, &one.id).cmp(&(&other.kind, &other.id)));
        (swept, self.failures.take().into_values().collect())
    }
}

/// Why something does not go.
enum Way {
    /// What is in the way is about to go.
    Clears,
    /// These are in the way and stay.
    Blocked(Vec<Stray>),
    /// Nobody is seen.
    Unseen,
}

impl Run<'_> {
    pub(super) async fn delete(&self, facts: &'static Facts, step: &Step) -> Result<(), Trouble> {
        let Some(id) = &step.id else { return Ok(()) };
        self.pause(Duration::from_secs(step.drain.into())).await?;
        let near = match facts.strays {
            Strays::None | Strays::Maker | Strays::Runner => self.named_by(&step.address),
            // Who lives in these says so.
            Strays::Ground | Strays::Lodging => BTreeSet::new(),
        };
        let (address, begun) = (step.address.clone(), self.provider.now());
        let made = self.log.state(|state| state.made(&address, id));
        self.log.write([Entry::Doomed(Doomed { address, id: id.clone(), begun })]).await?;
        loop {
            let delete = || self.provider.delete(facts, id);
            match self.remove(&step.address, id, &near, delete).await {
                Err(Trouble::Refused(problem)) if problem.class == Class::Missing => {
                    // What was made a moment ago may only seem to be missing.
                    let young = made + self.provider.visible_after() - self.provider.now();
                    if young <= 0 {
                        break;
                    }
                    self.retrying(&step.address, &problem);
                    self.pause(Duration::from_secs(young.unsigned_abs())).await?;
                }
                Err(trouble) => {
                    if trouble.says_that_nothing_happened() {
                        let spared =
                            Entry::Spared { address: step.address.clone(), id: id.clone() };
                        self.log.write([spared]).await?;
                    }
                    return Err(trouble);
                }
                Ok(()) if facts.timing.delete > 0 => break self.until_gone(facts, id).await?,
                Ok(()) => break,
            }
        }
        self.forget(facts, step).await
    }

    pub(super) async fn forget(&self, facts: &'static Facts, step: &Step) -> Result<(), Trouble> {
        let Some(id) = &step.id else { return Ok(()) };
        let outlived =
            (facts.strays == Strays::Maker).then(|| Entry::Outlived { maker: id.0.clone() });
        let gone = Entry::Gone { address: step.address.clone(), id: id.clone() };
        self.log.write(outlived.into_iter().chain([gone])).await?;
        Ok(())
    }

    /// Sweeps what the plan says.
    pub(super) async fn sweep(&self, step: &Step) -> Result<(), Trouble> {
        let planned = self.plan.swept.iter().find(|stray| Some(&stray.id) == step.id.as_ref());
        let Some(stray) = planned else { return Ok(()) };
        self.sweeping.claimed.borrow_mut().insert(stray.id.clone());
        self.take_away(stray).await
    }

    async fn take_away(&self, stray: &Stray) -> Result<(), Trouble> {
        let sweep = || self.provider.sweep(stray);
        match self.remove(&stray.address(), &stray.id, &BTreeSet::new(), sweep).await {
            Err(Trouble::Refused(problem)) if problem.class == Class::Missing => Ok(()),
            Err(trouble) => Err(trouble),
            Ok(()) => {
                self.sweeping.swept.borrow_mut().push(stray.clone());
                Ok(())
            }
        }
    }

    /// Sweeps what nobody planned for, because it was not there yet.
    fn take_away_too<'b>(&'b self, stray: &'b Stray) -> LocalBoxFuture<'b, Result<(), Trouble>> {
        Box::pin(async move {
            let (address, verb, began) = (stray.address(), Verb::Sweep, Instant::now());
            self.say(Event::Started { address: address.clone(), verb, usual_seconds: 0 });
            let (problem, held_by) = match self.take_away(stray).await {
                Ok(()) => {
                    let seconds = began.elapsed().as_secs_f64();
                    self.say(Event::Done { address, verb, seconds });
                    return Ok(());
                }
                Err(Trouble::Refused(problem)) => (problem, Vec::new()),
                Err(Trouble::Held(problem, strays)) => (problem, strays),
                Err(trouble @ (Trouble::Unclear(_) | Trouble::Stopped | Trouble::Forgetful(_))) => {
                    return Err(trouble);
                }
            };
            self.say(Event::Failed { address: address.clone(), verb, problem: problem.clone() });
            let failure = Failure { address, verb, problem, held_by };
            self.sweeping.failures.borrow_mut().insert(stray.id.clone(), failure);
            Ok(())
        })
    }

    /// Asks for something to be deleted until it is, or until it is clear that it will not be. `near` are things whose
    /// guests may be the reason if its own are not.
    async fn remove<F>(
        &self,
        address: &Address,
        id: &Identity,
        near: &BTreeSet<String>,
        ask: impl Fn() -> F,
    ) -> Result<(), Trouble>
    where
        F: Future<Output = Result<(), Problem>>,
    {
        let began = Instant::now();
        let mut attempt = 0_u32;
        let mut way = Way::Unseen;
        let mut looked: Option<Instant> = None;
        loop {
            let Err(problem) = ask().await else { return Ok(()) };
            attempt += 1;
            let patience = match problem.class {
                Class::InUse => {
                    if looked.is_none_or(|looked| looked.elapsed() > LOOK) {
                        looked = Some(Instant::now());
                        way = self.way(id, near, began).await?;
                    }
                    match way {
                        Way::Blocked(strays) => return Err(Trouble::Held(problem, strays)),
                        Way::Clears => RELEASE,
                        Way::Unseen => {
                            self.retrying(address, &problem);
                            PATIENCE
                        }
                    }
                }
                Class::Busy | Class::Throttled | Class::Unavailable => {
                    self.retrying(address, &problem);
                    PATIENCE
                }
                Class::Missing | Class::Taken | Class::Invalid | Class::Denied | Class::Quota => {
                    return Err(problem.into());
                }
            };
            if began.elapsed() > patience {
                return Err(problem.into());
            }
            self.pause(backoff(attempt)).await?;
        }
    }

    /// Looks who is in the way of `id`, and sweeps what may be swept of that.
    async fn way(
        &self,
        id: &Identity,
        near: &BTreeSet<String>,
        began: Instant,
    ) -> Result<Way, Trouble> {
        if self.sweeping.ground.vpcs.is_empty() {
            return Ok(Way::Unseen);
        }
        let strays = self.look_around().await?;
        let own: Vec<&Stray> =
            strays.iter().filter(|stray| stray.names.contains(id.as_str())).collect();
        if own.is_empty() {
            let near: Vec<&Stray> = strays.iter().filter(|stray| stray.holds_any(near)).collect();
            let (stay, go): (Vec<&Stray>, Vec<&Stray>) =
                near.into_iter().partition(|stray| stray.is_foreign());
            return Ok(match (stay.is_empty(), go.is_empty()) {
                (_, false) => Way::Clears,
                (false, true) if began.elapsed() > DOUBT => Way::Blocked(owned(stay)),
                (_, true) => Way::Unseen,
            });
        }
        self.take_away_all(own.clone()).await?;
        let stuck = |stray: &&&Stray| {
            stray.is_foreign() || self.sweeping.failures.borrow().contains_key(&stray.id)
        };
        let stay: Vec<&Stray> = own.iter().filter(stuck).copied().collect();
        Ok(if stay.is_empty() { Way::Clears } else { Way::Blocked(owned(stay)) })
    }

    /// After a run that could not delete everything: sweeps what nothing that was begun has met, and answers what stays.
    pub(super) async fn tidy(&self) -> Result<Vec<Stray>, Diagnostic> {
        if self.sweeping.ground.vpcs.is_empty() {
            return Ok(self.plan.others.clone());
        }
        let Ok(strays) = self.look_around().await else { return Ok(self.plan.others.clone()) };
        let (left, others) = self.plan.concerned(strays.to_vec());
        match self.take_away_all(left.iter().collect()).await {
            Err(Trouble::Forgetful(diagnostic)) => Err(diagnostic),
            Ok(())
            | Err(
                Trouble::Refused(_) | Trouble::Held(..) | Trouble::Unclear(_) | Trouble::Stopped,
            ) => Ok(others),
        }
    }

    /// Sweeps those of `strays` that may be swept, at this moment, and that nobody has begun to sweep.
    async fn take_away_all(&self, strays: Vec<&Stray>) -> Result<(), Trouble> {
        let there =
            |address: &Address| self.log.state(|state| state.resources.contains_key(address));
        if plan::runs_on(self.plan, there) {
            return Ok(());
        }
        let claim = |stray: &&Stray| {
            let left = stray.mark().is_some();
            left && self.sweeping.claimed.borrow_mut().insert(stray.id.clone())
        };
        let mine: Vec<&Stray> = strays.into_iter().filter(claim).collect();
        for swept in join_all(mine.into_iter().map(|stray| self.take_away_too(stray))).await {
            swept?;
        }
        Ok(())
    }

    /// What others have in our network at this moment. Those who ask in the same moment share a look.
    async fn look_around(&self) -> Result<Rc<Vec<Stray>>, Trouble> {
        let now = self.log.state(|state| plan::ground(self.plan, state));
        let ground = &Ground { makers: now.makers, ..self.sweeping.ground.clone() };
        let look = |_| self.provider.strays(ground);
        Ok(self.sweeping.looks.ask([], look).await?)
    }

    /// Ids of what the resource at `address` refers to.
    fn named_by(&self, address: &Address) -> BTreeSet<String> {
        let fields = self.plan.changes.get(address).and_then(|change| change.before.as_deref());
        let mut names = BTreeSet::new();
        value::each_text(fields.unwrap_or(&serde_json::Value::Null), &mut |text| {
            if self.sweeping.ground.ours.contains(text) {
                names.insert(text.to_owned());
            }
        });
        names
    }
}

fn owned(strays: Vec<&Stray>) -> Vec<Stray> {
    strays.into_iter().cloned().collect()
}
