"""Tags of whatever has them, by ARN, and a list of everything."""

from apis.service import HTTP, REST, check_tags, missing, operation


def tagged(store):
    """(ARN without its beginning, tags) of everything that takes tags."""
    for api_id, api in store.apis.items():
        yield f"/apis/{api_id}", api.described["Tags"]
        for name, stage in api.stages.items():
            yield f"/apis/{api_id}/stages/{name}", stage.described["Tags"]
    for api_id, api in store.rest.items():
        yield f"/restapis/{api_id}", api.described["tags"]
        for name, stage in api.stages.items():
            yield f"/restapis/{api_id}/stages/{name}", stage.described["tags"]
    for link_id, link in [*store.links.items(), *store.rest_links.items()]:
        yield f"/vpclinks/{link_id}", link.described.get("Tags", link.described.get("tags"))
    for name, domain in store.domains.items():
        yield f"/domainnames/{name}", domain.described["Tags"]


def _tags(world, arn):
    for path, tags in tagged(world.store):
        if arn == f"arn:aws:apigateway:{world.region}::{path}":
            return tags
    return missing(f"Invalid resource ARN specified: {arn}")


def _lower(given):
    """Version 1 spells the same names with a small letter."""
    return {name[0].lower() + name[1:]: value for name, value in given.items()}


@operation(HTTP)
@operation(REST)
def tag_resource(world, given):
    given = _lower(given)
    _tags(world, given["resourceArn"]).update(check_tags(given.get("tags")))
    return {}


@operation(HTTP)
@operation(REST)
def untag_resource(world, given):
    given = _lower(given)
    tags = _tags(world, given["resourceArn"])
    for key in given["tagKeys"]:
        tags.pop(key, None)
    return {}


@operation(HTTP)
@operation(REST)
def get_tags(world, given):
    name = "tags" if "resourceArn" in given else "Tags"
    return {name: _tags(world, _lower(given)["resourceArn"])}


def things(store):
    """(kind, id, tags) of everything; what lives in an API has no tags of its own but for stages."""
    tags = dict(tagged(store))
    for api_id, api in store.apis.items():
        yield "http_api", api_id, tags[f"/apis/{api_id}"]
        for kind, names in (
            ("http_integration", api.integrations),
            ("http_route", api.routes),
            ("http_authorizer", api.authorizers),
        ):
            yield from ((kind, f"{api_id}/{name}", {}) for name in names)
        yield from (("http_stage", f"{api_id}/{n}", s.described["Tags"]) for n, s in api.stages.items())
    for api_id, api in store.rest.items():
        yield "rest_api", api_id, tags[f"/restapis/{api_id}"]
        for name, resource in api.resources.items():
            if "parentId" in resource.described:
                yield "rest_resource", f"{api_id}/{name}", {}
            yield from (("rest_method", f"{api_id}/{name}/{verb}", {}) for verb in resource.methods)
        yield from (("rest_deployment", f"{api_id}/{name}", {}) for name in api.deployments)
        yield from (("rest_stage", f"{api_id}/{n}", s.described["tags"]) for n, s in api.stages.items())
    yield from (("vpc_link", name, link.described["Tags"]) for name, link in store.links.items())
    yield from (("rest_vpc_link", name, link.described["tags"]) for name, link in store.rest_links.items())
    for name, domain in store.domains.items():
        yield "api_domain_name", name, domain.described["Tags"]
        yield from (("api_mapping", f"{name}/{mapping}", {}) for mapping in domain.mappings)


KINDS = (
    "api_domain_name",
    "api_mapping",
    "http_api",
    "http_authorizer",
    "http_integration",
    "http_route",
    "http_stage",
    "rest_api",
    "rest_deployment",
    "rest_method",
    "rest_resource",
    "rest_stage",
    "rest_vpc_link",
    "vpc_link",
)
