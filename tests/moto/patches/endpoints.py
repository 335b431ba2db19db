"""VPC endpoints.

moto takes any service name, makes network interfaces nobody can tell from others, leaves routes
and interfaces alone when an endpoint is modified, and lists deleted endpoints for ever.
"""

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidVpcEndPointIdError
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCEndPoint
from moto.ec2.utils import create_dns_entries, random_private_ip, random_vpc_ep_id

from patches.tools import EC2Backend, EC2Response, refuse, replace

GATEWAY_SERVICES = ("s3", "dynamodb")

VPCEndPoint.ip_address_type = "ipv4"
VPCEndPoint.requester_managed = False
VPCEndPoint.dns_options = property(
    lambda self: {"DnsRecordIpType": "service-defined" if self.vpc_endpoint_type == "Gateway" else "ipv4"}
)


@replace(EC2Backend, "create_vpc_endpoint")
def _create(original, self, vpc_id, service_name, endpoint_type=None, policy_document=None, **given):
    vpc = self.get_vpc(vpc_id)
    kind = endpoint_type or "Gateway"
    _check_service(self, service_name, kind)
    gateway = kind == "Gateway"
    private_dns = bool(given.get("private_dns_enabled")) and not gateway
    if private_dns:
        _check_private_dns(self, vpc, service_name)
    route_table_ids = given.get("route_table_ids") or []
    subnet_ids = given.get("subnet_ids") or []
    group_ids = given.get("security_group_ids") or []
    prefix_list_id = _prefix_list(self, service_name) if gateway else None
    for table in _tables(self, vpc_id, route_table_ids):
        _check_free(table, prefix_list_id)
    _check_subnets(self, vpc_id, subnet_ids)
    _check_groups(self, vpc_id, group_ids)
    if not gateway and not group_ids:
        group_ids = [self.get_default_security_group(vpc_id).id]
    endpoint = VPCEndPoint(
        self,
        random_vpc_ep_id(),
        vpc_id,
        service_name,
        kind,
        policy_document,
        [],
        [],
        dns_entries=[],
        security_group_ids=list(group_ids),
        tags=given.get("tags"),
        private_dns_enabled=private_dns,
        destination_prefix_list_id=prefix_list_id,
    )
    if not gateway:
        endpoint.dns_entries = [create_dns_entries(service_name, endpoint.id)]
    self.vpc_end_points[endpoint.id] = endpoint
    _add_tables(self, endpoint, route_table_ids)
    _add_subnets(self, endpoint, subnet_ids)
    return endpoint


def _check_service(backend, service_name, kind):
    """AWS: the service exists in the region, and as an endpoint of this kind."""
    offered = GATEWAY_SERVICES if kind == "Gateway" else AWS_ENDPOINT_SERVICES
    names = {f"com.amazonaws.{backend.region_name}.{name}" for name in offered}
    if kind != "Gateway":
        names |= {own.service_name for own in backend.configurations.values()}
    if service_name not in names:
        refuse("InvalidServiceName", f"The Vpc Endpoint Service '{service_name}' does not exist")


def _check_private_dns(backend, vpc, service_name):
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        refuse(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
            f"set to true for {vpc.id}",
        )
    for other in backend.vpc_end_points.values():
        if (other.vpc_id, other.service_name) == (vpc.id, service_name) and other.private_dns_enabled:
            refuse(
                "InvalidParameter",
                f"private-dns-enabled cannot be set because there is already a conflicting DNS domain in {vpc.id}",
            )


def _prefix_list(backend, service_name):
    return next(pl.id for pl in backend.managed_prefix_lists.values() if pl.prefix_list_name == service_name)


def _tables(backend, vpc_id, route_table_ids):
    tables = [backend.get_route_table(i) for i in route_table_ids]
    for table in tables:
        if table.vpc_id != vpc_id:
            refuse("InvalidParameter", f"route table {table.id} does not belong to {vpc_id}")
    return tables


def _check_free(table, prefix_list_id):
    if f"{table.id}~{prefix_list_id}" in table._routes:
        refuse(
            "RouteAlreadyExists",
            f"route table {table.id} already has a route with destination-prefix-list-id {prefix_list_id}",
        )


def _check_subnets(backend, vpc_id, subnet_ids):
    subnets = [backend.get_subnet(i) for i in subnet_ids]
    for subnet in subnets:
        if subnet.vpc_id != vpc_id:
            refuse("InvalidParameter", f"Subnet {subnet.id} does not belong to {vpc_id}")
    if len({s.availability_zone for s in subnets}) < len(subnets):
        refuse("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone")


def _check_groups(backend, vpc_id, group_ids):
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None or group.vpc_id != vpc_id:
            refuse("InvalidSecurityGroupId.NotFound", f"The security group '{group_id}' does not exist in {vpc_id}")


