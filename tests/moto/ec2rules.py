"""What EC2 refuses whatever the operation does: unknown filters, wrong tag types, dry runs.

Real EC2 checks these before it looks at any object. moto notices an unknown filter only when
there is an object to filter (and then answers 500), takes tags of any resource type, and
creates things in spite of DryRun in half of its operations.
"""

import validate

# The resource type that tags given with a create call must name.
TAGGED = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateDhcpOptions": "dhcp-options",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateLaunchTemplate": "launch-template",
    "CreateManagedPrefixList": "prefix-list",
    "CreateNatGateway": "natgateway",
    "CreateNetworkAcl": "network-acl",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}


def refusal(call):
    """(status, code, message) with which EC2 turns the call down, or None."""
    if call.protocol != "ec2" or call.model is None:
        return None
    for name in _unknown_filters(call):
        return 400, "InvalidParameterValue", f"The filter '{name}' is invalid"
    for spec in call.params.get("TagSpecifications", []):
        kind = spec.get("ResourceType")
        if kind != TAGGED.get(call.operation, kind):
            return 400, "InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation."
    if call.params.get("DryRun") is True:
        return 412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."
    return None


def _unknown_filters(call):
    if call.model.input_shape is None:
        return []
    known = validate.filter_names(call.model)
    given = call.params.get("Filters") or call.params.get("Filter") or []
    names = [entry.get("Name", "null") for entry in given]
    return [n for n in names if known and n not in known and not n.startswith("tag:") and n != "tag-key"]
