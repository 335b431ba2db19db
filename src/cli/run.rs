//! What apply and destroy have in common: carrying a plan out under a person's or a machine's eyes, and stopping when
//! asked to.

use std::{
    cell::RefCell,
    pin::pin,
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};

use super::{Exit, one, planning::Prospect, screen};
use crate::{
    apply::{self, Event, Outcome, Stop},
    model::Diagnostic,
    provider::Provider,
    render::{self, Clock, Tally, progress},
    state::Journal,
};

/// Who watches a run, and what has been done in it.
pub(super) struct Teller {
    watcher: RefCell<Watcher>,
    tally: RefCell<Tally>,
}

/// Who watches a run.
enum Watcher {
    /// A machine: one JSON object a line.
    Json,
    /// A person, or a log, that reads line by line.
    Lines(progress::Plain),
    /// A person at a terminal.
    Bars(progress::Bars),
}

/// In what form a command answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
}

impl Form {
    /// What the `--json` flag of the command line means.
    pub(super) const fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

impl Teller {
    /// The teller of what happens before a plan is carried out.
    pub(super) fn lines(form: Form) -> Self {
        Self::of(match form {
            Form::Json => Watcher::Json,
            Form::Text => Watcher::Lines(progress::Plain::new(screen::style())),
        })
    }

    /// The teller for a run of `prospect`.
    pub(super) fn new(form: Form, prospect: &Prospect) -> Self {
        match form {
            Form::Text if screen::is_watched() => {
                let path = Duration::from_secs(prospect.critical_path);
                let target = indicatif::ProgressDrawTarget::stderr();
                let bars = progress::Bars::new(target, prospect.steps.len(), path, screen::style());
                Self::of(Watcher::Bars(bars))
            }
            Form::Text | Form::Json => Self::lines(form),
        }
    }

    fn of(watcher: Watcher) -> Self {
        Self { watcher: RefCell::new(watcher), tally: RefCell::default() }
    }

    pub(super) fn tell(&self, event: &Event) {
        self.tally.borrow_mut().take(event);
        match &mut *self.watcher.borrow_mut() {
            Watcher::Json => screen::say_line(&render::event_json(event).to_string()),
            Watcher::Lines(lines) => {
                if let Some(line) = lines.line(event) {
                    screen::say_line(&line);
                }
            }
            Watcher::Bars(bars) => bars.tell(event),
        }
    }

    fn say(&self, text: &str) {
        match &*self.watcher.borrow() {
            Watcher::Bars(bars) => bars.say(text),
            Watcher::Json | Watcher::Lines(_) => screen::warn(text),
        }
    }

    fn finish(&self) {
        if let Watcher::Bars(bars) = &mut *self.watcher.borrow_mut() {
            bars.finish();
        }
    }

    /// What has been done.
    pub(super) fn tally(&self) -> Tally {
        self.tally.borrow().clone()
    }
}

/// Carries `prospect` out and folds the journal. The first Ctrl-C (or SIGTERM) lets the calls in flight end; the second
/// ends the process at once, which loses nothing either.
pub(super) async fn carry_out(
    prospect: &Prospect,
    provider: &dyn Provider,
    journal: &mut Journal,
    teller: &Teller,
) -> Result<(Outcome, Clock), Vec<Diagnostic>> {
    let stop = Stop::default();
    let began = Instant::now();
    let tell = |event: Event| teller.tell(&event);
    let run = apply::apply(&prospect.plan, prospect.steps.clone(), provider, journal, &tell, &stop);
    let outcome = match select(pin!(run), pin!(watch_signals(&stop, teller))).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), run)) => run.await,
    };
    teller.finish();
    let outcome = outcome.map_err(one)?;
    journal.fold().await.map_err(one)?;
    let clock = if provider.name() == "sandbox" {
        Clock::Virtual { real: began.elapsed() }
    } else {
        Clock::Real
    };
    Ok((outcome, clock))
}

/// How a run that ended so ends the process.
pub(super) fn exit(outcome: &Outcome) -> Exit {
    if !outcome.failures.is_empty() {
        Exit::Failed
    } else if outcome.interrupted {
        Exit::Interrupted
    } else {
        Exit::Done
    }
}

async fn watch_signals(stop: &Stop, teller: &Teller) {
    if next_signal().await.is_none() {
        return std::future::pending().await;
    }
    stop.ask();
    teller.say("Stopping: calls that are on their way are waited for and written down. Once more to stop at once.");
    if next_signal().await.is_some() {
        teller
            .say("Stopped. Nothing is lost: the next run finds out what became of the last calls.");
        std::process::exit(130);
    }
    std::future::pending().await
}

/// Ends at the next Ctrl-C or SIGTERM; `None` if this machine does not tell.
pub(super) async fn next_signal() -> Option<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).ok()?;
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    let mut hang_up = signal(SignalKind::hangup()).ok()?;
    tokio::select! {
        received = interrupt.recv() => received,
        received = terminate.recv() => received,
        received = hang_up.recv() => received,
    }
}
