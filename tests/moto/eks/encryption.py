"""Encryption of Kubernetes secrets with a key of the customer."""

from eks import updates
from eks.service import invalid, operation, wrong


def check(world, config):
    for entry in config:
        if entry.get("resources") != ["secrets"]:
            invalid("The only resource that can be encrypted is secrets")
        arn = entry.get("provider", {}).get("keyArn", "")
        key = next((key for key in world.kms.keys.values() if key.arn == arn), None)
        if key is None:
            invalid(f"The KMS key {arn} does not exist, or cannot be accessed")
        if key.key_state != "Enabled" or key.key_spec != "SYMMETRIC_DEFAULT":
            invalid(f"The KMS key {arn} is not an enabled, symmetric key")


@operation
def associate_encryption_config(world, given):
    cluster = world.cluster(given["clusterName"])
    if cluster.described.get("encryptionConfig"):
        wrong("Encryption is already enabled for this cluster", clusterName=given["clusterName"])
    check(world, given["encryptionConfig"])
    cluster.described["encryptionConfig"] = given["encryptionConfig"]
    return updates.record(cluster, "AssociateEncryptionConfig", EncryptionConfig=given["encryptionConfig"])
