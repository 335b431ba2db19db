//! `eksnet validate`: the stack file alone.

use std::path::Path;

use super::{Answer, Exit, screen, setting};

pub(super) fn validate(stack: Option<&Path>) -> Answer {
    let source = setting::Source::read(&setting::find_stack(stack)?)?;
    screen::diagnose(&source.warnings);
    let subnets = source.stack.vpc.subnets.len();
    screen::say_line(&format!(
        "{}: stack {} in {}, {subnets} subnets; no mistakes.",
        source.path.display(),
        source.stack.name,
        source.stack.region
    ));
    Ok(Exit::Done)
}
