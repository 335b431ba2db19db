//! A lock that does not need its holder to let go: an object in the bucket, renewed as long as its holder lives.
//!
//! Nobody compares clocks. Whoever finds a lease whose holder gives no sign of life watches it for as long as the holder
//! promised to be heard within, by its own clock, and takes it over if nothing has changed; the write that takes it over
//! fails if anything has. S3's own word on how old the last sign of life is decides only whether watching is worth it:
//! while a holder lives, the next one is told so at once.
//!
//! A holder that was paused for longer than its lease finds out before it asks anything more of AWS ([`Lease::hold`]),
//! and could not write any more in any case: every write to the state is conditional on what the holder saw last.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::{sync::Mutex, task::AbortHandle, time::timeout};

use crate::{
    aws::{Bucket, Expected, Put},
    model::{Class, Diagnostic, Problem},
    state::{
        Holder,
        lock::{self, Mark, Note},
    },
};

/// How leases are lent.
#[derive(Clone, Copy, Debug)]
pub struct Lending {
    /// How long one lasts without a sign of life.
    pub term: Duration,
    /// Tells whoever waits for one to end that they do.
    pub tell: fn(&Diagnostic),
}

impl Lending {
    /// The usual term: after a run that was killed, the next one waits no longer than this.
    pub const TERM: Duration = Duration::from_secs(30);
}

/// A lease that is held.
#[derive(Debug)]
pub(super) struct Lease {
    inner: Arc<Inner>,
    heart: AbortHandle,
    /// The former holder never let go.
    pub(super) taken_over: bool,
    /// Counts the holders: every write carries it.
    pub(super) fence: u64,
}

#[derive(Debug)]
struct Inner {
    bucket: Bucket,
    key: String,
    term: Duration,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    note: Note,
    etag: String,
    /// When the last sign of life was sent of which S3 said that it arrived.
    confirmed: Moment,
    lost: bool,
}

/// Why a lease is not held.
#[derive(Debug)]
pub(super) enum Lapse {
    /// Somebody else has it.
    Lost,
    /// It cannot be told.
    Unclear(Problem),
}

/// A moment by two clocks: one that nobody sets, and one that goes on while the machine sleeps.
#[derive(Clone, Copy, Debug)]
struct Moment {
    steady: Instant,
    wall: SystemTime,
}

impl Moment {
    fn now() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now() }
    }

    /// The longer of what both say.
    fn elapsed(self) -> Duration {
        self.steady.elapsed().max(self.wall.elapsed().unwrap_or_default())
    }
}

/// What the lock at `key` says, its etag and its age; nothing if there is none.
pub(super) async fn look(
    bucket: &Bucket,
    key: &str,
) -> Result<Option<(Note, String, Option<Duration>)>, Problem> {
    let Some(object) = bucket.get(key).await? else { return Ok(None) };
    let note = serde_json::from_slice(&object.bytes).map_err(|error| {
        Problem::new(Class::Invalid, "NotALease", format!("{key} holds something else: {error}"))
    })?;
    Ok(Some((note, object.etag, object.age)))
}

/// A holder of whom nothing was heard lately, and since when that is watched.
struct Silent {
    note: Note,
    since: Moment,
}

impl Lease {
    /// Takes the lease at `key`, or says who has it.
    pub(super) async fn take(
        bucket: &Bucket,
        key: &str,
        holder: &Holder,
        lending: Lending,
    ) -> Result<Self, Refusal> {
        let mut silent: Option<Silent> = None;
        loop {
            let looked = look(bucket, key).await?;
            let (former, etag, age) = match looked {
                Some((note, etag, age)) => (note, Some(etag), age),
                None => (Note::default(), None, None),
            };
            if let Some(other) = &former.holder {
                let term = Duration::from_millis(former.term);
                silent = Some(match silent {
                    Some(silent) if silent.note == former => silent,
                    // Its term is over already: somebody has said so.
                    None if term.is_zero() => Silent { note: former.clone(), since: Moment::now() },
                    None if age.is_none_or(|age| age > lively(term)) => {
                        (lending.tell)(&waiting(other, term));
                        Silent { note: former.clone(), since: Moment::now() }
                    }
                    None | Some(_) => return Err(Refusal::Held(Box::new(other.clone()))),
                });
                let watched =
                    silent.as_ref().map_or(Duration::ZERO, |silent| silent.since.steady.elapsed());
                if watched < term {
                    let pause = (term / 10).min(Duration::from_secs(2)).min(term - watched);
                    tokio::time::sleep(pause).await;
                    continue;
                }
            }
            let term = u64::try_from(lending.term.as_millis()).unwrap_or(u64::MAX);
            let fence = former.fence + 1;
            let note =
                Note { holder: Some(holder.clone()), mark: former.mark, fence, beat: 0, term };
            let expected = etag.as_deref().map_or(Expected::Nothing, Expected::Etag);
            let confirmed = Moment::now();
            match bucket.put(key, &bytes(&note), expected).await? {
                Put::Done(etag) => {
                    let held = Mutex::new(Held { note, etag, confirmed, lost: false });
                    let inner = Inner {
                        bucket: bucket.clone(),
                        key: key.to_owned(),
                        term: lending.term,
                        held,
                    };
                    let inner = Arc::new(inner);
                    let heart = tokio::spawn(beat(Arc::clone(&inner))).abort_handle();
                    let taken_over = former.holder.is_some();
                    return Ok(Self { inner, heart, taken_over, fence });
                }
                // Somebody was faster: the next look says who.
                Put::Refused => silent = None,
            }
        }
    }

