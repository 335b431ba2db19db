"""What EKS makes in the VPC of a cluster: a security group, and interfaces of the control plane.

Both go with the cluster. Until then the interfaces keep the subnets from being deleted, and the
group the VPC.
"""

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.utils import random_private_ip

from eks.service import digest, invalid

DESCRIPTION = (
    "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
    "as well as any managed workloads."
)


def check_subnets(world, subnet_ids, vpc_id=None):
    """The subnets, if they exist, in one VPC."""
    subnets = []
    for subnet_id in subnet_ids:
        try:
            subnets.append(world.ec2.get_subnet(subnet_id))
        except EC2ClientError:
            invalid(
                f"The subnet ID '{subnet_id}' does not exist (Service: AmazonEC2; Status Code: 400; "
                "Error Code: InvalidSubnetID.NotFound)"
            )
    if len({subnet.vpc_id for subnet in subnets} | ({vpc_id} if vpc_id else set())) > 1:
        invalid("Subnets specified must be in the same VPC as the cluster")
    return subnets


def check_cluster_subnets(world, subnet_ids, vpc_id=None):
    subnets = check_subnets(world, subnet_ids, vpc_id)
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        invalid("Subnets specified must be in at least two different AZs")
    return subnets


def check_groups(world, group_ids, vpc_id):
    for group_id in group_ids:
        group = world.ec2.get_security_group_from_id(group_id)
        if group is None or group.vpc_id != vpc_id:
            invalid(f"The security group '{group_id}' does not exist in VPC {vpc_id}")


def make_group(world, name, vpc_id):
    number = int(digest(f"{name} {vpc_id}", 8), 16)
    called = f"eks-cluster-sg-{name}-{number}"
    group = world.ec2.create_security_group(called, DESCRIPTION, vpc_id=vpc_id, force=True)
    own = {"GroupId": group.id, "UserId": group.owner_id}
    group.ingress_rules.append(SecurityGroupRule(world.ec2, "-1", group.id, None, None, None, own, is_egress=False))
    # Not by add_tags, which knows that users must not set tags of AWS.
    tags = {"Name": called, "aws:eks:cluster-name": name, f"kubernetes.io/cluster/{name}": "owned"}
    world.ec2.tags[group.id].update(tags)
    return group.id


def place(world, cluster):
    """Puts an interface into every subnet of the cluster, and takes it out of the others."""
    name, vpc = cluster.described["name"], cluster.described["resourcesVpcConfig"]
    groups = [vpc["clusterSecurityGroupId"], *vpc["securityGroupIds"]]
    present = {}
    for eni in interfaces(world, cluster):
        if eni.subnet.id in vpc["subnetIds"]:
            present[eni.subnet.id] = eni
        else:
            del world.ec2.enis[eni.id]
    for subnet_id in vpc["subnetIds"]:
        if subnet_id not in present:
            subnet = world.ec2.get_subnet(subnet_id)
            address = random_private_ip(subnet.cidr_block)
            eni = world.ec2.create_network_interface(subnet, address, description=f"Amazon EKS {name}")
            eni.status, eni.eks_cluster = "in-use", cluster.described["arn"]
            present[subnet_id] = eni
        present[subnet_id]._group_set = [world.ec2.get_security_group_from_id(i) for i in groups]


def interfaces(world, cluster):
    arn = cluster.described["arn"]
    return [eni for eni in world.ec2.enis.values() if getattr(eni, "eks_cluster", None) == arn]


def remove(world, cluster):
    """Takes interfaces and group away. AWS leaves a group behind that others still refer to."""
    for eni in interfaces(world, cluster):
        del world.ec2.enis[eni.id]
    group_id = cluster.described["resourcesVpcConfig"]["clusterSecurityGroupId"]
    try:
        world.ec2.delete_security_group(group_id=group_id)
    except EC2ClientError:
        for key in [key for key in world.ec2.tags[group_id] if key.startswith("aws:")]:
            del world.ec2.tags[group_id][key]


def is_private(world, subnet):
    """Whether the subnet has no route to an internet gateway."""
    tables = [table for table in world.ec2.route_tables.values() if table.vpc_id == subnet.vpc_id]
    own = [table for table in tables if subnet.id in table._associations.values()]
    for table in own or [table for table in tables if table.main_association_id]:
        for route in table._routes.values():
            if route.gateway and route.gateway.id.startswith("igw-"):
                return False
    return True
