//! Facts of a kind: what two readers besides AWS want to know (planner, sandbox, documentation, renderer).

use serde_json::Value;

use crate::{
    kinds::{Outputs, pattern},
    model::{Account, Identity},
};

/// What is true of every resource of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its name, AWS's noun in snake case: `subnet`.
    pub name: &'static str,
    /// The pattern of its identity, such as `subnet-{hex17}`. `{field}` stands for a field's value; a pattern of fields
    /// alone is a natural key: the identity is known before the create.
    pub id: &'static str,
    /// Fields AWS cannot change: another value means another resource.
    pub replaces: &'static [&'static str],
    /// Field combinations of which AWS holds at most one; replacement deletes first when they would collide.
    pub unique: &'static [&'static [&'static str]],
    /// Fields of a unique combination that several resources change by one call, so that two of them may exchange
    /// theirs: `priority`.
    pub swaps: &'static [&'static str],
    /// Blocks of addresses of which no two may overlap in one scope: `("vpc", "cidr")`. Replacement deletes first when
    /// they would, as with `unique`.
    pub disjoint: &'static [(&'static str, &'static str)],
    /// Values beside the id, with their pattern: `("arn", "arn:{partition}:ec2:{region}:{account}:vpc/{id}")`. Those
    /// whose pattern mints (`{hex8}`, `{ipv4}`) are AWS's invention and read from it.
    pub outputs: &'static [(&'static str, &'static str)],
    /// Outputs that AWS shows while it is not ready yet, some seconds after the create. What it takes to become ready
    /// may be made of them, so it counts as created only when they are known.
    pub early: &'static [&'static str],
    /// Outputs that somebody has to act upon outside of AWS while the run goes on, each with what is to be done.
    pub asks: &'static [(&'static str, &'static str)],
    /// What usually keeps one from becoming ready that takes much longer than it should; empty where nothing is known.
    pub stuck: &'static str,
    /// How long it usually takes.
    pub timing: Timing,
    /// Whether and through which API it is tagged.
    pub tags: Tagging,
    /// AWS takes a client token on create: the same token answers the same resource.
    pub token: bool,
    /// It takes no tags, and AWS may hold any number of it: its description carries the client token of its create
    /// ([`Owner::mark`](crate::kinds::Owner::mark)), by which a lost one is found.
    pub marked: bool,
    /// Fields whose referent it is a picture of: it is made when everything else that lives in that has come, changed
    /// or gone.
    pub pictures: &'static [&'static str],
    /// Fields whose referent takes this resource along when it is deleted: no delete call is needed then.
    pub vanishes_with: &'static [&'static str],
    /// Fields whose referent it lives in and does not go with: a read shows everything in there, whoever made it, and
    /// the referent cannot go while it holds any. What is there already at a natural key can be taken over.
    pub within: &'static [&'static str],
    /// For kinds that take no tags: the kind that it lives in, and the output that the first part of its identity is; the
    /// id where none is named.
    pub lives_in: Option<(&'static str, Option<&'static str>)>,
    /// Fields by which one that exists already is found, for kinds that a stack can use without owning them.
    pub found_by: &'static [&'static str],
    /// Fields that do not hold their referent: AWS lets it go while this still names it.
    pub loose: &'static [&'static str],
    /// Fields whose referent must be ready, not only created.
    pub awaits: &'static [&'static str],
    /// Fields that resources created by one call must agree in; empty when a call creates one.
    pub batch: &'static [&'static str],
    /// Fields that may stay empty: AWS chooses then, and what it chose is not drift.
    pub chosen: &'static [&'static str],
    /// Maps of which only the entries that we set are ours: others, AWS's defaults among them, are not drift.
    pub partial: &'static [&'static str],
    /// Where among its fields, as a JSON pointer, it says that AWS must not delete it: until that is no longer `true`, no
    /// delete succeeds.
    pub guard: Option<&'static str>,
    /// Requests are still under way in it when nothing sends it new ones any more.
    pub drains: Option<Drain>,
    /// Lists whose order means nothing. `action.targets` is a list inside a field.
    pub sets: &'static [&'static str],
    /// The API actions it uses.
    pub calls: Calls,
    /// Those of its reads that a wait takes; empty where it takes all.
    pub looks: &'static [&'static str],
    /// The quota it counts towards.
    pub quota: Option<Quota>,
    /// What it has to do with things that nobody asked eksnet for.
    pub strays: Strays,
}

