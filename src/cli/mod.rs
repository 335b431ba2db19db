//! The command line: one file per command. Each gathers, calls and renders; nothing below prints.

mod apply;
mod args;
mod completions;
mod destroy;
mod manifests;
mod output;
mod place;
mod plan;
mod planning;
mod run;
mod sandbox;
mod saved;
mod screen;
mod setting;
mod show;
mod state;
mod validate;

use std::process::ExitCode;

use clap::Parser;

use crate::model::Diagnostic;
use args::{Cli, Command};

pub use args::Cli as Arguments;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Everything is done, or there was nothing to do.
    Done,
    /// There is something to change, and the caller asked to be told.
    Changes,
    /// Something failed; it has been said.
    Failed,
    /// The run was asked to stop.
    Interrupted,
}

/// What a command comes to: an exit code, or what kept it from starting.
type Answer = Result<Exit, Vec<Diagnostic>>;

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Interrupted => 130,
        }
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // 2 means "there are changes" here, so a mistake on the command line is a plain 1.
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    let answer = match cli.command {
        Command::Plan(args) => plan::plan(&args),
        Command::Apply(args) => apply::apply(&args),
        Command::Destroy(args) => destroy::destroy(&args),
        Command::Validate { stack } => validate::validate(stack.as_deref()),
        Command::Show { place, json } => show::show(&place, json),
        Command::Output { name, place, json } => {
            output::output(name.as_deref(), &place.into(), json)
        }
        Command::Manifests { place } => manifests::manifests(&place),
        Command::State(command) => state::state(command),
        Command::Sandbox(command) => sandbox::sandbox(&command),
        Command::Completions { shell } => completions::completions(shell),
    };
    let exit = answer.unwrap_or_else(|diagnostics| {
        screen::diagnose(&diagnostics);
        Exit::Failed
    });
    ExitCode::from(exit.code())
}

/// By which clock a command waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// That on the wall.
    Real,
    /// One that goes as fast as it can.
    Virtual,
}

/// Runs what waits, by the clock of the world that it is about.
fn wait_for<T>(
    setting: &setting::Setting,
    future: impl Future<Output = Result<T, Vec<Diagnostic>>>,
) -> Result<T, Vec<Diagnostic>> {
    let clock = if setting.is_sandbox() { Clock::Virtual } else { Clock::Real };
    run_on(clock, future)
}

/// Runs what waits, on this thread.
fn run_on<T>(
    clock: Clock,
    future: impl Future<Output = Result<T, Vec<Diagnostic>>>,
) -> Result<T, Vec<Diagnostic>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(clock == Clock::Virtual)
        .build()
        .map_err(|error| {
            vec![Diagnostic::error("this machine refuses to run eksnet").note(error.to_string())]
        })?;
    let answer = runtime.block_on(future);
    // A question that nobody has answered keeps a thread waiting.
    runtime.shutdown_background();
    answer
}

/// One diagnostic where several could be.
fn one(diagnostic: Diagnostic) -> Vec<Diagnostic> {
    vec![diagnostic]
}
