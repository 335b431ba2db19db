"""Managed node groups.

Each has an Auto Scaling group, and that has no instances.
"""

import re

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

from eks import access, catalogue, network, updates
from eks.service import Thing, check_tags, digest, in_use, invalid, operation, page, unique

ARM = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")  # instance types of Arm, such as m8g.large
NOT_IN_TEMPLATES = (
    "HibernationOptions",
    "IamInstanceProfile",
    "InstanceInitiatedShutdownBehavior",
    "InstanceMarketOptions",
)


@operation
def create_nodegroup(world, given):
    cluster, name = world.cluster(given["clusterName"]), given["nodegroupName"]
    if name in cluster.nodegroups:
        in_use(
            f"NodeGroup already exists with name {name} and cluster name {cluster.name}",
            clusterName=cluster.name,
            nodegroupName=name,
        )
    if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,62}", name):
        invalid("The nodegroupName is not valid", nodegroupName=name)
    _check_role(world, given["nodeRole"])
    network.check_subnets(world, given["subnets"], cluster.described["resourcesVpcConfig"]["vpcId"])
    scaling = _scaling(given.get("scalingConfig", {}), {"minSize": 1, "maxSize": 2, "desiredSize": 2})
    template, content = _template(world, given) if "launchTemplate" in given else (None, {})
    version = _version(cluster, given.get("version"))
    ami = _ami(given, content)
    tags = check_tags(given.get("tags"))
    instances = given.get("instanceTypes") or (None if "InstanceType" in content else ["t3.medium"])
    _check_instances(instances or [], ami)

    identity = unique()
    group = Thing(
        nodegroupName=name,
        nodegroupArn=world.arn("nodegroup", cluster.name, name, identity),
        clusterName=cluster.name,
        version=version if "ImageId" not in content else None,
        releaseVersion=content.get("ImageId") or given.get("releaseVersion") or catalogue.release(ami, version),
        createdAt=utcnow(),
        modifiedAt=utcnow(),
        status="ACTIVE",
        capacityType=given.get("capacityType", "ON_DEMAND"),
        scalingConfig=scaling,
        instanceTypes=instances,
        subnets=given["subnets"],
        remoteAccess=given.get("remoteAccess"),
        amiType=ami,
        nodeRole=given["nodeRole"],
        labels=given.get("labels", {}),
        taints=given.get("taints") or None,
        resources={"autoScalingGroups": [{"name": f"eks-{name}-{identity}"}]},
        diskSize=None if template else given.get("diskSize", 20),
        health={"issues": []},
        updateConfig=_update_config(given.get("updateConfig", {})),
        nodeRepairConfig=given.get("nodeRepairConfig"),
        launchTemplate=template,
        tags=tags,
    )
    if "remoteAccess" in given and "sourceSecurityGroups" not in given["remoteAccess"]:
        group.described["resources"]["remoteAccessSecurityGroup"] = f"sg-0{digest(identity, 16)}"
    cluster.nodegroups[name] = group
    _start(world, group.described)
    access.admit_nodes(world, cluster, given["nodeRole"], "EC2_LINUX")
    return {"nodegroup": group.described}


def _start(world, shown):
    """Makes the Auto Scaling group, without the instances that it would start."""
    (named,) = shown["resources"]["autoScalingGroups"]
    tags = {"eks:cluster-name": shown["clusterName"], "eks:nodegroup-name": shown["nodegroupName"]}
    world.autoscaling.autoscaling_groups[named["name"]] = FakeAutoScalingGroup(
        name=named["name"],
        availability_zones=[],
        desired_capacity=0,
        max_size=shown["scalingConfig"]["maxSize"],
        min_size=shown["scalingConfig"]["minSize"],
        launch_config_name="",
        launch_template={},
        vpc_zone_identifier=",".join(shown["subnets"]),
        default_cooldown=None,
        health_check_period=15,
        health_check_type="EC2",
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=[],
        autoscaling_backend=world.autoscaling,
        ec2_backend=world.ec2,
        tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in tags.items()],
        mixed_instances_policy=None,
        capacity_rebalance=False,
    )


