//! Progress on a terminal: a line for each step that takes a while, one bar for the whole, and above them the lines
//! that stay. The only part of this room that draws, on the target it is given.
//!
//! Bars run on the clock on the wall. In the sandbox, where time is virtual and a run is over at once, nobody sees
//! them; the lines above are what matters then.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Plain, doing};
use crate::{
    apply::Event,
    model::Address,
    plan::Verb,
    render::{
        Style,
        text::{clean, duration, shorten},
    },
};

/// Steps shown at once; the others only count.
const LINES: usize = 8;
/// Steps that usually take as many seconds or more have a bar.
const BAR: u32 = 10;
/// Characters of a step's bar, of its address, of the whole's bar.
const WIDTH: usize = 20;
const ADDRESS: usize = 40;
const WHOLE: usize = 30;
const TICK: Duration = Duration::from_millis(100);

/// Draws progress from events.
#[derive(Debug)]
pub struct Bars {
    multi: MultiProgress,
    plain: Plain,
    whole: ProgressBar,
    began: Instant,
    /// Milliseconds after `began` at which all should be done.
    end: Arc<AtomicU64>,
    running: BTreeMap<(Address, Verb), Running>,
}

/// A step on its way.
#[derive(Debug)]
struct Running {
    began: Instant,
    usual: u32,
    line: Option<ProgressBar>,
}

impl Bars {
    /// Bars for a run of `steps` steps that takes `critical_path` at best.
    pub fn new(
        target: ProgressDrawTarget,
        steps: usize,
        critical_path: Duration,
        style: Style,
    ) -> Self {
        let multi = MultiProgress::with_draw_target(target);
        let end = Arc::new(AtomicU64::new(millis(critical_path)));
        let whole = multi.add(ProgressBar::new(steps as u64).with_style(whole_style(&end)));
        whole.enable_steady_tick(TICK);
        Self {
            multi,
            plain: Plain::new(style),
            whole,
            began: Instant::now(),
            end,
            running: BTreeMap::new(),
        }
    }

    /// Takes an event in.
    pub fn tell(&mut self, event: &Event) {
        match event {
            Event::Started { address, verb, usual_seconds } => {
                let step = Running { began: Instant::now(), usual: *usual_seconds, line: None };
                self.running.insert((address.clone(), *verb), step);
                self.show();
            }
            Event::Done { address, verb, .. } | Event::Failed { address, verb, .. } => {
                if let Some(Running { line: Some(line), .. }) =
                    self.running.remove(&(address.clone(), *verb))
                {
                    line.finish_and_clear();
                    self.multi.remove(&line);
                }
                self.whole.inc(1);
                self.show();
            }
            Event::Recovered { .. }
            | Event::Created { .. }
            | Event::Asked { .. }
            | Event::Retrying { .. } => {}
        }
        // Its line shows that a slow step runs; only that it began or exists needs no other.
        let line = self.plain.line(event);
        match event {
            Event::Started { .. } | Event::Created { .. } => {}
            Event::Recovered { .. }
            | Event::Asked { .. }
            | Event::Retrying { .. }
            | Event::Done { .. }
            | Event::Failed { .. } => {
                if let Some(line) = line {
                    self.say(&line);
                }
            }
        }
    }

    /// A line above the bars that stays.
    pub fn say(&self, line: &str) {
        // A terminal that cannot be written to is no reason to stop a run.
        drop(self.multi.println(line));
    }

    /// Takes the bars away; the lines above stay.
    pub fn finish(&mut self) {
        for (_, step) in std::mem::take(&mut self.running) {
            if let Some(line) = step.line {
                line.finish_and_clear();
            }
        }
        self.whole.finish_and_clear();
    }

    /// Gives lines to the slowest running steps that have none, as long as there is room. Steps that are over in less
    /// than a second get none: they would only flicker.
    fn show(&mut self) {
        let shown = self.running.values().filter(|step| step.line.is_some()).count();
        let mut hidden: Vec<_> = self
            .running
            .iter_mut()
            .filter(|(_, step)| step.line.is_none() && step.usual > 0)
            .collect();
        hidden.sort_by_key(|((address, verb), step)| {
            (std::cmp::Reverse(step.usual), address.clone(), *verb)
        });
        for ((address, verb), step) in hidden.into_iter().take(LINES.saturating_sub(shown)) {
            let name = clean(address.as_str());
            let line = ProgressBar::no_length()
                .with_style(step_style(step.usual))
                .with_elapsed(step.began.elapsed())
                .with_prefix(shorten(&name, ADDRESS).into_owned())
                .with_message(doing(*verb));
            let line = self.multi.insert_before(&self.whole, line);
            line.enable_steady_tick(TICK);
            step.line = Some(line);
        }
        self.expect();
    }

    /// When all should be done: at the end of the critical path, or of the slowest running step if that is later.
    fn expect(&self) {
        let end = |step: &Running| {
            millis(step.began.duration_since(self.began)) + u64::from(step.usual) * 1000
        };
        let latest = self.running.values().map(end).max().unwrap_or(0);
        self.end.fetch_max(latest, Ordering::Relaxed);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A road of `width` characters of which so many thousandths are behind.
fn road(thousandths: u64, width: usize) -> String {
    let behind = usize::try_from(thousandths.min(1000)).map_or(width, |share| width * share / 1000);
    format!("{}{}", "━".repeat(behind), "─".repeat(width - behind))
}

fn step_style(usual: u32) -> ProgressStyle {
    let time = move |state: &ProgressState, out: &mut dyn Write| {
        let elapsed = duration(state.elapsed().as_secs());
        // The line is redrawn ten times a second; one that cannot be formatted is left out.
        let _ = if usual < BAR {
            write!(out, "{elapsed}")
        } else {
            let road = road(millis(state.elapsed()) / u64::from(usual), WIDTH);
            write!(out, "{road} {elapsed} of usually {}", duration(usual.into()))
        };
    };
    let template = format!("  {{spinner}} {{prefix:{ADDRESS}}} {{msg}} {{time}}");
    style(&template).with_key("time", time)
}

fn whole_style(end: &Arc<AtomicU64>) -> ProgressStyle {
    let end = Arc::clone(end);
    let left = move |state: &ProgressState, out: &mut dyn Write| {
        let left =
            end.load(Ordering::Relaxed).saturating_sub(millis(state.elapsed())).div_ceil(1000);
        if left > 0 {
            let _ = write!(out, ", about {} left", duration(left));
        }
    };
    let road = |state: &ProgressState, out: &mut dyn Write| {
        let steps = state.len().unwrap_or(0).max(1);
        let _ = write!(out, "{}", road(state.pos() * 1000 / steps, WHOLE));
    };
    style("  {road} {pos}/{len} done{left}").with_key("left", left).with_key("road", road)
}

fn style(template: &str) -> ProgressStyle {
    // A template that is not one would be a mistake of this file; bars in indicatif's own style show it.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
