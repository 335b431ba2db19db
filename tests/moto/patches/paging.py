"""Pages of Describe calls.

AWS returns at most MaxResults objects and a NextToken; moto returns all of most kinds.
"""

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.ec2.exceptions import EC2ClientError

from patches.tools import EC2Response, replace

PAGE = 1000


@replace(EC2Response, "serialized")
def _serialized(original, self, action_result):
    key = _paged_key(self, action_result.result)
    if key is None:
        return original(self, action_result)
    everything = list(action_result.result[key])
    token = self._get_param("NextToken") or "page-0"
    if not token.removeprefix("page-").isdigit():
        return original(self, ActionResult(EC2ClientError("InvalidNextToken", f"The token '{token}' is invalid")))
    start = int(token.removeprefix("page-"))
    end = start + int(self._get_param("MaxResults") or PAGE)
    page = {**action_result.result, key: everything[start:end]}
    if end < len(everything):
        page["NextToken"] = f"page-{end}"
    return original(self, ActionResult(page))


def _paged_key(response, result):
    """The list a result is about, if its operation can be paged and moto has not done it."""
    if not isinstance(result, dict) or "NextToken" in result:
        return None
    if not (response._get_param("MaxResults") or response._get_param("NextToken")):
        return None
    members = get_service_model("ec2").operation_model(response._get_action()).output_shape.members
    lists = [name for name, member in members.items() if member.type_name == "list"]
    return lists[0] if "NextToken" in members and len(lists) == 1 and lists[0] in result else None
