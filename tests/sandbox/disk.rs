//! The disk of the state fails at every write, sync and rename of an apply: the run ends with an error that says so,
//! nothing is lost, and the next run goes on.

use eksnet::provider::sandbox::{Fault, Faults};

use super::cases::{Case, Work, stages};

#[test]
fn the_disk_fails_at_every_operation() {
    let stages = stages();
    // What the journal does is the same for all kinds: the three smallest examples have every kind of step.
    let mut cases = 0;
    for stage in stages.iter().take(3) {
        for work in [Work::Create, Work::Delete] {
            let case = Case { stage, work };
            let count = {
                let lab = case.lab();
                lab.endure(&case.draw(&lab), &case.wish(), Faults::default(), "no fault").1.disk
            };
            assert!(count > 20, "{count}");
            for fault in [Fault::DiskFull, Fault::DiskError] {
                for number in 1..=count {
                    let title = format!("{}, {:?}", case.title(), fault(number));
                    let lab = case.lab();
                    let faults = Faults::default().and(fault(number));
                    let ended = lab.try_out(&case.draw(&lab), &case.wish(), faults.clone());
                    let outcome = ended.outcome.expect("nobody died");
                    let diagnostic = outcome.expect_err("the disk failed").message;
                    assert!(
                        diagnostic.contains("cannot be read or written"),
                        "{title}: {diagnostic}"
                    );
                    lab.endure(&case.draw(&lab), &case.wish(), Faults::default(), &title);
                    case.assert_well(&lab, &title);
                    cases += 1;
                }
            }
        }
    }
    println!("failures of the disk: {cases}");
}
