"""NAT gateways, zonal and regional.

moto knows zonal ones only, always makes them available, takes private addresses outside of the
subnet, ignores tag filters, and gives neither address nor network interface back on deletion.
"""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import (
    add_tag_specification,
    generic_filter,
    random_eip_association_id,
    random_ip,
    random_nat_gateway_id,
    random_private_ip,
)

from patches.tools import EC2Backend, EC2Response, refuse, replace


class Gateway(TaggedEC2Resource):
    def __init__(self, backend, vpc_id, subnet_id=None, connectivity_type="public"):
        self.ec2_backend = backend
        self.id = self.nat_gateway_id = random_nat_gateway_id()
        self.vpc_id, self.subnet_id = vpc_id, subnet_id
        self.connectivity_type = connectivity_type
        self.availability_mode = "zonal" if subnet_id else "regional"
        self.state = "available"
        self.create_time, self.delete_time = utcnow(), None
        self.failure_code = self.failure_message = None
        self.auto_scaling_ips = self.auto_provision_zones = None
        self.nat_gateway_addresses = []
        self.eni = None
        backend.nat_gateways[self.id] = self

    def use(self, eip, **where):
        """Takes an elastic address into use."""
        eip.eni = self.eni
        eip.association_id = random_eip_association_id()
        if self.eni:
            self.eni.public_ip = eip.public_ip
        self.nat_gateway_addresses.append(
            {
                "AllocationId": eip.allocation_id,
                "AssociationId": eip.association_id,
                "PublicIp": eip.public_ip,
                "IsPrimary": not self.nat_gateway_addresses,
                "Status": "succeeded",
                **where,
            }
        )

    def release(self, association_ids=None):
        """Frees the addresses, all of them or those of the given associations."""
        for eip in self.ec2_backend.addresses:
            mine = [a for a in self.nat_gateway_addresses if a.get("AllocationId") == eip.allocation_id]
            if mine and (association_ids is None or eip.association_id in association_ids):
                eip.eni = eip.association_id = None


@replace(EC2Response, "create_nat_gateway")
def _create(original, self):
    backend, params = self.ec2_backend, self._get_params()
    if params.get("AvailabilityMode") == "regional":
        nat = _regional(backend, params)
    else:
        nat = _zonal(backend, params)
    nat.add_tags(add_tag_specification(params.get("TagSpecifications", [])))
    return ActionResult({"NatGateway": nat})


def _zonal(backend, params):
    if "SubnetId" not in params:
        refuse("MissingParameter", "The request must contain the parameter subnetId")
    if "VpcId" in params or "AvailabilityZoneAddresses" in params:
        refuse("InvalidParameterCombination", "vpcId and availabilityZoneAddresses are for regional NAT gateways")
    subnet = backend.get_subnet(params["SubnetId"])
    kind = params.get("ConnectivityType", "public")
    eip = None
    if kind == "public":
        if "AllocationId" not in params:
            refuse("MissingParameter", "The request must contain the parameter allocationId")
        eip = _free_address(backend, params["AllocationId"])
    elif "AllocationId" in params:
        refuse("InvalidParameterCombination", "A private NAT gateway has no allocationId")
    nat = Gateway(backend, subnet.vpc_id, subnet.id, kind)
    private_ip = params.get("PrivateIpAddress") or random_private_ip(subnet.cidr_block)
    # AWS: a public NAT gateway needs an internet gateway in the VPC; without, it ends as failed.
    if kind == "public" and not any(g.vpc and g.vpc.id == nat.vpc_id for g in backend.internet_gateways.values()):
        nat.state, nat.failure_code = "failed", "Gateway.NotAttached"
        nat.failure_message = f"Network {nat.vpc_id} has no Internet gateway attached"
        nat.nat_gateway_addresses = [{"AllocationId": eip.allocation_id, "Status": "failed"}]
        return nat
    nat.eni = backend.create_network_interface(subnet, private_ip, description=f"Interface for NAT Gateway {nat.id}")
    nat.eni.interface_type, nat.eni.requester_managed, nat.eni.status = "nat_gateway", True, "in-use"
    nat.eni._group_set = []
    interface = {"NetworkInterfaceId": nat.eni.id, "PrivateIp": private_ip}
    if eip:
        nat.use(eip, **interface)
    else:
        nat.nat_gateway_addresses = [{**interface, "IsPrimary": True, "Status": "succeeded"}]
    return nat


