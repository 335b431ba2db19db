//! Progress as lines that stay: one for each quick step when it is done, a few for each slow one.

use std::collections::{BTreeMap, BTreeSet};

use super::{doing, done};
use crate::{
    apply::Event,
    model::{Address, Identity, Problem},
    plan::Verb,
    render::{
        Style,
        ink::Ink,
        text::{clean, duration},
    },
};

/// Steps that usually take as many seconds or more say when they begin.
const SLOW: u32 = 5;

/// Turns events into lines for a log.
#[derive(Debug)]
pub struct Plain {
    style: Style,
    slow: BTreeSet<(Address, Verb)>,
    /// What was created a moment ago and is not done.
    created: BTreeMap<Address, Identity>,
    /// What was said already about repeated calls.
    said: BTreeSet<(Address, String)>,
}

impl Plain {
    /// Lines in `style`.
    pub const fn new(style: Style) -> Self {
        Self { style, slow: BTreeSet::new(), created: BTreeMap::new(), said: BTreeSet::new() }
    }

    /// The line for `event`, if it is worth one. Without a line end.
    pub fn line(&mut self, event: &Event) -> Option<String> {
        match event {
            Event::Recovered { address, id: Some(id) } => {
                let said = format!(
                    "found again as {}; a former run did not see the answer",
                    clean(id.as_str())
                );
                Some(self.said(address, Ink::Good, &said))
            }
            Event::Recovered { address, id: None } => {
                Some(self.said(address, Ink::Quiet, "a former run's create had no effect"))
            }
            Event::Started { address, verb, usual_seconds } => {
                if *usual_seconds < SLOW {
                    return None;
                }
                self.slow.insert((address.clone(), *verb));
                let usual = duration((*usual_seconds).into());
                Some(self.said(address, Ink::Quiet, &format!("{}, usually {usual}", doing(*verb))))
            }
            Event::Created { address, id } => {
                if self.slow.contains(&(address.clone(), Verb::Create)) {
                    let said = format!("created ({}), not ready yet", clean(id.as_str()));
                    return Some(self.said(address, Ink::Quiet, &said));
                }
                self.created.insert(address.clone(), id.clone());
                None
            }
            Event::Asked { address, what, value } => {
                let value = value.replace(',', ", ");
                let said = format!("{}: {}", clean(what), clean(&value));
                Some(self.said(address, Ink::Change, &said))
            }
            Event::Retrying { address, problem } => self.retrying(address, problem),
            Event::Done { address, verb, seconds } => Some(self.done(address, *verb, *seconds)),
            Event::Failed { address, verb, problem } => {
                self.created.remove(address);
                self.slow.remove(&(address.clone(), *verb));
                let said = format!("{} failed: {}", verb.word(), clean(&problem.to_string()));
                Some(self.said(address, Ink::Bad, &said))
            }
        }
    }

    fn done(&mut self, address: &Address, verb: Verb, seconds: f64) -> String {
        let slow = self.slow.remove(&(address.clone(), verb));
        let id = if verb == Verb::Create { self.created.remove(address) } else { None };
        let id = id.filter(Identity::is_telling);
        let id = id.map(|id| format!(" ({})", clean(id.as_str()))).unwrap_or_default();
        // Seconds of a run fit into u64; a fraction is of no interest here.
        let took = seconds.round() as u64;
        let took = if slow || took >= u64::from(SLOW) {
            format!(" in {}", duration(took))
        } else {
            String::new()
        };
        self.said(address, Ink::Good, &format!("{}{id}{took}", done(verb)))
    }

    /// One line for each kind of refusal of a step, however often it is repeated.
    fn retrying(&mut self, address: &Address, problem: &Problem) -> Option<String> {
        let new = self.said.insert((address.clone(), problem.code.clone()));
        new.then(|| {
            let said = format!("AWS: {}; trying again", clean(&problem.to_string()));
            self.said(address, Ink::Change, &said)
        })
    }

    fn said(&self, address: &Address, ink: Ink, what: &str) -> String {
        format!("{}: {}", clean(address.as_str()), self.style.paint(ink, what))
    }
}
