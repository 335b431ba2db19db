"""VPC links of version 2, which both versions go through.

AWS takes minutes to make one; here only the answer to the create says PENDING. None is deleted while
something goes through it: an integration, or a stage by the deployment that it shows.
"""

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.utils import random_private_ip

from apis.service import HTTP, Thing, bad, check_tags, http_page, known, new_id, now, operation


def link(world, link_id):
    return known(world.store.links, link_id, f"Invalid VpcLink identifier specified {link_id}")


@operation(HTTP)
def create_vpc_link(world, given):
    subnets = [_subnet(world, subnet_id) for subnet_id in given["SubnetIds"]]
    if not subnets or len(subnets) > 10:
        bad("A VPC link has 1 to 10 subnets")
    vpcs = {subnet.vpc_id for subnet in subnets}
    if len(vpcs) > 1:
        bad("All subnets of a VPC link must be in the same VPC")
    groups = given.get("SecurityGroupIds", [])
    for group_id in groups:
        group = world.ec2.get_security_group_from_id(group_id)
        if group is None or group.vpc_id not in vpcs:
            bad(f"Security group {group_id} does not exist in the VPC of the subnets")
    made = Thing(
        {
            "CreatedDate": now(),
            "Name": given["Name"],
            "SecurityGroupIds": groups,
            "SubnetIds": given["SubnetIds"],
            "Tags": check_tags(given.get("Tags")),
            "VpcLinkId": new_id(6),
            "VpcLinkStatus": "AVAILABLE",
            "VpcLinkVersion": "V2",
        }
    )
    made.interfaces = [_interface(world, subnet, groups, made) for subnet in subnets]
    world.store.links[made.described["VpcLinkId"]] = made
    return {**made.described, "VpcLinkStatus": "PENDING"}


def _subnet(world, subnet_id):
    try:
        return world.ec2.get_subnet(subnet_id)
    except EC2ClientError:
        return bad(f"The subnet ID '{subnet_id}' does not exist")


def _interface(world, subnet, groups, made):
    """What keeps subnet and groups from being deleted."""
    description = f"VPC Link Interface for {made.described['VpcLinkId']}"
    address = random_private_ip(subnet.cidr_block)
    eni = world.ec2.create_network_interface(subnet, address, list(groups), description=description)
    eni.interface_type, eni.requester_managed, eni.status = "api_gateway_managed", True, "in-use"
    eni.vpc_link = made.described["VpcLinkId"]
    return eni.id


@operation(HTTP)
def get_vpc_link(world, given):
    return link(world, given["VpcLinkId"]).described


@operation(HTTP)
def get_vpc_links(world, given):
    return http_page(given, [link.described for link in world.store.links.values()])


@operation(HTTP)
def update_vpc_link(world, given):
    return link(world, given["VpcLinkId"]).change(given, "Name")


@operation(HTTP)
def delete_vpc_link(world, given):
    gone = link(world, given["VpcLinkId"])
    check_unused(world, given["VpcLinkId"])
    for eni in gone.interfaces:
        world.ec2.enis.pop(eni, None)
    del world.store.links[given["VpcLinkId"]]
    return {}


def check_unused(world, link_id):
    """Refuses while an integration of version 2 or a stage of version 1 goes through a link."""
    message = f"Cannot delete vpc link. Vpc link '{link_id}', is referenced in"
    integrations = [i for api in world.store.apis.values() for i in api.integrations.values()]
    users = [i.described for i in integrations if i.described.get("ConnectionId") == link_id]
    if users:
        named = ", ".join(f"{user['IntegrationMethod']}:{user['IntegrationId']}" for user in users)
        bad(f"{message} [{named}] in format of [Method:Resource].")
    for api_id, api in world.store.rest.items():
        for name, stage in api.stages.items():
            shown = api.deployments[stage.described["deploymentId"]]
            named = [f"{api_id}:{verb}:{path}:{name}" for path, verb, through in shown.through if through == link_id]
            if named:
                bad(f"{message} [{', '.join(named)}] in format of [RESTApiId:Method:Resource:Stage].")