/// What a kind has to do with strays: things in our network that nobody asked eksnet for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strays {
    /// Nothing.
    None,
    /// It is the network that they are looked for in (a VPC).
    Ground,
    /// They live in it or are connected with it, and it cannot go before them (a subnet, a load balancer).
    Lodging,
    /// It makes them, under its own name (a cluster).
    Maker,
    /// It runs what makes them on behalf of the maker (the nodes of a cluster): while it is there, what is taken away
    /// comes back.
    Runner,
}

/// Usual durations in seconds; 0 where the work is done when the call returns. Medians of public logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the create call to ready.
    pub create: u32,
    /// From the delete call to gone.
    pub delete: u32,
}

/// How long what is under way in a resource may take to end. The engine gives it that time before it deletes one that
/// another has taken the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    /// Where among its fields the seconds stand, as a JSON pointer.
    pub seconds: &'static str,
    /// How many they are where the fields do not say.
    pub usual: u32,
}

/// Whether and through which API a kind is tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tagging {
    /// It takes no tags; it is found through its natural key or its parent.
    None,
    /// `ec2:CreateTags`, with the resource type that EC2 names it by.
    Ec2(&'static str),
    /// `eks:TagResource`, by ARN.
    Eks(EksResource),
    /// `acm:AddTagsToCertificate`, by ARN.
    Certificate,
    /// `elasticloadbalancing:AddTags`, by ARN, up to 20 in a call.
    Elb,
    /// `route53:ChangeTagsForResource`, by zone id.
    HostedZone,
    /// `apigatewayv2:TagResource`, by an ARN of this pattern.
    HttpApi(&'static str),
    /// `apigateway:TagResource`, by an ARN of this pattern.
    RestApi(&'static str),
    /// `iam:TagRole`, by role name.
    IamRole,
    /// `iam:TagOpenIDConnectProvider`, by issuer.
    OidcProvider,
    /// `kms:TagResource`, by key id.
    Kms,
    /// `logs:TagResource`, by log group name.
    LogGroup,
}

/// What EKS tags. Each has its ARN from another call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "their names say it")]
pub enum EksResource {
    AccessEntry,
    Addon,
    Cluster,
    FargateProfile,
    NodeGroup,
    PodIdentityAssociation,
}

impl Tagging {
    /// Whether the call that creates also tags. Where it cannot, tags follow by a call of their own.
    pub const fn with_create(&self) -> bool {
        !matches!(self, Self::None | Self::HostedZone)
    }

    /// What stands for all that one call can tag: EC2 tags its resources whatever they are. Elsewhere ids say nothing of
    /// their kind, and each way of tagging stands for itself.
    pub fn service(self) -> Self {
        if matches!(self, Self::Ec2(_)) { Self::Ec2("") } else { self }
    }
}

/// The API actions a kind uses, as `service:Action`.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// The one that creates.
    pub create: &'static str,
    /// Those that read.
    pub read: &'static [&'static str],
    /// Those that change in place.
    pub update: &'static [&'static str],
    /// The one that deletes.
    pub delete: &'static str,
}

/// A default quota of an account.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// Its code in Service Quotas, such as `L-F678F1CE`; empty where none is published.
    pub code: &'static str,
    /// What the code means, in AWS's words.
    pub name: &'static str,
    /// The default value.
    pub default: u32,
    /// The field whose referent the count is per (such as `vpc`); the Region where there is none.
    pub per: Option<&'static str>,
}

impl Facts {
    /// What holds unless a kind says otherwise.
    pub const DEFAULT: Self = Self {
        name: "",
        id: "",
        replaces: &[],
        unique: &[],
        swaps: &[],
        disjoint: &[],
        outputs: &[],
        early: &[],
        asks: &[],
        stuck: "",
        timing: Timing { create: 0, delete: 0 },
        tags: Tagging::None,
        token: false,
        marked: false,
        pictures: &[],
        vanishes_with: &[],
        within: &[],
        lives_in: None,
        found_by: &[],
        loose: &[],
        awaits: &[],
        batch: &[],
        chosen: &[],
        partial: &[],
        guard: None,
        drains: None,
        sets: &[],
        calls: Calls { create: "", read: &[], update: &[], delete: "" },
        looks: &[],
        quota: None,
        strays: Strays::None,
    };

