"""What an HTTP request to AWS means: service, operation, region and parameters.

moto only looks up the parameters it knows; a misspelt or misplaced one is lost in silence.
So this module reads the whole request back into the structure of the operation's input shape,
by the service models botocore ships, and notes everything the model has no place for.
"""

import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from botocore.exceptions import BotoCoreError
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import BackendRequest

from shapes import read_json, read_query, read_xml, scalar

SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/(?:([a-z0-9-]+)/)?([a-z0-9-]+)/aws4_request")

# botocore's name of a service, where it is not the name requests are signed with.
SERVICES = {
    "email": "sesv2",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
ELB_CLASSIC = "2012-06-01"


@dataclass
class Call:
    """One request to AWS."""

    service: str
    operation: str
    region: str
    protocol: str = ""
    model: object = None  # the operation in botocore's service model
    params: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)  # parts of the request the model has no place for

    @property
    def name(self):
        return f"{self.service}.{self.operation}"


def read_call(environ, body):
    """The call in a request; what cannot be read becomes a call with a problem."""
    try:
        call = _read(environ, body)
        problem = "not a signed request of a known operation"
    except (BotoCoreError, ElementTree.ParseError, ValueError) as failure:
        call, problem = None, f"unreadable: {failure!r}"
    if call is None:
        name = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        return Call("unknown", name, "", "json", problems=[problem])
    if call.model is None and call.protocol != "rpc-v2-cbor":
        call.problems.append("no such operation in the service model")
    return call


def _read(environ, body):
    form = dict(parse_qsl(_form_text(environ, body), keep_blank_values=True))
    scope = _scope(environ, form)
    if scope is None:
        return None
    region, signing_name = scope
    service = _service(signing_name, form, environ["PATH_INFO"])

    cbor = re.fullmatch(r"/service/[^/]+/operation/(\w+)", environ["PATH_INFO"])
    if cbor:  # moto does not speak it: named only, so that it is counted
        return Call(service, cbor[1], region, "rpc-v2-cbor")

    model = get_service_model(service)
    if "Action" in form:
        protocol = "ec2" if model.protocol == "ec2" else "query"
        call = Call(service, form["Action"], region, protocol, _operation(model, form["Action"]))
        call.params = read_query(call, form)
        return call
    if "HTTP_X_AMZ_TARGET" in environ:
        operation = environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2]
        call = Call(service, operation, region, "json", _operation(model, operation))
        if call.model is not None and call.model.input_shape is not None:
            call.params = read_json(call, call.model.input_shape, json.loads(body or b"{}"), "")
        return call
    return _read_rest(service, region, model.protocol, environ, body)


def _scope(environ, form):
    """(region, signing name) of the signature; web identities are exchanged without one."""
    signed = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed:
        return signed[1] or "us-east-1", signed[2]
    if form.get("Action") == "AssumeRoleWithWebIdentity":
        return "us-east-1", "sts"
    return None


def _form_text(environ, body):
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return body.decode()
    return environ.get("QUERY_STRING", "")


def _service(signing_name, form, path):
    if signing_name == "elasticloadbalancing":
        return "elb" if form.get("Version") == ELB_CLASSIC else "elbv2"
    if signing_name == "apigateway":
        return "apigatewayv2" if path.startswith("/v2/") else "apigateway"
    return SERVICES.get(signing_name, signing_name)


def _operation(model, name):
    return model.operation_model(name) if name in model.operation_names else None


def _read_rest(service, region, protocol, environ, body):
    request = BackendRequest({**environ, "wsgi.input": BytesIO(body)})
    try:
        model, labels = get_service_router(service).match(request)
    except NotFound:
        return None
    call = Call(service, model.name, region, protocol, model)
    shape = model.input_shape
    if shape is None:
        return call
    query = request.args.to_dict(flat=False)
    for fixed, _ in parse_qsl(model.http["requestUri"].partition("?")[2], keep_blank_values=True):
        query.pop(fixed, None)
    query.pop("x-id", None)
    for name, member in shape.members.items():
        value = _located(member, name, labels, query, request.headers)
        if value is not None:
            call.params[name] = value
    if not any(_takes_any_query(member) for member in shape.members.values()):
        call.problems += [f"?{key}: unknown" for key in query]
    if service != "s3":
        call.params.update(_rest_body(call, shape, body))
    return call


def _takes_any_query(member):
    return member.serialization.get("location") == "querystring" and member.type_name == "map"


def _located(member, name, labels, query, headers):
    """The value of a member that travels in the path, the query string or a header."""
    location = member.serialization.get("location")
    key = member.serialization.get("name", name)
    if location == "uri" and key in labels:
        return scalar(member, labels[key])
    if location == "querystring" and key in query:
        values = query.pop(key)
        if member.type_name == "list":
            return [scalar(member.member, value) for value in values]
        return scalar(member, values[0])
    if location == "header" and key in headers:
        if member.type_name == "list":
            return [value.strip() for value in headers[key].split(",")]
        return scalar(member, headers[key])
    return None


def _rest_body(call, shape, body):
    payload = shape.serialization.get("payload")
    target = shape.members[payload] if payload else shape
    if not body or target.type_name in ("blob", "string"):
        return {}
    if call.protocol == "rest-xml":
        value = read_xml(call, target, ElementTree.fromstring(body), payload or "")
    else:
        value = read_json(call, target, json.loads(body), payload or "")
    return {payload: value} if payload else value
