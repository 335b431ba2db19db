//! A state in a bucket: a snapshot, the pages of its journal, the former generation of both, and a lease.
//!
//! | object | what |
//! |---|---|
//! | `key` | the snapshot; replaced only if it is what was seen last |
//! | `key.1` | the former snapshot |
//! | `key.journal/<serial>/<page>` | what has happened since the snapshot `serial`; made only if it is not there |
//! | `key.lock` | the lease |
//!
//! A page is there as a whole or not at all, and pages follow each other without a gap: whoever writes the next one learns
//! whether anybody else has. Who takes over from a holder that never let go ends the journal with an empty page and begins
//! a new generation. The former holder, should it wake up, then finds its next page taken and its snapshot changed: it
//! can write nothing, and what it cannot announce it does not do. Empty pages are never deleted, for it may sleep long.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, future::try_join, stream};

use crate::{
    aws::{Bucket, Expected, Put, backoff},
    model::{Class, Diagnostic, Problem},
    state::{
        Holder, Keyring, Place, State,
        lease::{self, Lapse, Lease, Lending, Revoked},
        lock::Mark,
        objects::{self, Known},
        recall::{Heading, Page, Tail, Volume},
        snapshot::{self, Former, Snapshot},
        store::{Kept, Replaced},
    },
};

/// A state in a bucket.
#[derive(Debug)]
pub struct Remote {
    bucket: Bucket,
    key: String,
    lending: Lending,
    lease: Option<Lease>,
    /// The snapshot that was seen last.
    etag: Option<String>,
    /// The last page of the journal that continues it.
    page: u64,
    /// Every page that is known to be there, of whatever generation.
    known: Vec<Known>,
    pub(super) keys: Keyring,
}

/// How many pages are read at once.
const AT_ONCE: usize = 16;

impl Remote {
    pub(super) fn new(bucket: Bucket, key: &str, lending: Lending) -> Self {
        let key = key.to_owned();
        Self {
            bucket,
            key,
            lending,
            lease: None,
            etag: None,
            page: 0,
            known: Vec::new(),
            keys: Keyring::default(),
        }
    }

    pub(super) fn place(&self) -> Place {
        Place::Object { bucket: self.bucket.name.clone(), key: self.key.clone() }
    }