    /// The reads that a wait takes.
    pub const fn looking(&self) -> &'static [&'static str] {
        if self.looks.is_empty() { self.calls.read } else { self.looks }
    }

    /// The identity that follows from the fields, for kinds with a natural key.
    pub fn key(&self, fields: &Value) -> Option<Identity> {
        (!pattern::mints(self.id)).then(|| Identity(pattern::fill(self.id, fields, None, None)))
    }

    /// `pattern`, an identity's or an output's, with everything filled in that the sandbox can invent or look up.
    pub fn stamped(
        &self,
        mint: &mut pattern::Mint,
        pattern: &str,
        fields: &Value,
        id: Option<&Identity>,
        account: &Account,
    ) -> String {
        pattern::fill(&mint.stamp(pattern), fields, id, Some(account))
    }

    /// Whether `text` fits the pattern of identities, where that pattern mints.
    pub fn mints(&self, text: &str) -> bool {
        pattern::mints(self.id) && pattern::matches(self.id, text)
    }

    /// Whether a second create of the same finds the first one in its way, or answers it.
    pub fn repeatable(&self, fields: &Value) -> bool {
        self.token || self.single(fields)
    }

    /// Whether there can be only one with such fields: another create is refused while it exists.
    pub fn single(&self, fields: &Value) -> bool {
        (self.tags == Tagging::None && !self.unique.is_empty()) || self.key(fields).is_some()
    }

    /// Whether two of it, by their fields, agree in something that AWS holds only one of.
    pub fn rivals(&self, one: &Value, other: &Value) -> bool {
        self.unique.iter().any(|names| {
            names.iter().all(|name| {
                one.get(name).is_some_and(|part| !part.is_null())
                    && one.get(name) == other.get(name)
            })
        })
    }

    /// The outputs that AWS invents, with their patterns.
    pub fn invented(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.outputs.iter().copied().filter(|(_, pattern)| pattern::mints(pattern))
    }

    /// The outputs that follow from identity, fields and account; those that AWS invents are not among them.
    pub fn derived_outputs(&self, id: &Identity, fields: &Value, account: &Account) -> Outputs {
        let derived = self.outputs.iter().filter(|(_, pattern)| !pattern::mints(pattern));
        derived
            .map(|(name, pattern)| {
                let value = pattern::fill(pattern, fields, Some(id), Some(account));
                ((*name).to_owned(), value)
            })
            .collect()
    }

    /// What something with these `fields` lives in, for kinds that [`Facts::lives_in`] says so of; nothing while that is
    /// still a reference.
    pub fn home(&self, fields: &Value) -> Option<Identity> {
        let (field, _) = self.lives_in.and(self.id.strip_prefix('{'))?.split_once('}')?;
        let named = Identity::from(fields.get(field)?.as_str()?);
        Some(named.part(0).into())
    }

    /// The fields whose referents hold it: those it vanishes with, and those it only lives in.
    pub fn homes(&self) -> impl Iterator<Item = &'static str> {
        self.vanishes_with.iter().chain(self.within).copied()
    }

    /// Leaves in `seen` only those entries of maps that are partly ours that `ours` has too.
    pub fn narrow(&self, seen: &mut Value, ours: &Value) {
        for field in self.partial {
            if let (Some(Value::Object(seen)), Some(Value::Object(ours))) =
                (seen.get_mut(field), ours.get(field))
            {
                seen.retain(|key, _| ours.contains_key(key));
            }
        }
    }

    /// Whether AWS refuses to delete what has these `fields`.
    pub fn guarded(&self, fields: &Value) -> bool {
        let guard = self.guard.and_then(|guard| fields.pointer(guard));
        guard.is_some_and(|guard| *guard == Value::Bool(true) || guard == "true")
    }

    /// Seconds that what is under way in a resource with these `fields` may take to end.
    pub fn drain(&self, fields: &Value) -> u32 {
        let Some(drain) = self.drains else { return 0 };
        let said = match fields.pointer(drain.seconds) {
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Number(number)) => {
                number.as_u64().and_then(|number| number.try_into().ok())
            }
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
        };
        said.unwrap_or(drain.usual)
    }

    /// `fields` in their normal form: lists whose order means nothing are sorted. Two resources are equal if their
    /// normal forms are.
    pub fn normal(&self, mut fields: Value) -> Value {
        for set in self.sets {
            let pointer = format!("/{}", set.replace('.', "/"));
            if let Some(Value::Array(items)) = fields.pointer_mut(&pointer) {
                items.sort_by_cached_key(Value::to_string);
                items.dedup();
            }
        }
        fields
    }
}