def _regional(backend, params):
    """AWS: in a VPC and not in a subnet, over all its zones or over chosen ones."""
    if "VpcId" not in params:
        refuse("MissingParameter", "The request must contain the parameter vpcId")
    for name in ("SubnetId", "AllocationId"):
        if name in params:
            refuse("InvalidParameterCombination", f"{name} cannot be used with a regional NAT gateway")
    if params.get("ConnectivityType", "public") != "public":
        refuse("InvalidParameterCombination", "A regional NAT gateway is public")
    vpc = backend.get_vpc(params["VpcId"])
    chosen = [
        (zone, _free_address(backend, allocation_id))
        for entry in params.get("AvailabilityZoneAddresses", [])
        for zone in [_zone(backend, entry)]
        for allocation_id in entry.get("AllocationIds", [])
    ]
    nat = Gateway(backend, vpc.id)
    nat.auto_scaling_ips = nat.auto_provision_zones = "disabled" if chosen else "enabled"
    for zone, eip in chosen:
        nat.use(eip, AvailabilityZone=zone.name, AvailabilityZoneId=zone.zone_id)
    if not chosen:
        subnets = backend.describe_subnets(filters={"vpc-id": [vpc.id]})
        nat.nat_gateway_addresses = [
            {"AvailabilityZone": name, "AvailabilityZoneId": zone_id, "PublicIp": random_ip(), "Status": "succeeded"}
            for name, zone_id in sorted({(s.availability_zone, s.availability_zone_id) for s in subnets})
        ]
    return nat


def _zone(backend, entry):
    for zone in backend.describe_availability_zones():
        if zone.name == entry.get("AvailabilityZone") or zone.zone_id == entry.get("AvailabilityZoneId"):
            return zone
    return refuse("InvalidParameterValue", f"Invalid availability zone: {entry}")


def _free_address(backend, allocation_id):
    eip = backend.address_by_allocation([allocation_id])[0]
    if eip.association_id:
        refuse("Resource.AlreadyAssociated", f"Elastic IP address [{allocation_id}] is already associated")
    return eip


def _known(backend, nat_gateway_id):
    if nat_gateway_id not in backend.nat_gateways:
        refuse("NatGatewayNotFound", f"NatGateway {nat_gateway_id} was not found")
    return backend.nat_gateways[nat_gateway_id]


@replace(EC2Backend, "describe_nat_gateways")
def _describe(original, self, filters, nat_gateway_ids):
    wanted = [_known(self, i) for i in nat_gateway_ids] if nat_gateway_ids else self.nat_gateways.values()
    return generic_filter(filters, list(wanted))


# AWS lists a deleted NAT gateway, as deleted, for about an hour; here it stays until the reset.
@replace(EC2Backend, "delete_nat_gateway")
def _delete(original, self, nat_gateway_id):
    nat = _known(self, nat_gateway_id)
    if nat.state != "deleted":
        nat.release()
        if nat.eni:
            self.enis.pop(nat.eni.id, None)
        nat.state, nat.delete_time = "deleted", utcnow()
    return nat


# moto has neither of these two.
@replace(EC2Response, "associate_nat_gateway_address")
def _associate(original, self):
    backend, params = self.ec2_backend, self._get_params()
    nat = _known(backend, params["NatGatewayId"])
    where = {}
    if nat.availability_mode == "regional":
        zone = _zone(backend, params)
        where = {"AvailabilityZone": zone.name, "AvailabilityZoneId": zone.zone_id}
    for eip in [_free_address(backend, allocation_id) for allocation_id in params["AllocationIds"]]:
        nat.use(eip, **where)
    return ActionResult({"NatGatewayId": nat.id, "NatGatewayAddresses": nat.nat_gateway_addresses})


@replace(EC2Response, "disassociate_nat_gateway_address")
def _disassociate(original, self):
    nat = _known(self.ec2_backend, self._get_param("NatGatewayId"))
    associations = self._get_param("AssociationIds")
    gone = [a for a in nat.nat_gateway_addresses if a.get("AssociationId") in associations]
    nat.release(associations)
    nat.nat_gateway_addresses = [a for a in nat.nat_gateway_addresses if a not in gone]
    return ActionResult({"NatGatewayId": nat.id, "NatGatewayAddresses": gone})