    pub(super) fn has_taken_over(&self) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.taken_over)
    }

    pub(super) async fn lock(&mut self, holder: &Holder) -> Result<(), Diagnostic> {
        let taken =
            Lease::take(&self.bucket, &objects::lock(&self.key), holder, self.lending).await;
        self.lease =
            Some(taken.map_err(|refusal| refusal.words(|problem| self.unreachable(problem)))?);
        Ok(())
    }

    pub(super) async fn release(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.release().await;
        }
    }

    /// Takes the lease from whoever has it, without waiting for it to end. Answers who that was.
    pub(super) async fn revoke(&self, seen: &Holder) -> Result<Revoked, Diagnostic> {
        lease::revoke(&self.bucket, &objects::lock(&self.key), seen)
            .await
            .map_err(|problem| self.unreachable(&problem))
    }

    /// Who has the lease, and how long ago the last sign of life was, by the clock of S3.
    pub(super) async fn holder(&self) -> Result<Option<(Holder, Option<Duration>)>, Diagnostic> {
        let looked = lease::look(&self.bucket, &objects::lock(&self.key)).await;
        let looked = looked.map_err(|problem| self.unreachable(&problem))?;
        Ok(looked.and_then(|(note, _, age)| Some((note.holder?, age))))
    }

    pub(super) async fn hold(&self) -> Result<(), Diagnostic> {
        let Some(lease) = &self.lease else { return Ok(()) };
        match lease.hold().await {
            Ok(()) => Ok(()),
            Err(Lapse::Lost) => Err(self.overtaken().await),
            Err(Lapse::Unclear(problem)) => Err(self.unreachable(&problem)),
        }
    }

    pub(super) async fn overtaken(&self) -> Diagnostic {
        let looked = lease::look(&self.bucket, &objects::lock(&self.key)).await;
        let holder = looked.ok().flatten().and_then(|(note, _, _)| note.holder);
        let who = holder
            .map_or_else(|| "another run, which has ended".to_owned(), |holder| holder.words());
        Diagnostic::error(format!("the state was taken over by {who}"))
            .note(format!(
                "this run gave no sign of life for longer than {} s: it was paused, or cut off from S3",
                self.lending.term.as_secs()
            ))
            .note("it has overwritten nothing, and asks nothing more of AWS")
            .help("what this run began is settled by the one that took over; run again when that has ended")
    }

    pub(super) async fn load(&mut self) -> Result<Kept, Diagnostic> {
        for attempt in 1..6 {
            match self.try_load().await? {
                Some(kept) => {
                    // Whoever takes over from now on changes what was just read, and every write relies on that.
                    self.hold().await?;
                    return Ok(kept);
                }
                // Whoever writes has gone on in the meantime.
                None => tokio::time::sleep(backoff(attempt)).await,
            }
        }
        Err(Diagnostic::error(format!("the state in {} is older than its journal", self.place()))
            .note("an older copy has been put in its place")
            .help("put the newest copy back; if this one is meant, `eksnet state push FILE --force` makes it the newest"))
    }

    pub(super) async fn newest(&mut self) -> Result<(u64, Former), Diagnostic> {
        let snapshot = self.look().await?;
        let marked = self.mark().await?.map_or(0, |mark| mark.serial);
        let listed = self.known.iter().map(|page| page.serial).max().unwrap_or_default();
        Ok(snapshot.newest(marked.max(listed)))
    }

    /// The snapshot that is there; its etag and every page are known afterwards.
    async fn look(&mut self) -> Result<Snapshot, Diagnostic> {
        let (key, pages) = (self.key.clone(), objects::pages(&self.key));
        let (object, listed) = try_join(self.bucket.get(&key), self.bucket.list(&pages))
            .await
            .map_err(|problem| self.unreachable(&problem))?;
        self.known = listed.into_iter().filter_map(|listed| Known::of(&pages, listed)).collect();
        self.etag = object.as_ref().map(|object| object.etag.clone());
        match object {
            Some(object) => self.parse(&object.bytes).await,
            None => Ok(Snapshot::Absent),
        }
    }

    async fn parse(&mut self, bytes: &[u8]) -> Result<Snapshot, Diagnostic> {
        let place = self.place().to_string();
        snapshot::parse(&place, bytes, &mut self.keys).await
    }

    /// Everything that is there, if it belongs together.
    async fn try_load(&mut self) -> Result<Option<Kept>, Diagnostic> {
        let snapshot = self.look().await?;
        let former = match snapshot {
            Snapshot::Whole(_) => Snapshot::Absent,
            Snapshot::Absent | Snapshot::Damaged(_) => {
                let former = self.bucket.get(&objects::former(&self.key)).await;
                let former = former.map_err(|problem| self.unreachable(&problem))?;
                match former {
                    Some(former) => self.parse(&former.bytes).await?,
                    None => Snapshot::Absent,
                }
            }
        };
        let serials = match (&snapshot, &former) {
            (Snapshot::Whole(state), _) => Some((None, state.serial)),
            (_, Snapshot::Whole(state)) => Some((Some(state.serial), state.serial + 1)),
            (_, _) => None,
        };
        let newest = self.known.iter().map(|page| page.serial).max();
        let mut journals = <[Volume; 2]>::default();
        if let Some((former, present)) = serials {
            if newest.is_some_and(|newest| newest > present) {
                return Ok(None);
            }
            if let Some(serial) = former {
                journals[0] = self.volume(serial).await?;
            }
            journals[1] = self.volume(present).await?;
            self.page = self.pages_of(present).last().map_or(0, |last| last.page);
            if self.has_taken_over() && !journals[1].closed {
                if !self.end_journal(present).await? {
                    return Ok(None);
                }
                journals[1].closed = true;
            }
        } else if newest.is_some() && matches!(snapshot, Snapshot::Absent) {
            let reason = "its journal is there without it".to_owned();
            let kept = Kept {
                snapshot: Snapshot::Damaged(reason),
                former,
                journals,
                mark: self.mark().await?,
            };
            return Ok(Some(kept));
        }
        Ok(Some(Kept { snapshot, former, journals, mark: self.mark().await? }))
    }

    /// Adds lines to the journal as its next page.
    pub(super) async fn append(
        &mut self,
        origin: &State,
        lines: &[String],
    ) -> Result<u64, Diagnostic> {
        if self.etag.is_none() {
            // A journal continues a snapshot, so a new stack gets its first, empty one here.
            if self.put_snapshot(origin).await? == Replaced::Overtaken {
                return Err(self.overtaken().await);
            }
        }
        let number = self.page + 1;
        let fence = self.lease.as_ref().map(|lease| lease.fence);
        let heading = Heading { page: Some(number), fence, ..Heading::of(origin) };
        let mut text = self.keys.heading(heading).await?;
        text.push_str(&self.keys.lines(origin, number, 1, lines).await?);
        let key = objects::page(&self.key, origin.serial, number);
        match self.put(&key, text.as_bytes(), Expected::Nothing).await? {
            Put::Done(_) => {}
            Put::Refused => return Err(self.overtaken().await),
        }
        self.page = number;
        self.known.push(Known { key, serial: origin.serial, page: number, empty: false });
        // It may have taken long. What is announced here is about to be done.
        self.hold().await?;
        Ok(text.len() as u64)
    }

    pub(super) async fn replace(
        &mut self,
        state: &State,
        former: Former,
    ) -> Result<Replaced, Diagnostic> {
        if former == Former::Keep && self.keep().await? == Replaced::Overtaken {
            return Ok(Replaced::Overtaken);
        }
        let replaced = self.put_snapshot(state).await?;
        if replaced == Replaced::Overtaken {
            return Ok(replaced);
        }
        if former == Former::Spare {
            // The former generation was the only whole one until now.
            self.keep().await?;
        }
        self.page = 0;
        if let Some(lease) = &self.lease {
            lease.set_mark(Mark::of(state)).await;
        }
        self.tidy(state.serial).await;
        Ok(replaced)
    }

    /// Gives the snapshot its second name, as the former generation.
    async fn keep(&self) -> Result<Replaced, Diagnostic> {
        let Some(etag) = &self.etag else { return Ok(Replaced::Done(0)) };
        match self.bucket.copy(&self.key, etag, &objects::former(&self.key)).await {
            Ok(()) => Ok(Replaced::Done(0)),
            Err(problem) if problem.class == Class::Taken => Ok(Replaced::Overtaken),
            Err(problem) => Err(self.unreachable(&problem)),
        }
    }

    async fn put_snapshot(&mut self, state: &State) -> Result<Replaced, Diagnostic> {
        let bytes = self.keys.snapshot(state).await?.into_bytes();
        let expected = self.etag.as_deref().map_or(Expected::Nothing, Expected::Etag);
        match self.put(&self.key, &bytes, expected).await? {
            Put::Done(etag) => {
                self.etag = Some(etag);
                Ok(Replaced::Done(bytes.len() as u64))
            }
            Put::Refused => Ok(Replaced::Overtaken),
        }
    }

    /// Deletes the journals of generations before the former one. What cannot be deleted is next time.
    async fn tidy(&mut self, serial: u64) {
        let old = |page: &Known| page.serial + 1 < serial && !page.empty;
        let keys: Vec<String> =
            self.known.iter().filter(|page| old(page)).map(|page| page.key.clone()).collect();
        if self.bucket.delete(&keys).await.is_ok() {
            self.known.retain(|page| !old(page));
        }
    }

    /// Ends the journal of a holder that never let go: its next page is taken. Answers whether it was the next one.
    async fn end_journal(&mut self, serial: u64) -> Result<bool, Diagnostic> {
        let key = objects::page(&self.key, serial, self.page + 1);
        Ok(self.put(&key, b"", Expected::Nothing).await? != Put::Refused)
    }

    /// The journal that continues the snapshot `serial`.
    async fn volume(&mut self, serial: u64) -> Result<Volume, Diagnostic> {
        let pages = self.pages_of(serial);
        if let Some((place, page)) = (1..).zip(&pages).find(|(place, page)| *place != page.page) {
            let missing = objects::page(&self.key, serial, place);
            return Err(Diagnostic::error(format!(
                "{missing} is missing in bucket {}",
                self.bucket.name
            ))
            .note(format!("{} follows it", page.key))
            .help("restore it; nothing has been changed"));
        }
        // An empty page ends its journal.
        if let Some((empty, page)) =
            pages.iter().zip(pages.iter().skip(1)).find(|(page, _)| page.empty)
        {
            return Err(Diagnostic::error(format!(
                "{} is empty in bucket {}",
                empty.key, self.bucket.name
            ))
            .note(format!("{} follows it", page.key))
            .help("restore it; nothing has been changed"));
        }
        let full: Vec<Known> =
            pages.iter().filter(|page| !page.empty).map(|page| (*page).clone()).collect();
        let closed = full.len() < pages.len();
        let bucket = &self.bucket;
        let read = |known: Known| async move {
            let object = bucket.get(&known.key).await?;
            let text = object.map(|object| String::from_utf8_lossy(&object.bytes).into_owned());
            let name = Place::Object { bucket: bucket.name.clone(), key: known.key };
            // One that was deleted since it was listed is damaged like one that was cut to nothing.
            let text = text.unwrap_or_default();
            Ok(Page { name: name.to_string(), number: known.page, text, tail: Tail::Whole })
        };
        let read = stream::iter(full.into_iter().map(read)).buffered(AT_ONCE).try_collect();
        let pages = read.await;
        let pages = pages.map_err(|problem: Problem| self.unreachable(&problem))?;
        let mut volume = Volume { pages, closed };
        for page in &mut volume.pages {
            page.text = self.keys.page(&page.name, std::mem::take(&mut page.text)).await?;
        }
        Ok(volume)
    }

    fn pages_of(&self, serial: u64) -> Vec<&Known> {
        self.known.iter().filter(|page| page.serial == serial).collect()
    }

    /// What is known to have been written last.
    async fn mark(&self) -> Result<Option<Mark>, Diagnostic> {
        if let Some(lease) = &self.lease {
            return Ok(lease.mark().await);
        }
        let looked = lease::look(&self.bucket, &objects::lock(&self.key)).await;
        let looked = looked.map_err(|problem| self.unreachable(&problem))?;
        Ok(looked.and_then(|(note, _, _)| note.mark))
    }

    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Expected<'_>,
    ) -> Result<Put, Diagnostic> {
        self.bucket.put(key, bytes, expected).await.map_err(|problem| self.unreachable(&problem))
    }

    fn unreachable(&self, problem: &Problem) -> Diagnostic {
        Diagnostic::error(format!("{} cannot be read or written", self.place()))
            .note(format!("AWS: {problem}"))
            .help("nothing is asked of AWS that cannot be remembered; see to it that S3 can be reached and allows it, then run again")
    }
}
