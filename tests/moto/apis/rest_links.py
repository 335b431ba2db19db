"""VPC links of version 1, each to one network load balancer."""

from apis.links import check_unused
from apis.patches import patched
from apis.service import REST, Thing, bad, check_tags, known, new_id, operation, rest_page


def link(world, link_id):
    return known(world.store.rest_links, link_id, f"Invalid Vpc Link identifier specified {link_id}")


@operation(REST)
def create_vpc_link(world, given):
    if len(given["targetArns"]) != 1:
        bad("More than one target arn specified for vpc link.")
    balancer = world.elb.load_balancers.get(given["targetArns"][0])
    if balancer is None or balancer.type != "network":
        bad("Failed to lookup NLB. The target has to be a network load balancer of this account and Region.")
    made = Thing(
        {
            "id": new_id(6),
            "name": given["name"],
            "description": given.get("description"),
            "targetArns": given["targetArns"],
            "status": "AVAILABLE",
            "statusMessage": "Your vpc link is ready for use",
            "tags": check_tags(given.get("tags")),
        }
    )
    world.store.rest_links[made.described["id"]] = made
    return {**made.described, "status": "PENDING", "statusMessage": "Your vpc link is being provisioned"}


@operation(REST)
def get_vpc_link(world, given):
    return link(world, given["vpcLinkId"]).described


@operation(REST)
def get_vpc_links(world, given):
    return rest_page(given, [link.described for link in world.store.rest_links.values()])


@operation(REST)
def update_vpc_link(world, given):
    found = link(world, given["vpcLinkId"])
    for patch in given.get("patchOperations", []):
        if patch["path"] == "/targetArns":
            bad("Target arns are not allowed to be changed/added.")
    return patched(found, given, "/name", "/description")


@operation(REST)
def delete_vpc_link(world, given):
    link(world, given["vpcLinkId"])
    check_unused(world, given["vpcLinkId"])
    del world.store.rest_links[given["vpcLinkId"]]
    return {}
