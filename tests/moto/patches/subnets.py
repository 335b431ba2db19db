"""Subnets."""

import ipaddress

from moto.core.responses import EmptyResult
from moto.ec2.models.subnets import Subnet

from patches.tools import EC2Backend, EC2Response, depends, refuse, replace

# moto answers the state of the IPv6 block as the text "{'State': 'associated'}".
Subnet.ipv6_cidr_block_association_set = property(
    lambda self: [
        {
            "AssociationId": block["associationId"],
            "Ipv6CidrBlock": block["ipv6CidrBlock"],
            "Ipv6CidrBlockState": {"State": "associated"},
        }
        for block in self.ipv6_cidr_block_associations.values()
        if block["ipv6CidrBlockState"]["State"] == "associated"
    ]
)
Subnet.enable_dns64 = False


# moto takes the first subnet of a zone for the zone's default, with public addresses on launch;
# AWS does that in a default VPC only. AWS also checks IPv6 blocks: /64, in the VPC, free.
@replace(EC2Backend, "create_subnet")
def _create(original, self, vpc_id, cidr_block, ipv6_cidr_block=None, *args, **kwargs):
    if ipv6_cidr_block:
        ipv6_cidr_block = _checked_ipv6(self, vpc_id, ipv6_cidr_block)
    subnet = original(self, vpc_id, cidr_block, ipv6_cidr_block, *args, **kwargs)
    if not self.vpcs[vpc_id].is_default:
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
    return subnet


@replace(EC2Backend, "associate_subnet_cidr_block")
def _associate(original, self, subnet_id, ipv6_cidr_block):
    subnet = self.get_subnet(subnet_id)
    if subnet.ipv6_cidr_block_association_set:
        refuse("InvalidSubnet.Conflict", f"Subnet {subnet_id} already has an IPv6 CIDR block")
    return original(self, subnet_id, _checked_ipv6(self, subnet.vpc_id, ipv6_cidr_block))


def _checked_ipv6(backend, vpc_id, text):
    try:
        block = ipaddress.IPv6Network(text)
    except ValueError:
        refuse("InvalidParameterValue", f"Value ({text}) for parameter ipv6CidrBlock is invalid.")
    of_vpc = [ipaddress.ip_network(b["cidr_block"]) for b in backend.get_vpc(vpc_id).ipv6_cidr_block_association_set]
    if block.prefixlen != 64 or not any(block.subnet_of(b) for b in of_vpc):
        refuse("InvalidSubnet.Range", f"The CIDR '{text}' is invalid.")
    for other in backend.describe_subnets(filters={"vpc-id": [vpc_id]}):
        if str(block) in [b["Ipv6CidrBlock"] for b in other.ipv6_cidr_block_association_set]:
            refuse("InvalidSubnet.Conflict", f"The CIDR '{text}' conflicts with another subnet")
    return str(block)


# AWS changes one attribute a call. moto takes several, and forgets most of the attributes.
@replace(EC2Response, "modify_subnet_attribute")
def _modify(original, self):
    subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
    given = {name: value for name, value in self._get_params().items() if name != "SubnetId"}
    if len(given) > 1:
        refuse("InvalidParameterCombination", f"Fields for multiple attribute types specified: {', '.join(given)}")
    for name, value in given.items():
        _set(subnet, name, value["Value"] if isinstance(value, dict) else value)
    return EmptyResult()


def _set(subnet, name, value):
    options = subnet.private_dns_name_options_on_launch
    if name == "MapPublicIpOnLaunch":
        subnet.map_public_ip_on_launch = value
    elif name == "AssignIpv6AddressOnCreation":
        if value and not subnet.ipv6_cidr_block_association_set:
            refuse("InvalidParameterValue", f"Subnet {subnet.id} has no IPv6 CIDR block to assign addresses from")
        subnet.assign_ipv6_address_on_creation = value
    elif name == "EnableDns64":
        subnet.enable_dns64 = value
    elif name == "PrivateDnsHostnameTypeOnLaunch":
        options["HostnameType"] = value
    elif name == "EnableResourceNameDnsARecordOnLaunch":
        options["EnableResourceNameDnsARecord"] = value
    elif name == "EnableResourceNameDnsAAAARecordOnLaunch":
        options["EnableResourceNameDnsAAAARecord"] = value
    else:
        raise NotImplementedError(f"ModifySubnetAttribute {name}")


# AWS deletes no subnet with a network interface in it, of a NAT gateway or endpoint say. moto
# does, and keeps the associations of route table and network ACL with the subnet that is gone.
@replace(EC2Backend, "delete_subnet")
def _delete(original, self, subnet_id):
    if any(eni.subnet.id == subnet_id for eni in self.enis.values()):
        depends(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    subnet = original(self, subnet_id)
    for table in self.route_tables.values():
        table._associations = {key: target for key, target in table._associations.items() if target != subnet_id}
    for acl in self.network_acls.values():
        acl._associations = {key: a for key, a in acl._associations.items() if a.subnet_id != subnet_id}
    self.tags.pop(subnet_id, None)
    return subnet
