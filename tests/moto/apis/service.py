"""How a call of API Gateway finds its function, and what the functions share."""

import re
import string

from moto.acm.models import acm_backends
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random

HTTP, REST = "apigatewayv2", "apigateway"
OPERATIONS = {}


def operation(service):
    """Decorator: `create_api` answers CreateApi of a service."""

    def decorate(function):
        OPERATIONS[service, function.__name__] = function
        return function

    return decorate


def find(service, name):
    return OPERATIONS.get((service, camelcase_to_underscores(name)))


class Refused(Exception):
    """An error of API Gateway."""

    STATUS = {"NotFoundException": 404, "ConflictException": 409}

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.status = code, self.STATUS.get(code, 400)
        self.body = {"message": message}


def bad(message):
    raise Refused("BadRequestException", message)


def conflict(message):
    raise Refused("ConflictException", message)


def missing(message):
    raise Refused("NotFoundException", message)


class Store:
    """Everything there is in a region, by id or name."""

    def __init__(self):
        self.apis, self.rest, self.links, self.rest_links, self.domains = {}, {}, {}, {}, {}


class Thing:
    """An object: what a Get answers of it, and what lives in it."""

    def __init__(self, described, **children):
        self.described = {key: value for key, value in described.items() if value is not None}
        self.__dict__.update(children)

    def change(self, given, *fields):
        self.described.update({field: given[field] for field in fields if field in given})
        return self.described


class World:
    """The account and region of a call, seen from API Gateway."""

    def __init__(self, region, account):
        self.region, self.account = region, account
        self.store = store(apigatewayv2_backends[account][region])

    @property
    def ec2(self):
        return ec2_backends[self.account][self.region]

    @property
    def acm(self):
        return acm_backends[self.account][self.region]

    @property
    def elb(self):
        return elbv2_backends[self.account][self.region]

    @property
    def logs(self):
        return logs_backends[self.account][self.region]

    def api(self, api_id):
        return known(self.store.apis, api_id, f"Invalid API identifier specified {self.account}:{api_id}")

    def rest(self, api_id):
        return known(self.store.rest, api_id, f"Invalid API identifier specified {self.account}:{api_id}")


def store(backend):
    """moto's reset throws away all that is in the backend."""
    return backend.__dict__.setdefault("everything", Store())


def known(things, name, message):
    return things[name] if name in things else missing(message)


def new_id(length):
    return "".join(mock_random.choice(string.ascii_lowercase + string.digits) for _ in range(length))


def now():
    return utcnow()


def check_tags(tags):
    for key in tags or {}:
        if key.lower().startswith("aws:"):
            bad("Invalid tag key. Tag keys cannot start with the reserved prefix aws:")
    return dict(tags or {})


def http_page(given, items, default=25):
    """The part of a list that a call of version 2 asked for."""
    start = _start(given.get("NextToken"))
    size = given.get("MaxResults", str(default))
    if not re.fullmatch(r"[1-9]\d{0,2}", size) or int(size) > 500:
        bad("Invalid max results")
    answer = {"Items": items[start : start + int(size)]}
    if start + int(size) < len(items):
        answer["NextToken"] = f"page-{start + int(size)}"
    return answer


def rest_page(given, items, default=25):
    """The part of a list that a call of version 1 asked for."""
    start, size = _start(given.get("position")), given.get("limit", default)
    if not 1 <= size <= 500:
        bad("Invalid limit value, should be between 1 and 500")
    answer = {"items": items[start : start + size]}
    if start + size < len(items):
        answer["position"] = f"page-{start + size}"
    return answer


def _start(token):
    token = token or "page-0"
    if not token.removeprefix("page-").isdigit():
        bad("Invalid token")
    return int(token.removeprefix("page-"))
