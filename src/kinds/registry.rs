//! The registry: every kind eksnet knows, one word each.

use crate::kinds::{Erased, erased::Typed};

macro_rules! kinds {
    ($($kind:ident),+ $(,)?) => {
        static KINDS: &[&dyn Erased] = &[$(&Typed::<crate::kinds::$kind>::new()),+];
    };
}

kinds! {
    AccessEntry,
    Addon,
    Cluster,
    EgressOnlyInternetGateway,
    Eip,
    FargateProfile,
    FlowLog,
    GatewayEndpoint,
    InterfaceEndpoint,
    InternetGateway,
    InternetGatewayAttachment,
    KmsKey,
    LaunchTemplate,
    LogGroup,
    NatGateway,
    NodeGroup,
    OidcProvider,
    Role,
    RolePolicy,
    RolePolicyAttachment,
    Route,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    Vpc,
    VpcCidrBlock,
    VpcIpv6Block,
}

/// Every kind, in alphabetical order of their names.
pub fn all() -> &'static [&'static dyn Erased] {
    KINDS
}

/// The kind called `name`.
pub fn get(name: &str) -> Option<&'static dyn Erased> {
    KINDS.iter().copied().find(|kind| kind.facts().name == name)
}