def _check_role(world, arn):
    if world.role(arn) is None:
        name = arn.rpartition("/")[2]
        invalid(f"The role with name {name} cannot be found. (Service: AmazonIdentityManagement; Status Code: 404)")
    if world.trusted(arn, "ec2.amazonaws.com") is None:
        invalid(
            "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships "
            f"of nodeRole {arn}"
        )


def _scaling(given, present):
    sizes = {**present, **given}
    least, most, wanted = sizes["minSize"], sizes["maxSize"], sizes["desiredSize"]
    if wanted > most:
        invalid(f"desired capacity {wanted} can't be greater than max size {most}")
    if least > wanted:
        invalid(f"Minimum capacity {least} can't be greater than desired size {wanted}")
    return sizes


def _update_config(given):
    if "maxUnavailable" in given and "maxUnavailablePercentage" in given:
        invalid("maxUnavailable and maxUnavailablePercentage cannot be given together")
    chosen = "maxUnavailable" in given or "maxUnavailablePercentage" in given
    return dict(given) if chosen else {"maxUnavailable": 1, **given}


def _version(cluster, asked):
    own = cluster.described["version"]
    if asked is None:
        return own
    if asked not in catalogue.KUBERNETES:
        invalid(f"Requested Nodegroup version {asked} is not supported")
    if not 0 <= catalogue.minor(own) - catalogue.minor(asked) <= 3:
        invalid(f"Nodegroup Kubernetes version {asked} does not fit to cluster version {own}")
    return asked


def _ami(given, content):
    if "ImageId" in content:
        if given.get("amiType", "CUSTOM") != "CUSTOM" or "version" in given or "releaseVersion" in given:
            invalid("You cannot specify an AMI Type, version or release version with a launch template that has an AMI")
        return "CUSTOM"
    arm = any(ARM.match(kind) for kind in given.get("instanceTypes", []) + [content.get("InstanceType", "")])
    return given.get("amiType") or ("AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD")


def _check_instances(instances, ami):
    if len(set(instances)) < len(instances):
        invalid("Instance types must be unique")
    for kind in instances:
        if ami != "CUSTOM" and bool(ARM.match(kind)) != ("ARM_64" in ami):
            invalid(f"[{kind}] is not a valid instance type for requested amiType {ami}")


def _template(world, given):
    """The launch template as a node group shows it, and its content."""
    if "diskSize" in given:
        invalid("Disk size must be specified within the launch template.")
    if "remoteAccess" in given:
        invalid("Remote access configuration cannot be specified with a launch template.")
    shown, content = _found(world, given["launchTemplate"])
    for name in NOT_IN_TEMPLATES:
        if name in content:
            invalid(f"Launch template {shown['id']} should not specify {name}.")
    if "instanceTypes" in given and "InstanceType" in content:
        invalid("You cannot specify instance types both in the launch template and in the request.")
    for interface in content.get("NetworkInterfaces", []):
        if "SubnetId" in interface:
            invalid(f"Launch template {shown['id']} should not specify subnets.")
    return shown, content


def _found(world, asked):
    if ("id" in asked) == ("name" in asked):
        invalid("A launch template is given by id or by name, not by both")
    try:
        if "id" in asked:
            template = world.ec2.get_launch_template(asked["id"])
        else:
            template = world.ec2.get_launch_template_by_name(asked["name"])
        version = template.get_version(asked.get("version", "$Default"))
    except EC2ClientError as refused:
        invalid(refused.message)
    return {"name": template.name, "version": str(version.number), "id": template.id}, version.data


@operation
def describe_nodegroup(world, given):
    return {"nodegroup": world.cluster(given["clusterName"]).nodegroup(given["nodegroupName"]).described}


@operation
def list_nodegroups(world, given):
    return page(given, "nodegroups", sorted(world.cluster(given["clusterName"]).nodegroups))


