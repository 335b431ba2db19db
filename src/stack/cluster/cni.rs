//! `cni`: how pods get addresses.

use super::super::{
    kubernetes::Cni,
    reader::{Source, Span, Table, Value, Written},
    vpc::Network,
};

/// What is written about the CNI.
#[derive(Default)]
pub(in crate::stack) struct Draft {
    prefixes: Option<Written<bool>>,
    policy: bool,
    custom: Option<Written<bool>>,
    warm_ip: Option<Written<u16>>,
    warm_prefix: Option<Written<u16>>,
    minimum_ip: Option<Written<u16>>,
    /// A key is written whose value was not understood.
    incomplete: bool,
}

pub(super) fn read(value: &Value<'_>) -> Draft {
    value.table(|table| Some(keys(table))).unwrap_or(Draft { incomplete: true, ..Draft::default() })
}

fn keys(table: &mut Table<'_>) -> Draft {
    let mut incomplete = false;
    let mut flag = |table: &mut Table<'_>, key| {
        let value = table.optional(key, "true")?;
        let flag = value.boolean();
        incomplete |= flag.is_none();
        flag
    };
    let prefixes = flag(table, "prefixes");
    let policy = flag(table, "policy");
    let custom = flag(table, "custom");
    let mut number = |table: &mut Table<'_>, key| {
        let value = table.optional(key, "1")?;
        // No node has more addresses than 15 network interfaces of 50; nought is what the CNI does not take.
        let number = value.integer(1..=750);
        incomplete |= number.is_none();
        number.map(|number| number.map(|it| it as u16))
    };
    let warm_ip = number(table, "warm_ip");
    let warm_prefix = number(table, "warm_prefix");
    let minimum_ip = number(table, "minimum_ip");
    let draft = Draft {
        prefixes,
        policy: policy.is_some_and(|it| it.value),
        custom,
        warm_ip,
        warm_prefix,
        minimum_ip,
        incomplete,
    };
    check_targets(table.source(), &draft);
    draft
}

/// Targets that do nothing (amazon-vpc-cni-k8s, `docs/prefix-and-ip-target.md`).
fn check_targets(source: &Source, draft: &Draft) {
    let Some(warm) = &draft.warm_prefix else { return };
    let single = match &draft.prefixes {
        Some(prefixes) => (!prefixes.value).then_some(Some(&prefixes.span)),
        None => (!draft.incomplete).then_some(None),
    };
    if let Some(asked) = single {
        let wrong = source.error(
            &warm.span,
            "nodes cannot keep prefixes free when pods get single addresses",
            "prefixes",
        );
        let wrong = match asked {
            Some(span) => wrong.at(source.place(span, "single addresses")),
            None => wrong,
        };
        source.report(wrong.help("write `prefixes = true`, or `warm_ip` instead of `warm_prefix`"));
    } else if let Some(target) = draft.warm_ip.as_ref().or(draft.minimum_ip.as_ref()) {
        source.report(
            source
                .warning(
                    &warm.span,
                    "`warm_prefix` does nothing beside a target of addresses",
                    "not used",
                )
                .at(source.place(&target.span, "this decides"))
                .help("remove `warm_prefix`"),
        );
    }
}

impl Draft {
    /// Where prefixes are asked for.
    pub(in crate::stack) fn prefixes(&self) -> Option<&Span> {
        self.prefixes.as_ref().filter(|it| it.value).map(|it| &it.span)
    }

    /// Whether `custom` is written, and which way.
    pub(in crate::stack) fn custom(&self) -> Option<bool> {
        self.custom.as_ref().map(|it| it.value)
    }

    /// Holds `custom` against the block for pods.
    pub(super) fn check(&self, source: &Source, network: &Network) {
        match (&self.custom, &network.pods) {
            (Some(Written { value: true, span }), None) if source.intact() => source.report(
                source
                    .error(
                        span,
                        "there is no block that pods could get addresses from",
                        "no `vpc.pods`",
                    )
                    .help("write `pods = \"100.64.0.0/16\"` under `[vpc]`, or remove `custom`"),
            ),
            (Some(Written { value: false, span }), Some(pods)) => source.report(
                source
                    .error(
                        span,
                        "no pod would use the block for pods",
                        "pods stay in the nodes' subnets",
                    )
                    .at(source.place(pods, "serves nobody"))
                    .help("remove `custom`, or remove `pods` under `[vpc]`"),
            ),
            (Some(_) | None, _) => {}
        }
    }

    /// The settings, with nothing said of custom networking.
    pub(super) fn settle(self) -> Cni {
        let number = |written: Option<Written<u16>>| written.map(|it| it.value);
        Cni {
            prefixes: self.prefixes.is_some_and(|it| it.value),
            policy: self.policy,
            custom: false,
            warm_ip: number(self.warm_ip),
            warm_prefix: number(self.warm_prefix),
            minimum_ip: number(self.minimum_ip),
        }
    }
}
