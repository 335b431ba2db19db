"""Access entries: which principals may use the Kubernetes API, and their access policies."""

import re

from moto.core.utils import utcnow

from eks import catalogue
from eks.service import Thing, check_tags, in_use, invalid, missing, operation, page, unique, wrong

PRINCIPAL = re.compile(r"arn:[^:]+:iam::(\d{12}):(role|user)/(.+)")
TYPES = ("STANDARD", "FARGATE_LINUX", "EC2_LINUX", "EC2_WINDOWS", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")


class Entry(Thing):
    def __init__(self, **described):
        super().__init__(**described)
        self.policies = {}


def enabled(cluster):
    return cluster.described["accessConfig"]["authenticationMode"] != "CONFIG_MAP"


def _cluster(world, given):
    cluster = world.cluster(given["clusterName"])
    if not enabled(cluster):
        wrong(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this "
            "operation.",
            clusterName=cluster.name,
        )
    return cluster


def _entry(world, given):
    cluster, principal = _cluster(world, given), given["principalArn"]
    if principal not in cluster.entries:
        missing(
            "The specified principalArn could not be found. You can view your available access entries with "
            "'list-access-entries'."
        )
    return cluster.entries[principal]


def _policy(world, arn):
    prefix = f"arn:{world.partition}:eks::aws:cluster-access-policy/"
    if arn.removeprefix(prefix) not in catalogue.ACCESS_POLICIES:
        invalid("The specified policyArn is not valid")
    return arn


def _add(world, cluster, principal, kind="STANDARD", given=None):
    given = given or {}
    account, what, path = PRINCIPAL.fullmatch(principal).groups()
    name = path.rpartition("/")[2]
    username, groups = principal, []
    if what == "role":
        username = f"arn:{world.partition}:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"
    if kind in ("EC2_LINUX", "FARGATE_LINUX"):
        username = "system:node:{{EC2PrivateDNSName}}" if kind == "EC2_LINUX" else "system:node:{{SessionName}}"
        groups = ["system:nodes"] + (["system:node-proxier"] if kind == "FARGATE_LINUX" else [])
    entry = Entry(
        clusterName=cluster.name,
        principalArn=principal,
        kubernetesGroups=given.get("kubernetesGroups", groups),
        accessEntryArn=world.arn("access-entry", cluster.name, what, account, name, unique()),
        createdAt=utcnow(),
        modifiedAt=utcnow(),
        tags=check_tags(given.get("tags")),
        username=given.get("username", username),
        type=kind,
    )
    cluster.entries[principal] = entry
    return entry


def bootstrap(world, cluster):
    """Makes the creator of a cluster its administrator."""
    entry = _add(world, cluster, world.caller())
    entry.by_aws = True
    policy = f"arn:{world.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    _associate(entry, policy, {"type": "cluster", "namespaces": []})


def admit_nodes(world, cluster, role, kind):
    """EKS makes the entry that nodes join with, if there is none."""
    if enabled(cluster) and role not in cluster.entries:
        _add(world, cluster, role, kind).by_aws = True


def dismiss_nodes(cluster, role):
    """And takes it away with the last nodes of that role."""
    things = [*cluster.nodegroups.values(), *cluster.fargate.values()]
    used = {thing.described.get("nodeRole") or thing.described.get("podExecutionRoleArn") for thing in things}
    if role not in used and role in cluster.entries and cluster.entries[role].by_aws:
        del cluster.entries[role]


@operation
def create_access_entry(world, given):
    cluster, principal = _cluster(world, given), given["principalArn"]
    match, kind = PRINCIPAL.fullmatch(principal), given.get("type", "STANDARD")
    if not match:
        invalid("The principalArn parameter format is not valid")
    if match[3].startswith("aws-service-role/"):
        invalid(
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
        )
    users = [user.arn for user in world.iam.users.values()] + [world.caller()]
    # AWS looks the principal up; those of other accounts are taken on trust here.
    if match[1] == world.account and world.role(principal) is None and principal not in users:
        invalid("The specified principalArn is invalid: invalid principal.")
    if principal in cluster.entries:
        in_use("The specified access entry resource is already in use on this cluster.", clusterName=cluster.name)
    if kind not in TYPES:
        invalid("The specified type is not valid")
    _check_names(kind, given)
    return {"accessEntry": _add(world, cluster, principal, kind, given).described}


def _check_names(kind, given):
    if kind != "STANDARD" and (given.get("kubernetesGroups") or given.get("username")):
        invalid(f"The kubernetesGroups and username parameters cannot be given for the type {kind}")
    for group in given.get("kubernetesGroups", []):
        if group.startswith("system:"):
            invalid(f"The kubernetes group name {group} is invalid, it cannot start with system:")


@operation
def describe_access_entry(world, given):
    return {"accessEntry": _entry(world, given).described}


@operation
def list_access_entries(world, given):
    policy = given.get("associatedPolicyArn")
    entries = _cluster(world, given).entries
    return page(given, "accessEntries", sorted(p for p, e in entries.items() if not policy or policy in e.policies))


@operation
def update_access_entry(world, given):
    entry = _entry(world, given)
    _check_names(entry.described["type"], given)
    entry.described.update({key: given[key] for key in ("kubernetesGroups", "username") if key in given})
    entry.touch()
    return {"accessEntry": entry.described}


@operation
def delete_access_entry(world, given):
    _entry(world, given)
    del world.cluster(given["clusterName"]).entries[given["principalArn"]]
    return {}


# --- access policies -------------------------------------------------------------------------


def _associate(entry, policy, scope):
    now = utcnow()
    since = entry.policies.get(policy, {}).get("associatedAt", now)
    entry.policies[policy] = {
        "policyArn": policy,
        "accessScope": {"type": scope["type"], "namespaces": scope.get("namespaces", [])},
        "associatedAt": since,
        "modifiedAt": now,
    }
    return entry.policies[policy]


# AWS takes a policy that is associated already, and gives it the new scope.
@operation
def associate_access_policy(world, given):
    entry, scope = _entry(world, given), given["accessScope"]
    policy = _policy(world, given["policyArn"])
    if entry.described["type"] not in ("STANDARD", "EC2"):
        wrong(f"Access policies cannot be associated with an access entry of the type {entry.described['type']}")
    if ("namespaces" in scope and bool(scope["namespaces"])) != (scope.get("type") == "namespace"):
        invalid("The namespaces parameter is for the scope type namespace, which needs it")
    return {
        "clusterName": given["clusterName"],
        "principalArn": given["principalArn"],
        "associatedAccessPolicy": _associate(entry, policy, scope),
    }


@operation
def disassociate_access_policy(world, given):
    entry = _entry(world, given)
    if entry.policies.pop(given["policyArn"], None) is None:
        missing("The specified policyArn is not associated with the access entry")
    return {}


@operation
def list_associated_access_policies(world, given):
    policies = list(_entry(world, given).policies.values())
    names = {key: given[key] for key in ("clusterName", "principalArn")}
    return {**names, **page(given, "associatedAccessPolicies", policies)}


@operation
def list_access_policies(world, given):
    prefix = f"arn:{world.partition}:eks::aws:cluster-access-policy/"
    return page(given, "accessPolicies", [{"name": n, "arn": prefix + n} for n in catalogue.ACCESS_POLICIES])
