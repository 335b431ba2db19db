//! `eksnet completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Answer, Exit, args::Cli, screen};

pub(super) fn completions(shell: Shell) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "eksnet", &mut script);
    screen::say(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
