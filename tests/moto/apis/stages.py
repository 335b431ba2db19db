"""Stages of HTTP APIs."""

import re

from apis.domains import mappings_to
from apis.service import HTTP, Thing, bad, check_tags, conflict, http_page, known, missing, new_id, now, operation

NAME = re.compile(r"\$default|[\w-]{1,128}")
WEBSOCKET = ("DataTraceEnabled", "LoggingLevel")


def stage(api, name):
    return known(api.stages, name, f"Unable to find Stage by name {name} within the provided API")


@operation(HTTP)
def create_stage(world, given):
    api, name = world.api(given["ApiId"]), given["StageName"]
    if not NAME.fullmatch(name):
        bad("Stage name only allows a-zA-Z0-9_- or $default")
    if name in api.stages:
        conflict("Stage already exists")
    made = Thing(
        {
            "CreatedDate": now(),
            "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
            "RouteSettings": {},
            "StageName": name,
            "StageVariables": {},
            "Tags": check_tags(given.get("Tags")),
        }
    )
    _set(world, api, made, given)
    api.stages[name] = made
    return made.described


def _set(world, api, thing, given):
    keys = {route.described["RouteKey"] for route in api.routes.values()}
    for key, settings in given.get("RouteSettings", {}).items():
        if key not in keys:
            missing(f"Unable to find Route by key {key} within the provided RouteSettings")
        _check_settings(settings)
    if "DefaultRouteSettings" in given:
        _check_settings(given["DefaultRouteSettings"])
        thing.described["DefaultRouteSettings"] = {"DetailedMetricsEnabled": False, **given["DefaultRouteSettings"]}
    if given.get("AccessLogSettings"):
        _check_logs(world, given["AccessLogSettings"])
    # AWS: an update adds to the settings of routes; DeleteRouteSettings takes away.
    thing.described["RouteSettings"].update(given.get("RouteSettings", {}))
    thing.change(given, "AccessLogSettings", "AutoDeploy", "Description")
    thing.described["LastUpdatedDate"] = now()
    if thing.described.get("AutoDeploy"):
        thing.described["DeploymentId"] = new_id(6)
    return thing.described


def _check_settings(settings):
    if any(key in settings for key in WEBSOCKET):
        bad("Execution logs are not supported on protocolType HTTP")
    if settings.get("ThrottlingRateLimit", 0) < 0 or settings.get("ThrottlingBurstLimit", 0) < 0:
        bad("Throttling limits must not be negative")


def _check_logs(world, settings):
    if not settings.get("Format"):
        bad("Access log format is required")
    arns = {group.arn.removesuffix(":*") for group in world.logs.groups.values()}
    if settings.get("DestinationArn") not in arns:
        bad(f"The specified log destination ARN {settings.get('DestinationArn')} is not valid")


@operation(HTTP)
def get_stage(world, given):
    return stage(world.api(given["ApiId"]), given["StageName"]).described


@operation(HTTP)
def get_stages(world, given):
    return http_page(given, [it.described for it in world.api(given["ApiId"]).stages.values()])


@operation(HTTP)
def update_stage(world, given):
    api = world.api(given["ApiId"])
    return _set(world, api, stage(api, given["StageName"]), given)


@operation(HTTP)
def delete_route_settings(world, given):
    settings = stage(world.api(given["ApiId"]), given["StageName"]).described["RouteSettings"]
    known(settings, given["RouteKey"], f"Unable to find Route by key {given['RouteKey']}")
    del settings[given["RouteKey"]]
    return {}


@operation(HTTP)
def delete_access_log_settings(world, given):
    stage(world.api(given["ApiId"]), given["StageName"]).described.pop("AccessLogSettings", None)
    return {}


@operation(HTTP)
def delete_stage(world, given):
    api = world.api(given["ApiId"])
    stage(api, given["StageName"])
    if any(mappings_to(world, given["ApiId"], given["StageName"])):
        bad("Stage cannot be deleted: remove its API mappings first")
    del api.stages[given["StageName"]]
    return {}
