"""Target groups, and the tags of all that Elastic Load Balancing has."""

from moto.core.responses import ActionResult
from moto.elbv2.exceptions import TargetGroupNotFoundError
from moto.elbv2.models import ELBv2Backend
from moto.elbv2.responses import ELBV2Response

from patches.balancers import refuse
from patches.tools import replace

HTTP = ("HTTP", "HTTPS")
PER_CALL = 20  # resources that one call about tags may name
TAGS = 50

HEALTH = {
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
BOTH = {
    **HEALTH,
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "stickiness.enabled": "false",
}
OF_APPLICATIONS = {
    **BOTH,
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
}
OF_NETWORKS = {
    **BOTH,
    "deregistration_delay.connection_termination.enabled": "false",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.type": "source_ip",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}


def _attributes(group):
    if group.protocol in HTTP:
        return dict(OF_APPLICATIONS)
    kept = group.target_type == "instance" or "UDP" in group.protocol
    return {**OF_NETWORKS, "preserve_client_ip.enabled": "true" if kept else "false"}


# AWS answers a second create with the same settings by the same group. It refuses what does not
# fit the protocol of the group or of its check, and has codes of gRPC apart from those of HTTP.
@replace(ELBv2Backend, "create_target_group")
def _create(original, self, name, **kwargs):
    tags = kwargs.pop("tags", None)
    asked = {key: value for key, value in kwargs.items() if value is not None}
    for other in self.target_groups.values():
        if other.name == name and other.asked == asked:
            return other
    protocol, version = kwargs.get("protocol"), kwargs.get("protocol_version")
    if version and (protocol not in HTTP or version not in ("HTTP1", "HTTP2", "GRPC")):
        refuse("ValidationError", f"The protocol version '{version}' does not fit the protocol '{protocol}'")
    check = kwargs.get("healthcheck_protocol") or (protocol if protocol in HTTP else "TCP")
    _check_health(protocol, version, check, kwargs.get("healthcheck_path"), kwargs.get("matcher"))
    if check in HTTP and not kwargs.get("matcher"):
        default = {"HttpCode": "200" if protocol in HTTP else "200-399"}
        kwargs["matcher"] = {"GrpcCode": "12"} if version == "GRPC" else default
    if check in HTTP and not kwargs.get("healthcheck_path"):
        kwargs["healthcheck_path"] = "/AWS.ALB/healthcheck" if version == "GRPC" else "/"
    group = original(self, name, **kwargs)
    self.tagging_service.tag_resource(group.arn, tags)
    group.asked, group.attributes = asked, _attributes(group)
    return group


def _check_health(protocol, version, check, path, matcher):
    if check == "TCP" and (protocol in HTTP or path or matcher):
        refuse("ValidationError", "Health checks of protocol 'TCP' do not fit the target group or the path or matcher")
    if matcher and ("GrpcCode" in matcher) != (version == "GRPC"):
        refuse("ValidationError", f"The matcher does not fit the protocol version '{version}'")


def group(backend, arn):
    if arn not in backend.target_groups:
        raise TargetGroupNotFoundError()
    return backend.target_groups[arn]


# moto changes the matcher of groups of HTTP only, and not the one of gRPC.
@replace(ELBV2Response, "modify_target_group")
def _modify(original, self):
    given = self._get_params()
    changed = group(self.elbv2_backend, given["TargetGroupArn"])
    check = given.get("HealthCheckProtocol", changed.health_check_protocol)
    _check_health(
        changed.protocol, changed.protocol_version, check, given.get("HealthCheckPath"), given.get("Matcher")
    )
    result = original(self).result
    if check == "TCP":
        changed.health_check_path = changed.matcher = None
    elif "Matcher" in given:
        changed.matcher = given["Matcher"]
    elif not getattr(changed, "matcher", None):
        changed.matcher = {"HttpCode": "200-399"}
    return ActionResult(result)


# AWS refuses attributes that the protocol has not, and takes 3600 seconds.
@replace(ELBv2Backend, "modify_target_group_attributes")
def _modify_attributes(original, self, target_group_arn, attributes):
    changed = group(self, target_group_arn)
    for key in attributes:
        if key not in _attributes(changed):
            refuse("ValidationError", f"Target group attribute key '{key}' is not recognized")
    if not 0 <= int(attributes.get("deregistration_delay.timeout_seconds", 0)) <= 3600:
        refuse("ValidationError", "'deregistration_delay.timeout_seconds' must be between '0-3600' inclusive")
    rest = {key: value for key, value in attributes.items() if key != "deregistration_delay.timeout_seconds"}
    original(self, target_group_arn, rest)
    changed.attributes.update(attributes)


@replace(ELBv2Backend, "delete_target_group")
def _delete(original, self, target_group_arn):
    gone = original(self, target_group_arn)
    self.tagging_service.delete_all_tags_for_resource(target_group_arn)
    return gone


# --- tags ------------------------------------------------------------------------------------


# Where one of several is missing, AWS answers for none; moto answers for what never was.
@replace(ELBv2Backend, "describe_tags")
def _describe_tags(original, self, resource_arns):
    if len(resource_arns) > PER_CALL:
        refuse("ValidationError", f"At most {PER_CALL} resources can be described at once")
    for arn in resource_arns:
        self._get_resource_by_arn(arn)
    return original(self, resource_arns)


# AWS takes 50 tags; moto 10.
@replace(ELBv2Backend, "add_tags")
def _add_tags(original, self, resource_arns, tags):
    for arn in resource_arns:
        self._get_resource_by_arn(arn)
        present = set(self.tagging_service.get_tag_dict_for_resource(arn))
        if len(present | {tag["Key"] for tag in tags}) > TAGS:
            refuse("TooManyTags", "You've reached the limit on the number of tags for this resource")
    for arn in resource_arns:
        self.tagging_service.tag_resource(arn, tags)