# --- tables, subnets and groups of an endpoint -----------------------------------------------


def _add_tables(backend, endpoint, ids):
    for table_id in [i for i in ids if i not in endpoint.route_table_ids]:
        endpoint.route_table_ids.append(table_id)
        backend.create_route(
            table_id, None, destination_prefix_list_id=endpoint.destination_prefix_list_id, gateway_id=endpoint.id
        )


def _remove_tables(backend, endpoint, ids):
    for table_id in ids:
        table = backend.route_tables.get(table_id)
        if table:
            table._routes.pop(f"{table_id}~{endpoint.destination_prefix_list_id}", None)
    endpoint.route_table_ids = [i for i in endpoint.route_table_ids if i not in ids]


def _add_subnets(backend, endpoint, ids):
    for subnet_id in [i for i in ids if i not in endpoint.subnet_ids]:
        subnet = backend.get_subnet(subnet_id)
        eni = backend.create_network_interface(
            subnet,
            random_private_ip(subnet.cidr_block),
            group_ids=endpoint.security_group_ids,
            description=f"VPC Endpoint Interface {endpoint.id}",
        )
        eni.interface_type, eni.requester_managed, eni.status = "vpc_endpoint", True, "in-use"
        endpoint.subnet_ids.append(subnet_id)
        endpoint.network_interface_ids.append(eni.id)


def _remove_subnets(backend, endpoint, ids):
    for eni_id in list(endpoint.network_interface_ids):
        if backend.enis[eni_id].subnet.id in ids:
            del backend.enis[eni_id]
            endpoint.network_interface_ids.remove(eni_id)
    endpoint.subnet_ids = [i for i in endpoint.subnet_ids if i not in ids]


def _set_groups(backend, endpoint, ids):
    endpoint.security_group_ids = ids
    for eni_id in endpoint.network_interface_ids:
        backend.enis[eni_id]._group_set = [backend.get_security_group_from_id(i) for i in ids]


@replace(EC2Response, "modify_vpc_endpoint")
def _modify(original, self):
    backend, params = self.ec2_backend, self._get_params()
    endpoint = backend.vpc_end_points.get(params["VpcEndpointId"])
    if endpoint is None:
        raise InvalidVpcEndPointIdError(params["VpcEndpointId"])
    for table in _tables(backend, endpoint.vpc_id, params.get("AddRouteTableIds", [])):
        _check_free(table, endpoint.destination_prefix_list_id)
    remaining = [i for i in endpoint.subnet_ids if i not in params.get("RemoveSubnetIds", [])]
    _check_subnets(backend, endpoint.vpc_id, remaining + params.get("AddSubnetIds", []))
    _check_groups(backend, endpoint.vpc_id, params.get("AddSecurityGroupIds", []))
    if params.get("PrivateDnsEnabled") and not endpoint.private_dns_enabled:
        _check_private_dns(backend, backend.get_vpc(endpoint.vpc_id), endpoint.service_name)

    _remove_tables(backend, endpoint, params.get("RemoveRouteTableIds", []))
    _add_tables(backend, endpoint, params.get("AddRouteTableIds", []))
    _remove_subnets(backend, endpoint, params.get("RemoveSubnetIds", []))
    groups = [i for i in endpoint.security_group_ids if i not in params.get("RemoveSecurityGroupIds", [])]
    _set_groups(backend, endpoint, groups + [i for i in params.get("AddSecurityGroupIds", []) if i not in groups])
    _add_subnets(backend, endpoint, params.get("AddSubnetIds", []))
    endpoint.private_dns_enabled = params.get("PrivateDnsEnabled", endpoint.private_dns_enabled)
    if params.get("ResetPolicy"):
        endpoint.policy_document = VPCEndPoint(backend, "", "", "", None, None, []).policy_document
    endpoint.policy_document = params.get("PolicyDocument", endpoint.policy_document)
    return ActionResult({"Return": True})


# AWS answers an unknown id as one that was not deleted, and the others are.
@replace(EC2Response, "delete_vpc_endpoints")
def _delete(original, self):
    backend, unsuccessful = self.ec2_backend, []
    for endpoint_id in self._get_param("VpcEndpointIds", []):
        endpoint = backend.vpc_end_points.pop(endpoint_id, None)
        if endpoint is None:
            message = f"The VpcEndpoint Id '{endpoint_id}' does not exist"
            error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}
            unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
            continue
        _remove_tables(backend, endpoint, endpoint.route_table_ids)
        _remove_subnets(backend, endpoint, endpoint.subnet_ids)
        backend.tags.pop(endpoint_id, None)
    return ActionResult({"Unsuccessful": unsuccessful})
