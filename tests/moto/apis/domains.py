"""Domain names, and the APIs of both versions that they are mapped to."""

import re

from moto.acm.exceptions import CertificateNotFound

from apis.service import HTTP, Thing, bad, check_tags, conflict, http_page, known, missing, new_id, operation

# The hosted zones of regional endpoints, of some Regions (AWS General Reference).
ZONES = {"ap-southeast-1": "ZL327KTPIQFUL", "eu-west-1": "ZLY8HYME6SFDD", "us-east-1": "Z1UJRXOUMOOFQ8"}


def domain(world, name):
    return known(world.store.domains, name, f"Invalid domain name identifier specified: {name}")


def mappings_to(world, api_id, stage=None):
    """The mappings that lead to an API, or to one stage of it."""
    for domain in world.store.domains.values():
        for mapping in domain.mappings.values():
            if mapping.described["ApiId"] == api_id and stage in (None, mapping.described["Stage"]):
                yield mapping


@operation(HTTP)
def create_domain_name(world, given):
    name = given["DomainName"]
    if name in world.store.domains:
        conflict("The domain name resource already exists.")
    made = Thing(
        {
            "ApiMappingSelectionExpression": "$request.basepath",
            "DomainName": name,
            "DomainNameArn": f"arn:aws:apigateway:{world.region}::/domainnames/{name}",
            "RoutingMode": "API_MAPPING_ONLY",
            "Tags": check_tags(given.get("Tags")),
        },
        mappings={},
    )
    made.endpoint = {
        "ApiGatewayDomainName": f"d-{new_id(10)}.execute-api.{world.region}.amazonaws.com",
        "DomainNameStatus": "AVAILABLE",
        "HostedZoneId": ZONES.get(world.region, "Z2OJLYMUO9EFXC"),
        "IpAddressType": "ipv4",
    }
    _configure(world, made, given)
    world.store.domains[name] = made
    return made.described


def _configure(world, thing, given):
    if len(given.get("DomainNameConfigurations", [])) != 1:
        bad("One domain name configuration is needed")
    (wanted,) = given["DomainNameConfigurations"]
    if wanted.get("EndpointType") != "REGIONAL":
        bad("Only regional endpoints are here")
    name, arn = thing.described["DomainName"], wanted.get("CertificateArn", "")
    certificate = _certificate(world, arn)
    if not any(_covers(pattern, name) for pattern in [certificate.common_name, *certificate.sans]):
        bad(f"The provided certificate does not cover the domain name {name}")
    configuration = {"SecurityPolicy": "TLS_1_2", **wanted, **thing.endpoint}
    thing.described["DomainNameConfigurations"] = [configuration]
    return thing.described


def _certificate(world, arn):
    try:
        certificate = world.acm.get_certificate(arn) if arn else None
    except CertificateNotFound:
        certificate = None
    if certificate is None or certificate.status != "ISSUED":
        bad(f"The provided certificate {arn} does not exist in this Region, or is not issued")
    return certificate


def _covers(pattern, name):
    return re.fullmatch(re.escape(pattern or "").replace(r"\*", r"[^.]+"), name) is not None


@operation(HTTP)
def get_domain_name(world, given):
    return domain(world, given["DomainName"]).described


@operation(HTTP)
def get_domain_names(world, given):
    return http_page(given, [it.described for it in world.store.domains.values()])


@operation(HTTP)
def update_domain_name(world, given):
    return _configure(world, domain(world, given["DomainName"]), given)


@operation(HTTP)
def delete_domain_name(world, given):
    domain(world, given["DomainName"])
    del world.store.domains[given["DomainName"]]
    return {}


def mapping(domain, mapping_id):
    return known(domain.mappings, mapping_id, f"Invalid API mapping identifier specified {mapping_id}")


@operation(HTTP)
def create_api_mapping(world, given):
    found = domain(world, given["DomainName"])
    made = Thing({"ApiMappingId": new_id(6), "ApiMappingKey": ""})
    _map(world, found, made, given)
    found.mappings[made.described["ApiMappingId"]] = made
    return made.described


def _map(world, domain, thing, given):
    shown = {**thing.described, **given}
    for other in domain.mappings.values():
        if other is not thing and other.described["ApiMappingKey"] == shown["ApiMappingKey"]:
            conflict("ApiMapping key already exists for this domain name")
    api = world.store.apis.get(shown["ApiId"]) or world.store.rest.get(shown["ApiId"])
    if api is None:
        missing(f"Invalid API identifier specified {world.account}:{shown['ApiId']}")
    if shown["Stage"] not in api.stages:
        bad("Invalid stage identifier specified")
    return thing.change(given, "ApiId", "ApiMappingKey", "Stage")


@operation(HTTP)
def get_api_mapping(world, given):
    return mapping(domain(world, given["DomainName"]), given["ApiMappingId"]).described


@operation(HTTP)
def get_api_mappings(world, given):
    return http_page(given, [it.described for it in domain(world, given["DomainName"]).mappings.values()])


@operation(HTTP)
def update_api_mapping(world, given):
    found = domain(world, given["DomainName"])
    return _map(world, found, mapping(found, given["ApiMappingId"]), given)


@operation(HTTP)
def delete_api_mapping(world, given):
    found = domain(world, given["DomainName"])
    mapping(found, given["ApiMappingId"])
    del found.mappings[given["ApiMappingId"]]
    return {}
