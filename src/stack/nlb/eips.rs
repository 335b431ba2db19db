//! `eips`: addresses of a network load balancer that stay.

use std::collections::BTreeMap;

use super::super::{
    Eips, Scheme, Tier,
    frontend::{self, not_public, unknown},
    nat,
    reader::{Source, Span, Value, Written},
    vpc::Network,
};

/// Subnets, each with the allocation that stays there; none where that could not be understood.
type Addresses = Vec<(Written<String>, Option<Written<String>>)>;

/// What is written about them.
pub(super) enum Draft {
    None,
    Created(Span),
    Given(Written<Addresses>),
}

pub(super) fn read(value: &Value<'_>) -> Option<Draft> {
    let source = value.source();
    if value.is_table() {
        let entries = value.entries()?;
        if entries.is_empty() {
            source.report(
                value.error("no address for any subnet", "empty").help("write `eips = \"create\"`"),
            );
            return None;
        }
        let addresses: Vec<_> = entries.iter().map(nat::address).collect();
        let whole = addresses.iter().all(|(_, allocation)| allocation.is_some());
        let given = Draft::Given(Written { value: addresses, span: value.span() });
        return whole.then_some(given);
    }
    let word = value.clone().or_table().choice(&[("create", ())])?;
    Some(Draft::Created(word.span))
}

/// Holds them against the scheme and the subnets.
pub(super) fn check(source: &Source, draft: &Draft, frontend: &frontend::Draft, network: &Network) {
    let span = match draft {
        Draft::None => return,
        Draft::Created(span) => span,
        Draft::Given(addresses) => &addresses.span,
    };
    if frontend.scheme == Some(Scheme::Internal) {
        let message = format!("`[{}]` has no addresses on the internet", frontend.header());
        source.report(
            source
                .error(span, message, "addresses on the internet")
                .at(source.place(frontend.scheme_place(), "internal"))
                .help("write `scheme = \"internet-facing\"`, or remove `eips`"),
        );
        return;
    }
    if let (Draft::Given(addresses), Some(_)) = (draft, frontend.scheme) {
        check_given(source, &addresses.value, frontend, network);
    }
}

fn check_given(
    source: &Source,
    addresses: &[(Written<String>, Option<Written<String>>)],
    frontend: &frontend::Draft,
    network: &Network,
) {
    let Some(drafts) = &network.drafts else { return };
    if let Some(place) = frontend.subnets_place() {
        source.report(
            source
                .error(place, "`eips` name the subnets already", "again here")
                .at(source.place(&addresses[0].0.span, "stands in these"))
                .help("remove `subnets`"),
        );
    }
    let mut zones: BTreeMap<String, &Written<String>> = BTreeMap::new();
    let mut taken: BTreeMap<&str, &Span> = BTreeMap::new();
    for (name, allocation) in addresses {
        match drafts.subnets.iter().find(|subnet| subnet.name.value == name.value) {
            Some(subnet) if subnet.tier == Tier::Public => {
                let Some(zone) = subnet.zone_key() else { continue };
                if let Some(first) = zones.get(&zone) {
                    source.report(
                        source
                            .error(
                                &name.span,
                                format!("two subnets in zone `{zone}`"),
                                "a second one",
                            )
                            .at(source.place(&first.span, "the first"))
                            .note("a load balancer has one subnet in each of its zones")
                            .help("keep one of the two"),
                    );
                } else {
                    zones.insert(zone, name);
                }
            }
            Some(subnet) => {
                source.report(not_public(source, frontend, name, subnet.tier, drafts));
            }
            None if drafts.complete => source.report(unknown(source, name, drafts)),
            None => {}
        }
        let Some(allocation) = allocation else { continue };
        if let Some(first) = taken.get(allocation.value.as_str()) {
            let message = format!("`{}` is given to two subnets", allocation.value);
            source.report(
                source
                    .error(&allocation.span, message, "again here")
                    .at(source.place(first, "first here"))
                    .help("write another allocation"),
            );
        } else {
            taken.insert(&allocation.value, &allocation.span);
        }
    }
}

impl Draft {
    pub(super) fn settle(self) -> Eips {
        match self {
            Self::None => Eips::None,
            Self::Created(_) => Eips::Created,
            Self::Given(addresses) => Eips::Given(
                addresses
                    .value
                    .into_iter()
                    .filter_map(|(name, allocation)| Some((name.value, allocation?.value)))
                    .collect(),
            ),
        }
    }
}
