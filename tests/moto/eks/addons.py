"""Add-ons."""

import yaml
from moto.core.utils import utcnow

from eks import catalogue, pods, updates
from eks.service import Thing, check_tags, in_use, invalid, operation, page, unique

NAMESPACES = {
    "amazon-cloudwatch-observability": "amazon-cloudwatch",
    "cert-manager": "cert-manager",
    "external-dns": "external-dns",
    "kube-state-metrics": "kube-state-metrics",
    "prometheus-node-exporter": "prometheus-node-exporter",
}


def _namespace(name):
    return NAMESPACES.get(name, "kube-system")


def _shown(cluster, addon):
    """The add-on, degraded if it is a Deployment and the cluster has nothing to run it on."""
    shown = addon.described
    if shown["addonName"] in catalogue.DEPLOYMENTS and not cluster.has_nodes:
        issue = {
            "code": "InsufficientNumberOfReplicas",
            "message": "The add-on is unhealthy because it doesn't have the desired number of replicas.",
            "resourceIds": [],
        }
        return {**shown, "status": "DEGRADED", "health": {"issues": [issue]}}
    return shown


def _check(world, cluster, name, given):
    if name not in catalogue.ADDONS:
        invalid(f"Addon {name} specified is not supported", clusterName=cluster.name, addonName=name)
    version = given.get("addonVersion")
    if version and version not in catalogue.addon_versions(name, cluster.described["version"]):
        invalid("Addon version specified is not supported", clusterName=cluster.name, addonName=name)
    role = given.get("serviceAccountRoleArn")
    if role and world.role(role) is None:
        invalid(f"The role {role} does not exist", clusterName=cluster.name, addonName=name)
    pods.check_owned(world, given.get("podIdentityAssociations", []))
    _check_configuration(name, given.get("configurationValues"))


def _check_configuration(name, text):
    try:
        values = yaml.safe_load(text or "{}")
    except yaml.YAMLError:
        values = None
    if not isinstance(values, dict):
        invalid("ConfigurationValue provided in request is not supported: not JSON or YAML of an object")
    # The schema of the VPC CNI wants texts, also of numbers and booleans.
    if name == "vpc-cni":
        settings = {**(values.get("env") or {}), "enableNetworkPolicy": values.get("enableNetworkPolicy", "")}
        for key, value in settings.items():
            if not isinstance(value, str):
                invalid(
                    "ConfigurationValue provided in request is not supported: Json schema validation failed with "
                    f"error: [$.{key}: {type(value).__name__} found, string expected]"
                )


@operation
def create_addon(world, given):
    cluster, name = world.cluster(given["clusterName"]), given["addonName"]
    if name in cluster.addons:
        in_use("Addon already exists.", clusterName=cluster.name, addonName=name)
    _check(world, cluster, name, given)
    addon = Thing(
        addonName=name,
        clusterName=cluster.name,
        status="ACTIVE",
        addonVersion=given.get("addonVersion") or catalogue.default_version(name, cluster.described["version"]),
        health={"issues": []},
        addonArn=world.arn("addon", cluster.name, name, unique()),
        createdAt=utcnow(),
        modifiedAt=utcnow(),
        serviceAccountRoleArn=given.get("serviceAccountRoleArn"),
        tags=check_tags(given.get("tags")),
        publisher="eks",
        owner="aws",
        configurationValues=given.get("configurationValues") or None,
        namespaceConfig=given.get("namespaceConfig"),
    )
    cluster.addons[name] = addon
    pods.set_owned(world, cluster, addon, _namespace(name), given.get("podIdentityAssociations", []))
    return {"addon": _shown(cluster, addon)}


@operation
def describe_addon(world, given):
    cluster = world.cluster(given["clusterName"])
    return {"addon": _shown(cluster, cluster.addon(given["addonName"]))}


@operation
def list_addons(world, given):
    return page(given, "addons", sorted(world.cluster(given["clusterName"]).addons))


# AWS: version, settings and associations that are not named stay; the role goes.
@operation
def update_addon(world, given):
    cluster, name = world.cluster(given["clusterName"]), given["addonName"]
    addon = cluster.addon(name)
    _check(world, cluster, name, given)
    shown = addon.described
    shown["addonVersion"] = given.get("addonVersion", shown["addonVersion"])
    for key, value in (
        ("serviceAccountRoleArn", given.get("serviceAccountRoleArn")),
        ("configurationValues", given.get("configurationValues", shown.get("configurationValues"))),
    ):
        shown.pop(key, None)
        if value:
            shown[key] = value
    if "podIdentityAssociations" in given:
        pods.set_owned(world, cluster, addon, _namespace(name), given["podIdentityAssociations"])
    addon.touch()
    return updates.record(
        addon,
        "AddonUpdate",
        AddonVersion=given.get("addonVersion"),
        ServiceAccountRoleArn=given.get("serviceAccountRoleArn"),
        ResolveConflicts=given.get("resolveConflicts"),
        ConfigurationValues=given.get("configurationValues"),
        PodIdentityAssociations=given.get("podIdentityAssociations"),
    )


@operation
def delete_addon(world, given):
    cluster = world.cluster(given["clusterName"])
    addon = cluster.addon(given["addonName"])
    pods.set_owned(world, cluster, addon, "", [])
    del cluster.addons[given["addonName"]]
    return {"addon": {**addon.described, "status": "DELETING"}}


@operation
def describe_addon_versions(world, given):
    kubernetes = [v for v in catalogue.KUBERNETES if v == given.get("kubernetesVersion", v)]
    shown = []
    for name, (kind, _) in catalogue.ADDONS.items():
        facts = {"types": kind, "publishers": "eks", "owners": "aws"}
        wanted = all(value in (given.get(key) or [value]) for key, value in facts.items())
        if wanted and given.get("addonName", name) == name:
            shown.append(_offered(name, kind, kubernetes))
    return page(given, "addons", [addon for addon in shown if addon["addonVersions"]])


def _offered(name, kind, kubernetes):
    runs_on = {}  # version of the add-on: what it is compatible with
    for cluster_version in kubernetes:
        default = catalogue.default_version(name, cluster_version)
        for version in catalogue.addon_versions(name, cluster_version):
            runs_on.setdefault(version, []).append(
                {
                    "clusterVersion": cluster_version,
                    "platformVersions": ["*"],
                    "defaultVersion": version == default,
                }
            )
    return {
        "addonName": name,
        "type": kind,
        "publisher": "eks",
        "owner": "aws",
        "defaultNamespace": _namespace(name),
        "addonVersions": [
            {
                "addonVersion": version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2", "fargate", "hybrid"] if name in catalogue.DEPLOYMENTS else ["ec2"],
                "compatibilities": compatibilities,
                "requiresConfiguration": False,
                "requiresIamPermissions": name.startswith(("vpc-cni", "aws-", "amazon-")),
            }
            for version, compatibilities in runs_on.items()
        ],
    }
