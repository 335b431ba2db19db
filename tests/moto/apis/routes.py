"""Integrations of HTTP APIs, and the routes that lead to them."""

import re

from apis import links
from apis.http import authorizer
from apis.service import HTTP, Refused, Thing, bad, conflict, http_page, known, new_id, operation

INTEGRATION = (
    "ConnectionId",
    "ConnectionType",
    "Description",
    "IntegrationMethod",
    "IntegrationType",
    "IntegrationUri",
    "PayloadFormatVersion",
    "TimeoutInMillis",
    "TlsConfig",
)
LISTENER = re.compile(r"arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:listener/(app|net)/[\w-]+/\w+/\w+")
PARAMETER = re.compile(r"(append|overwrite|remove):(header\.[\w-]+|querystring\.[\w-]+|path)")
METHODS = "(ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)"
KEY = re.compile(rf"\$default|{METHODS} /\S*")


def integration(api, integration_id):
    return known(api.integrations, integration_id, f"Invalid Integration identifier specified {integration_id}")


@operation(HTTP)
def create_integration(world, given):
    api = world.api(given["ApiId"])
    made = Thing({"IntegrationId": new_id(7), "TimeoutInMillis": 30000})
    _set(world, made, given)
    api.integrations[made.described["IntegrationId"]] = made
    return made.described


def _set(world, thing, given):
    shown = {**thing.described, **given}
    if shown.get("IntegrationType") != "HTTP_PROXY" or shown.get("ConnectionType") != "VPC_LINK":
        bad("Only private integrations are here")
    try:
        links.link(world, shown.get("ConnectionId"))
    except Refused:
        bad(f"VpcLink not found: {shown.get('ConnectionId')}")
    if not LISTENER.fullmatch(shown.get("IntegrationUri", "")):
        bad("For VpcLink V2, the integration URI should be a valid ELB listener ARN or a Cloud Map service ARN")
    if shown.get("PayloadFormatVersion") != "1.0":
        bad("HTTP_PROXY integrations only support payload format version 1.0")
    if not re.fullmatch(METHODS, shown.get("IntegrationMethod", "")):
        bad("Invalid integration method")
    if not 50 <= shown["TimeoutInMillis"] <= 30000:
        bad("Timeout should be between 50 ms and 30000 ms")
    # AWS: an update adds to the mappings, and an empty value takes one away.
    mappings = {**thing.described.get("RequestParameters", {}), **given.get("RequestParameters", {})}
    for key in mappings:
        if not PARAMETER.fullmatch(key):
            bad(f"Invalid mapping expression specified: {key}")
    thing.change(given, *INTEGRATION)
    thing.described["RequestParameters"] = {key: value for key, value in mappings.items() if value}
    if not thing.described["RequestParameters"]:
        del thing.described["RequestParameters"]
    return thing.described


@operation(HTTP)
def get_integration(world, given):
    return integration(world.api(given["ApiId"]), given["IntegrationId"]).described


@operation(HTTP)
def get_integrations(world, given):
    return http_page(given, [it.described for it in world.api(given["ApiId"]).integrations.values()])


@operation(HTTP)
def update_integration(world, given):
    return _set(world, integration(world.api(given["ApiId"]), given["IntegrationId"]), given)


@operation(HTTP)
def delete_integration(world, given):
    api = world.api(given["ApiId"])
    integration(api, given["IntegrationId"])
    target = f"integrations/{given['IntegrationId']}"
    users = ", ".join(route for route, it in api.routes.items() if it.described.get("Target") == target)
    if users:
        conflict(f"Cannot delete Integration because it is referenced by the following Routes with Ids: [{users}]")
    del api.integrations[given["IntegrationId"]]
    return {}


ROUTE = ("AuthorizationScopes", "AuthorizationType", "RouteKey", "Target")


def route(api, route_id):
    return known(api.routes, route_id, f"Invalid Route identifier specified {route_id}")


@operation(HTTP)
def create_route(world, given):
    api = world.api(given["ApiId"])
    made = Thing({"RouteId": new_id(7), "ApiKeyRequired": False, "AuthorizationType": "NONE"})
    _lead(api, made, given)
    api.routes[made.described["RouteId"]] = made
    return made.described


def _lead(api, thing, given):
    shown = {**thing.described, **given}
    if not KEY.fullmatch(shown["RouteKey"]):
        bad("The provided route key is not formatted properly for HTTP protocol")
    for route_id, other in api.routes.items():
        if other.described["RouteKey"] == shown["RouteKey"] and route_id != thing.described["RouteId"]:
            conflict(f"Route with key {shown['RouteKey']} already exists for this API")
    if "Target" in shown:
        integration(api, shown["Target"].removeprefix("integrations/"))
    needs = shown["AuthorizationType"] in ("JWT", "CUSTOM")
    if needs and not shown.get("AuthorizerId"):
        bad("AuthorizerId is required")
    if shown.get("AuthorizerId"):
        authorizer(api, shown["AuthorizerId"])
    if shown.get("AuthorizationScopes") and shown["AuthorizationType"] != "JWT":
        bad("Scopes are supported for JWT authorization only")
    thing.change(given, *ROUTE)
    if given.get("AuthorizerId"):
        thing.described["AuthorizerId"] = given["AuthorizerId"]
    elif "AuthorizerId" in given or not needs:
        thing.described.pop("AuthorizerId", None)
    return thing.described


@operation(HTTP)
def get_route(world, given):
    return route(world.api(given["ApiId"]), given["RouteId"]).described


@operation(HTTP)
def get_routes(world, given):
    return http_page(given, [it.described for it in world.api(given["ApiId"]).routes.values()])


@operation(HTTP)
def update_route(world, given):
    api = world.api(given["ApiId"])
    return _lead(api, route(api, given["RouteId"]), given)


@operation(HTTP)
def delete_route(world, given):
    api = world.api(given["ApiId"])
    route(api, given["RouteId"])
    del api.routes[given["RouteId"]]
    return {}
