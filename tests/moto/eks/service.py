"""How a call of EKS finds its function, and what the functions share."""

import hashlib
import json
from urllib.parse import unquote

from moto.autoscaling.models import autoscaling_backends
from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.sts.models import sts_backends

OPERATIONS = {}


def operation(function):
    """Decorator: `create_cluster` answers CreateCluster."""
    OPERATIONS[function.__name__] = function
    return function


def find(name):
    return OPERATIONS.get(camelcase_to_underscores(name))


class Refused(Exception):
    """An error of EKS. The named objects go into the answer, as AWS has it."""

    STATUS = {"ResourceInUseException": 409, "ResourceNotFoundException": 404, "NotFoundException": 404}

    def __init__(self, code, message, **named):
        super().__init__(message)
        self.code, self.status = code, self.STATUS.get(code, 400)
        self.body = {**named, "message": message}


def invalid(message, **named):
    raise Refused("InvalidParameterException", message, **named)


def wrong(message, **named):
    raise Refused("InvalidRequestException", message, **named)


def in_use(message, **named):
    raise Refused("ResourceInUseException", message, **named)


def missing(message, **named):
    raise Refused("ResourceNotFoundException", message, **named)


class Thing:
    """An object of EKS: what Describe answers of it, and its updates by id."""

    by_aws = False  # made by EKS itself

    def __init__(self, **described):
        self.described = {key: value for key, value in described.items() if value is not None}
        self.updates = {}

    def touch(self):
        self.described["modifiedAt"] = utcnow()


class World:
    """The account and region of a call, seen from EKS."""

    def __init__(self, response):
        self.region, self.account = response.region, response.current_account
        self.clusters = response.eks_backend.clusters
        self.partition = response.eks_backend.partition
        self.access_key = response.access_key

    @property
    def ec2(self):
        return ec2_backends[self.account][self.region]

    @property
    def autoscaling(self):
        return autoscaling_backends[self.account][self.region]

    @property
    def iam(self):
        return iam_backends[self.account][self.partition]

    @property
    def kms(self):
        return kms_backends[self.account][self.region]

    @property
    def logs(self):
        return logs_backends[self.account][self.region]

    @property
    def domain(self):
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, *path):
        return f"arn:{self.partition}:eks:{self.region}:{self.account}:{'/'.join(path)}"

    def cluster(self, name):
        if name not in self.clusters:
            missing(f"No cluster found for name: {name}.", clusterName=name)
        return self.clusters[name]

    def role(self, arn):
        return next((role for role in self.iam.roles.values() if role.arn == arn), None)

    def trusted(self, arn, service):
        """The role, if it exists and `service` may assume it."""
        role = self.role(arn)
        return role if role and service in _services(role) else None

    def caller(self):
        """The principal that makes the call: of an assumed role, the role."""
        assumed = sts_backends[self.account][self.partition].get_assumed_role_from_access_key(self.access_key)
        if assumed:
            return assumed.role_arn
        user = self.iam.get_user_from_access_key_id(self.access_key)
        return user.arn if user else f"arn:{self.partition}:iam::{self.account}:user/moto"


def _services(role):
    document = role.assume_role_policy_document
    document = document if isinstance(document, dict) else json.loads(unquote(document))
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow":
            yield from [services] if isinstance(services, str) else services


def unique():
    return str(mock_random.uuid4())


def digest(text, length):
    """Letters and digits that are always the same for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def page(given, key, items, default=100):
    """The part of a list that a List or Describe call asked for."""
    token = given.get("nextToken", "page-0")
    if not token.removeprefix("page-").isdigit():
        invalid("The nextToken parameter is not valid")
    start = int(token.removeprefix("page-"))
    end = start + given.get("maxResults", default)
    answer = {key: items[start:end]}
    if end < len(items):
        answer["nextToken"] = f"page-{end}"
    return answer


def check_tags(tags):
    for key in tags or {}:
        if key.lower().startswith("aws:"):
            invalid(f"Tag keys cannot start with the reserved prefix aws: {key}")
    return dict(tags or {})
