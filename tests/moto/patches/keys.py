"""Keys of KMS."""

import json
from datetime import timedelta

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time, utcnow
from moto.kms.responses import KmsResponse

from patches.tools import replace

ROTATION_DAYS = 365


class InvalidState(JsonRESTError):
    def __init__(self, arn):
        super().__init__("KMSInvalidStateException", f"{arn} is pending deletion.")


def _key(response):
    key_id = response._get_param("KeyId")
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


# AWS changes nothing of a key that is pending deletion; moto does.
def _guard(method):
    @replace(KmsResponse, method)
    def guarded(original, self):
        key = _key(self)
        if key.key_state == "PendingDeletion":
            raise InvalidState(key.arn)
        return original(self)


_guard("disable_key")
_guard("disable_key_rotation")
_guard("enable_key")
_guard("tag_resource")
_guard("untag_resource")
_guard("update_key_description")


# AWS keeps and answers how often a key is rotated; moto does not.
@replace(KmsResponse, "enable_key_rotation")
def _enable_rotation(original, self):
    key = _key(self)
    if key.key_state == "PendingDeletion":
        raise InvalidState(key.arn)
    key.rotation_days = self._get_param("RotationPeriodInDays") or ROTATION_DAYS
    return original(self)


@replace(KmsResponse, "get_key_rotation_status")
def _rotation(original, self):
    key = _key(self)
    shown = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status and key.key_state == "Enabled"}
    if shown["KeyRotationEnabled"]:
        days = getattr(key, "rotation_days", ROTATION_DAYS)
        shown.update(RotationPeriodInDays=days, NextRotationDate=key.creation_date + days * 86400)
    return json.dumps(shown)


# moto answers half of it, and fails if the key is given by ARN.
@replace(KmsResponse, "schedule_key_deletion")
def _schedule(original, self):
    key, days = _key(self), self._get_param("PendingWindowInDays") or 30
    if key.key_state == "PendingDeletion":
        raise InvalidState(key.arn)
    if not 7 <= days <= 30:
        raise JsonRESTError("ValidationException", f"PendingWindowInDays is {days}, and not between 7 and 30")
    key.enabled, key.key_state = False, "PendingDeletion"
    key.deletion_date = utcnow() + timedelta(days=days)
    date = unix_time(key.deletion_date)
    return json.dumps(
        {"KeyId": key.arn, "DeletionDate": date, "KeyState": key.key_state, "PendingWindowInDays": days}
    )
