//! The registry: every kind eksnet knows, one word each.

use crate::{
    kinds::{Erased, Facts, erased::Typed},
    model::{Address, Diagnostic},
};

macro_rules! kinds {
    ($($kind:ident),+ $(,)?) => {
        static KINDS: &[&dyn Erased] = &[$(&Typed::<crate::kinds::$kind>::new()),+];
    };
}

kinds! {
    AccessEntry,
    Addon,
    ApiDomainName,
    ApiMapping,
    Certificate,
    Cluster,
    EgressOnlyInternetGateway,
    Eip,
    FargateProfile,
    FlowLog,
    GatewayEndpoint,
    HostedZone,
    HttpApi,
    HttpAuthorizer,
    HttpIntegration,
    HttpRoute,
    HttpStage,
    InterfaceEndpoint,
    InternetGateway,
    InternetGatewayAttachment,
    KmsKey,
    LaunchTemplate,
    Listener,
    ListenerCertificate,
    ListenerRule,
    LoadBalancer,
    LogGroup,
    NatGateway,
    NodeGroup,
    OidcProvider,
    PodIdentityAssociation,
    Record,
    RestApi,
    RestDeployment,
    RestMethod,
    RestResource,
    RestStage,
    RestVpcLink,
    Role,
    RolePolicy,
    RolePolicyAttachment,
    Route,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    TargetGroup,
    TargetGroupAttachment,
    Vpc,
    VpcCidrBlock,
    VpcIpv6Block,
    VpcLink,
}

/// Every kind, in alphabetical order of their names.
pub fn all() -> &'static [&'static dyn Erased] {
    KINDS
}

/// The kind called `name`.
pub fn get(name: &str) -> Option<&'static dyn Erased> {
    KINDS.iter().copied().find(|kind| kind.facts().name == name)
}

/// The facts of the kind that the resource at `address` is of.
///
/// # Errors
/// A state that another version wrote holds a kind that this one does not know.
pub fn facts_at(address: &Address) -> Result<&'static Facts, Diagnostic> {
    get(address.kind()).map(|kind| kind.facts()).ok_or_else(|| {
        Diagnostic::error(format!(
            "{address} is of a kind that this version of eksnet does not know"
        ))
        .help("use the version that wrote the state")
    })
}
