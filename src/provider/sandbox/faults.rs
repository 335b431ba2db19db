//! What goes wrong in the sandbox on request: the process dies at a chosen call, calls are throttled or not answered, news
//! travel slowly, the disk of the state fails. Chances come from a seed, so that the same faults make the same run.

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    rc::Rc,
    time::Duration,
};

use tokio::sync::Notify;

use super::spec::{Fault, Moment};
use crate::state::{Disk, Fate, Mishap};

/// What goes wrong. Clones share what has come of it so far.
#[derive(Clone, Default)]
pub struct Faults {
    death: Option<(Moment, u64)>,
    die: Option<Rc<dyn Fn()>>,
    throttle: f64,
    error_before: f64,
    error_after: f64,
    lag: Duration,
    stale_tags: Duration,
    refuse_delete: Duration,
    disk_full: Option<u64>,
    disk_error: Option<u64>,
    seed: u64,
    course: Rc<Course>,
}

/// What has come of faults so far.
#[derive(Debug, Default)]
struct Course {
    /// Kind and action of each mutating call.
    mutations: RefCell<Vec<String>>,
    disk: Cell<u64>,
    rolls: Cell<u64>,
    /// The call at which to die has been answered; what is learned from it is not on disk yet.
    answered: Cell<bool>,
    dead: Cell<bool>,
    death: Notify,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fortune {
    Served,
    Throttled,
    /// It never arrives; the caller hears nothing.
    Lost,
    /// It is served; the caller hears nothing.
    Unanswered,
}

impl Faults {
    /// These faults and one more. Of two of a sort the second counts.
    #[must_use]
    pub fn and(mut self, fault: Fault) -> Self {
        match fault {
            Fault::Die(moment, call) => self.death = Some((moment, call)),
            Fault::Throttle(share) => self.throttle = share,
            Fault::Error(share) => {
                self.error_before = share / 2.0;
                self.error_after = share / 2.0;
            }
            Fault::ErrorBefore(share) => self.error_before = share,
            Fault::ErrorAfter(share) => self.error_after = share,
            Fault::Lag(longest) => self.lag = longest,
            Fault::StaleTags(longest) => self.stale_tags = longest,
            Fault::RefuseDelete(time) => self.refuse_delete = time,
            Fault::DiskFull(number) => self.disk_full = Some(number),
            Fault::DiskError(number) => self.disk_error = Some(number),
            Fault::Seed(seed) => self.seed = seed,
        }
        self
    }

    /// The same faults for another process, to which nothing has happened yet.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { course: Rc::default(), ..self.clone() }
    }

    /// The same, and dying is `die`: a real process ends in it. Without it the sandbox stands still and the disk is
    /// closed, until whoever waits for [`Faults::death`] drops everything that runs.
    #[must_use]
    pub fn dying_by(mut self, die: Rc<dyn Fn()>) -> Self {
        self.die = Some(die);
        self
    }

    /// Kind and action of each mutating call that has begun: `subnet ec2:CreateSubnet`.
    pub fn mutations(&self) -> Vec<String> {
        self.course.mutations.borrow().clone()
    }

    /// How many writes, syncs and renames of the state there were.
    pub fn disk_operations(&self) -> u64 {
        self.course.disk.get()
    }

    /// Whether the process is dead.
    pub fn dead(&self) -> bool {
        self.course.dead.get()
    }

    /// Ends when the process dies.
    pub async fn death(&self) {
        let notified = self.course.death.notified();
        if !self.dead() {
            notified.await;
        }
    }

    /// The disk to keep the state on.
    pub fn disk(&self) -> Disk {
        Disk::under(Rc::new(self.clone()))
    }

    /// A mutating call begins: the how manieth.
    pub(super) fn next_mutation(&self, kind: &str, action: &str) -> u64 {
        let mut mutations = self.course.mutations.borrow_mut();
        mutations.push(format!("{kind} {action}"));
        mutations.len() as u64
    }

    /// Dies here if it is time to; nothing goes on after that, nor anywhere else in a dead process.
    pub(super) async fn strike(&self, call: u64, moment: Moment) {
        if self.death == Some((moment, call)) {
            self.perish();
        }
        if self.dead() {
            std::future::pending::<()>().await;
        }
    }

    /// The answer to `call` is on its way to the caller. If it is time to die, nothing it says reaches the disk, or
    /// nothing after that.
    pub(super) fn answered(&self, call: u64) {
        if self.death == Some((Moment::AfterAnswer, call)) {
            self.perish();
        }
        if self.death == Some((Moment::AfterJournal, call)) {
            self.course.answered.set(true);
        }
    }

    /// What becomes of the next call.
    pub(super) fn fortune(&self) -> Fortune {
        if self.throttle + self.error_before + self.error_after == 0.0 {
            return Fortune::Served;
        }
        self.course.rolls.set(self.course.rolls.get() + 1);
        let mut chance = unit(self.seed, self.course.rolls.get());
        for (share, fortune) in [
            (self.throttle, Fortune::Throttled),
            (self.error_before, Fortune::Lost),
            (self.error_after, Fortune::Unanswered),
        ] {
            if chance < share {
                return fortune;
            }
            chance -= share;
        }
        Fortune::Served
    }

    /// Seconds until reads show what has become of the thing called `id`.
    pub(super) fn lag(&self, id: &str) -> f64 {
        self.own(self.lag, id, 1)
    }

    /// Seconds until searches by tag do.
    pub(super) fn tag_lag(&self, id: &str) -> f64 {
        self.own(self.lag, id, 2).max(self.own(self.stale_tags, id, 3))
    }

    /// Seconds for which something cannot be deleted after the last that held it is gone.
    pub(super) fn refuse_delete(&self) -> f64 {
        self.refuse_delete.as_secs_f64()
    }

    /// A part of `longest` that is each thing's own.
    fn own(&self, longest: Duration, id: &str, salt: u64) -> f64 {
        if longest.is_zero() {
            return 0.0;
        }
        let mixed = id.bytes().fold(salt, |mixed, byte| mix(mixed ^ u64::from(byte)));
        longest.as_secs_f64() * unit(self.seed, mixed)
    }

    fn perish(&self) {
        self.course.dead.set(true);
        self.course.death.notify_one();
        if let Some(die) = &self.die {
            die();
        }
    }
}

impl Fate for Faults {
    fn before(&self) -> Result<(), Mishap> {
        if self.dead() {
            return Err(Mishap::Dead);
        }
        self.course.disk.set(self.disk_operations() + 1);
        let number = self.disk_operations();
        if self.disk_full.is_some_and(|full| number >= full) {
            return Err(Mishap::Refused(io::ErrorKind::StorageFull.into()));
        }
        if self.disk_error == Some(number) {
            // EIO.
            return Err(Mishap::Refused(io::Error::from_raw_os_error(5)));
        }
        Ok(())
    }

    fn journalled(&self) {
        if self.course.answered.take() {
            self.perish();
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults")
            .field("death", &self.death)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// A number from 0 to 1 that looks like chance.
fn unit(seed: u64, n: u64) -> f64 {
    // 53 bits are what a fraction holds.
    let bits = mix(mix(seed) ^ n) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

/// SplitMix64.
const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ n >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ n >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ n >> 31
}
