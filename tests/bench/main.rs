//! `cargo bench`: what eksnet costs, in one table with the bound of each figure beside it, and as JSON in
//! `target/figures.json`. `cargo bench -- --quick` takes fewer samples and leaves the largest sizes out.
//!
//! It is the release build that is measured, because that is what users run; counts are exact, times are medians, and a figure beyond
//! what it must be ends the run with an error. What is aimed at stands beside it. Over moto, calls cost what Python takes: a bound on time there is a
//! bound on what eksnet adds.

mod calls;
#[path = "../crowds.rs"]
mod crowds;
#[path = "../aws/eksnet.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod eksnet;
mod growth;
#[path = "../lab.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod lab;
#[path = "../aws/moto.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod moto;
mod process;
mod sandbox;
mod start;
mod synthetic;
mod table;

use std::{path::Path, process::ExitCode};

use table::Table;

/// How much patience there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As many samples as the figures are published with.
    Full,
    /// As few as still say something.
    Quick,
}

impl Effort {
    /// `full` samples, or as few as still make a median.
    pub fn samples(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => full.min(3),
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if growth::is_done_alone(&args) {
        return ExitCode::SUCCESS;
    }
    let quick = args.iter().any(|arg| arg == "--quick");
    let effort = if quick { Effort::Quick } else { Effort::Full };
    let mut table = Table::default();
    start::measure(&mut table, effort);
    growth::processes(&mut table, effort);
    growth::stages(&mut table, effort);
    sandbox::measure(&mut table);
    sandbox::crowds(&mut table);
    calls::count(&mut table, effort);
    calls::crowd(&mut table);
    calls::time(&mut table, effort);
    println!("{table}");
    let path = target().join("figures.json");
    std::fs::write(&path, format!("{:#}\n", table.json())).expect("the figures are written");
    println!("{}", path.display());
    if table.beyond() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where builds go.
fn target() -> std::path::PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(beside, Into::into)
}

/// The stacks that the repository shows: every example, and the one in `stacks/`. Name and text.
pub fn shown() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = Vec::new();
    for folder in ["examples", "stacks"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder of stacks").flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                shown.push((name, std::fs::read_to_string(&path).expect("a stack reads")));
            }
        }
    }
    shown.sort();
    shown
}
