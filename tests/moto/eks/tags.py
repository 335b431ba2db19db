"""Tags of all objects of EKS."""

from eks.service import Refused, operation

MAX_TAGS = 50
CHILDREN = {
    "eks_nodegroup": "nodegroups",
    "eks_addon": "addons",
    "eks_access_entry": "entries",
    "eks_pod_identity_association": "associations",
    "eks_fargate_profile": "fargate",
}
KINDS = ("eks_cluster", *CHILDREN)


def things(clusters):
    """(kind, object) of everything in the clusters of a region."""
    for cluster in clusters.values():
        yield "eks_cluster", cluster
        for kind, children in CHILDREN.items():
            for child in getattr(cluster, children).values():
                yield kind, child


ARNS = ("arn", "nodegroupArn", "addonArn", "accessEntryArn", "associationArn", "fargateProfileArn")


def _arn(thing):
    return next(thing.described[key] for key in ARNS if key in thing.described)


def _tags(world, given):
    for _, thing in things(world.clusters):
        if _arn(thing) == given["resourceArn"]:
            return thing.described["tags"]
    raise Refused("NotFoundException", f"Resource was not found: {given['resourceArn']}")


@operation
def tag_resource(world, given):
    tags = _tags(world, given)
    if any(key.lower().startswith("aws:") for key in given["tags"]):
        raise Refused("BadRequestException", "Tag keys cannot start with the reserved prefix aws:")
    if len({**tags, **given["tags"]}) > MAX_TAGS:
        raise Refused("BadRequestException", f"A resource has at most {MAX_TAGS} tags")
    tags.update(given["tags"])
    return {}


@operation
def untag_resource(world, given):
    tags = _tags(world, given)
    for key in given["tagKeys"]:
        tags.pop(key, None)
    return {}


@operation
def list_tags_for_resource(world, given):
    return {"tags": _tags(world, given)}
