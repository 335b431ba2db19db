"""VPCs and their address blocks."""

import ipaddress

from moto.ec2.exceptions import InvalidVpcCidrBlockAssociationIdError
from moto.ec2.models import vpcs
from moto.ec2.models.vpcs import VPC
from moto.ec2.utils import random_ipv6_cidr

from patches.tools import EC2Backend, EC2Response, depends, refuse, replace

PRIVATE = [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


# moto's random IPv6 blocks may carry leading zeros (2400:6500:0abc:...); AWS writes addresses in
# the canonical form.
vpcs.random_ipv6_cidr = lambda: str(ipaddress.ip_network(random_ipv6_cidr()))


# A block that was disassociated leaves AWS's answers soon; moto lists it until the next
# association. AWS also answers the border group of IPv6 blocks, which moto keeps under another name.
@replace(VPC, "get_cidr_block_association_set")
def _blocks(original, self, ipv6=False):
    return [
        {**block, "network_border_group": self.region}
        for block in original(self, ipv6)
        if block["cidr_block_state"]["state"] != "disassociated"
    ]


# AWS refuses a secondary block that overlaps one of the VPC, has a length it does not allow, or
# is of another private range than the first. moto takes every text.
@replace(EC2Backend, "associate_vpc_cidr_block")
def _associate(original, self, vpc_id, cidr_block, amazon_provided_ipv6_cidr_block):
    vpc = self.get_vpc(vpc_id)
    if cidr_block:
        _check_secondary(vpc, cidr_block)
    return original(self, vpc_id, cidr_block, amazon_provided_ipv6_cidr_block)


def _check_secondary(vpc, cidr_block):
    block = _network(cidr_block, "cidrBlock")
    if not 16 <= block.prefixlen <= 28:
        refuse("InvalidVpc.Range", f"The CIDR '{cidr_block}' is invalid.")
    for other in vpc.cidr_block_association_set:
        if block.overlaps(ipaddress.ip_network(other["cidr_block"])):
            refuse("InvalidVpc.Range", f"The CIDR '{cidr_block}' conflicts with another CIDR of VPC {vpc.id}")
    first = ipaddress.ip_network(vpc.cidr_block)
    ranges = [{i for i, private in enumerate(PRIVATE) if b.subnet_of(private)} for b in (first, block)]
    if all(ranges) and ranges[0] != ranges[1]:
        refuse("InvalidVpc.Range", f"The CIDR '{cidr_block}' is restricted. Use a CIDR from the same private range")


def _network(text, parameter):
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        refuse("InvalidParameterValue", f"Value ({text}) for parameter {parameter} is invalid.")


# AWS refuses to take away a block subnets lie in. moto takes it, and the local route with it.
@replace(EC2Backend, "disassociate_vpc_cidr_block")
def _disassociate(original, self, association_id):
    for vpc in self.vpcs.values():
        if association_id in vpc._cidr_block_association_set:
            _check_unused(self, vpc, vpc._cidr_block_association_set[association_id]["cidr_block"])
            gone = vpc.disassociate_vpc_cidr_block(association_id)
            for table in self.route_tables.values():
                if table.vpc_id == vpc.id:
                    table._routes.pop(f"{table.id}~{gone['cidr_block']}", None)
            return gone
    raise InvalidVpcCidrBlockAssociationIdError(association_id)


def _check_unused(backend, vpc, cidr_block):
    block = ipaddress.ip_network(cidr_block)
    for subnet in backend.describe_subnets(filters={"vpc-id": [vpc.id]}):
        own = [subnet.cidr_block] + [b["Ipv6CidrBlock"] for b in subnet.ipv6_cidr_block_association_set]
        for text in filter(None, own):
            network = ipaddress.ip_network(text)
            if network.version == block.version and network.subnet_of(block):
                refuse("InvalidCidrBlock.InUse", f"The vpc currently has a subnet within CIDR block {cidr_block}")


# AWS changes one attribute a call, and takes DNS host names only together with DNS support.
@replace(EC2Response, "modify_vpc_attribute")
def _modify(original, self):
    given = [name for name in self._get_params() if name not in ("VpcId", "DryRun")]
    if len(given) > 1:
        refuse("InvalidParameterCombination", f"Fields for multiple attribute types specified: {', '.join(given)}")
    vpc = self.ec2_backend.get_vpc(self._get_param("VpcId"))
    if self._get_param("EnableDnsHostnames.Value") is True and not vpc.enable_dns_support:
        refuse("InvalidParameterCombination", "DNS hostnames need DNS support.")
    return original(self)


# AWS deletes no VPC that anybody put something into. moto looks at subnets, route tables and VPN
# gateways only, and leaves the default network ACL behind.
@replace(EC2Backend, "delete_vpc")
def _delete(original, self, vpc_id):
    vpc = self.get_vpc(vpc_id)
    if any(_inside(self, vpc_id)):
        depends(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    for kind in (self.route_tables, self.network_acls):
        for key in [key for key, thing in kind.items() if thing.vpc_id == vpc_id]:
            del kind[key]
    self.groups.pop(vpc_id, None)
    del self.vpcs[vpc_id]
    self.tags.pop(vpc_id, None)
    return vpc


def _inside(backend, vpc_id):
    """What keeps a VPC from being deleted: everything AWS has not made with it."""
    for zone in backend.subnets.values():
        yield from (subnet for subnet in zone.values() if subnet.vpc_id == vpc_id)
    yield from (rtb for rtb in backend.route_tables.values() if rtb.vpc_id == vpc_id and not rtb.main_association_id)
    yield from (group for group in backend.groups[vpc_id].values() if not group.is_default)
    yield from (acl for acl in backend.network_acls.values() if acl.vpc_id == vpc_id and not acl.default)
    yield from (igw for igw in backend.internet_gateways.values() if igw.vpc and igw.vpc.id == vpc_id)
    yield from (igw for igw in backend.egress_only_internet_gateways.values() if igw.vpc_id == vpc_id)
    yield from (nat for nat in backend.nat_gateways.values() if nat.vpc_id == vpc_id and nat.state != "deleted")
    yield from (endpoint for endpoint in backend.vpc_end_points.values() if endpoint.vpc_id == vpc_id)
    yield from (vgw for vgw in backend.vpn_gateways.values() if vpc_id in vgw.attachments)
