"""Auto Scaling groups: those of node groups, and the target groups attached to them."""

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import AutoScalingBackend

from patches.tools import replace


def _group(backend, name):
    if name not in backend.autoscaling_groups:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return backend.autoscaling_groups[name]


# AWS attaches only target groups that exist; moto keeps any, and fails at unknown groups, and where
# one that was attached before is gone. There are no instances to be registered.
@replace(AutoScalingBackend, "attach_load_balancer_target_groups")
def _attach(original, self, group_name, target_group_arns):
    group = _group(self, group_name)
    if not set(target_group_arns) <= set(self.elbv2_backend.target_groups):
        raise ValidationError("Provided Target Groups may not be valid. Please ensure they exist and try again.")
    group.append_target_groups(target_group_arns)


@replace(AutoScalingBackend, "detach_load_balancer_target_groups")
def _detach(original, self, group_name, target_group_arns):
    group = _group(self, group_name)
    if not set(target_group_arns) <= set(group.target_group_arns):
        raise ValidationError("Trying to remove Target Groups that are not part of the group")
    group.target_group_arns = [arn for arn in group.target_group_arns if arn not in target_group_arns]
