//! What the sandbox tells without a clock: how close a run comes to the longest chain of steps, what is throttled, and
//! how much is written down on the way. And what the sandbox itself costs.

use eksnet::{apply::Outcome, plan::Wish, provider::sandbox::Faults};

use crate::{
    crowds,
    lab::{Drawn, Ended, Lab},
    process, shown, synthetic,
    table::{Bound, Table, Unit},
};

const CHAIN: &str = "sandbox: virtual time over the longest chain";
const CROWDS: &str = "sandbox: virtual time over what the buckets allow";
const CLERK: &str = "sandbox: bytes written over size of the state, apply";
const COST: &str = "sandbox: processor time";

/// What a run must come to, and what is aimed at: it takes as long as its longest chain, and a moment for calls and polls.
const TIGHT: Bound = Bound::AtMost(1.03, 1.01);

pub fn measure(table: &mut Table) {
    let mut clerk = Vec::new();
    for (name, text) in shown() {
        let lab = Lab::new();
        let drawn = lab.draw(&text);
        for (verb, drawn) in both(&drawn) {
            let (outcome, ended) = run(&lab, &drawn);
            let chain = outcome.critical_path.as_secs_f64();
            let ratio = outcome.elapsed.as_secs_f64() / chain;
            // Where all is done at once the chain is a few calls, and a poll is longer than that.
            let bound = if name == "shop" { TIGHT } else { Bound::None };
            table.add(CHAIN, format!("{name}, {verb}, {chain} s"), ratio, Unit::Pure, bound);
            if verb == "apply" {
                let size = std::fs::metadata(lab.state_path()).expect("the state").len();
                clerk.push((name.clone(), ended.written as f64 / size as f64));
            }
        }
    }
    for (name, ratio) in clerk {
        table.add(CLERK, name, ratio, Unit::Pure, Bound::AtMost(4.0, 2.5));
    }
    let lab = Lab::new();
    let drawn = lab.draw(&synthetic::stack_text(200));
    for (verb, drawn) in both(&drawn) {
        let before = process::own_cpu();
        let (outcome, _) = run(&lab, &drawn);
        let cpu = process::own_cpu() - before;
        let name = format!("{verb} of a full VPC, 200 subnets, {} steps", outcome.done);
        table.add(COST, name, cpu, Unit::Milliseconds, Bound::AtMost(100.0, 50.0));
    }
}

/// Many of one thing, under the buckets that AWS throttles by.
pub fn crowds(table: &mut Table) {
    let (mut sent, mut throttled) = (0, 0);
    for crowd in crowds::crowds(1_000, 500, 10_000) {
        let lab = Lab::new();
        let [apply, destroy] = both(&crowd.drawn);
        for ((verb, drawn), queue) in [(apply, &crowd.apply), (destroy, &crowd.destroy)] {
            let (outcome, ended) = run(&lab, &drawn);
            let least = outcome.critical_path.as_secs_f64().max(queue.seconds());
            let ratio = outcome.elapsed.as_secs_f64() / least;
            let name = format!("{}, {verb}, {least:.0} s", crowd.name);
            table.add(CROWDS, name, ratio, Unit::Pure, Bound::AtMost(1.10, 1.03));
            sent += ended.sent;
            throttled += ended.sent - ended.served;
        }
    }
    let share = 100.0 * f64::from(throttled) / f64::from(sent);
    table.add(CROWDS, "throttled answers", share, Unit::Percent, Bound::AtMost(2.0, 0.2));
}

fn both(drawn: &Drawn) -> [(&'static str, Drawn); 2] {
    let nothing = Drawn { desired: Default::default(), ..drawn.clone() };
    [("apply", drawn.clone()), ("destroy", nothing)]
}

fn run(lab: &Lab, drawn: &Drawn) -> (Outcome, Ended) {
    lab.endure(drawn, &Wish::default(), Faults::default(), &drawn.name)
}
