//! `api`: who reaches the Kubernetes API.

use ipnet::Ipv4Net;

use super::super::{
    ApiAccess,
    block::of_internet,
    reader::{Table, Value, Written},
};

/// Blocks that a cluster takes (EKS user guide, service quotas; not adjustable).
const BLOCKS: usize = 40;

const EXAMPLE: &str = "[\"203.0.113.0/24\"]";

/// From where the API is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Private,
    Public,
    Both,
}

const MODES: [(&str, Mode); 3] =
    [("private", Mode::Private), ("public", Mode::Public), ("both", Mode::Both)];

/// What is written about the API.
pub(in crate::stack) struct Access {
    mode: Mode,
    /// The blocks that may reach it from the internet, if they are written.
    blocks: Option<Written<Vec<Ipv4Net>>>,
    /// What says that it is public and nothing else.
    pub(in crate::stack) only_public: Option<super::Span>,
}

impl Access {
    /// What stands for nothing being written: nodes stay inside the VPC, people come from anywhere and show their
    /// credentials.
    pub(super) const DEFAULT: Self = Self { mode: Mode::Both, blocks: None, only_public: None };

    /// The blocks that may reach it, where they are written.
    pub(in crate::stack) fn blocks(&self) -> Option<&Written<Vec<Ipv4Net>>> {
        self.blocks.as_ref()
    }

    /// Who reaches the API, once everything was right.
    pub(super) fn settle(self) -> ApiAccess {
        let blocks = || match self.blocks {
            Some(blocks) => blocks.value,
            // All addresses.
            None => vec![Ipv4Net::default()],
        };
        match self.mode {
            Mode::Private => ApiAccess { private: true, public: Vec::new() },
            Mode::Public => ApiAccess { private: false, public: blocks() },
            Mode::Both => ApiAccess { private: true, public: blocks() },
        }
    }
}

pub(super) fn read(value: &Value<'_>) -> Option<Access> {
    if value.is_table() {
        return value.table(long);
    }
    let mode = value.clone().or_table().choice(&MODES)?;
    Some(Access::new(mode, None))
}

impl Access {
    fn new(mode: Written<Mode>, blocks: Option<Written<Vec<Ipv4Net>>>) -> Self {
        let only_public = (mode.value == Mode::Public).then_some(mode.span);
        Self { mode: mode.value, blocks, only_public }
    }
}

fn long(table: &mut Table<'_>) -> Option<Access> {
    let mode = table.required("mode", "\"both\"").and_then(|value| value.choice(&MODES));
    let written = table.optional("cidrs", EXAMPLE);
    let blocks = written.as_ref().map(blocks);
    if let (Some(mode), Some(value)) = (&mode, &written)
        && mode.value == Mode::Private
    {
        value.source().report(
            value
                .error("a private API has no blocks that reach it from the internet", "not used")
                .at(value.source().place(&mode.span, "closed to the internet"))
                .help("remove `cidrs`, or write `mode = \"both\"`"),
        );
    }
    // Wrong blocks are not the same as none: nothing may be concluded from them.
    match blocks {
        Some(None) => None,
        Some(blocks) => Some(Access::new(mode?, blocks)),
        None => Some(Access::new(mode?, None)),
    }
}

fn blocks(value: &Value<'_>) -> Option<Written<Vec<Ipv4Net>>> {
    let source = value.source();
    let items = value.list()?;
    let mut found: Vec<Written<Ipv4Net>> = Vec::new();
    for block in items.iter().filter_map(of_internet) {
        if let Some(first) = found.iter().find(|first| first.value == block.value) {
            source.report(
                source
                    .error(&block.span, format!("{} is written twice", block.value), "again here")
                    .at(source.place(&first.span, "first here"))
                    .help("remove one of the two"),
            );
        } else if let Some(wide) = found.iter().find(|wide| wide.value.contains(&block.value)) {
            let message = format!("{} is part of {}", block.value, wide.value);
            source.report(
                source
                    .warning(&block.span, message, "adds nothing")
                    .at(source.place(&wide.span, "has these addresses too"))
                    .help("remove one of the two"),
            );
        }
        found.push(block);
    }
    if items.is_empty() {
        source.report(
            value
                .error("a public API without blocks is reached by nobody", "no blocks")
                .help("write `api = \"private\"`, or a block that reaches it"),
        );
    } else if items.len() > BLOCKS {
        source.report(
            value
                .error(format!("{} blocks are more than EKS takes", items.len()), "too many")
                .note(format!("EKS takes {BLOCKS}, and AWS raises that for nobody"))
                .help("join neighbouring blocks into larger ones"),
        );
    }
    let complete = found.len() == items.len();
    let span = value.span();
    complete.then(|| Written { value: found.into_iter().map(|it| it.value).collect(), span })
}
