"""Filters of Describe calls."""

import functools
import re
from datetime import datetime

from moto.ec2.exceptions import FilterNotImplementedError
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.network_acls import NetworkAcl
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.utils import format_timestamp, generic_filter

from patches.tools import replace, replace_everywhere


# AWS: an object passes a filter if any of its values matches any of the filter's, with the
# wildcards * and ?. moto wants all of several values to match, reads [ as a wildcard too, and
# fails on attributes an object happens not to have.
@replace_everywhere("is_filter_matching")
def matches_filter(thing, name, wanted):
    wanted = [wanted] if isinstance(wanted, str) else wanted or []
    return any(_pattern(w).fullmatch(value) for value in _values(thing, name) for w in wanted)


@replace_everywhere("tag_filter_matches")
def _tag_filter(thing, name, wanted):
    return matches_filter(thing, name, wanted)


# moto knows four filters of internet gateways.
@replace_everywhere("filter_internet_gateways")
def _internet_gateways(gateways, filters):
    return generic_filter(filters, gateways)


def _values(thing, name):
    tags = thing.ec2_backend.tags.get(thing.id, {})
    if name.startswith("tag:"):
        found = tags.get(name[4:])
    elif name == "tag-key":
        found = list(tags)
    else:
        try:
            found = thing.get_filter_value(name)
        except FilterNotImplementedError:
            if not hasattr(thing, name.replace("-", "_")):
                raise
            found = None  # the attribute exists and is not set
    if found is None:
        return []
    many = found if isinstance(found, (list, tuple, set, type({}.keys()), type({}.values()))) else [found]
    return [_text(value) for value in many]


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return format_timestamp(value)
    return str(value)


@functools.cache
def _pattern(wanted):
    """The regular expression for a value with * and ?, where a backslash takes their meaning."""
    parts = re.findall(r"\\.|.", wanted, re.DOTALL)
    return re.compile("".join({"*": ".*", "?": "."}.get(p, re.escape(p[-1])) for p in parts), re.DOTALL)


# Filters AWS documents and moto has no attribute for.
NatGateway.nat_gateway_id = property(lambda self: self.id)
InternetGateway.internet_gateway_id = property(lambda self: self.id)
NetworkAcl.network_acl_id = property(lambda self: self.id)
VPCEndPoint.vpc_endpoint_id = property(lambda self: self.id)
VPCEndPoint.vpc_endpoint_state = property(lambda self: self.state)
Subnet.subnet_arn = property(lambda self: self.arn)
ElasticAddress.network_border_group = property(lambda self: self.ec2_backend.region_name)


@replace(InternetGateway, "get_filter_value")
def _internet_gateway(original, self, name, method=None):
    if name in ("attachment.vpc-id", "attachment.state"):
        key = {"attachment.vpc-id": "VpcId", "attachment.state": "State"}[name]
        return [attachment[key] for attachment in self.attachments]
    return original(self, name, method)


@replace(RouteTable, "get_filter_value")
def _route_table(original, self, name, method=None):
    if name == "association.gateway-id":
        return [target for target in self._associations.values() if not target.startswith("subnet-")]
    if name == "association.subnet-id":
        return [target for target in self._associations.values() if target.startswith("subnet-")]
    if name.startswith("route."):
        attribute = name.removeprefix("route.").replace("-", "_")
        return [v for route in self.routes if (v := getattr(route, attribute, None)) is not None]
    return original(self, name, method)


@replace(Subnet, "get_filter_value")
def _subnet(original, self, name, method=None):
    ipv6 = self.ipv6_cidr_block_association_set
    if name == "ipv6-cidr-block-association.ipv6-cidr-block":
        return [block["Ipv6CidrBlock"] for block in ipv6]
    if name == "ipv6-cidr-block-association.association-id":
        return [block["AssociationId"] for block in ipv6]
    if name == "ipv6-cidr-block-association.state":
        return [block["Ipv6CidrBlockState"]["State"] for block in ipv6]
    return original(self, name, method)
