"""Load balancers: names, subnets, groups, interfaces and attributes."""

import re

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.utils import random_private_ip
from moto.elbv2.exceptions import ELBClientError, LoadBalancerNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response

from patches.tools import EC2Backend, depends, replace

NAME = re.compile(r"(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?")
PER_CALL = 20  # load balancers that one DescribeLoadBalancers may name

LOGS = {f"{kind}_logs.s3.{name}": value for kind in ("access", "connection", "health_check") for name, value in
        (("enabled", "false"), ("bucket", ""), ("prefix", ""))}
BOTH = {
    **{key: value for key, value in LOGS.items() if key.startswith("access")},
    "deletion_protection.enabled": "false",
    "ipv6.deny_all_igw_traffic": "false",
    "zonal_shift.config.enabled": "false",
}
ATTRIBUTES = {
    "application": {
        **BOTH,
        **LOGS,
        "client_keep_alive.seconds": "3600",
        "idle_timeout.timeout_seconds": "60",
        "load_balancing.cross_zone.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "false",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        "waf.fail_open.enabled": "false",
    },
    "network": {
        **BOTH,
        "dns_record.client_routing_policy": "any_availability_zone",
        "load_balancing.cross_zone.enabled": "false",
        "secondary_ips.auto_assigned.per_subnet": "0",
    },
}


def refuse(code, message):
    raise ELBClientError(code, message)


# AWS answers a second create with the same settings by the same load balancer, and checks name,
# zones, groups, addresses and the internet gateway. moto makes as many as it is asked for, and
# takes network load balancers for applications' in ARNs.
@replace(ELBv2Backend, "create_load_balancer")
def _create(
    original,
    self,
    name,
    security_groups,
    subnet_ids,
    subnet_mappings=None,
    scheme=None,
    loadbalancer_type=None,
    ip_address_type="ipv4",
    tags=None,
):
    family, scheme = loadbalancer_type or "application", scheme or "internet-facing"
    if not NAME.fullmatch(name):
        refuse("ValidationError", f"The load balancer name '{name}' is not valid")
    mappings = subnet_mappings or [{"SubnetId": subnet_id} for subnet_id in subnet_ids]
    subnets = _subnets(self, family, ip_address_type, mappings)
    groups = _groups(self, family, security_groups, subnets[0].vpc_id)
    addresses = {mapping["SubnetId"]: mapping.get("AllocationId") for mapping in mappings}
    asked = (family, scheme, ip_address_type, sorted(groups), addresses)
    for other in self.load_balancers.values():
        if other.name == name and other.asked == asked:
            return other
        if other.name == name:
            refuse("DuplicateLoadBalancerName", "A load balancer with the specified name already exists.")
    if scheme == "internet-facing" and not _gateway(self, subnets[0].vpc_id):
        refuse("InvalidSubnet", f"VPC {subnets[0].vpc_id} has no internet gateway")
    for allocation in filter(None, addresses.values()):
        _check_address(self, family, scheme, allocation)
    ids = [subnet.id for subnet in subnets]
    balancer = original(self, name, groups, ids, None, scheme, family, ip_address_type, None)
    if family == "network":
        del self.load_balancers[balancer.arn]
        balancer.arn = balancer.arn.replace("/app/", "/net/")
        self.load_balancers[balancer.arn] = balancer
    self.tagging_service.tag_resource(balancer.arn, tags)
    balancer.asked, balancer.addresses = asked, addresses
    balancer.attrs = dict(ATTRIBUTES[family])
    _place(self, balancer)
    return balancer


