"""HTTP APIs and their authorizers."""

from apis.domains import mappings_to
from apis.service import HTTP, Thing, bad, check_tags, conflict, http_page, known, new_id, now, operation


@operation(HTTP)
def create_api(world, given):
    if given["ProtocolType"] != "HTTP":
        bad("WebSocket APIs are not here")
    api_id = new_id(10)
    described = {
        "ApiEndpoint": f"https://{api_id}.execute-api.{world.region}.amazonaws.com",
        "ApiId": api_id,
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CreatedDate": now(),
        "CorsConfiguration": _cors(given),
        "Description": given.get("Description") or None,
        "DisableExecuteApiEndpoint": given.get("DisableExecuteApiEndpoint", False),
        "IpAddressType": "ipv4",
        "Name": given["Name"],
        "ProtocolType": "HTTP",
        "RouteSelectionExpression": "$request.method $request.path",
        "Tags": check_tags(given.get("Tags")),
    }
    api = Thing(described, integrations={}, routes={}, authorizers={}, stages={})
    world.store.apis[api_id] = api
    return api.described


def _cors(given):
    cors = given.get("CorsConfiguration")
    if cors and cors.get("AllowCredentials") and "*" in cors.get("AllowOrigins", []):
        bad("CORS configuration is invalid: a wildcard origin does not go with credentials")
    return {key: value for key, value in cors.items() if value != []} if cors else None


@operation(HTTP)
def get_api(world, given):
    return world.api(given["ApiId"]).described


@operation(HTTP)
def get_apis(world, given):
    return http_page(given, [api.described for api in world.store.apis.values()])


@operation(HTTP)
def update_api(world, given):
    api = world.api(given["ApiId"])
    if "CorsConfiguration" in given:
        given = {**given, "CorsConfiguration": _cors(given)}
    return api.change(given, "CorsConfiguration", "Description", "DisableExecuteApiEndpoint", "Name")


@operation(HTTP)
def delete_cors_configuration(world, given):
    world.api(given["ApiId"]).described.pop("CorsConfiguration", None)
    return {}


@operation(HTTP)
def delete_api(world, given):
    world.api(given["ApiId"])
    if any(mappings_to(world, given["ApiId"])):
        bad("API cannot be deleted: remove its API mappings first")
    del world.store.apis[given["ApiId"]]
    return {}


AUTHORIZER = ("AuthorizerType", "IdentitySource", "JwtConfiguration", "Name")


@operation(HTTP)
def create_authorizer(world, given):
    api = world.api(given["ApiId"])
    _check_authorizer(api, given)
    authorizer = Thing({"AuthorizerId": new_id(6)})
    api.authorizers[authorizer.described["AuthorizerId"]] = authorizer
    return authorizer.change(given, *AUTHORIZER)


def _check_authorizer(api, given, own=None):
    if given.get("AuthorizerType", "JWT") != "JWT":
        bad("Only JWT authorizers are here")
    jwt = given.get("JwtConfiguration")
    if jwt is not None and not (jwt.get("Issuer", "").startswith("https://") and jwt.get("Audience")):
        bad("JwtConfiguration needs an https issuer and an audience")
    if not all(source.startswith("$request.") for source in given.get("IdentitySource", [])):
        bad("Invalid identity source specified")
    for name, other in api.authorizers.items():
        if name != own and other.described["Name"] == given.get("Name"):
            conflict(f"Authorizer with name {given['Name']} already exists for this API")


def authorizer(api, authorizer_id):
    return known(api.authorizers, authorizer_id, f"Invalid Authorizer identifier specified {authorizer_id}")


@operation(HTTP)
def get_authorizer(world, given):
    return authorizer(world.api(given["ApiId"]), given["AuthorizerId"]).described


@operation(HTTP)
def get_authorizers(world, given):
    return http_page(given, [it.described for it in world.api(given["ApiId"]).authorizers.values()])


@operation(HTTP)
def update_authorizer(world, given):
    api = world.api(given["ApiId"])
    found = authorizer(api, given["AuthorizerId"])
    _check_authorizer(api, given, own=given["AuthorizerId"])
    return found.change(given, *AUTHORIZER)


@operation(HTTP)
def delete_authorizer(world, given):
    api = world.api(given["ApiId"])
    authorizer(api, given["AuthorizerId"])
    users = [r for r, it in api.routes.items() if it.described.get("AuthorizerId") == given["AuthorizerId"]]
    if users:
        conflict(f"Cannot delete Authorizer because it is referenced by the following Routes with Ids: {users}")
    del api.authorizers[given["AuthorizerId"]]
    return {}
