//! What a user waits for before anything happens: the start of the process, the size of the binary.

use std::process::Command;

use crate::{
    Effort, process,
    table::{Bound, Table, Unit, median},
};

const GROUP: &str = "start";

pub fn measure(table: &mut Table, effort: Effort) {
    let binary = env!("CARGO_BIN_EXE_eksnet");
    let size = std::fs::metadata(binary).expect("the binary").len();
    table.add(
        GROUP,
        "size of the stripped binary",
        size as f64 / 1e6,
        Unit::Megabytes,
        Bound::AtMost(40.0, 20.0),
    );
    table.because("the calls of fourteen services, compiled for a short build and not for size");
    let commands = [
        (&["--version"][..], Bound::AtMost(10.0, 5.0)),
        (&["validate", "stacks/shop.toml"], Bound::AtMost(30.0, 10.0)),
    ];
    for (args, bound) in commands {
        let run = || {
            process::wall(Command::new(binary).args(args).current_dir(env!("CARGO_MANIFEST_DIR")))
        };
        run();
        let wall = median((0..effort.samples(40)).map(|_| run()).collect());
        table.add(
            GROUP,
            format!("eksnet {}, wall", args.join(" ")),
            wall,
            Unit::Milliseconds,
            bound,
        );
    }
}
