//! `serves`: the services that a network load balancer has a listener for.

use super::super::{
    reader::{Source, Table, Value, Written},
    services,
};

/// What could be understood of one.
pub(super) struct Draft {
    pub(super) service: Written<String>,
    /// The port that it insists on.
    pub(super) port: Option<Written<u16>>,
}

/// Listeners of a network load balancer (Elastic Load Balancing user guide, quotas).
const MOST: usize = 50;

pub(super) fn read(value: &Value<'_>) -> Option<Vec<Draft>> {
    let source = value.source();
    let items = value.list()?;
    let mut found: Vec<Draft> = Vec::new();
    let mut complete = true;
    for draft in items.iter().map(one) {
        let Some(draft) = draft else {
            complete = false;
            continue;
        };
        check_again(source, &found, &draft);
        found.push(draft);
    }
    if items.is_empty() {
        source.report(
            value
                .error("a network load balancer that serves nobody", "empty")
                .help("write `serves = [\"orders\"]`"),
        );
    } else if items.len() > MOST {
        let message = format!("{} services are more than a load balancer serves", items.len());
        source.report(
            items[MOST]
                .error(message, format!("number {}", MOST + 1))
                .note(format!("each has a listener, and AWS lets a load balancer have {MOST}"))
                .help("spread the services over two load balancers"),
        );
    }
    complete.then_some(found)
}

fn one(value: &Value<'_>) -> Option<Draft> {
    if value.is_table() {
        return value.table(long);
    }
    let service = service(&value.clone().or_table())?;
    Some(Draft { service, port: None })
}

fn long(table: &mut Table<'_>) -> Option<Draft> {
    table.other_names(&[("service", "to"), ("name", "to"), ("listen", "port")]);
    table.hint(|key| {
        matches!(key, "path" | "host" | "redirect" | "fixed" | "weights").then(|| {
            "a network load balancer knows neither hosts nor paths: make it an `[alb.…]`".to_owned()
        })
    });
    let to = table.required("to", "\"orders\"").and_then(|value| service(&value));
    let port = table.optional("port", "443").map(|value| {
        services::port(&value).map(|port| Written { value: port, span: value.span() })
    });
    let port = match port {
        Some(port) => Some(port?),
        None => None,
    };
    Some(Draft { service: to?, port })
}

fn service(value: &Value<'_>) -> Option<Written<String>> {
    let name = value.string()?;
    if let Some((before, _)) = name.value.split_once('/') {
        let wrong = value.error(
            "a network load balancer serves a whole service",
            "it knows neither hosts nor paths",
        );
        value.source().report(if before.is_empty() || before.contains('.') {
            wrong.help("write the service's name, or make it an `[alb.…]` with `routes`")
        } else {
            wrong.help(format!("write `\"{before}\"`, or make it an `[alb.…]` with `routes`"))
        });
        return None;
    }
    Some(name.map(str::to_owned))
}

fn check_again(source: &Source, before: &[Draft], draft: &Draft) {
    if let Some(first) = before.iter().find(|it| it.service.value == draft.service.value) {
        let message = format!("`{}` is served twice", draft.service.value);
        source.report(
            source
                .error(&draft.service.span, message, "again here")
                .at(source.place(&first.service.span, "first here"))
                .help("remove one of the two"),
        );
    }
    let taken = draft.port.as_ref().and_then(|port| {
        let first = before.iter().filter_map(|it| it.port.as_ref());
        Some((port, first.into_iter().find(|first| first.value == port.value)?))
    });
    if let Some((port, first)) = taken {
        source.report(
            source
                .error(&port.span, format!("port {} is taken", port.value), "again here")
                .at(source.place(&first.span, "first here"))
                .note("a listener has a port of its own")
                .help("write another port, or leave it to eksnet"),
        );
    }
}

impl Draft {
    pub(super) fn settle(self) -> (String, Option<u16>) {
        (self.service.value, self.port.map(|port| port.value))
    }
}
