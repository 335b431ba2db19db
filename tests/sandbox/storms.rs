//! Bad weather: a third of all calls throttled, a tenth without an answer, news that take up to a minute. Everything
//! succeeds, and on average at most half as many calls again are made as under a clear sky.

use std::time::Duration;

use eksnet::provider::sandbox::{Fault, Faults};

use super::cases::{Case, Dice, Work, for_seeds, seeds, stages};

/// How the calls of a storm compare to those under a clear sky.
#[derive(Clone, Copy, Default)]
struct Toll {
    runs: u32,
    /// Sum and maximum of the ratio of all calls that were sent.
    sent: f64,
    most_sent: f64,
    /// The same of those that AWS did not throttle.
    served: f64,
    most_served: f64,
}

impl Toll {
    fn of(calm: u32, sent: u32, served: u32) -> Self {
        let (sent, served) =
            (f64::from(sent) / f64::from(calm), f64::from(served) / f64::from(calm));
        Self { runs: 1, sent, most_sent: sent, served, most_served: served }
    }

    fn add(self, other: Self) -> Self {
        Self {
            runs: self.runs + other.runs,
            sent: self.sent + other.sent,
            most_sent: self.most_sent.max(other.most_sent),
            served: self.served + other.served,
            most_served: self.most_served.max(other.most_served),
        }
    }
}

/// Hundreds of stacks made in this weather, and every fourth deleted in it too.
fn weather(name: &str, fault: Fault) -> (Toll, Toll) {
    let seeds = seeds(300);
    let run = |seed: u64, work: Work| {
        let stages = stages();
        let stage = Dice::new(seed).stage(&stages);
        let case = Case { stage, work };
        let lab = case.lab();
        let faults = Faults::default().and(fault).and(Fault::Seed(seed));
        let title = format!("{name}, seed {seed}, {}", case.title());
        let (_, ended) = lab.endure(&case.draw(&lab), &case.wish(), faults, &title);
        case.assert_well(&lab, &title);
        Toll::of(case.calls(), ended.sent, ended.served)
    };
    let create = for_seeds(seeds, |seed| run(seed, Work::Create), Toll::add);
    let delete = for_seeds(seeds / 4, |seed| run(seed, Work::Delete), Toll::add);
    for (word, toll) in [("made", create), ("deleted", delete)] {
        let runs = f64::from(toll.runs);
        println!(
            "{name}: {} stacks {word}, {:.2} times the calls (at most {:.2}); without the throttled {:.2} (at most {:.2})",
            toll.runs,
            toll.sent / runs,
            toll.most_sent,
            toll.served / runs,
            toll.most_served
        );
    }
    (create, delete)
}

/// Of calls that are throttled at random, 1 in 0.7 is served: 1.43 times the calls are the least on average.
#[test]
fn a_third_of_all_calls_throttled() {
    let (create, delete) = weather("throttle:30%", Fault::Throttle(0.3));
    for toll in [create, delete] {
        assert!(toll.sent / f64::from(toll.runs) <= 1.5);
        assert!(toll.most_served <= 1.5);
    }
}

#[test]
fn a_tenth_of_all_calls_without_an_answer() {
    let (create, delete) = weather("error:10%", Fault::Error(0.1));
    for toll in [create, delete] {
        assert!(toll.sent / f64::from(toll.runs) <= 1.5);
    }
}

#[test]
fn news_that_take_up_to_a_minute() {
    let (create, delete) = weather("lag:60s", Fault::Lag(Duration::from_secs(60)));
    assert!(create.sent / f64::from(create.runs) <= 1.5);
    // Some are deleted before it shows that they were made: they are waited for twice.
    assert!(delete.sent / f64::from(delete.runs) <= 1.6);
}
