"""Clusters."""

import base64
import ipaddress

from moto.core.utils import utcnow

from eks import access, catalogue, encryption, network, updates
from eks.service import Thing, check_tags, digest, in_use, invalid, missing, operation, page, unique, wrong

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")  # only ever changed to one further right
PRIVATE = [
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]


class Cluster(Thing):
    def __init__(self, **described):
        super().__init__(**described)
        self.nodegroups, self.fargate, self.addons = {}, {}, {}
        self.entries, self.associations = {}, {}

    @property
    def has_nodes(self):
        return bool(self.nodegroups or self.fargate)

    @property
    def name(self):
        return self.described["name"]

    def nodegroup(self, name):
        if name not in self.nodegroups:
            missing(f"No node group found for name: {name}.", clusterName=self.name, nodegroupName=name)
        return self.nodegroups[name]

    def addon(self, name):
        if name not in self.addons:
            missing(f"No addon: {name} found in cluster: {self.name}", clusterName=self.name, addonName=name)
        return self.addons[name]


@operation
def create_cluster(world, given):
    name, vpc = given["name"], given["resourcesVpcConfig"]
    if name in world.clusters:
        in_use(f"Cluster already exists with name: {name}", clusterName=name)
    if world.trusted(given["roleArn"], "eks.amazonaws.com") is None:
        invalid(
            f"Role with arn: {given['roleArn']}, could not be assumed because it does not exist or the trusted "
            "entity is not correct",
            clusterName=name,
        )
    version = given.get("version", catalogue.DEFAULT)
    if version not in catalogue.KUBERNETES:
        invalid(f"unsupported Kubernetes version {version}", clusterName=name)
    subnets = network.check_cluster_subnets(world, vpc.get("subnetIds", []))
    vpc_id = subnets[0].vpc_id
    network.check_groups(world, vpc.get("securityGroupIds", []), vpc_id)
    encryption.check(world, given.get("encryptionConfig", []))
    tags, endpoints = check_tags(given.get("tags")), _endpoints(vpc, {})

    asked = given.get("accessConfig", {})
    identity = digest(f"{world.account} {world.region} {name} {unique()}", 32).upper()
    host = f"oidc.eks.{world.region}.{world.domain}"
    cluster = Cluster(
        name=name,
        arn=world.arn("cluster", name),
        createdAt=utcnow(),
        version=version,
        platformVersion=catalogue.KUBERNETES[version][3],
        endpoint=f"https://{identity}.gr7.{world.region}.eks.{world.domain}",
        roleArn=given["roleArn"],
        resourcesVpcConfig={
            "subnetIds": vpc["subnetIds"],
            "securityGroupIds": vpc.get("securityGroupIds", []),
            "clusterSecurityGroupId": network.make_group(world, name, vpc_id),
            "vpcId": vpc_id,
            **endpoints,
        },
        kubernetesNetworkConfig=_services(world, vpc_id, given.get("kubernetesNetworkConfig", {})),
        logging=_logging(given.get("logging", {}), {}),
        identity={"oidc": {"issuer": f"https://{host}/id/{identity}"}},
        status="ACTIVE",
        certificateAuthority={"data": base64.b64encode(_certificate(identity)).decode()},
        tags=tags,
        encryptionConfig=given.get("encryptionConfig") or None,
        health={"issues": []},
        # AWS does not tell afterwards whether the creator was made an administrator.
        accessConfig={"authenticationMode": asked.get("authenticationMode", "CONFIG_MAP")},
        upgradePolicy={"supportType": given.get("upgradePolicy", {}).get("supportType", "EXTENDED")},
        zonalShiftConfig={"enabled": given.get("zonalShiftConfig", {}).get("enabled", False)},
        remoteNetworkConfig=given.get("remoteNetworkConfig"),
        computeConfig={"enabled": False, **given.get("computeConfig", {})},
        storageConfig={"blockStorage": given.get("storageConfig", {}).get("blockStorage", {"enabled": False})},
        deletionProtection=given.get("deletionProtection", False),
        controlPlaneScalingConfig=given.get("controlPlaneScalingConfig", {"tier": "standard"}),
    )
    world.clusters[name] = cluster
    network.place(world, cluster)
    _log(world, cluster)
    if asked.get("bootstrapClusterCreatorAdminPermissions", True) and access.enabled(cluster):
        access.bootstrap(world, cluster)
    return {"cluster": cluster.described}


def _certificate(text):
    return f"-----BEGIN CERTIFICATE-----\n{digest(text, 64)}\n-----END CERTIFICATE-----\n".encode()


