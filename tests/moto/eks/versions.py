"""Which versions of Kubernetes there are, and their upgrades."""

from eks import catalogue, updates
from eks.service import invalid, operation, page


@operation
def describe_cluster_versions(world, given):
    wanted = given.get("clusterVersions")
    status = given.get("versionStatus") or given.get("status", "").upper().replace("-", "_")
    shown = []
    for version, (released, standard, extended, platform, patch) in catalogue.KUBERNETES.items():
        support = "STANDARD_SUPPORT" if version in catalogue.STANDARD else "EXTENDED_SUPPORT"
        skip = (
            (wanted and version not in wanted)
            or (status and status != support)
            or (given.get("defaultOnly") and version != catalogue.DEFAULT)
        )
        if not skip:
            shown.append(
                {
                    "clusterVersion": version,
                    "clusterType": given.get("clusterType", "eks"),
                    "defaultPlatformVersion": platform,
                    "defaultVersion": version == catalogue.DEFAULT,
                    "releaseDate": catalogue.moment(released),
                    "endOfStandardSupportDate": catalogue.moment(standard),
                    "endOfExtendedSupportDate": catalogue.moment(extended),
                    "status": support.lower().replace("_", "-"),
                    "versionStatus": support,
                    "kubernetesPatchVersion": f"{version}.{patch}",
                }
            )
    return page(given, "clusterVersions", shown)


# AWS goes up one minor version at a time, and not further than nodes can follow: three.
@operation
def update_cluster_version(world, given):
    cluster, wanted = world.cluster(given["name"]), given.get("version")
    version = cluster.described["version"]
    if wanted not in catalogue.KUBERNETES:
        invalid(f"unsupported Kubernetes version {wanted}", clusterName=given["name"])
    if catalogue.minor(wanted) != catalogue.minor(version) + 1:
        invalid(f"Unsupported Kubernetes minor version update from {version} to {wanted}", clusterName=given["name"])
    for name, group in cluster.nodegroups.items():
        if catalogue.minor(wanted) - catalogue.minor(group.described["version"]) > 3:
            invalid(
                f"Nodegroups {name} must be updated to match cluster version {version} before updating cluster version",
                clusterName=given["name"],
                nodegroupName=name,
            )
    platform = catalogue.KUBERNETES[wanted][3]
    cluster.described.update(version=wanted, platformVersion=platform)
    return updates.record(cluster, "VersionUpdate", Version=wanted, PlatformVersion=platform)