def _subnets(backend, family, ip_address_type, mappings):
    subnets = []
    for mapping in mappings:
        try:
            subnets.append(backend.ec2_backend.get_subnet(mapping["SubnetId"]))
        except EC2ClientError:
            refuse("SubnetNotFound", f"The subnet ID '{mapping['SubnetId']}' does not exist")
    zones = {subnet.availability_zone for subnet in subnets}
    if len(zones) < len(subnets):
        refuse(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    if family == "application" and len(zones) < 2:
        refuse("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    if not subnets or len({subnet.vpc_id for subnet in subnets}) > 1:
        refuse("InvalidConfigurationRequest", "The subnets must be in one VPC")
    if ip_address_type == "dualstack" and not all(s.ipv6_cidr_block_association_set for s in subnets):
        refuse("InvalidConfigurationRequest", "You must specify subnets with an associated IPv6 CIDR block.")
    return subnets


def _groups(backend, family, group_ids, vpc_id):
    if not group_ids and family == "application":
        group_ids = [backend.ec2_backend.get_security_group_from_name("default", vpc_id).id]
    for group_id in group_ids:
        group = backend.ec2_backend.get_security_group_from_id(group_id)
        if group is None or group.vpc_id != vpc_id:
            refuse("InvalidConfigurationRequest", "One or more security groups are invalid")
    return list(group_ids)


def _gateway(backend, vpc_id):
    return any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in backend.ec2_backend.internet_gateways.values())


def _check_address(backend, family, scheme, allocation):
    if family != "network" or scheme != "internet-facing":
        refuse("ValidationError", "Elastic IP addresses can only be specified for internet-facing Network Load Balancers")
    address = next((a for a in backend.ec2_backend.addresses if a.allocation_id == allocation), None)
    if address is None:
        refuse("AllocationIdNotFound", f"The allocation ID '{allocation}' does not exist")
    if address.association_id:
        refuse("ResourceInUse", f"The allocation IDs '{allocation}' are not available for use")


# --- interfaces ------------------------------------------------------------------------------


# AWS puts an interface into every subnet, with the groups, and the addresses of a network load
# balancer on it: until they are gone neither can be deleted. moto has none.
def _place(backend, balancer):
    ec2 = backend.ec2_backend
    wanted = {subnet.id: subnet for subnet in balancer.subnets}
    present = {eni.subnet.id: eni for eni in _interfaces(backend, balancer)}
    for subnet_id in set(present) - set(wanted):
        _remove(ec2, present.pop(subnet_id))
    description = "ELB " + balancer.arn.partition(":loadbalancer/")[2]
    for subnet_id, subnet in wanted.items():
        if subnet_id not in present:
            address = random_private_ip(subnet.cidr_block)
            eni = ec2.create_network_interface(subnet, address, description=description)
            eni.status, eni.load_balancer = "in-use", balancer.arn
            present[subnet_id] = eni
            if balancer.addresses.get(subnet_id):
                ec2.associate_address(eni=eni, allocation_id=balancer.addresses[subnet_id])
        present[subnet_id]._group_set = [ec2.get_security_group_from_id(i) for i in balancer.security_groups]


def _interfaces(backend, balancer):
    enis = backend.ec2_backend.enis.values()
    return [eni for eni in enis if getattr(eni, "load_balancer", None) == balancer.arn]


def _remove(ec2, eni):
    for address in [address for address in ec2.addresses if address.eni is eni]:
        ec2.disassociate_address(association_id=address.association_id)
    ec2.enis.pop(eni.id, None)


def _zones(balancer):
    for subnet in balancer.subnets:
        allocation = balancer.addresses.get(subnet.id)
        yield {
            "ZoneName": subnet.availability_zone,
            "SubnetId": subnet.id,
            "LoadBalancerAddresses": [{"AllocationId": allocation}] if allocation else [],
        }


FakeLoadBalancer.availability_zones = property(lambda self: list(_zones(self)))


# AWS detaches no internet gateway from under a load balancer that has public addresses.
@replace(EC2Backend, "detach_internet_gateway")
def _detach(original, self, internet_gateway_id, vpc_id):
    from moto.elbv2.models import elbv2_backends

    balancers = elbv2_backends[self.account_id][self.region_name].load_balancers.values()
    if any(b.vpc_id == vpc_id and b.scheme == "internet-facing" for b in balancers):
        depends(
            f"Network {vpc_id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )
    return original(self, internet_gateway_id, vpc_id)


# --- changes ---------------------------------------------------------------------------------


def balancer(backend, arn):
    if arn not in backend.load_balancers:
        raise LoadBalancerNotFoundError()
    return backend.load_balancers[arn]


# moto wants two zones of network load balancers too, and knows no addresses.
@replace(ELBV2Response, "set_subnets")
def _set_subnets(original, self):
    backend, given = self.elbv2_backend, self._get_params()
    changed = balancer(backend, given["LoadBalancerArn"])
    mappings = given.get("SubnetMappings") or [{"SubnetId": i} for i in given.get("Subnets", [])]
    ip_address_type = given.get("IpAddressType", changed.ip_address_type)
    subnets = _subnets(backend, changed.type, ip_address_type, mappings)
    addresses = {mapping["SubnetId"]: mapping.get("AllocationId") for mapping in mappings}
    for subnet_id, allocation in addresses.items():
        if subnet_id in changed.addresses:
            if allocation != changed.addresses[subnet_id]:
                refuse("InvalidConfigurationRequest", "The address of an enabled Availability Zone cannot be changed")
        elif allocation:
            _check_address(backend, changed.type, changed.scheme, allocation)
    changed.subnets, changed.addresses, changed.ip_address_type = subnets, addresses, ip_address_type
    _place(backend, changed)
    return ActionResult({"AvailabilityZones": list(_zones(changed)), "IpAddressType": ip_address_type})


# A network load balancer that was made without groups never gets any, and one with groups keeps some.
@replace(ELBv2Backend, "set_security_groups")
def _set_groups(original, self, arn, sec_groups):
    changed = balancer(self, arn)
    if changed.type == "network" and not changed.security_groups:
        refuse(
            "InvalidConfigurationRequest",
            "Security groups cannot be set on a Network Load Balancer that was created without security groups",
        )
    if not sec_groups:
        refuse("InvalidConfigurationRequest", "You must specify at least one security group")
    changed.security_groups = _groups(self, changed.type, sec_groups, changed.vpc_id)
    _place(self, changed)


@replace(ELBv2Backend, "set_ip_address_type")
def _set_ip_address_type(original, self, arn, ip_type):
    changed = balancer(self, arn)
    _subnets(self, changed.type, ip_type, [{"SubnetId": subnet.id} for subnet in changed.subnets])
    return original(self, arn, ip_type)


# Each family has its own attributes.
@replace(ELBv2Backend, "modify_load_balancer_attributes")
def _modify_attributes(original, self, arn, attrs):
    changed = balancer(self, arn)
    if len(attrs) > 20:
        refuse("ValidationError", "At most 20 attributes can be changed by one call")
    for key in attrs:
        if key not in ATTRIBUTES[changed.type]:
            refuse("ValidationError", f"Load balancer attribute key '{key}' is not recognized")
    changed.attrs.update(attrs)
    return changed.attrs


# AWS deletes none that is protected; moto does. Listeners, rules, tags and interfaces go with it.
@replace(ELBv2Backend, "delete_load_balancer")
def _delete(original, self, arn):
    from patches import listeners

    gone = self.load_balancers.get(arn)
    if gone is None:
        return
    if gone.attrs["deletion_protection.enabled"] == "true":
        refuse(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )
    for listener_arn in list(gone.listeners):
        listeners.delete(self, gone, listener_arn)
    for eni in _interfaces(self, gone):
        _remove(self.ec2_backend, eni)
    self.tagging_service.delete_all_tags_for_resource(arn)
    original(self, arn)


# Where one of several is missing, AWS answers for none; moto takes the one before for it.
@replace(ELBv2Backend, "describe_load_balancers")
def _describe(original, self, arns, names):
    if len(arns or []) > PER_CALL:
        refuse("ValidationError", f"At most {PER_CALL} load balancers can be described by ARN at once")
    known = self.load_balancers.values()
    if not set(arns or []) <= {b.arn for b in known} or not set(names or []) <= {b.name for b in known}:
        refuse("LoadBalancerNotFound", "One or more load balancers not found")
    found = [b for b in known if not arns and not names or b.arn in (arns or []) or b.name in (names or [])]
    for shown in found:
        shown.activate()
    return found
