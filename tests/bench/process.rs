//! What a process costs: time on the clock, time on a processor, and the most memory it held, all as Linux tells them.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// The cost of one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Milliseconds from start to end.
    pub wall: f64,
    /// Milliseconds on a processor.
    pub cpu: f64,
    /// Mebibytes that were resident at most.
    pub peak: f64,
}

/// Runs `command` to its good end without looking: milliseconds on the clock.
pub fn wall(command: &mut Command) -> f64 {
    let began = Instant::now();
    let status = quiet(command).status().expect("eksnet starts");
    let wall = milliseconds(began.elapsed());
    assert!(status.success(), "{command:?}: {status}");
    wall
}

/// Runs `command` to its good end and looks at it all the while. The peak only grows, and the last look is at most a
/// quarter of a millisecond before the end. A process that has ended keeps its times until it is waited for; before that,
/// Linux may be milliseconds behind with them.
pub fn cost(command: &mut Command) -> Cost {
    let began = Instant::now();
    let mut child = quiet(command).spawn().expect("eksnet starts");
    let folder = format!("/proc/{}", child.id());
    let mut cost = Cost::default();
    while let Some(peak) = peak(&folder) {
        cost.peak = peak;
        std::thread::sleep(Duration::from_micros(250));
    }
    cost.wall = milliseconds(began.elapsed());
    while !has_ended(&folder) {
        std::thread::sleep(Duration::from_micros(50));
    }
    cost.cpu = on_cpu(&folder);
    let status = child.wait().expect("eksnet ends");
    assert!(status.success(), "{command:?}: {status}");
    cost
}

/// Milliseconds that this thread has been on a processor.
pub fn own_cpu() -> f64 {
    on_cpu("/proc/thread-self")
}

/// Nanosecond counters of the thread that everything runs on; other threads only ever resolve names.
fn on_cpu(folder: &str) -> f64 {
    let text = fs::read_to_string(format!("{folder}/schedstat"))
        .expect("Linux tells the time on a processor");
    let nanoseconds: f64 =
        text.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    nanoseconds / 1e6
}

/// Whether all that is left of a process is what it has to tell.
fn has_ended(folder: &str) -> bool {
    let status = fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && line.contains('Z'))
}

/// The most memory a process has held, in mebibytes; none once it has ended.
fn peak(folder: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("{folder}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes / 1024.0)
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
