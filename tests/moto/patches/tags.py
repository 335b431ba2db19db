"""Tags."""

from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

from patches.tools import EC2Backend, refuse, replace

MAX_KEY, MAX_VALUE = 128, 256

# AWS's names of resource types, where moto has its own.
for prefix, kind in (("nat", "natgateway"), ("fl", "vpc-flow-log"), ("eipalloc", "elastic-ip"), ("pl", "prefix-list")):
    EC2_PREFIX_TO_RESOURCE[prefix] = kind


# moto reads the tags of one object by comparing the id of every tag of the account with a
# pattern: describing n objects costs n * n. The tags are in a dictionary by id all the while.
@replace(TaggedEC2Resource, "get_tags")
def _get_tags(original, self):
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id), "") if self.id else ""
    tags = self.ec2_backend.tags.get(self.id, {})
    return [{"resource_id": self.id, "resource_type": kind, "key": k, "value": v} for k, v in tags.items()]


# AWS reserves the prefix aws: and limits lengths; moto takes everything.
@replace(EC2Backend, "create_tags")
def _create_tags(original, self, resource_ids, tags):
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            refuse("InvalidParameterValue", f"Tag keys starting with 'aws:' are reserved for internal use: {key}")
        if not 1 <= len(key) <= MAX_KEY or len(value or "") > MAX_VALUE:
            refuse("InvalidParameterValue", f"Tag {key!r}: key longer than {MAX_KEY} or value than {MAX_VALUE}")
    return original(self, resource_ids, tags)


# AWS drops the tags of what is deleted; moto goes on listing them in DescribeTags.
# (The patches of the other kinds, which replace a delete anyway, see to it themselves.)
def _forget(method):
    @replace(EC2Backend, method)
    def delete(original, self, resource_id):
        original(self, resource_id)
        self.tags.pop(resource_id, None)


_forget("delete_internet_gateway")
_forget("delete_route_table")


@replace(EC2Backend, "delete_egress_only_internet_gateway")
def _delete_egress_only(original, self, gateway_id):
    original(self, gateway_id)
    self.tags.pop(gateway_id, None)


@replace(EC2Backend, "delete_flow_logs")
def _delete_flow_logs(original, self, flow_log_ids):
    original(self, flow_log_ids)
    for flow_log_id in flow_log_ids:
        self.tags.pop(flow_log_id, None)
