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
    /// Blocks of addresses of which no two may overlap in one scope: `("vpc", "cidr")`. Replacement deletes first when
    /// they would, as with `unique`.
    pub disjoint: &'static [(&'static str, &'static str)],
    /// Values beside the id, with their pattern: `("arn", "arn:{partition}:ec2:{region}:{account}:vpc/{id}")`. Those
    /// whose pattern mints (`{hex8}`, `{ipv4}`) are AWS's invention and read from it.
    pub outputs: &'static [(&'static str, &'static str)],
    /// How long it usually takes.
    pub timing: Timing,
    /// Whether and through which API it is tagged.
    pub tags: Tagging,
    /// AWS takes a client token on create: the same token answers the same resource.
    pub token: bool,
    /// Fields whose referent takes this resource along when it is deleted: no delete call is needed then.
    pub vanishes_with: &'static [&'static str],
    /// Fields that do not hold their referent: AWS lets it go while this still names it.
    pub loose: &'static [&'static str],
    /// Fields whose referent must be ready, not only created.
    pub awaits: &'static [&'static str],
    /// Fields that resources created by one call must agree in; empty when a call creates one.
    pub batch: &'static [&'static str],
    /// Fields that may stay empty: AWS chooses then, and what it chose is not drift.
    pub chosen: &'static [&'static str],
    /// Lists whose order means nothing.
    pub sets: &'static [&'static str],
    /// The API actions it uses.
    pub calls: Calls,
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
    /// They live in it, and it cannot go before them (a subnet).
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

/// Whether and through which API a kind is tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum EksResource {
    AccessEntry,
    Addon,
    Cluster,
    FargateProfile,
    NodeGroup,
}

impl Tagging {
    /// The service whose API tags it: resources of one service can share a call. Where ids say nothing of their kind,
    /// each kind stands for a service of its own.
    pub const fn service(&self) -> &'static str {
        match self {
            Self::None => "",
            Self::Ec2(_) => "ec2",
            Self::Eks(resource) => match resource {
                EksResource::AccessEntry => "eks access entries",
                EksResource::Addon => "eks add-ons",
                EksResource::Cluster => "eks clusters",
                EksResource::FargateProfile => "eks fargate profiles",
                EksResource::NodeGroup => "eks node groups",
            },
            Self::Certificate => "acm",
            Self::Elb => "elb",
            Self::HostedZone => "hosted zones",
            Self::HttpApi(pattern) | Self::RestApi(pattern) => pattern,
            Self::IamRole => "iam roles",
            Self::OidcProvider => "iam oidc providers",
            Self::Kms => "kms",
            Self::LogGroup => "logs",
        }
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
        disjoint: &[],
        outputs: &[],
        timing: Timing { create: 0, delete: 0 },
        tags: Tagging::None,
        token: false,
        vanishes_with: &[],
        loose: &[],
        awaits: &[],
        batch: &[],
        chosen: &[],
        sets: &[],
        calls: Calls { create: "", read: &[], update: &[], delete: "" },
        quota: None,
        strays: Strays::None,
    };

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
        account: &Account,
    ) -> String {
        pattern::fill(&mint.stamp(pattern), fields, None, Some(account))
    }

    /// Whether `text` fits the pattern of identities, where that pattern mints.
    pub fn mints(&self, text: &str) -> bool {
        pattern::mints(self.id) && pattern::matches(self.id, text)
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

    /// `fields` in their normal form: lists whose order means nothing are sorted. Two resources are equal if their
    /// normal forms are.
    pub fn normal(&self, mut fields: Value) -> Value {
        for set in self.sets {
            if let Some(Value::Array(items)) = fields.get_mut(set) {
                items.sort_by_cached_key(Value::to_string);
                items.dedup();
            }
        }
        fields
    }
}
