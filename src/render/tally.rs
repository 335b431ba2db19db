//! What a run has done so far, counted from its events.

use std::collections::BTreeMap;

use crate::{apply::Event, model::Address, plan::Verb};

/// Steps done, by what they did and to which kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    done: BTreeMap<Verb, BTreeMap<String, usize>>,
    asked: Vec<(Address, String)>,
}

impl Tally {
    /// Takes an event in.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Done { address, verb, .. } => {
                let kinds = self.done.entry(*verb).or_default();
                *kinds.entry(address.kind().to_owned()).or_default() += 1;
            }
            Event::Asked { address, what, value } => {
                self.asked.push((address.clone(), format!("{what}: {}", value.replace(',', ", "))));
            }
            Event::Recovered { .. }
            | Event::Started { .. }
            | Event::Created { .. }
            | Event::Retrying { .. }
            | Event::Failed { .. } => {}
        }
    }

    /// What somebody has to do outside of AWS, and for which resource.
    pub fn asked(&self) -> impl Iterator<Item = (&Address, &str)> {
        self.asked.iter().map(|(address, what)| (address, what.as_str()))
    }

    /// How many steps did this.
    pub fn count(&self, verb: Verb) -> usize {
        self.done.get(&verb).map_or(0, |kinds| kinds.values().sum())
    }

    /// How many steps did this to each kind, in alphabetical order.
    pub fn kinds(&self, verb: Verb) -> impl Iterator<Item = (&str, usize)> {
        self.done.get(&verb).into_iter().flatten().map(|(kind, count)| (kind.as_str(), *count))
    }
}
