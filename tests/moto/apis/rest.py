"""REST APIs and the tree of their paths."""

import re

from apis.domains import mappings_to
from apis.patches import patched
from apis.service import REST, Thing, bad, check_tags, conflict, known, new_id, now, operation, rest_page

PART = re.compile(r"[\w.:$-]+|\{[\w.-]+\+?\}")


@operation(REST)
def create_rest_api(world, given):
    types = given.get("endpointConfiguration", {}).get("types", ["EDGE"])
    if types != ["REGIONAL"]:
        bad("Only regional APIs are here")
    api_id, root = new_id(10), new_id(10)
    described = {
        "id": api_id,
        "name": given["name"],
        "description": given.get("description"),
        "createdDate": now(),
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": types, "ipAddressType": "ipv4"},
        "tags": check_tags(given.get("tags")),
        "disableExecuteApiEndpoint": given.get("disableExecuteApiEndpoint", False),
        "rootResourceId": root,
    }
    resources = {root: Thing({"id": root, "path": "/"}, methods={})}
    world.store.rest[api_id] = Thing(described, resources=resources, deployments={}, stages={})
    return described


@operation(REST)
def get_rest_api(world, given):
    return world.rest(given["restApiId"]).described


@operation(REST)
def get_rest_apis(world, given):
    return rest_page(given, [api.described for api in world.store.rest.values()])


@operation(REST)
def update_rest_api(world, given):
    return patched(world.rest(given["restApiId"]), given, "/name", "/description", "/disableExecuteApiEndpoint")


@operation(REST)
def delete_rest_api(world, given):
    world.rest(given["restApiId"])
    if any(mappings_to(world, given["restApiId"])):
        bad("Please remove all base path mappings related to the API before deleting it")
    del world.store.rest[given["restApiId"]]
    return {}


def resource(api, resource_id):
    return known(api.resources, resource_id, "Invalid Resource identifier specified")


@operation(REST)
def create_resource(world, given):
    api = world.rest(given["restApiId"])
    parent, part = resource(api, given["parentId"]), given["pathPart"]
    if not PART.fullmatch(part):
        bad("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces")
    if parent.described["path"].endswith("+}"):
        bad("Cannot create a child of a resource with a greedy path variable")
    for other in api.resources.values():
        if (other.described.get("parentId"), other.described.get("pathPart")) == (given["parentId"], part):
            conflict(f"Another resource with the same parent already has this name: {part}")
    path = f"{parent.described['path'].rstrip('/')}/{part}"
    made = Thing({"id": new_id(6), "parentId": given["parentId"], "pathPart": part, "path": path}, methods={})
    api.resources[made.described["id"]] = made
    return made.described


@operation(REST)
def get_resources(world, given):
    embed = "methods" in given.get("embed", [])
    items = [shown(it, embed) for it in world.rest(given["restApiId"]).resources.values()]
    return rest_page(given, items)


def shown(thing, embed):
    if not thing.methods:
        return thing.described
    methods = {verb: method.described if embed else {} for verb, method in thing.methods.items()}
    return {**thing.described, "resourceMethods": methods}


@operation(REST)
def get_resource(world, given):
    found = resource(world.rest(given["restApiId"]), given["resourceId"])
    return shown(found, "methods" in given.get("embed", []))


@operation(REST)
def delete_resource(world, given):
    api = world.rest(given["restApiId"])
    gone = resource(api, given["resourceId"])
    if "parentId" not in gone.described:
        bad("Root resource cannot be deleted")
    below = gone.described["path"] + "/"
    for name, other in list(api.resources.items()):
        if other is gone or other.described["path"].startswith(below):
            del api.resources[name]
    return {}
