//! eksnet provisions the whole road from the internet to the pods of an Amazon EKS cluster out of one TOML stack file.
//! This page is its map.
//!
//! # The flow, one direction
//!
//! ```text
//! stacks/shop.toml --stack--> Stack --blueprint--> Desired --\
//!                                                             plan --> Plan --render--> reader
//! state/shop.json  --state--> State --refresh--> Observed ---/           | yes
//!                               ^                                        v
//!                               |                                  apply (schedule)
//!                               +---- journal <---- events <---- provider --> AWS | sandbox
//! ```
//!
//! [`stack`] reads the language: a [`stack::Stack`], or every mistake in the file with its place. [`blueprint`] turns
//! intent into resources; this is where EKS knowledge lives. From there on nothing knows EKS: there are only addresses,
//! references and [`kinds`]. [`refresh`] reads what is there. [`plan`] compares and says what must change and in which
//! order, without touching anything. [`apply`] carries it out through a [`provider`], and [`state`] remembers.
//!
//! # Three ideas
//!
//! **The stack file says intent, the tool derives mechanism.** Names are identity, never positions in a list. There are
//! no templates, no functions, no modules.
//!
//! **Closed world.** Every count, name, tag and edge is known before the first call; only the ids that AWS invents are
//! not, and a plan shows those as references (`subnet.private-a`).
//!
//! **The state is a memory, not the truth.** Ownership is written on the resources themselves. A process killed between
//! a call and its answer leaves nothing behind that the next run does not find and take up again.
//!
//! # Floors
//!
//! A room uses its own floor and those below; a test reads the imports.
//!
//! | floor | rooms |
//! |---|---|
//! | 5 | [`cli`]: one file per command; the only one that prints |
//! | 4 | [`render`]: everything a person or a machine reads; data in, text out |
//! | 3 | [`apply`], [`refresh`], [`rebuild`], [`sweep`]: what waits, retries and recovers |
//! | 2 | [`stack`], [`blueprint`], [`plan`]: pure; [`state`]: the disk; [`provider`]: the only door to the world |
//! | 1 | [`kinds`]: one file per AWS resource kind; [`strays`]: what others put into our network; [`aws`]: clients, pacing, error classes |
//! | 0 | [`model`]: the nouns; [`data`]: tables of facts with their sources |
//!
//! # Invariants
//!
//! *A create is one call.* A kind's `create` makes exactly one mutating call, and its identity is on disk before anything
//! else happens. What only a later call can set follows as an update, which may be repeated.
//!
//! *Intent before call.* Address, fields and client token of a create are journalled and synced before the call leaves
//! ([`state::Journal`]). A run that died is settled before the next one plans ([`apply::settle`]): by natural key, by
//! ownership tags or the mark in its description, by the same client token, and only after everything would have to show is it taken never to have been.
//!
//! *Ours or nobody's.* What does not carry the stack's ownership tags, or live inside something that does, is never
//! changed or deleted; but for what a cluster of ours provably left behind in a VPC of ours ([`strays`]).
//!
//! *The planner is pure.* [`plan`] has no clock, disk, network or async. It looks facts of kinds up and names none.
//!
//! *The sandbox has laws, not cases.* [`provider::sandbox`] derives what it does from the fields and
//! [`kinds::Facts`] of the kinds. What it cannot tell, whether a request is spelled as AWS wants it, is what the tests
//! over AWS's own protocols are for.
//!
//! *One thread.* Everything runs on one thread; tokio's paused clock is the sandbox's virtual time.
//!
//! *Order is deterministic* wherever a reader can see it.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod apply;
pub mod aws;
pub mod blueprint;
pub mod cli;
pub mod data;
pub mod kinds;
pub mod model;
pub mod plan;
pub mod provider;
pub mod rebuild;
pub mod refresh;
pub mod render;
pub mod stack;
pub mod state;
pub mod strays;
pub mod sweep;
