//! `endpoints`: doors to AWS services that do not lead through the internet.

use std::collections::BTreeMap;

use super::{
    Endpoint, Tier,
    reader::{Source, Span, Value, listed, nearest},
    subnets::Drafts,
};
use crate::{
    data::endpoints::{self as data, Door},
    model::Diagnostic,
};

/// What is written about endpoints.
pub(super) struct Wishes {
    /// Services by name, each with the place that asks for it.
    asked: BTreeMap<&'static str, (Door, Span)>,
    /// Every name was understood, so that what is absent is absent.
    complete: bool,
}

impl Wishes {
    /// The services, where all of them were understood.
    pub(super) fn services(&self) -> Option<Vec<&'static str>> {
        self.complete.then(|| self.asked.keys().copied().collect())
    }
}

pub(super) fn read(value: &Value<'_>) -> Wishes {
    let source = value.source();
    let mut wishes: BTreeMap<&'static str, (Door, Span)> = BTreeMap::new();
    let names = value.strings().unwrap_or_default();
    let mut complete = value.is_list_of(names.len());
    for name in names {
        let services = data::services(name.value);
        if services.is_empty() {
            complete = false;
            source.report(unknown(source, name.value, &name.span));
        }
        let double = services
            .iter()
            .find_map(|(service, _)| Some((service, wishes.get(service)?.1.clone())));
        if let Some((service, first)) = double {
            let message = format!("the endpoint of `{service}` is asked for twice");
            source.report(
                source
                    .error(&name.span, message, "again here")
                    .at(source.place(&first, "first here"))
                    .help(format!("remove `\"{}\"`", name.value)),
            );
        }
        for (service, door) in services {
            wishes.entry(service).or_insert((door, name.span.clone()));
        }
    }
    Wishes { asked: wishes, complete }
}

fn unknown(source: &Source, name: &str, span: &Span) -> Diagnostic {
    let unknown = source.error(span, format!("there is no endpoint `{name}`"), "unknown service");
    // The whole name of a service, as AWS writes it.
    let short = name.strip_prefix("com.amazonaws.").and_then(|rest| rest.split_once('.'));
    let short =
        short.map(|(_, service)| service).filter(|service| !data::services(service).is_empty());
    match short.or_else(|| nearest(name, data::names())) {
        Some(meant) => unknown.help(format!("write `\"{meant}\"`")),
        None => unknown.help(format!("the endpoints are {}", listed(data::names()))),
    }
}

/// Holds the endpoints against each other and against the subnets.
pub(super) fn check(source: &Source, wishes: &Wishes, drafts: &Drafts) {
    if let Some((_, span)) = wishes.asked.get("ecr.dkr")
        && !wishes.asked.contains_key("s3")
    {
        source.report(
            source
                .warning(span, "images do not come through this endpoint without `s3`", "registry only")
                .note("ECR keeps the layers of images in S3; they would come through NAT, or not at all")
                .help("add `\"s3\"`; its endpoint is free"),
        );
    }
    let home = drafts.of(Tier::Private).chain(drafts.of(Tier::Isolated)).next();
    let interface = wishes.asked.iter().find(|(_, (door, _))| *door == Door::Interface);
    if let Some((service, (_, span))) = interface
        && drafts.complete
        && home.is_none()
    {
        source.report(
            source
                .error(span, format!("the endpoint of `{service}` has no subnet to stand in"), "an interface endpoint")
                .note("an interface endpoint has an address in a private or an isolated subnet of each zone")
                .help("add private subnets, or keep only `s3` and `dynamodb`, which need none"),
        );
    }
}

/// The endpoints, in alphabetical order.
pub(super) fn settle(wishes: Option<Wishes>) -> Vec<Endpoint> {
    let endpoint = |(service, (door, _)): (&str, (Door, Span))| Endpoint {
        service: service.to_owned(),
        gateway: match door {
            Door::Gateway => true,
            Door::Interface => false,
        },
    };
    wishes.into_iter().flat_map(|wishes| wishes.asked).map(endpoint).collect()
}
