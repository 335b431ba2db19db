"""Internet gateways, egress-only internet gateways and elastic addresses."""

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.utils import generic_filter

from patches.tools import EC2Backend, EC2Response, depends, refuse, replace


# A VPC has one internet gateway; moto attaches as many as are asked for.
@replace(EC2Backend, "attach_internet_gateway")
def _attach(original, self, internet_gateway_id, vpc_id):
    for gateway in self.internet_gateways.values():
        if gateway.vpc and gateway.vpc.id == vpc_id and gateway.id != internet_gateway_id:
            refuse("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
    return original(self, internet_gateway_id, vpc_id)


# AWS detaches no internet gateway while public addresses are in use in the VPC; moto does.
@replace(EC2Backend, "detach_internet_gateway")
def _detach(original, self, internet_gateway_id, vpc_id):
    if any(eip.eni and eip.eni.vpc_id == vpc_id for eip in self.addresses) or any(
        nat.vpc_id == vpc_id and nat.connectivity_type == "public" and nat.state == "available"
        for nat in self.nat_gateways.values()
    ):
        depends(
            f"Network {vpc_id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )
    return original(self, internet_gateway_id, vpc_id)


# moto ignores the filters.
@replace(EC2Response, "describe_egress_only_internet_gateways")
def _describe_egress_only(original, self):
    gateways = original(self).result["EgressOnlyInternetGateways"]
    return ActionResult({"EgressOnlyInternetGateways": generic_filter(self._filters_from_querystring(), gateways)})


# AWS releases no address in use; moto frees it first.
@replace(EC2Backend, "release_address")
def _release(original, self, address=None, allocation_id=None):
    eip = (self.address_by_ip([address]) if address else self.address_by_allocation([allocation_id]))[0]
    if eip.association_id:
        refuse("InvalidIPAddress.InUse", f"The address with allocation id {eip.allocation_id} is in use.")
    self.addresses.remove(eip)
    self.tags.pop(eip.id, None)


# AWS leaves out what a free address does not have; moto answers empty texts.
ElasticAddress.network_interface_id = property(lambda self: self.eni.id if self.eni else None)
ElasticAddress.instance_id = property(lambda self: self.instance.id if self.instance else None)
ElasticAddress.public_ipv4_pool = "amazon"
