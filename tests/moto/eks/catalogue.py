"""What EKS offers: Kubernetes versions and add-ons.

A fixed choice, so that tests mean the same at any time. Support does not run out here.
"""

from datetime import date, datetime, time, timezone

# Minor version: release, end of standard support, end of extended support, platform, latest patch.
KUBERNETES = {
    "1.36": (date(2026, 6, 2), date(2027, 8, 2), date(2028, 8, 2), "eks.3", 1),
    "1.35": (date(2026, 1, 27), date(2027, 3, 27), date(2028, 3, 27), "eks.9", 4),
    "1.34": (date(2025, 10, 2), date(2026, 12, 2), date(2027, 12, 2), "eks.18", 6),
    "1.33": (date(2025, 5, 29), date(2026, 7, 29), date(2027, 7, 29), "eks.31", 9),
    "1.32": (date(2025, 1, 23), date(2026, 3, 23), date(2027, 3, 23), "eks.38", 12),
    "1.31": (date(2024, 9, 26), date(2025, 11, 26), date(2026, 11, 26), "eks.54", 14),
}
DEFAULT = "1.35"
STANDARD = ("1.36", "1.35", "1.34")  # in standard support; the others are in extended support

NODE_RELEASE, BOTTLEROCKET_RELEASE = "20261105", "1.52.0-8b5f3c21"

# Add-on: type, versions with the newest first. The second is the default, as AWS's often lags.
ADDONS = {
    "adot": ("observability", ("v0.141.0-eksbuild.1", "v0.131.0-eksbuild.1")),
    "amazon-cloudwatch-observability": ("observability", ("v4.8.0-eksbuild.1", "v4.7.0-eksbuild.1")),
    "amazon-sagemaker-hyperpod-taskgovernance": ("management", ("v1.4.0-eksbuild.1", "v1.3.1-eksbuild.1")),
    "aws-ebs-csi-driver": ("storage", ("v1.54.0-eksbuild.1", "v1.53.0-eksbuild.1", "v1.52.1-eksbuild.1")),
    "aws-efs-csi-driver": ("storage", ("v2.3.0-eksbuild.1", "v2.2.0-eksbuild.1")),
    "aws-fsx-csi-driver": ("storage", ("v1.8.0-eksbuild.2", "v1.8.0-eksbuild.1")),
    "aws-guardduty-agent": ("security", ("v1.13.0-eksbuild.1", "v1.12.1-eksbuild.2")),
    "aws-mountpoint-s3-csi-driver": ("storage", ("v2.4.0-eksbuild.1", "v2.3.0-eksbuild.1")),
    "aws-network-flow-monitoring-agent": ("observability", ("v1.2.0-eksbuild.1", "v1.1.2-eksbuild.1")),
    "aws-privateca-connector-for-kubernetes": ("security", ("v1.7.0-eksbuild.1", "v1.6.0-eksbuild.1")),
    "aws-secrets-store-csi-driver-provider": ("security", ("v2.2.0-eksbuild.1", "v2.1.1-eksbuild.1")),
    "cert-manager": ("security", ("v1.20.0-eksbuild.1", "v1.19.2-eksbuild.1")),
    "coredns": ("networking", ("v1.13.2-eksbuild.1", "v1.13.1-eksbuild.1", "v1.12.4-eksbuild.1")),
    "eks-node-monitoring-agent": ("observability", ("v1.6.0-eksbuild.1", "v1.5.0-eksbuild.1")),
    "eks-pod-identity-agent": ("security", ("v1.3.10-eksbuild.2", "v1.3.10-eksbuild.1", "v1.3.9-eksbuild.5")),
    "external-dns": ("networking", ("v0.20.0-eksbuild.2", "v0.20.0-eksbuild.1")),
    "fluent-bit": ("observability", ("v4.2.0-eksbuild.1", "v4.1.1-eksbuild.2")),
    "kube-proxy": ("networking", ()),  # the versions of Kubernetes
    "kube-state-metrics": ("observability", ("v2.18.0-eksbuild.1", "v2.17.0-eksbuild.5")),
    "metrics-server": ("observability", ("v0.8.1-eksbuild.1", "v0.8.0-eksbuild.6")),
    "prometheus-node-exporter": ("observability", ("v1.11.0-eksbuild.1", "v1.10.2-eksbuild.2")),
    "snapshot-controller": ("storage", ("v8.5.0-eksbuild.1", "v8.4.0-eksbuild.2")),
    "vpc-cni": ("networking", ("v1.21.2-eksbuild.1", "v1.21.1-eksbuild.1", "v1.20.5-eksbuild.1")),
}
# Those that are Deployments only, and run on no cluster without nodes.
DEPLOYMENTS = ("cert-manager", "coredns", "external-dns", "kube-state-metrics", "metrics-server", "snapshot-controller")

ACCESS_POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
)


def minor(version):
    return int(version.split(".")[1])


def addon_versions(name, kubernetes):
    """The versions of an add-on that run on a version of Kubernetes, newest first."""
    if name == "kube-proxy":
        latest = KUBERNETES[kubernetes][4]
        return tuple(f"v{kubernetes}.{max(latest - i, 0)}-eksbuild.{5 - 2 * i}" for i in range(3))
    return ADDONS[name][1]


def default_version(name, kubernetes):
    return addon_versions(name, kubernetes)[1]


def release(ami, version):
    """The newest image release of node groups."""
    if ami.startswith("BOTTLEROCKET"):
        return BOTTLEROCKET_RELEASE
    return f"{version}.{KUBERNETES[version][4]}-{NODE_RELEASE}"


def moment(day):
    return datetime.combine(day, time(), timezone.utc)
