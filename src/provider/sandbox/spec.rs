//! What can be asked to go wrong, in words: `die:after-effect@3`, `throttle:30%`, `lag:60s`.

use std::{fmt, str::FromStr, time::Duration};

/// One thing to go wrong in the sandbox.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The process dies around a mutating call, counted from 1.
    Die(Moment, u64),
    /// A share of all calls is throttled.
    Throttle(f64),
    /// A share of all calls gets no answer, half of them before and half after their effect.
    Error(f64),
    /// A share of all calls never arrives, and gets no answer.
    ErrorBefore(f64),
    /// A share of all calls has its effect, and gets no answer.
    ErrorAfter(f64),
    /// What was made or deleted shows late in reads and tag searches: each thing after a time of its own, up to this.
    Lag(Duration),
    /// The same for tag searches alone.
    StaleTags(Duration),
    /// What was held by others cannot be deleted for so long after the last of them is gone.
    RefuseDelete(Duration),
    /// No space is left for the state, from this write, sync or rename of it on.
    DiskFull(u64),
    /// This write, sync or rename of the state fails.
    DiskError(u64),
    /// Begins another series of chances.
    Seed(u64),
}

/// Where, around a mutating call, the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The call never leaves.
    BeforeCall,
    /// It had its effect; nobody hears of it.
    AfterEffect,
    /// It was answered; nobody writes the answer down.
    AfterAnswer,
    /// It was answered, and what was learned next is in the journal.
    AfterJournal,
}

impl Moment {
    /// Every moment, in the order of time.
    pub const ALL: [Self; 4] =
        [Self::BeforeCall, Self::AfterEffect, Self::AfterAnswer, Self::AfterJournal];

    const fn word(self) -> &'static str {
        match self {
            Self::BeforeCall => "before-call",
            Self::AfterEffect => "after-effect",
            Self::AfterAnswer => "after-answer",
            Self::AfterJournal => "after-journal",
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that asks for nothing that can go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(&'static str);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; what can go wrong is\n{}", self.0, Fault::FORMS)
    }
}

impl std::error::Error for UnknownFault {}

impl Fault {
    /// Every form of a fault, one a line, for those who write one.
    pub const FORMS: &str = "\
\x20 die:before-call@N    the process dies before the N-th call that changes something leaves
  die:after-effect@N   it dies when the call had its effect, before the answer
  die:after-answer@N   it dies when the call is answered, before that is written down
  die:after-journal@N  it dies when that has been written to the journal
  throttle:30%         so many calls are throttled
  error:10%            so many calls get no answer; half of them had their effect
  error:before:10%     the same, without their effect
  error:after:10%      the same, after their effect
  lag:60s              what was made or deleted shows late, each thing after up to so long
  stale-tags:60s       the same, in searches by tag alone
  refuse-delete:30s    DependencyViolation for so long after the last holder is gone
  disk-full@N          no space is left for the state from its N-th write, sync or rename on
  disk-error@N         the N-th write, sync or rename of the state fails
  seed:7               other chances than those of seed 0; the same seed is the same run";
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(spec: &str) -> Result<Self, Self::Err> {
        if let Some((what, number)) = spec.split_once('@') {
            let number: u64 = number
                .parse()
                .ok()
                .filter(|number| *number > 0)
                .ok_or(UnknownFault("after the @ stands a number from 1"))?;
            let moment = what
                .strip_prefix("die:")
                .and_then(|word| Moment::ALL.into_iter().find(|moment| moment.word() == word));
            return match (what, moment) {
                (_, Some(moment)) => Ok(Self::Die(moment, number)),
                ("disk-full", None) => Ok(Self::DiskFull(number)),
                ("disk-error", None) => Ok(Self::DiskError(number)),
                (_, None) => Err(UnknownFault("it is none of the known faults")),
            };
        }
        let (what, much) =
            spec.rsplit_once(':').ok_or(UnknownFault("it is none of the known faults"))?;
        match what {
            "throttle" => share(much).map(Self::Throttle),
            "error" => share(much).map(Self::Error),
            "error:before" => share(much).map(Self::ErrorBefore),
            "error:after" => share(much).map(Self::ErrorAfter),
            "lag" => seconds(much).map(Self::Lag),
            "stale-tags" => seconds(much).map(Self::StaleTags),
            "refuse-delete" => seconds(much).map(Self::RefuseDelete),
            "seed" => much.parse().map(Self::Seed).map_err(|_| UnknownFault("a seed is a number")),
            _ => Err(UnknownFault("it is none of the known faults")),
        }
    }
}

/// `30%`. With everything refused nothing would ever end.
fn share(text: &str) -> Result<f64, UnknownFault> {
    let percent = text.strip_suffix('%').and_then(|text| text.parse().ok());
    percent
        .filter(|percent: &u32| *percent <= 90)
        .map(|percent| f64::from(percent) / 100.0)
        .ok_or(UnknownFault("a share is from 0% to 90%"))
}

/// `60s`. Longer than anybody has seen AWS take would only show that eksnet has an end to its patience.
fn seconds(text: &str) -> Result<Duration, UnknownFault> {
    let seconds = text.strip_suffix('s').and_then(|text| text.parse().ok());
    seconds
        .filter(|seconds: &u64| *seconds <= 60)
        .map(Duration::from_secs)
        .ok_or(UnknownFault("a time is from 0s to 60s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_one() {
        for form in Fault::FORMS.lines() {
            let spec = form.split_whitespace().next().expect("a form").replace('N', "3");
            assert!(spec.parse::<Fault>().is_ok(), "{spec}");
        }
        assert_eq!("die:after-journal@12".parse(), Ok(Fault::Die(Moment::AfterJournal, 12)));
        assert_eq!("error:before:5%".parse(), Ok(Fault::ErrorBefore(0.05)));
        assert_eq!("stale-tags:7s".parse(), Ok(Fault::StaleTags(Duration::from_secs(7))));
    }

    #[test]
    fn anything_else_is_told_what_can_be_asked_for() {
        let wrong = [
            "",
            "die",
            "die:@1",
            "die:after-effect",
            "die:after-effect@0",
            "die:sometimes@1",
            "throttle:30",
            "throttle:100%",
            "error:during:10%",
            "lag:60",
            "lag:61s",
            "lag:-1s",
            "disk-full:3",
            "disk-full@",
            "seed:x",
        ];
        for spec in wrong {
            let error = spec.parse::<Fault>().expect_err(spec).to_string();
            assert!(error.contains("die:before-call@N") && error.contains("seed:7"), "{error}");
        }
    }
}
