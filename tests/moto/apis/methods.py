"""Methods of REST APIs and what they are integrated with."""

import re

from apis.rest import resource
from apis.service import REST, Thing, bad, conflict, known, operation

VERBS = {"ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
AUTHORIZATION = {"NONE", "AWS_IAM"}


def method(world, given):
    found = resource(world.rest(given["restApiId"]), given["resourceId"])
    return known(found.methods, given["httpMethod"], "Invalid Method identifier specified")


@operation(REST)
def put_method(world, given):
    found, verb = resource(world.rest(given["restApiId"]), given["resourceId"]), given["httpMethod"]
    if verb not in VERBS:
        bad(f"Invalid HTTP method specified: {verb}")
    if verb in found.methods:
        conflict("Method already exists for this resource")
    _check(given["authorizationType"])
    described = {
        "httpMethod": verb,
        "authorizationType": given["authorizationType"],
        "apiKeyRequired": given.get("apiKeyRequired", False),
        "requestParameters": given.get("requestParameters") or None,
    }
    found.methods[verb] = Thing(described)
    return found.methods[verb].described


def _check(authorization):
    if authorization not in AUTHORIZATION:
        bad(f"Invalid authorization type specified: {authorization}")


@operation(REST)
def get_method(world, given):
    return method(world, given).described


@operation(REST)
def update_method(world, given):
    found = method(world, given)
    for patch in given.get("patchOperations", []):
        if (patch["op"], patch["path"]) != ("replace", "/authorizationType"):
            bad(f"Invalid patch path {patch['path']}")
        _check(patch["value"])
        found.described["authorizationType"] = patch["value"]
    return found.described


@operation(REST)
def delete_method(world, given):
    method(world, given)
    del resource(world.rest(given["restApiId"]), given["resourceId"]).methods[given["httpMethod"]]
    return {}


@operation(REST)
def put_integration(world, given):
    found = method(world, given)
    if given["type"] != "HTTP_PROXY" or given.get("connectionType") != "VPC_LINK":
        bad("Only private proxy integrations are here")
    if given.get("integrationHttpMethod") not in VERBS:
        bad("Enumeration value for HttpMethod must be non-empty")
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", given.get("uri", "")):
        bad("Invalid HTTP endpoint specified for URI")
    link_id, target = given.get("connectionId"), given.get("integrationTarget")
    if link_id in world.store.links:
        if not target:
            bad("integrationTarget is required for a VPC link V2")
    elif link_id not in world.store.rest_links:
        bad(f"Invalid VPC link identifier specified: {link_id}")
    elif target:
        bad("integrationTarget is for VPC links V2")
    if not 50 <= given.get("timeoutInMillis", 29000) <= 29000:
        bad("Timeout should be between 50 ms and 29000 ms")
    declared = found.described.get("requestParameters", {})
    for value in given.get("requestParameters", {}).values():
        if value.startswith("method.") and value not in declared:
            bad(f"Invalid mapping expression specified: Invalid mapping expression parameter specified: {value}")
    described = {
        "type": given["type"],
        "httpMethod": given["integrationHttpMethod"],
        "uri": given["uri"],
        "connectionType": "VPC_LINK",
        "connectionId": link_id,
        "requestParameters": given.get("requestParameters") or None,
        "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": given.get("timeoutInMillis", 29000),
        "cacheNamespace": given["resourceId"],
        "cacheKeyParameters": [],
        "integrationTarget": target,
    }
    found.described["methodIntegration"] = Thing(described).described
    return found.described["methodIntegration"]


@operation(REST)
def get_integration(world, given):
    found = method(world, given).described
    return known(found, "methodIntegration", "Invalid Integration identifier specified")


@operation(REST)
def delete_integration(world, given):
    known(method(world, given).described, "methodIntegration", "Invalid Integration identifier specified")
    del method(world, given).described["methodIntegration"]
    return {}
