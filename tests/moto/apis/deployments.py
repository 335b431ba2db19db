"""Deployments of REST APIs, and the stages that show them."""

import re

from apis.domains import mappings_to
from apis.service import REST, Thing, bad, check_tags, conflict, known, new_id, now, operation, rest_page

SETTING = re.compile(r"/((?:\*|~1[^/]*)/(?:\*|[A-Z]+))(?:/throttling/(rateLimit|burstLimit))?")
SETTINGS = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


def deployment(api, deployment_id):
    return known(api.deployments, deployment_id, "Invalid Deployment identifier specified")


@operation(REST)
def create_deployment(world, given):
    api = world.rest(given["restApiId"])
    if "stageName" in given:
        bad("A stage is made by a call of its own here")
    every = [(it.described["path"], verb, m.described) for it in api.resources.values() for verb, m in it.methods.items()]
    if not every:
        bad("The REST API doesn't contain any methods")
    if any("methodIntegration" not in method for _, _, method in every):
        bad("No integration defined for method")
    made = Thing({"id": new_id(6), "description": given.get("description"), "createdDate": now()})
    # A picture: what changes afterwards does not change it.
    made.through = [(path, verb, method["methodIntegration"]["connectionId"]) for path, verb, method in every]
    api.deployments[made.described["id"]] = made
    return made.described


@operation(REST)
def get_deployment(world, given):
    return deployment(world.rest(given["restApiId"]), given["deploymentId"]).described


@operation(REST)
def get_deployments(world, given):
    return rest_page(given, [it.described for it in world.rest(given["restApiId"]).deployments.values()])


@operation(REST)
def delete_deployment(world, given):
    api = world.rest(given["restApiId"])
    deployment(api, given["deploymentId"])
    if any(stage.described["deploymentId"] == given["deploymentId"] for stage in api.stages.values()):
        bad("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[given["deploymentId"]]
    return {}


def stage(api, name):
    return known(api.stages, name, "Invalid stage identifier specified")


@operation(REST)
def create_stage(world, given):
    api, name = world.rest(given["restApiId"]), given["stageName"]
    if not re.fullmatch(r"\w{1,128}", name):
        bad("Stage name only allows a-zA-Z0-9_")
    if name in api.stages:
        conflict("Stage already exists")
    if given["deploymentId"] not in api.deployments:
        bad("Deployment id does not exist")
    described = {
        "deploymentId": given["deploymentId"],
        "stageName": name,
        "cacheClusterEnabled": False,
        "methodSettings": {},
        "tracingEnabled": False,
        "tags": check_tags(given.get("tags")),
        "createdDate": now(),
        "lastUpdatedDate": now(),
    }
    api.stages[name] = Thing(described)
    return api.stages[name].described


@operation(REST)
def get_stage(world, given):
    return stage(world.rest(given["restApiId"]), given["stageName"]).described


@operation(REST)
def get_stages(world, given):
    stages = world.rest(given["restApiId"]).stages.values()
    only = given.get("deploymentId")
    return {"item": [it.described for it in stages if only in (None, it.described["deploymentId"])]}


@operation(REST)
def update_stage(world, given):
    api = world.rest(given["restApiId"])
    found = stage(api, given["stageName"])
    shown = {**found.described, "methodSettings": {**found.described["methodSettings"]}}
    if not given.get("patchOperations"):
        bad("No patch operations specified")
    for patch in given["patchOperations"]:
        _apply(api, shown, patch)
    found.described = {**shown, "lastUpdatedDate": now()}
    return found.described


def _apply(api, shown, patch):
    op, path, value = patch["op"], patch["path"], patch.get("value")
    setting = SETTING.fullmatch(path)
    if (op, path) == ("replace", "/deploymentId"):
        if value not in api.deployments:
            bad("Deployment id does not exist")
        shown["deploymentId"] = value
    elif setting and op == "remove" and not setting[2]:
        if setting[1] not in shown["methodSettings"]:
            bad(f"Cannot remove method setting {setting[1]} because there is no method setting for this method")
        del shown["methodSettings"][setting[1]]
    elif setting and op == "replace" and setting[2]:
        settings = {**SETTINGS, **shown["methodSettings"].get(setting[1], {})}
        name, number = {"rateLimit": ("throttlingRateLimit", float), "burstLimit": ("throttlingBurstLimit", int)}[setting[2]]
        shown["methodSettings"][setting[1]] = {**settings, name: number(value)}
    else:
        bad(f"Invalid patch operation {op} of path {path}")


@operation(REST)
def delete_stage(world, given):
    api = world.rest(given["restApiId"])
    stage(api, given["stageName"])
    if any(mappings_to(world, given["restApiId"], given["stageName"])):
        bad("Please remove all base path mappings related to the stage before deleting it")
    del api.stages[given["stageName"]]
    return {}