def _endpoints(given, present):
    shown = {
        "endpointPublicAccess": given.get("endpointPublicAccess", present.get("endpointPublicAccess", True)),
        "endpointPrivateAccess": given.get("endpointPrivateAccess", present.get("endpointPrivateAccess", False)),
        "publicAccessCidrs": given.get("publicAccessCidrs") or present.get("publicAccessCidrs", ["0.0.0.0/0"]),
    }
    if not (shown["endpointPublicAccess"] or shown["endpointPrivateAccess"]):
        invalid("Private and public endpoint access cannot both be false")
    for block in shown["publicAccessCidrs"]:
        try:
            addresses = ipaddress.ip_network(block)
        except ValueError:
            invalid(f"The following CIDRs are invalid in publicAccessCidrs: [{block}]")
        if any(addresses.version == 4 and addresses.subnet_of(private) for private in PRIVATE):
            invalid(f"The following CIDRs are not allowed in publicAccessCidrs: [{block}]")
    return shown


def _services(world, vpc_id, given):
    ten = world.ec2.get_vpc(vpc_id).cidr_block.startswith("10.")
    shown = {"ipFamily": given.get("ipFamily", "ipv4"), "elasticLoadBalancing": {"enabled": False}}
    if shown["ipFamily"] == "ipv6":
        if "serviceIpv4Cidr" in given:
            invalid("serviceIpv4Cidr cannot be specified with the ipFamily ipv6")
        shown["serviceIpv6Cidr"] = f"fd{digest(vpc_id, 2)}:{digest(vpc_id, 4)}:{digest(vpc_id[::-1], 4)}::/108"
    else:
        shown["serviceIpv4Cidr"] = given.get("serviceIpv4Cidr", "172.20.0.0/16" if ten else "10.100.0.0/16")
    return {**shown, **{key: given[key] for key in ("elasticLoadBalancing",) if key in given}}


def _on(logging):
    return [kind for setup in logging.get("clusterLogging", []) if setup["enabled"] for kind in setup["types"]]


def _logging(given, present):
    """All five kinds: those that are on, then those that are off. Kinds not named stay as they are."""
    on = set(_on(present))
    for setup in given.get("clusterLogging", []):
        types = set(setup.get("types", []))
        on = on | types if setup.get("enabled") else on - types
    setups = [([kind for kind in LOGS if (kind in on) == enabled], enabled) for enabled in (True, False)]
    return {"clusterLogging": [{"types": kinds, "enabled": enabled} for kinds, enabled in setups if kinds]}


def _log(world, cluster):
    """EKS makes the log group of a cluster that logs, if there is none."""
    group = f"/aws/eks/{cluster.name}/cluster"
    if _on(cluster.described["logging"]) and group not in world.logs.groups:
        world.logs.create_log_group(group, {})


@operation
def describe_cluster(world, given):
    return {"cluster": world.cluster(given["name"]).described}


@operation
def list_clusters(world, given):
    return page(given, "clusters", sorted(world.clusters))


# Add-ons, access entries and pod identity associations go with their cluster; nodes do not.
@operation
def delete_cluster(world, given):
    cluster = world.cluster(given["name"])
    name = cluster.name
    if cluster.described["deletionProtection"]:
        wrong(f"Cluster {name} has deletion protection enabled. Disable it to delete the cluster.", clusterName=name)
    if cluster.nodegroups:
        in_use("Cluster has nodegroups attached", clusterName=name, nodegroupName=",".join(cluster.nodegroups))
    if cluster.fargate:
        in_use("Cluster has Fargate profiles attached", clusterName=name)
    network.remove(world, cluster)
    _log(world, cluster)  # the last lines of its logs bring a group back that was deleted before
    del world.clusters[name]
    return {"cluster": {**cluster.described, "status": "DELETING"}}


# --- changes ---------------------------------------------------------------------------------

ENDPOINTS = ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
PLACES = ("subnetIds", "securityGroupIds")


# AWS changes one thing a call, and refuses to change what is as asked already.
@operation
def update_cluster_config(world, given):
    cluster = world.cluster(given["name"])
    vpc = given.get("resourcesVpcConfig", {})
    asked = [key for key in CHANGES if key in given]
    if any(key in vpc for key in ENDPOINTS):
        asked.append("endpoints")
    if any(key in vpc for key in PLACES):
        asked.append("places")
    if {"computeConfig", "storageConfig", "kubernetesNetworkConfig"} >= set(asked) and asked:
        asked = ["computeConfig"]  # Auto Mode is switched by all three together
    if not asked:
        invalid("No configuration to update was given", clusterName=cluster.name)
    if len(asked) > 1:
        invalid("Only one type of update can be allowed.", clusterName=cluster.name)
    return {"endpoints": _change_endpoints, "places": _change_places, **CHANGES}[asked[0]](world, cluster, given)


