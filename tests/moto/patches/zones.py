"""Hosted zones and records of Route 53."""

import ipaddress
import re

from moto.apigatewayv2.models import apigatewayv2_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.elbv2.models import elbv2_backends
from moto.route53.exceptions import HostedZoneNotEmpty, InvalidInput, NoSuchHostedZone, Route53ClientError
from moto.route53.models import HostedZoneIdentifier, RecordSet, Route53Backend
from moto.route53.responses import Route53

from apis import service as apis
from patches.tools import replace

QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s+|$)')


def refuse(messages):
    raise Route53ClientError("InvalidChangeBatch", f"[{', '.join(messages)}]")


def spelled(name):
    """A name as Route 53 answers it: in lower case, with its last dot, and `*` by its code."""
    return name.lower().rstrip(".").replace("*", "\\052") + "."


# AWS: ids of zones begin with Z. Those of moto rarely do.
@replace(HostedZoneIdentifier, "generate")
def _generate(original, self, *args, **kwargs):
    return "Z" + original(self, *args, **kwargs)[1:]


# AWS: names of zones are in lower case.
@replace(Route53Backend, "create_hosted_zone")
def _create(original, self, name, *args, **kwargs):
    return original(self, spelled(name), *args, **kwargs)


# AWS: only the two records of the zone itself may be left, and its tags go with it. moto leaves all NS records.
@replace(Route53Backend, "delete_hosted_zone")
def _delete(original, self, id_):
    zone = self.get_hosted_zone(id_)
    if any(record.type == "NS" and record.name != zone.name for record in zone.rrsets):
        raise HostedZoneNotEmpty()
    original(self, id_)
    self.resource_tags.pop(id_, None)


# AWS: tags of a zone that does not exist are not answered. moto answers none.
@replace(Route53Backend, "list_tags_for_resources")
def _tags(original, self, resource_type, resource_ids):
    for resource in resource_ids:
        if resource_type == "hostedzone" and resource not in self.zones:
            raise NoSuchHostedZone(resource)
    return original(self, resource_type, resource_ids)


# AWS lists the zones from a name on, by their labels from behind, and at most MaxItems. moto lists those of that name.
@replace(Route53, "list_hosted_zones_by_name")
def _by_name(original, self):
    def key(name):
        return name.rstrip(".").split(".")[::-1]

    start, most = self._get_param("DNSName"), int(self._get_param("MaxItems") or 100)
    zones = sorted(self.backend.zones.values(), key=lambda zone: (key(zone.name), zone.id))
    if start:
        zones = [zone for zone in zones if key(zone.name) >= key(spelled(start))]
    shown = {"HostedZones": zones[:most], "IsTruncated": len(zones) > most, "MaxItems": most}
    return ActionResult(shown | ({"DNSName": start} if start else {}))


# AWS makes all changes of a call or none, tells everything that is wrong with them, holds CREATE and DELETE against
# what is there, a CNAME against its neighbours, values against their type, and aliases against what they lead to.
@replace(Route53Backend, "change_resource_record_sets")
def _change(original, self, zoneid, change_list):
    zone = self.get_hosted_zone(zoneid)
    staged = {_key(record): record for record in zone.rrsets}
    wrong = []
    for change in change_list:
        given = change["ResourceRecordSet"]
        _has_one_answer(change["Action"], given)
        record = _record(given)
        wrong += _outside(zone, record) or _alter(staged, change["Action"], record)
        if change["Action"] != "DELETE":
            wrong += _values(record) + _alias(self, zone, record, staged)
    wrong += _alone(zone, staged)
    if wrong:
        refuse(dict.fromkeys(wrong))
    zone.rrsets = list(staged.values())


def _key(record):
    return spelled(record.name), record.type, record.set_identifier


def _record(given):
    values = [value["Value"] for value in given.get("ResourceRecords") or []]
    return RecordSet({**given, "Name": spelled(given["Name"]), "ResourceRecords": values})


