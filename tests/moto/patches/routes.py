"""Route tables and routes."""

import ipaddress

from moto.ec2.exceptions import RouteAlreadyExistsError
from moto.ec2.models.route_tables import Route
from moto.ec2.utils import generate_route_id

from patches.tools import EC2Backend, depends, refuse, replace


# AWS shows a route as blackhole once its target is gone; in moto it stays active.
@property
def _state(self):
    backend, vpc_id = self.route_table.ec2_backend, self.route_table.vpc_id
    gateway = self.gateway
    gone = (
        (self.nat_gateway and self.nat_gateway.state != "available")
        or (self.egress_only_igw and self.egress_only_igw.id not in backend.egress_only_internet_gateways)
        or (self.interface and self.interface.id not in backend.enis)
        or (gateway and gateway.id.startswith("igw-") and (not gateway.vpc or gateway.vpc.id != vpc_id))
    )
    return "blackhole" if gone else "active"


Route.state = _state


# AWS refuses a second route for a destination of any kind, and targets that do not exist or are
# of another VPC. moto compares IPv4 destinations only, and leaves unknown targets empty.
@replace(EC2Backend, "create_route")
def _create(
    original,
    self,
    route_table_id,
    destination_cidr_block=None,
    destination_ipv6_cidr_block=None,
    destination_prefix_list_id=None,
    local=False,
    **targets,
):
    table = self.get_route_table(route_table_id)
    if destination_ipv6_cidr_block:
        destination_ipv6_cidr_block = str(ipaddress.IPv6Network(destination_ipv6_cidr_block))
    destination = destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id
    if not local:
        if generate_route_id(table.id, *destination) in table._routes:
            raise RouteAlreadyExistsError(next(filter(None, destination)))
        if destination_prefix_list_id and destination_prefix_list_id not in self.managed_prefix_lists:
            refuse("InvalidPrefixListID.NotFound", f"The prefix list ID '{destination_prefix_list_id}' does not exist")
        _check_targets(self, table, targets)
    return original(self, route_table_id, *destination, local, **targets)


@replace(EC2Backend, "replace_route")
def _replace(original, self, route_table_id, cidr, ipv6_cidr, prefix_list_id, nat, egress_only, transit, **targets):
    given = {"nat_gateway_id": nat, "egress_only_igw_id": egress_only, "transit_gateway_id": transit, **targets}
    _check_targets(self, self.get_route_table(route_table_id), given)
    return original(self, route_table_id, cidr, ipv6_cidr, prefix_list_id, nat, egress_only, transit, **targets)


def _foreign(table, other):
    refuse("InvalidParameterValue", f"route table {table.id} and {other} belong to different networks")


def _check_targets(backend, table, targets):
    given = {key: value for key, value in targets.items() if value}
    if len(given) != 1:
        refuse("InvalidParameterCombination", f"A route has exactly one target, given: {sorted(given)}")
    ((kind, target),) = given.items()
    if kind == "gateway_id" and target.startswith("igw-"):
        if target not in backend.internet_gateways:
            refuse("InvalidGatewayID.NotFound", f"The gateway ID '{target}' does not exist")
        gateway = backend.internet_gateways[target]
        if not gateway.vpc or gateway.vpc.id != table.vpc_id:
            _foreign(table, target)
    if kind == "egress_only_igw_id":
        gateway = backend.get_egress_only_igw(target)  # InvalidGatewayID.NotFound
        if gateway.vpc_id != table.vpc_id:
            _foreign(table, target)
    if kind == "nat_gateway_id":
        nat = backend.nat_gateways.get(target)
        if nat is None or nat.state == "deleted":
            refuse("InvalidNatGatewayID.NotFound", f"The natGateway ID '{target}' does not exist")
        if nat.vpc_id != table.vpc_id:
            _foreign(table, target)
    if kind == "transit_gateway_id" and target not in backend.transit_gateways:
        refuse("InvalidTransitGatewayID.NotFound", f"The transitGateway ID '{target}' does not exist")


# AWS deletes neither local routes nor those of gateway endpoints; moto does.
@replace(EC2Backend, "delete_route")
def _delete(original, self, route_table_id, cidr, ipv6_cidr=None, prefix_list_id=None):
    table = self.get_route_table(route_table_id)
    route = table._routes.get(generate_route_id(table.id, cidr, ipv6_cidr, prefix_list_id))
    if route and route.local:
        refuse("InvalidParameterValue", f"cannot remove local route {cidr or ipv6_cidr} in route table {table.id}")
    if route and (route.gateway_id or "").startswith("vpce-"):
        refuse("InvalidParameterValue", f"cannot remove VPC endpoint route {prefix_list_id} in route table {table.id}")
    return original(self, route_table_id, cidr, ipv6_cidr, prefix_list_id)


# AWS: a subnet is in one route table. moto answers the association with the other table.
@replace(EC2Backend, "associate_route_table")
def _associate(original, self, route_table_id, gateway_id=None, subnet_id=None):
    self.get_route_table(route_table_id)
    for table in self.route_tables.values():
        for association_id, target in table._associations.items():
            if target == (subnet_id or gateway_id) and table.id != route_table_id:
                refuse(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {route_table_id} conflicts with an existing one",
                )
            elif target == (subnet_id or gateway_id):
                return association_id
    if subnet_id and self.get_subnet(subnet_id).vpc_id != self.get_route_table(route_table_id).vpc_id:
        _foreign(self.get_route_table(route_table_id), subnet_id)
    return original(self, route_table_id, gateway_id, subnet_id)


# The main route table goes with its VPC and not before; moto deletes it.
@replace(EC2Backend, "delete_route_table")
def _delete_table(original, self, route_table_id):
    if self.get_route_table(route_table_id).main_association_id:
        depends(f"The routeTable '{route_table_id}' has dependencies and cannot be deleted.")
    return original(self, route_table_id)
