"""Updates: the receipts of changes. Here each is Successful at once."""

import json

from moto.core.utils import utcnow

from eks.service import missing, operation, page, unique


def record(thing, kind, **params):
    """Notes an update of an object and answers it."""
    update = {
        "id": unique(),
        "status": "Successful",
        "type": kind,
        "params": [{"type": name, "value": _text(value)} for name, value in params.items() if value is not None],
        "createdAt": utcnow(),
        "errors": [],
    }
    thing.updates[update["id"]] = update
    return {"update": update}


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _of(world, given):
    """The object whose updates a call is about."""
    cluster = world.cluster(given["name"])
    if "nodegroupName" in given:
        return cluster.nodegroup(given["nodegroupName"])
    if "addonName" in given:
        return cluster.addon(given["addonName"])
    return cluster


@operation
def describe_update(world, given):
    updates = _of(world, given).updates
    if given["updateId"] not in updates:
        missing(f"No update found for id: {given['updateId']}")
    return {"update": updates[given["updateId"]]}


@operation
def list_updates(world, given):
    return page(given, "updateIds", list(_of(world, given).updates))
