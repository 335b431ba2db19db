//! What the kinds of Route 53 share: names as it writes them, what stands in a zone, and changes of a zone.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ResourceRecordSet, Tag, TagResourceType,
};
use futures_util::future::try_join_all;

use crate::{
    aws::{Aws, Gather, TagChange, present},
    model::{Class, Identity, Problem},
};

/// What one ChangeResourceRecordSets call may hold: values, and characters in them. What an UPSERT sets counts twice
/// (Route 53 developer guide, "Quotas on ChangeResourceRecordSets").
const VALUES: usize = 1000;
const CHARACTERS: usize = 32_000;

/// Calls that several records share.
#[derive(Default)]
pub(super) struct Shared {
    contents: Gather<(Zone, Rc<ResourceRecordSet>)>,
    /// The open call of each zone.
    calls: RefCell<BTreeMap<String, Rc<Gather<Answer>>>>,
    /// Changes that wait for their call, by their number.
    waiting: RefCell<BTreeMap<String, Change>>,
    count: Cell<u64>,
    /// Record sets to the letter, as they were shown last and for as long as nothing was asked to change them.
    letters: RefCell<BTreeMap<Identity, Rc<ResourceRecordSet>>>,
}

/// What became of the change with this number.
type Answer = (String, Result<(), Problem>);

/// A zone that something stands in.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its name, in its normal form.
    pub name: String,
}

/// A name in its normal form: in lower case, without a dot at its end, and with the characters themselves that Route 53
/// writes as `\052` (`*`).
pub fn plain_name(name: &str) -> String {
    let mut parts = name.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code.filter(u8::is_ascii_graphic) {
            Some(code) => {
                plain.push(code.into());
                plain.push_str(&part[3..]);
            }
            None => plain.extend(["\\", part]),
        }
    }
    plain.make_ascii_lowercase();
    plain.strip_suffix('.').map(str::to_owned).unwrap_or(plain)
}

/// A value of a record of type `kind` in its normal form. Whatever it ends in that is a name has that of names.
pub fn plain_value(kind: &str, value: &str) -> String {
    match kind {
        "CNAME" | "NS" | "PTR" => plain_name(value),
        "MX" | "SRV" => match value.trim().rsplit_once(char::is_whitespace) {
            Some((numbers, name)) => {
                let numbers: Vec<&str> = numbers.split_whitespace().collect();
                format!("{} {}", numbers.join(" "), plain_name(name))
            }
            None => value.to_owned(),
        },
        "AAAA" => value
            .parse::<std::net::Ipv6Addr>()
            .map_or_else(|_| value.to_owned(), |address| address.to_string()),
        "DS" => value.to_ascii_lowercase(),
        _ => value.to_owned(),
    }
}

