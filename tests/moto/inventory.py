"""Everything that exists in the account, read from moto's own objects, in all regions.

A test asserts with it that nothing is left over and that nothing exists twice. What AWS makes
by itself (default groups, main route tables, managed policies, interfaces of load balancers, what
EKS puts into the VPC of a cluster and who EKS lets in) is left out.
"""

from collections import defaultdict

from moto.acm.models import acm_backends
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.eks.models import eks_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.route53.models import route53_backends

from apis import service as apis
from apis import tags as api_tags
from eks.tags import KINDS, things

REGION = "ap-southeast-1"


def everything():
    """{kind: [{"id", "tags"}, ...]}, with every kind present."""
    found = defaultdict(list)
    found.update(certificate=[], hosted_zone=[], record=[])
    started = (acm_backends, ec2_backends, logs_backends, eks_backends, kms_backends, elbv2_backends)
    for backends in started:
        backends[DEFAULT_ACCOUNT_ID][REGION]  # makes the region, if no call has named it yet
    for backend in ec2_backends[DEFAULT_ACCOUNT_ID].values():
        for kind, those in _ec2(backend).items():
            found[kind] += [{"id": thing.id, "tags": dict(backend.tags.get(thing.id, {}))} for thing in those]
        found["vpc_cidr_block"] += _secondary_blocks(backend)
    for backend in logs_backends[DEFAULT_ACCOUNT_ID].values():
        found["log_group"] += [
            {"id": group.name, "tags": backend.tagger.get_tag_dict_for_resource(group.arn)}
            for group in backend.groups.values()
        ]
    for backend in eks_backends[DEFAULT_ACCOUNT_ID].values():
        found.update({kind: found[kind] for kind in KINDS})
        for kind, thing in things(backend.clusters):
            if not thing.by_aws:
                found[kind].append({"id": _eks_id(thing), "tags": dict(thing.described["tags"])})
    found.update({kind: [] for kind in api_tags.KINDS})
    for backend in apigatewayv2_backends[DEFAULT_ACCOUNT_ID].values():
        for kind, name, tags in api_tags.things(apis.store(backend)):
            found[kind].append({"id": name, "tags": dict(tags)})
    for backend in kms_backends[DEFAULT_ACCOUNT_ID].values():
        found["kms_key"] += [
            {"id": key.id, "tags": backend.tagger.get_tag_dict_for_resource(key.id)}
            for key in backend.keys.values()
            if key.key_manager == "CUSTOMER" and key.key_state != "PendingDeletion"
        ]
    for backend in acm_backends[DEFAULT_ACCOUNT_ID].values():
        found["certificate"] += [
            {"id": arn, "tags": dict(bundle.tags)} for arn, bundle in backend._certificates.items()
        ]
    zones = route53_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for zone in zones.zones.values():
        found["hosted_zone"].append({"id": zone.resource_id, "tags": dict(zones.resource_tags.get(zone.resource_id, {}))})
        found["record"] += _records(zone)
    for backend in elbv2_backends[DEFAULT_ACCOUNT_ID].values():
        for kind, those in _elb(backend).items():
            tags = backend.tagging_service.get_tag_dict_for_resource
            found[kind] += [{"id": thing.arn, "tags": tags(thing.arn)} for thing in those]
    for kind, named in _iam(iam_backends[DEFAULT_ACCOUNT_ID]["aws"]).items():
        found[kind] += [{"id": name, "tags": _iam_tags(thing)} for name, thing in named]
    return found


def _ec2(backend):
    groups = [group for groups in backend.groups.values() for group in groups.values()]
    return {
        "vpc": backend.vpcs.values(),
        "subnet": [subnet for zone in backend.subnets.values() for subnet in zone.values()],
        "internet_gateway": backend.internet_gateways.values(),
        "egress_only_internet_gateway": backend.egress_only_internet_gateways.values(),
        "eip": backend.addresses,
        "nat_gateway": [nat for nat in backend.nat_gateways.values() if nat.state != "deleted"],
        "route_table": [table for table in backend.route_tables.values() if not table.main_association_id],
        "security_group": [group for group in groups if not group.is_default and not _of_eks(backend, group)],
        "network_acl": [acl for acl in backend.network_acls.values() if not acl.default],
        "vpc_endpoint": backend.vpc_end_points.values(),
        "flow_log": backend.flow_logs.values(),
        "network_interface": [eni for eni in backend.enis.values() if not _of_aws(eni)],
        "launch_template": backend.launch_templates.values(),
        "dhcp_options": backend.dhcp_options_sets.values(),
        "prefix_list": [pl for pl in backend.managed_prefix_lists.values() if pl.owner_id != "AWS"],
    }


def _elb(backend):
    balancers = backend.load_balancers.values()
    listeners = [listener for balancer in balancers for listener in balancer.listeners.values()]
    return {
        "load_balancer": balancers,
        "target_group": backend.target_groups.values(),
        "listener": listeners,
        "listener_rule": [rule for listener in listeners for rule in listener._non_default_rules.values()],
    }


def _of_aws(eni):
    """Interfaces that come and go with a cluster, a load balancer or a VPC link."""
    return any(hasattr(eni, owner) for owner in ("eks_cluster", "load_balancer", "vpc_link"))


def _of_eks(backend, group):
    return "aws:eks:cluster-name" in backend.tags.get(group.id, {})


def _eks_id(thing):
    """`cluster` or `cluster/name`; of an access entry, the name is its principal."""
    shown = thing.described
    names = ("nodegroupName", "addonName", "fargateProfileName", "principalArn", "associationId")
    child = next((shown[name] for name in names if name in shown), None)
    return f"{shown['clusterName']}/{child}" if child else shown["name"]


def _secondary_blocks(backend):
    for vpc in backend.vpcs.values():
        for block in vpc.cidr_block_association_set + vpc.ipv6_cidr_block_association_set:
            if block["cidr_block"] != vpc.cidr_block:
                yield {"id": block["association_id"], "tags": {}, "vpc": vpc.id, "cidr": block["cidr_block"]}


def _records(zone):
    for record in zone.rrsets:
        if record.type != "SOA" and (record.type, record.name) != ("NS", zone.name):
            yield {"id": f"{zone.resource_id}|{record.name}|{record.type}", "tags": {}}


def _iam(backend):
    return {
        "role": [(role.name, role) for role in backend.roles.values()],
        "policy": [(p.name, p) for p in backend.managed_policies.values() if ":aws:policy/" not in p.arn],
        "instance_profile": [(profile.name, profile) for profile in backend.instance_profiles.values()],
        "oidc_provider": [(arn, provider) for arn, provider in backend.open_id_providers.items()],
    }


def _iam_tags(thing):
    tags = thing.tags
    if isinstance(tags, dict):
        return {key: value["Value"] if isinstance(value, dict) else value for key, value in tags.items()}
    return {tag["Key"]: tag["Value"] for tag in tags}
