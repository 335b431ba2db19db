"""Fargate profiles."""

from moto.core.utils import utcnow

from eks import access, network
from eks.service import Thing, check_tags, in_use, invalid, missing, operation, page, unique

SERVICE = "eks-fargate-pods.amazonaws.com"


def _profile(world, given):
    cluster, name = world.cluster(given["clusterName"]), given["fargateProfileName"]
    if name not in cluster.fargate:
        missing(f"No Fargate Profile found with name: {name}.", clusterName=cluster.name, fargateProfileName=name)
    return cluster, cluster.fargate[name]


@operation
def create_fargate_profile(world, given):
    cluster, name = world.cluster(given["clusterName"]), given["fargateProfileName"]
    role, selectors = given["podExecutionRoleArn"], given.get("selectors", [])
    if name in cluster.fargate:
        in_use("A Fargate Profile already exists with this name in this cluster.")
    if not selectors:
        invalid("Fargate Profile requires at least one selector.", fargateProfileName=name)
    for selector in selectors:
        if not selector.get("namespace"):
            invalid("Fargate Profile must have at least one selector with at least one namespace value.")
        if len(selector.get("labels", {})) > 5:
            invalid("Request contains Selector with more than 5 Label pairs")
    if len(selectors) > 5:
        invalid("Request contains more than 5 Selectors")
    if world.trusted(role, SERVICE) is None:
        invalid(f"Misconfigured PodExecutionRole Trust Policy; Please add the {SERVICE} Service Principal")
    # AWS takes private subnets only.
    vpc = cluster.described["resourcesVpcConfig"]
    ids = given.get("subnets") or vpc["subnetIds"]
    for subnet in network.check_subnets(world, ids, vpc["vpcId"]):
        if not network.is_private(world, subnet):
            invalid(f"Subnet {subnet.id} provided in Fargate Profile is not a private subnet", fargateProfileName=name)
    profile = Thing(
        fargateProfileName=name,
        fargateProfileArn=world.arn("fargateprofile", cluster.name, name, unique()),
        clusterName=cluster.name,
        createdAt=utcnow(),
        podExecutionRoleArn=role,
        subnets=ids,
        selectors=selectors,
        status="ACTIVE",
        tags=check_tags(given.get("tags")),
        health={"issues": []},
    )
    cluster.fargate[name] = profile
    access.admit_nodes(world, cluster, role, "FARGATE_LINUX")
    return {"fargateProfile": profile.described}


@operation
def describe_fargate_profile(world, given):
    return {"fargateProfile": _profile(world, given)[1].described}


@operation
def list_fargate_profiles(world, given):
    return page(given, "fargateProfileNames", sorted(world.cluster(given["clusterName"]).fargate))


@operation
def delete_fargate_profile(world, given):
    cluster, profile = _profile(world, given)
    del cluster.fargate[given["fargateProfileName"]]
    access.dismiss_nodes(cluster, profile.described["podExecutionRoleArn"])
    return {"fargateProfile": {**profile.described, "status": "DELETING"}}
