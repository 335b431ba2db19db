//! Terminals, pipes and shells: no colour where none is wanted, a closed pipe ends nothing, completions and the version.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use super::{SMALL, offline};

#[test]
fn a_pipe_gets_no_colour() {
    let folder = offline(SMALL);
    let mistaken = offline(&SMALL.replace("none", "nobody"));
    let runs = [
        (&folder, vec!["plan", "--sandbox"]),
        (&folder, vec!["apply", "--sandbox", "--auto-approve"]),
        (&folder, vec!["show", "--sandbox"]),
        (&folder, vec!["destroy", "--sandbox", "--auto-approve"]),
        (&folder, vec!["--help"]),
        (&mistaken, vec!["plan", "--sandbox"]),
        (&mistaken, vec!["plan", "--sandbx"]),
    ];
    for (folder, args) in runs {
        let output = folder.command(&args).env_remove("NO_COLOR").output().expect("eksnet runs");
        for stream in [output.stdout, output.stderr] {
            assert!(!stream.contains(&0x1b), "{args:?}: {}", String::from_utf8_lossy(&stream));
        }
    }
}

/// As in `eksnet apply | head -1`: who listens has gone, what was begun is finished all the same.
#[test]
fn a_closed_pipe_ends_nothing() {
    for json in [&[][..], &["--json"]] {
        let folder = offline(SMALL);
        let args = [&["apply", "--sandbox", "--auto-approve"], json].concat();
        let mut command = folder.command(&args);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("eksnet starts");
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("eksnet ends").code(), Some(0));
        let text = folder.done(&["plan", "--sandbox"]);
        assert!(text.contains("No changes."), "{text}");
    }
}

#[test]
fn without_credentials_it_fails_at_once() {
    let folder = offline(SMALL);
    let began = Instant::now();
    let output =
        folder.command(&["plan"]).env_remove("AWS_ENDPOINT_URL").output().expect("eksnet runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("no AWS credentials found") && err.contains("--sandbox"), "{err}");
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}

#[test]
fn nothing_shows_how_it_is_made() {
    let folder = offline(SMALL);
    let unreachable = folder.run(&["plan"]);
    let mut command = folder.command(&["plan"]);
    let missing = command.env_remove("AWS_ENDPOINT_URL").output().expect("eksnet runs");
    for err in [unreachable.err, String::from_utf8_lossy(&missing.stderr).into_owned()] {
        for sign in ["Some(", "{ ", "::", "Error("] {
            assert!(!err.contains(sign), "`{sign}` in {err}");
        }
    }
}

#[test]
fn version_and_completions() {
    let folder = offline(SMALL);
    let version = format!("eksnet {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(folder.done(&["--version"]), version);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.done(&["completions", shell]);
        assert!(script.contains("detailed-exitcode"), "{shell}: {script}");
    }
}

/// Commands and flags that a `--help` names without saying what they are for help nobody.
#[test]
fn every_flag_is_explained() {
    let folder = offline(SMALL);
    let commands: [&[&str]; 8] = [
        &["plan"],
        &["apply"],
        &["destroy"],
        &["validate"],
        &["show"],
        &["output"],
        &["state", "mv"],
        &["sandbox", "inventory"],
    ];
    for command in commands {
        let help = folder.done(&[command, &["--help"]].concat());
        let mut lines = help.lines().peekable();
        while let Some(line) = lines.next() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("--") && line.starts_with(' ') {
                let text = trimmed.split_once("  ").map_or("", |(_, text)| text.trim());
                let below = lines.peek().is_some_and(|next| next.starts_with("          "));
                assert!(!text.is_empty() || below, "{command:?}: {line}");
            }
        }
    }
}