    /// Makes sure that the lease is held still, and will be for the time of a call.
    pub(super) async fn hold(&self) -> Result<(), Lapse> {
        let mut held = self.inner.held.lock().await;
        // Nobody takes it over before the whole term is over.
        if !held.lost && held.confirmed.elapsed() < self.inner.term * 3 / 4 {
            return Ok(());
        }
        self.inner.renew(&mut held).await
    }

    /// What is known to have been written last.
    pub(super) async fn mark(&self) -> Option<Mark> {
        self.inner.held.lock().await.note.mark.clone()
    }

    /// Lets the next sign of life say what was written last.
    pub(super) async fn set_mark(&self, mark: Mark) {
        self.inner.held.lock().await.note.mark = Some(mark);
    }

    /// Gives the lease back. If that fails, it ends by itself.
    pub(super) async fn release(self) {
        self.heart.abort();
        let mut held = self.inner.held.lock().await;
        held.note.holder = None;
        let _ = self.inner.renew(&mut held).await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

impl Inner {
    /// Gives a sign of life.
    async fn renew(&self, held: &mut Held) -> Result<(), Lapse> {
        if held.lost {
            return Err(Lapse::Lost);
        }
        for _ in 0..3 {
            held.note.beat += 1;
            let sent = Moment::now();
            let expected = Expected::Etag(&held.etag);
            let text = bytes(&held.note);
            match self.bucket.put(&self.key, &text, expected).await.map_err(Lapse::Unclear)? {
                Put::Done(etag) => {
                    held.etag = etag;
                    held.confirmed = sent;
                    return Ok(());
                }
                Put::Refused => {}
            }
            // A former sign of life that was given up may have arrived after all.
            match look(&self.bucket, &self.key).await.map_err(Lapse::Unclear)? {
                Some((note, etag, _)) if note.fence == held.note.fence => held.etag = etag,
                Some(_) | None => break,
            }
        }
        held.lost = true;
        Err(Lapse::Lost)
    }
}

/// Signs of life until the lease is lost: three in a term.
async fn beat(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(inner.term / 3).await;
        let mut held = inner.held.lock().await;
        // One that takes too long is given up, so that others may ask for the lease in between.
        if let Ok(Err(Lapse::Lost)) = timeout(inner.term / 3, inner.renew(&mut held)).await {
            return;
        }
    }
}

/// What became of a lease that was to be taken from its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The next one may take it over at once.
    Done,
    /// Its holder is another one now, or gave it back.
    Moved,
}

/// Ends the lease of `holder` at once. It counts as taken from somebody who never let go: whoever comes next ends what
/// that one has begun, and the former holder can write nothing.
pub(super) async fn revoke(
    bucket: &Bucket,
    key: &str,
    holder: &Holder,
) -> Result<Revoked, Problem> {
    // Its holder may give signs of life in between.
    for _ in 0..10 {
        let Some((note, etag, _)) = look(bucket, key).await? else { return Ok(Revoked::Moved) };
        if note.holder.as_ref() != Some(holder) {
            return Ok(Revoked::Moved);
        }
        let note = Note { fence: note.fence + 1, term: 0, ..note };
        if let Put::Done(_) = bucket.put(key, &bytes(&note), Expected::Etag(&etag)).await? {
            return Ok(Revoked::Done);
        }
    }
    Ok(Revoked::Moved)
}

/// Why a lease was not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Somebody has it, and lives.
    Held(Box<Holder>),
    /// S3 refuses.
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Refusal {
    /// What to say.
    pub(super) fn words(self, unreachable: impl FnOnce(&Problem) -> Diagnostic) -> Diagnostic {
        match self {
            Self::Held(holder) => lock::held(Some(&holder)),
            Self::Problem(problem) => unreachable(&problem),
        }
    }
}

/// Two signs of life in a row do not fail to come from somebody who lives. S3 tells time in whole seconds.
fn lively(term: Duration) -> Duration {
    term * 2 / 3 + Duration::from_secs(1)
}

fn bytes(note: &Note) -> Vec<u8> {
    serde_json::to_vec(note).expect("a note holds only strings and numbers")
}

fn waiting(holder: &Holder, term: Duration) -> Diagnostic {
    let message =
        format!("the state was in use by {}, of which nothing is heard any more", holder.words());
    Diagnostic::warning(message)
        .note(format!("waiting {} s to be sure, then taking over", term.as_secs().max(1)))
}
