//! Add-ons that AWS itself publishes for EKS, to tell a slip from a name that is not known here.
//!
//! EKS user guide, "AWS add-ons" and "Community add-ons" (2026). Vendors publish more; any name can be written.

/// Those that every cluster of a stack has.
pub const ALWAYS: [&str; 4] = ["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"];

/// All of them, in alphabetical order.
pub const NAMES: &[&str] = &[
    "adot",
    "amazon-cloudwatch-observability",
    "amazon-sagemaker-hyperpod-taskgovernance",
    "aws-ebs-csi-driver",
    "aws-efs-csi-driver",
    "aws-fsx-csi-driver",
    "aws-guardduty-agent",
    "aws-mountpoint-s3-csi-driver",
    "aws-network-flow-monitoring-agent",
    "aws-privateca-connector-for-kubernetes",
    "aws-secrets-store-csi-driver-provider",
    "cert-manager",
    "coredns",
    "eks-node-monitoring-agent",
    "eks-pod-identity-agent",
    "external-dns",
    "fluent-bit",
    "kube-proxy",
    "kube-state-metrics",
    "metrics-server",
    "prometheus-node-exporter",
    "snapshot-controller",
    "vpc-cni",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_hold_those_of_every_cluster() {
        assert!(NAMES.is_sorted_by(|a, b| a < b) && ALWAYS.is_sorted_by(|a, b| a < b));
        assert!(ALWAYS.iter().all(|name| NAMES.contains(name)));
    }
}
