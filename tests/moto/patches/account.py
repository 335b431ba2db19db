"""The account begins empty.

moto puts a default VPC with subnets into every region, as AWS does in a fresh account. Tests
that assert "nothing is left" are simpler without, and real production accounts have deleted it.
"""

from moto.ec2.models.availability_zones_and_regions import Zone

from patches.tools import EC2Backend, refuse, replace


class NoDefaultVpc:
    """Stands for `default_vpc`, which moto falls back on when a call names no VPC."""

    @property
    def id(self):
        refuse("VPCIdNotSpecified", "No default VPC for this user.")


@replace(EC2Backend, "__init__")
def _empty(original, self, region_name, account_id):
    self.create_default_vpc = NoDefaultVpc
    original(self, region_name, account_id)
    del self.create_default_vpc


# AWS answers these of every zone; moto does not. The zones moto knows need no opt-in.
Zone.opt_in_status = "opt-in-not-required"
Zone.network_border_group = property(lambda self: self.region_name)
Zone.group_name = property(lambda self: f"{self.region_name}-zg-1")
