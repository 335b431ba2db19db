//! How long runs take on the sandbox's clock, beside what no run could do with less: the longest chain of steps by the
//! kinds' usual durations, and where there are many of one thing the bucket that AWS serves their calls from. And how
//! much is written down on the way.
//!
//! The same figures for every example are a part of `cargo bench`.

use eksnet::{plan::Wish, provider::sandbox::Faults};

use crate::{
    crowds::crowds,
    lab::{Drawn, Lab},
};

fn nothing(drawn: &Drawn) -> Drawn {
    Drawn { desired: Default::default(), ..drawn.clone() }
}

#[test]
fn the_shop_takes_as_long_as_its_longest_chain() {
    let lab = Lab::new();
    let drawn = lab.draw(include_str!("../../stacks/shop.toml"));
    for (case, drawn) in [("apply", drawn.clone()), ("destroy", nothing(&drawn))] {
        let (outcome, ended) = lab.endure(&drawn, &Wish::default(), Faults::default(), case);
        let ratio = outcome.elapsed.as_secs_f64() / outcome.critical_path.as_secs_f64();
        let size = std::fs::metadata(lab.state_path()).expect("the state").len();
        assert!(ratio <= 1.03, "{case}: {ratio}");
        assert_eq!(ended.sent, ended.served, "{case}: throttled");
        if case == "apply" {
            assert!(ended.written <= 4 * size, "{} of {}", ended.written, size);
        }
    }
}

/// A tenth of the crowds of `cargo bench`, but for those that are small or cheap.
#[test]
fn crowds_take_as_long_as_their_buckets() {
    for crowd in crowds(1_000, 100, 1_000) {
        let lab = Lab::new();
        let runs = [
            ("apply", crowd.drawn.clone(), &crowd.apply),
            ("destroy", nothing(&crowd.drawn), &crowd.destroy),
        ];
        for (verb, drawn, queue) in runs {
            let case = format!("{verb} of {}", crowd.name);
            let (outcome, ended) = lab.endure(&drawn, &Wish::default(), Faults::default(), &case);
            let least = outcome.critical_path.as_secs_f64().max(queue.seconds());
            let ratio = outcome.elapsed.as_secs_f64() / least;
            assert!(ratio <= 1.10, "{case}: {ratio}");
            assert_eq!(ended.sent, ended.served, "{case}: throttled");
        }
    }
}