def _change_endpoints(world, cluster, given):
    present = cluster.described["resourcesVpcConfig"]
    wanted = _endpoints(given["resourcesVpcConfig"], present)
    if all(present[key] == value for key, value in wanted.items()):
        invalid(
            "Cluster is already at the desired configuration with "
            f"endpointPrivateAccess: {str(present['endpointPrivateAccess']).lower()} , "
            f"endpointPublicAccess: {str(present['endpointPublicAccess']).lower()}, and "
            f"Public Endpoint Restrictions: [{', '.join(present['publicAccessCidrs'])}]",
            clusterName=cluster.name,
        )
    present.update(wanted)
    return updates.record(
        cluster,
        "EndpointAccessUpdate",
        EndpointPublicAccess=wanted["endpointPublicAccess"],
        EndpointPrivateAccess=wanted["endpointPrivateAccess"],
        PublicAccessCidrs=wanted["publicAccessCidrs"],
    )


def _change_places(world, cluster, given):
    present, asked = cluster.described["resourcesVpcConfig"], given["resourcesVpcConfig"]
    wanted = {key: asked.get(key, present[key]) for key in PLACES}
    network.check_cluster_subnets(world, wanted["subnetIds"], present["vpcId"])
    network.check_groups(world, wanted["securityGroupIds"], present["vpcId"])
    if all(sorted(present[key]) == sorted(value) for key, value in wanted.items()):
        invalid("Cluster subnets and security groups are already at the desired configuration")
    present.update(wanted)
    network.place(world, cluster)
    return updates.record(
        cluster, "VpcConfigUpdate", Subnets=asked.get("subnetIds"), SecurityGroups=asked.get("securityGroupIds")
    )


def _change_logging(world, cluster, given):
    wanted = _logging(given["logging"], cluster.described["logging"])
    if wanted == cluster.described["logging"]:
        invalid("No changes needed for the logging config provided", clusterName=cluster.name)
    cluster.described["logging"] = wanted
    _log(world, cluster)
    return updates.record(cluster, "LoggingUpdate", ClusterLogging=given["logging"]["clusterLogging"])


def _change_access(world, cluster, given):
    present, wanted = cluster.described["accessConfig"], given["accessConfig"].get("authenticationMode")
    old = present["authenticationMode"]
    if wanted is None or MODES.index(wanted) <= MODES.index(old):
        invalid(f"Unsupported authentication mode update from {old} to {wanted}", clusterName=cluster.name)
    present["authenticationMode"] = wanted
    return updates.record(cluster, "AccessConfigUpdate", AuthenticationMode=wanted)


def _change_protection(world, cluster, given):
    cluster.described["deletionProtection"] = given["deletionProtection"]
    return updates.record(cluster, "DeletionProtectionUpdate", DeletionProtection=given["deletionProtection"])


def _change(key, kind, param):
    def change(world, cluster, given):
        cluster.described[key] = {**cluster.described.get(key, {}), **given[key]}
        return updates.record(cluster, kind, **{param: given[key]})

    return change


def _change_auto_mode(world, cluster, given):
    params = {}
    for key in ("computeConfig", "storageConfig", "kubernetesNetworkConfig"):
        if key in given:
            cluster.described[key] = {**cluster.described[key], **given[key]}
            params[key[0].upper() + key[1:]] = given[key]
    return updates.record(cluster, "AutoModeUpdate", **params)


CHANGES = {
    "logging": _change_logging,
    "accessConfig": _change_access,
    "upgradePolicy": _change("upgradePolicy", "UpgradePolicyUpdate", "UpgradePolicy"),
    "zonalShiftConfig": _change("zonalShiftConfig", "ZonalShiftConfigUpdate", "ZonalShiftConfig"),
    "deletionProtection": _change_protection,
    "remoteNetworkConfig": _change("remoteNetworkConfig", "RemoteNetworkConfigUpdate", "RemoteNetworkConfig"),
    "controlPlaneScalingConfig": _change(
        "controlPlaneScalingConfig", "ControlPlaneScalingConfigUpdate", "UpdatedTier"
    ),
    "computeConfig": _change_auto_mode,
    "storageConfig": _change_auto_mode,
    "kubernetesNetworkConfig": _change_auto_mode,
}
