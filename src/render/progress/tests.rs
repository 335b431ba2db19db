//! Lines for every event, and bars on a terminal that only remembers.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use indicatif::{ProgressDrawTarget, TermLike};

use super::*;
use crate::{
    apply::Event,
    model::{Address, Class, Problem},
    render::Style,
};

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn started(text: &str, verb: Verb, usual_seconds: u32) -> Event {
    Event::Started { address: address(text), verb, usual_seconds }
}

fn finished(text: &str, verb: Verb, seconds: f64) -> Event {
    Event::Done { address: address(text), verb, seconds }
}

fn created(text: &str, id: &str) -> Event {
    Event::Created { address: address(text), id: id.into() }
}

fn events() -> Vec<Event> {
    let busy = Problem::new(Class::Throttled, "RequestLimitExceeded", "Request limit exceeded.");
    let refused =
        Problem::new(Class::Denied, "UnauthorizedOperation", "You are not\u{1b} authorized");
    vec![
        Event::Recovered { address: address("eip.nat-a"), id: Some("eipalloc-0a".into()) },
        Event::Recovered { address: address("eip.nat-b"), id: None },
        started("subnet.a", Verb::Create, 1),
        started("nat_gateway.a", Verb::Create, 106),
        Event::Retrying { address: address("subnet.a"), problem: busy.clone() },
        Event::Retrying { address: address("subnet.a"), problem: busy },
        created("subnet.a", "subnet-0a"),
        finished("subnet.a", Verb::Create, 1.2),
        created("nat_gateway.a", "nat-0a"),
        finished("vpc.main", Verb::Update, 0.2),
        finished("route.out", Verb::Vanish, 0.0),
        finished("nat_gateway.a", Verb::Create, 105.9),
        finished("vpc.old", Verb::Delete, 30.0),
        Event::Failed { address: address("role.x"), verb: Verb::Create, problem: refused },
    ]
}

#[test]
fn a_log_has_a_line_for_a_quick_step_and_three_for_a_slow_one() {
    let mut plain = Plain::new(Style::Plain);
    let lines: Vec<String> = events().iter().filter_map(|event| plain.line(event)).collect();
    assert_eq!(
        lines.join("\n"),
        "\
eip.nat-a: found again as eipalloc-0a; a former run did not see the answer
eip.nat-b: a former run's create had no effect
nat_gateway.a: creating, usually 1 min 46 s
subnet.a: AWS: RequestLimitExceeded: Request limit exceeded.; trying again
subnet.a: created (subnet-0a)
nat_gateway.a: created (nat-0a), not ready yet
vpc.main: updated
route.out: gone without a call
nat_gateway.a: created in 1 min 46 s
vpc.old: deleted in 30 s
role.x: create failed: UnauthorizedOperation: You are not\\u{1b} authorized"
    );
}

#[derive(Clone, Debug, Default)]
struct Screen(Arc<Mutex<String>>);

impl Screen {
    fn write(&self, text: &str) -> io::Result<()> {
        self.0.lock().expect("no test panics while it writes").push_str(text);
        Ok(())
    }

    fn text(&self) -> String {
        self.0.lock().expect("no test panics while it writes").clone()
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        120
    }
    fn height(&self) -> u16 {
        40
    }
    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write(&format!("{text}\n"))
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        self.write(text)
    }
    fn clear_line(&self) -> io::Result<()> {
        Ok(())
    }
    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_terminal_keeps_lines_above_and_shows_slow_steps_below() {
    let screen = Screen::default();
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen.clone()), 255);
    let mut bars = Bars::new(target, 6, Duration::from_secs(106), Style::Plain);
    for event in events() {
        bars.tell(&event);
        std::thread::sleep(Duration::from_millis(5));
    }
    bars.say("that is all");
    bars.finish();
    let text = screen.text();
    assert!(text.contains("nat_gateway.a: created in 1 min 46 s"), "{text}");
    assert!(
        text.contains("nat_gateway.a                            creating ────────────────────"),
        "{text}"
    );
    assert!(text.contains("0 s of usually 1 min 46 s"), "{text}");
    assert!(text.contains("/6 done, about 1 min 46 s left"), "{text}");
    assert!(text.contains("that is all"), "{text}");
    assert!(!text.contains("nat_gateway.a: creating, usually"), "{text}");
}
