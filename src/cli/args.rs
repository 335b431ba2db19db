//! The command line: what may be asked, in the words that `--help` shows.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, builder::FalseyValueParser};

use crate::{model::Address, provider::sandbox::Fault};

/// From the internet to the pods of an Amazon EKS cluster, out of one TOML file.
#[derive(Debug, Parser)]
#[command(name = "eksnet", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what apply would change, and what is different from what was applied last.
    #[command(after_help = faults())]
    Plan(PlanArgs),
    /// Make AWS what the stack file says.
    #[command(after_help = faults())]
    Apply(ApplyArgs),
    /// Delete everything the stack owns, and show that nothing is left.
    #[command(after_help = faults())]
    Destroy(DestroyArgs),
    /// Check the stack file without asking AWS anything.
    Validate {
        /// The stack file; the only file in stacks/ if not given.
        stack: Option<PathBuf>,
    },
    /// Show what the state remembers.
    Show {
        #[command(flatten)]
        place: Place,
        /// One JSON document instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Show ids, ARNs and addresses that the stack's resources have.
    Output {
        /// Only this one, such as `vpc.shop` or `egress_ips`.
        name: Option<String>,
        #[command(flatten)]
        place: NamedPlace,
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Write what Kubernetes has to know, for `kubectl apply -f -`: which pods are targets of which target group.
    Manifests {
        #[command(flatten)]
        place: Place,
    },
    /// Look into the state, and change what it remembers.
    #[command(subcommand)]
    State(StateCommand),
    /// Look into the sandbox.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Write a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// Which stack, which world, which state.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// The stack file; the only file in stacks/ if not given.
    pub stack: Option<PathBuf>,
    #[command(flatten)]
    pub world: World,
}

/// The same for commands whose first argument is something else.
#[derive(Debug, Clone, Args)]
pub struct NamedPlace {
    /// The stack file; the only file in stacks/ if not given.
    #[arg(long = "stack", value_name = "STACK")]
    pub stack: Option<PathBuf>,
    #[command(flatten)]
    pub world: World,
}

impl From<NamedPlace> for Place {
    fn from(place: NamedPlace) -> Self {
        Self { stack: place.stack, world: place.world }
    }
}

/// Which world, and where its memory is.
#[derive(Debug, Clone, Default, Args)]
pub struct World {
    /// Use the sandbox: a world with AWS's laws and no account. Its state never mixes with a real account's.
    #[arg(long)]
    pub sandbox: bool,
    /// Where the state is: a path, or s3://bucket/key; as the stack file says, or state/<stack>.json, if not given.
    #[arg(long, value_name = "URL")]
    pub state: Option<String>,
    /// A profile of the AWS configuration files; otherwise as every AWS tool chooses.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// An endpoint for every AWS service, such as an emulator's; wins over AWS_ENDPOINT_URL.
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Send real credentials to an endpoint that is neither AWS's nor this machine's.
    #[arg(long, env = "EKSNET_TRUST_ENDPOINT", value_parser = FalseyValueParser::new(), hide_env_values = true)]
    pub trust_endpoint: bool,
    /// How long a run that gives no sign of life keeps its lease on a state in S3, in seconds.
    #[arg(long, hide = true, env = "EKSNET_LEASE_SECONDS", value_name = "SECONDS")]
    pub lease_seconds: Option<u64>,
}

/// What goes wrong, to see what eksnet makes of it.
#[derive(Debug, Clone, Default, Args)]
pub struct Rehearsal {
    /// Let this go wrong in the sandbox; the forms are below. May be repeated.
    #[arg(long = "sandbox-fault", value_name = "FAULT", requires = "sandbox")]
    pub faults: Vec<Fault>,
}

fn faults() -> String {
    format!("Faults:\n{}", Fault::FORMS)
}

/// What a plan is about.
#[derive(Debug, Clone, Default, Args)]
pub struct Scope {
    /// Only this resource, what it needs and, if it goes, what needs it. May be repeated.
    #[arg(long, value_name = "ADDR")]
    pub target: Vec<Address>,
    /// Replace this resource though nothing in it differs. May be repeated.
    #[arg(long, value_name = "ADDR")]
    pub replace: Vec<Address>,
    /// Take the state for the truth and ask AWS nothing.
    #[arg(long, conflicts_with = "refresh_only")]
    pub no_refresh: bool,
    /// Only look at what changed outside eksnet; applied, it is taken into the state as it is.
    #[arg(long)]
    pub refresh_only: bool,
}

/// `eksnet plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub rehearsal: Rehearsal,
    #[command(flatten)]
    pub scope: Scope,
    /// Plan to delete everything.
    #[arg(long, conflicts_with = "refresh_only")]
    pub destroy: bool,
    /// Save the plan: `eksnet apply FILE` carries out exactly this, or refuses.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["refresh_only", "no_refresh"])]
    pub out: Option<PathBuf>,
    /// One JSON document instead of text.
    #[arg(long)]
    pub json: bool,
    /// Exit with 2 when there is something to change.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// `eksnet apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// A stack file, or a plan saved by `eksnet plan --out`; the only file in stacks/ if not given.
    #[arg(value_name = "STACK | PLANFILE")]
    pub stack: Option<PathBuf>,
    #[command(flatten)]
    pub world: World,
    #[command(flatten)]
    pub rehearsal: Rehearsal,
    #[command(flatten)]
    pub scope: Scope,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
    /// One JSON event a line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// `eksnet destroy`.
#[derive(Debug, Args)]
pub struct DestroyArgs {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub rehearsal: Rehearsal,
    /// Only this resource and what needs it. May be repeated.
    #[arg(long, value_name = "ADDR")]
    pub target: Vec<Address>,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
    /// One JSON event a line instead of text.
    #[arg(long)]
    pub json: bool,
}

/// `eksnet state`.
#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// List every address.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show what is remembered of one resource.
    Show {
        /// The resource.
        address: Address,
        #[command(flatten)]
        place: NamedPlace,
    },
    /// Give a resource another address: a rename in the stack file then changes nothing but its tags.
    Mv {
        /// The address it has.
        from: Address,
        /// The address it gets.
        to: Address,
        #[command(flatten)]
        place: NamedPlace,
    },
    /// Forget a resource without deleting it.
    Rm {
        /// The resource.
        address: Address,
        #[command(flatten)]
        place: NamedPlace,
    },
    /// Write the state to standard output, as a copy that `push` takes back.
    Pull {
        #[command(flatten)]
        place: Place,
    },
    /// Put a copy in the place of the state.
    Push {
        /// What `pull` wrote.
        file: PathBuf,
        /// Though it is older than the state, of another lineage, or the state cannot be read.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: NamedPlace,
    },
    /// Move the state from where it was to where the stack file says it is, or encrypt it where it is.
    Migrate {
        /// Where it was: a path, or s3://bucket/key.
        from: String,
        #[command(flatten)]
        place: NamedPlace,
    },
    /// Restore a state that was lost or cannot be used, from what exists in the account.
    Rebuild {
        /// Though there is a state and nothing is wrong with it.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Take a lease on a state in S3 from its holder. Needed only to save the seconds after which it ends by itself.
    Unlock {
        #[command(flatten)]
        place: Place,
    },
}

/// `eksnet sandbox`.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Show everything that exists in the sandbox: kind, id, tags, fields.
    Inventory {
        #[command(flatten)]
        place: Place,
        /// One JSON document instead of text.
        #[arg(long)]
        json: bool,
    },
}
