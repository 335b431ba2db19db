"""Pod identity associations: the roles of service accounts."""

from moto.core.utils import utcnow

from eks.service import Thing, check_tags, digest, in_use, invalid, missing, operation, page, unique, wrong

SERVICE = "pods.eks.amazonaws.com"
SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


def _check_role(world, arn):
    if world.role(arn) is None:
        invalid("Role provided in the request does not exist.")
    if world.trusted(arn, SERVICE) is None:
        invalid(f"Trust policy of the role does not allow the service principal {SERVICE}")


def _add(world, cluster, namespace, account, role, **given):
    for other in cluster.associations.values():
        if (other.described["namespace"], other.described["serviceAccount"]) == (namespace, account):
            in_use(f"Association already exists: {other.described['associationId']}", clusterName=cluster.name)
    identity = f"a-{digest(unique(), 17)}"
    target = given.get("targetRoleArn")
    association = Thing(
        clusterName=cluster.name,
        namespace=namespace,
        serviceAccount=account,
        roleArn=role,
        associationArn=world.arn("podidentityassociation", cluster.name, identity),
        associationId=identity,
        tags=check_tags(given.get("tags")),
        createdAt=utcnow(),
        modifiedAt=utcnow(),
        ownerArn=given.get("ownerArn"),
        disableSessionTags=given.get("disableSessionTags", False),
        targetRoleArn=target,
        externalId=f"{world.region}/{world.account}/{cluster.name}/{namespace}/{account}" if target else None,
        policy=given.get("policy"),
    )
    cluster.associations[identity] = association
    return association


def _association(world, given):
    cluster, identity = world.cluster(given["clusterName"]), given["associationId"]
    if identity not in cluster.associations:
        missing(f"Pod identity association {identity} not found", clusterName=cluster.name)
    return cluster.associations[identity]


def _check_own(association):
    if "ownerArn" in association.described:
        wrong(f"The association is owned by {association.described['ownerArn']}")


@operation
def create_pod_identity_association(world, given):
    cluster = world.cluster(given["clusterName"])
    _check_role(world, given["roleArn"])
    more = {key: given[key] for key in ("tags", "disableSessionTags", "targetRoleArn", "policy") if key in given}
    added = _add(world, cluster, given["namespace"], given["serviceAccount"], given["roleArn"], **more)
    return {"association": added.described}


@operation
def describe_pod_identity_association(world, given):
    return {"association": _association(world, given).described}


@operation
def list_pod_identity_associations(world, given):
    found = [
        {key: thing.described[key] for key in SUMMARY if key in thing.described}
        for thing in world.cluster(given["clusterName"]).associations.values()
        if all(thing.described[key] == given.get(key, thing.described[key]) for key in ("namespace", "serviceAccount"))
    ]
    return page(given, "associations", found)


@operation
def update_pod_identity_association(world, given):
    association = _association(world, given)
    _check_own(association)
    if "roleArn" in given:
        _check_role(world, given["roleArn"])
    changed = ("roleArn", "disableSessionTags", "targetRoleArn", "policy")
    association.described.update({key: given[key] for key in changed if key in given})
    association.touch()
    return {"association": association.described}


@operation
def delete_pod_identity_association(world, given):
    association = _association(world, given)
    _check_own(association)
    del world.cluster(given["clusterName"]).associations[given["associationId"]]
    return {"association": association.described}


# --- those of an add-on ----------------------------------------------------------------------


def check_owned(world, wanted):
    for entry in wanted:
        _check_role(world, entry["roleArn"])


def set_owned(world, cluster, addon, namespace, wanted):
    """Makes the associations of an add-on those that are wanted."""
    owner = addon.described["addonArn"]
    for identity in [i for i, thing in cluster.associations.items() if thing.described.get("ownerArn") == owner]:
        del cluster.associations[identity]
    made = [_add(world, cluster, namespace, w["serviceAccount"], w["roleArn"], ownerArn=owner) for w in wanted]
    for association in made:
        association.by_aws = True
    addon.described["podIdentityAssociations"] = [thing.described["associationArn"] for thing in made]
    if not made:
        del addon.described["podIdentityAssociations"]