@operation
def delete_nodegroup(world, given):
    cluster = world.cluster(given["clusterName"])
    group = cluster.nodegroup(given["nodegroupName"])
    del cluster.nodegroups[given["nodegroupName"]]
    for named in group.described["resources"]["autoScalingGroups"]:
        world.autoscaling.autoscaling_groups.pop(named["name"], None)
    access.dismiss_nodes(cluster, group.described["nodeRole"])
    return {"nodegroup": {**group.described, "status": "DELETING"}}


# --- changes ---------------------------------------------------------------------------------


@operation
def update_nodegroup_config(world, given):
    group = world.cluster(given["clusterName"]).nodegroup(given["nodegroupName"])
    shown = group.described
    labels, taints = given.get("labels", {}), given.get("taints", {})
    scaling = _scaling(given.get("scalingConfig", {}), shown["scalingConfig"])
    config = _update_config(given["updateConfig"]) if "updateConfig" in given else shown["updateConfig"]
    both = set(labels.get("addOrUpdateLabels", {})) & set(labels.get("removeLabels", []))
    if both:
        invalid(f"Labels cannot be both added and removed: {sorted(both)}")
    kept = {key: value for key, value in shown["labels"].items() if key not in labels.get("removeLabels", [])}
    shown.update(
        labels={**kept, **labels.get("addOrUpdateLabels", {})},
        scalingConfig=scaling,
        updateConfig=config,
    )
    tainted = {_taint(taint): taint for taint in shown.pop("taints", [])}
    for taint in taints.get("removeTaints", []):
        tainted.pop(_taint(taint), None)
    tainted.update({_taint(taint): taint for taint in taints.get("addOrUpdateTaints", [])})
    if tainted:
        shown["taints"] = list(tainted.values())
    if "nodeRepairConfig" in given:
        shown["nodeRepairConfig"] = given["nodeRepairConfig"]
    group.touch()
    sizes = given.get("scalingConfig", {})
    return updates.record(
        group,
        "ConfigUpdate",
        MinSize=sizes.get("minSize"),
        MaxSize=sizes.get("maxSize"),
        DesiredSize=sizes.get("desiredSize"),
        LabelsToAdd=labels.get("addOrUpdateLabels"),
        LabelsToRemove=labels.get("removeLabels"),
        TaintsToAdd=taints.get("addOrUpdateTaints"),
        TaintsToRemove=taints.get("removeTaints"),
        MaxUnavailable=given.get("updateConfig", {}).get("maxUnavailable"),
        MaxUnavailablePercentage=given.get("updateConfig", {}).get("maxUnavailablePercentage"),
        NodeRepairConfig=given.get("nodeRepairConfig"),
    )


def _taint(taint):
    return taint.get("key"), taint.get("effect")


# AWS: without a version, the group gets the cluster's. The launch template stays the same one; its
# version changes.
@operation
def update_nodegroup_version(world, given):
    cluster = world.cluster(given["clusterName"])
    group = cluster.nodegroup(given["nodegroupName"])
    shown, params = group.described, {}
    if "launchTemplate" in given:
        template, content = _found(world, given["launchTemplate"])
        if shown.get("launchTemplate", {}).get("id") != template["id"]:
            invalid("You cannot change the launch template of a node group, only its version")
        shown["launchTemplate"] = template
        params = {"LaunchTemplateName": template["name"], "LaunchTemplateVersion": template["version"]}
        if "ImageId" in content:
            shown["releaseVersion"] = content["ImageId"]
    if shown["amiType"] != "CUSTOM":
        # AWS leaves the image alone if only the launch template is named.
        if "version" in given or "releaseVersion" in given or "launchTemplate" not in given:
            version = _version(cluster, given.get("version"))
            if catalogue.minor(version) < catalogue.minor(shown["version"]):
                invalid(f"Node group version cannot be downgraded from {shown['version']} to {version}")
            release = given.get("releaseVersion") or catalogue.release(shown["amiType"], version)
            shown.update(version=version, releaseVersion=release)
            params.update(Version=version, ReleaseVersion=release)
    elif "version" in given or "releaseVersion" in given:
        invalid("You cannot specify the field version or releaseVersion for a node group with a custom AMI")
    group.touch()
    return updates.record(group, "VersionUpdate", **params)