/// The identity of a record. One of several that share name and type has a name of its own at the end: eksnet makes none
/// of these.
pub fn record_id(zone: &str, set: &ResourceRecordSet) -> Identity {
    let name = plain_name(set.name());
    let parts = [zone, &name, set.r#type().as_str()];
    Identity::of(&parts.into_iter().chain(set.set_identifier()).collect::<Vec<_>>())
}

impl Aws {
    /// Everything that stands in `zones`, those of the zones themselves included. A zone that does not exist holds
    /// nothing.
    pub async fn record_sets(
        &self,
        zones: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<(Zone, Rc<ResourceRecordSet>)>>, Problem> {
        let load = |zones: Vec<String>| async move {
            let contents = try_join_all(zones.iter().map(|zone| self.contents(zone))).await?;
            Ok(contents.into_iter().flatten().collect())
        };
        self.zones.contents.ask(zones, load).await
    }

    /// A record to the letter, which is what Route 53 wants to hear of one that it shall delete. What was shown before is
    /// not asked for again, unless it was asked to change since.
    pub async fn record_set(
        &self,
        id: &Identity,
    ) -> Result<Option<Rc<ResourceRecordSet>>, Problem> {
        let shown = || self.zones.letters.borrow().get(id).map(Rc::clone);
        if let Some(set) = shown() {
            return Ok(Some(set));
        }
        self.record_sets([id.part(0).to_owned()]).await?;
        Ok(shown())
    }

    async fn contents(&self, id: &str) -> Result<Vec<(Zone, Rc<ResourceRecordSet>)>, Problem> {
        let mut request = self.route53.list_resource_record_sets().hosted_zone_id(id);
        let mut sets = Vec::new();
        loop {
            let page = present(self.read(|| request.clone().send()).await)?;
            let Some(page) = page else { return Ok(Vec::new()) };
            sets.extend(page.resource_record_sets);
            if !page.is_truncated {
                break;
            }
            request = request
                .set_start_record_name(page.next_record_name)
                .set_start_record_type(page.next_record_type)
                .set_start_record_identifier(page.next_record_identifier);
        }
        // Every zone has one SOA, at its own name.
        let own = sets.iter().find(|set| set.r#type().as_str() == "SOA");
        let name = own.map(|set| plain_name(set.name())).unwrap_or_default();
        let sets: Vec<Rc<ResourceRecordSet>> = sets.into_iter().map(Rc::new).collect();
        let letters = sets.iter().map(|set| (record_id(id, set), Rc::clone(set)));
        self.zones.letters.borrow_mut().extend(letters);
        let zone = Zone { id: id.to_owned(), name };
        Ok(sets.into_iter().map(|set| (zone.clone(), set)).collect())
    }

    /// Makes one change in a zone, in one call with whatever else changes there in the same moment.
    pub async fn change_record(&self, zone: &str, change: Change) -> Result<(), Problem> {
        let mut answers = self.change_records(zone, vec![change]).await;
        answers.pop().unwrap_or(Ok(()))
    }

    /// Makes changes in a zone; one answer for each, in order.
    pub async fn change_records(
        &self,
        zone: &str,
        changes: Vec<Change>,
    ) -> Vec<Result<(), Problem>> {
        let numbers: Vec<String> =
            changes.into_iter().map(|change| self.zones.enter(zone, change)).collect();
        let call = Rc::clone(self.zones.calls.borrow_mut().entry(zone.to_owned()).or_default());
        let load = |numbers: Vec<String>| async move {
            let changes = numbers.into_iter().filter_map(|number| {
                let change = self.zones.waiting.borrow_mut().remove(&number)?;
                Some((number, change))
            });
            Ok(self.send_changes(zone, changes.collect()).await)
        };
        match call.ask(numbers.iter().cloned(), load).await {
            Ok(answers) => {
                let answers: BTreeMap<&str, &Result<(), Problem>> =
                    answers.iter().map(|(number, answer)| (number.as_str(), answer)).collect();
                numbers.iter().map(|number| answers[number.as_str()].clone()).collect()
            }
            Err(problem) => vec![Err(problem); numbers.len()],
        }
    }

    /// Sends changes in as few calls as Route 53 allows.
    async fn send_changes(&self, zone: &str, mut changes: Vec<(String, Change)>) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(changes.len());
        while !changes.is_empty() {
            let rest = changes.split_off(fitting(changes.iter().map(|(_, change)| change)));
            let (numbers, sent): (Vec<String>, Vec<Change>) = changes.into_iter().unzip();
            let outcome = self.send_batch(zone, &sent).await;
            let verdicts = sent.iter().map(|change| match &outcome {
                Ok(()) => Ok(()),
                Err(problem) => Err(verdict(problem, change, &sent)),
            });
            answers.extend(numbers.into_iter().zip(verdicts));
            changes = rest;
        }
        answers
    }

    async fn send_batch(&self, zone: &str, changes: &[Change]) -> Result<(), Problem> {
        let batch = ChangeBatch::builder().set_changes(Some(changes.to_vec()));
        let batch = batch
            .build()
            .map_err(|error| Problem::new(Class::Invalid, "RequestNotBuilt", error.to_string()))?;
        let request = self.route53.change_resource_record_sets().hosted_zone_id(zone);
        let request = request.change_batch(batch);
        self.write(|| request.clone().send()).await.map(drop)
    }

    /// Makes one change of tags on hosted zones.
    pub(super) async fn tag_hosted_zones(
        &self,
        ids: &[Identity],
        change: &TagChange,
    ) -> Result<(), Problem> {
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        let some = |keys: Vec<String>| Some(keys).filter(|keys| !keys.is_empty());
        let tags: Vec<Tag> = change.set.iter().map(tag).collect();
        for id in ids {
            let request = self
                .route53
                .change_tags_for_resource()
                .resource_type(TagResourceType::Hostedzone)
                .resource_id(id.as_str())
                .set_add_tags(Some(tags.clone()).filter(|tags| !tags.is_empty()))
                .set_remove_tag_keys(some(change.unset.clone()));
            self.write(|| request.clone().send()).await?;
        }
        Ok(())
    }
}

impl Shared {
    /// Lets a change wait for its call; numbers sort as they were given.
    fn enter(&self, zone: &str, change: Change) -> String {
        if let Some(set) = change.resource_record_set() {
            self.letters.borrow_mut().remove(&record_id(zone, set));
        }
        self.count.set(self.count.get() + 1);
        let number = format!("{:016x}", self.count.get());
        self.waiting.borrow_mut().insert(number.clone(), change);
        number
    }
}

/// How many of `changes`, at least one, fit into one call.
fn fitting<'a>(changes: impl Iterator<Item = &'a Change>) -> usize {
    let (mut values, mut characters) = (0, 0);
    let fits = |change: &&Change| {
        let records = change.resource_record_set().map_or(&[][..], |set| set.resource_records());
        let times = if *change.action() == ChangeAction::Upsert { 2 } else { 1 };
        values += times * records.len().max(1);
        characters += times * records.iter().map(|record| record.value().len()).sum::<usize>();
        values <= VALUES && characters <= CHARACTERS
    };
    changes.take_while(fits).count().max(1)
}

/// What the refusal of a call means for one of its changes. All of them are refused if one is: those that AWS's words do
/// not blame may be asked for again.
fn verdict(problem: &Problem, change: &Change, all: &[Change]) -> Problem {
    if problem.code != "InvalidChangeBatch" {
        return problem.clone();
    }
    let class = match blame(&problem.message, change) {
        Some(words) if words.contains("conflict") => Class::Busy,
        Some(words) if words.contains("already exists") => Class::Taken,
        Some(words) if words.contains("not found") => Class::Missing,
        // It changed since it was looked at.
        Some(words) if words.contains("do not match") => Class::Busy,
        Some(_) => Class::Invalid,
        None if all.iter().any(|other| blame(&problem.message, other).is_some()) => Class::Busy,
        None => Class::Invalid,
    };
    Problem { class, ..problem.clone() }
}

/// The words of a refusal that are about `change`, up to where they are about the next one.
fn blame<'a>(message: &'a str, change: &Change) -> Option<&'a str> {
    let set = change.resource_record_set()?;
    let (name, kind) = (plain_name(set.name()), set.r#type().as_str());
    let written = name.replace('*', "\\052");
    let words = [
        format!("name='{written}.', type='{kind}'"),
        format!("of type {kind} with DNS name {written}."),
    ];
    let at = words.iter().find_map(|words| message.find(words))?;
    let rest = &message[at..];
    let next = ["Tried to", "RRSet of"].into_iter().filter_map(|start| rest.find(start)).min();
    Some(&rest[..next.unwrap_or(rest.len())])
}

#[cfg(test)]
mod tests;