def _has_one_answer(action, given):
    both = [bool(given.get("AliasTarget")), "TTL" in given and bool(given.get("ResourceRecords"))]
    if sum(both) != 1:
        found = "more than one" if all(both) else "none"
        raise InvalidInput(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found {found} in Change with [Action={action}, Name={given['Name']}, "
            f"Type={given['Type']}, SetIdentifier={given.get('SetIdentifier', 'null')}]"
        )


def _outside(zone, record):
    if record.name == zone.name or record.name.endswith("." + zone.name):
        return []
    return [f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"]


def _alter(staged, action, record):
    key, about = _key(record), f"resource record set [name='{record.name}', type='{record.type}']"
    there = staged.get(key)
    if action == "CREATE" and there:
        return [f"Tried to create {about} but it already exists"]
    if action == "DELETE" and not there:
        return [f"Tried to delete {about} but it was not found"]
    if action == "DELETE" and _answers(there) != _answers(record):
        return [f"Tried to delete {about} but the values provided do not match the current values"]
    if action == "DELETE":
        del staged[key]
    else:
        staged[key] = record
    return []


def _answers(record):
    alias = record.alias_target
    alias = alias and (alias["HostedZoneId"], spelled(alias["DNSName"]), bool(alias["EvaluateTargetHealth"]))
    return record.ttl and int(record.ttl), sorted(record.records or []), alias


def _values(record):
    wrong = []
    for value in record.records or []:
        problem = _problem(record.type, value)
        if problem:
            wrong.append(f"Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''")
    if len(set(record.records or [])) < len(record.records or []):
        wrong.append(f"Duplicate Resource Record in '{record.name}'")
    return wrong


def _problem(kind, value):
    try:
        if kind == "A":
            ipaddress.IPv4Address(value)
        if kind == "AAAA":
            ipaddress.IPv6Address(value)
    except ValueError:
        return "ARRDATAIllegalIPAddress (Value is not a valid IP address)"
    if kind in ("TXT", "SPF"):
        if "".join(match.group(0) for match in QUOTED.finditer(value)) != value:
            return "InvalidCharacterString (Value should be enclosed in quotation marks)"
        if any(len(match.group(1)) > 255 for match in QUOTED.finditer(value)):
            return "CharacterStringTooLong (Value is too long)"
    words = {"A": 1, "AAAA": 1, "CNAME": 1, "NS": 1, "PTR": 1, "MX": 2, "CAA": 3, "SRV": 4, "DS": 4}.get(kind)
    if words and len(value.split(" ", words - 1)) != words:
        return "RRDATANotEnoughFields (Value has a wrong number of fields)"
    return None


def _alias(backend, zone, record, staged):
    alias = record.alias_target
    if not alias:
        return []
    target = spelled(alias["DNSName"])
    about = f"Tried to create an alias that targets {target}, type {record.type} in zone {alias['HostedZoneId']}"
    if alias["HostedZoneId"] in backend.zones:
        there = alias["HostedZoneId"] == zone.resource_id and any(key[0] == target for key in staged)
        return [] if there else [f"{about}, but that target was not found"]
    homes = _targets().get(target.removeprefix("dualstack."))
    if homes is None:
        return [f"{about}, but that target was not found"]
    if alias["HostedZoneId"] not in homes:
        return [f"{about}, but the alias target name does not lie within the target zone"]
    return []


def _targets():
    """Names of AWS that an alias can lead to, each with the zones that it stands in."""
    targets = {}

    def add(name, *zones):
        targets.setdefault(spelled(name), set()).update(zones)

    for backend in list(elbv2_backends[DEFAULT_ACCOUNT_ID].values()):
        for balancer in backend.load_balancers.values():
            add(balancer.dns_name, balancer.canonical_hosted_zone_id)
    for backend in list(apigatewayv2_backends[DEFAULT_ACCOUNT_ID].values()):
        for domain in apis.store(backend).domains.values():
            add(domain.endpoint["ApiGatewayDomainName"], domain.endpoint["HostedZoneId"])
    return targets


def _alone(zone, staged):
    wrong = []
    for name, kind, _ in staged:
        if kind == "CNAME" and name == zone.name:
            wrong.append(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone.name}")
        elif kind == "CNAME" and any(other == name and what != "CNAME" for other, what, _ in staged):
            wrong.append(
                f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with "
                f"the same DNS name in zone {zone.name}"
            )
            wrong += [
                f"RRSet of type {what} with DNS name {name} is not permitted because a conflicting RRSet of type "
                f"CNAME with the same DNS name already exists in zone {zone.name}"
                for other, what, _ in staged
                if other == name and what != "CNAME"
            ]
    return wrong
