"""The front before moto: records, checks, delays, disturbs and replays calls.

Everything AWS does the same way for all services, and moto does not, is done here: idempotency
tokens, refused parameters, dry runs. What differs by operation is in patches/.
"""

import json
import threading
import time
import traceback
from io import BytesIO
from typing import NamedTuple

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

import ec2rules
import errors
import patches
import snapshot
import validate
import wire
from control import BACKDOOR, Control
from faults import Faults, Holds
from record import Record

TOKENS = {"clienttoken", "clientrequesttoken", "idempotencytoken", "creatorrequestid", "callerreference"}

# Operations that refuse a repeated token, where others answer once more what they answered first.
REFUSES_REPEAT = {
    "route53.CreateHostedZone": (409, "HostedZoneAlreadyExists", "The hosted zone of this caller reference exists."),
}


class HangUp(Exception):
    """The connection is to be closed without an answer."""


class Answer(NamedTuple):
    status: int
    headers: list
    body: bytes


class Front:
    def __init__(self):
        patches.apply()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.moto_lock = threading.RLock()  # moto guards nothing against a second thread
        self.record = Record()
        self.faults = Faults()
        self.holds = Holds()
        self.delay = 0.0
        self.tokens = {}
        self.kept = None
        self.control = None

    def start(self, address):
        self.control = Control(self, address)

    def warm_up(self):
        """Makes moto and botocore load what a first call would wait for."""
        for service, operation in (
            ("ec2", "DescribeVpcs"),
            ("eks", "ListClusters"),
            ("iam", "ListRoles"),
            ("kms", "ListKeys"),
            ("logs", "DescribeLogGroups"),
            ("sts", "GetCallerIdentity"),
            ("s3", "ListBuckets"),
        ):
            self.control.call(service, operation, {})
        self.reset()

    def reset(self):
        """Empties the account. (moto's own reset also throws the backends away, and making them is slow.)"""
        with self.moto_lock:
            for service in BackendDict._instances:
                for account in service.values():
                    account.reset()
            reset_model_data()
            self.tokens.clear()
        self._calm()

    def keep(self):
        """Keeps a copy of the account."""
        with self.moto_lock:
            self.kept = snapshot.take(self.tokens)

    def restore(self):
        """Makes the account what it was when it was kept."""
        if self.kept is None:
            raise ValueError("nothing was kept")
        with self.moto_lock:
            self.tokens = snapshot.put_back(self.kept)
        self._calm()

    def _calm(self):
        self.holds.release()
        self.record = Record()
        self.faults.clear()
        self.delay = 0.0

    def answer(self, environ):
        body = _read_body(environ)
        path = environ["PATH_INFO"]
        if path.startswith("/_test/"):
            return Answer(*_with_length(*self.control.answer(environ, path, body)))
        if BACKDOOR in environ:
            return Answer(*_with_length(*self._moto(environ, body)))
        call = wire.read_call(environ, body)
        return Answer(*_with_length(*self._disturbed(call, environ, body)))

    def _disturbed(self, call, environ, body):
        """Answers a call, unless a delay or fault is in the way."""
        entry = self.record.begin(call)
        for problem in call.problems + _invalid(call):
            self.record.violation(call, problem)
        time.sleep(self.delay)
        fault = self.faults.strike(call)
        if fault == "hold-before":
            self.holds.hold(environ["werkzeug.socket"])
        if fault in ("drop-before", "hold-before"):
            raise HangUp
        if fault in ("error-500", "error-503", "throttle"):
            answer = _failure(call, fault)
        else:
            answer = self._served(call, environ, body)
        if fault == "hold":
            self.holds.hold(environ["werkzeug.socket"])
        if fault in ("drop-answer", "hold"):
            raise HangUp
        if fault == "error-500-after":
            answer = _failure(call, "error-500")
        entry["status"] = answer[0]
        return answer

    def _served(self, call, environ, body):
        refusal = ec2rules.refusal(call)
        if refusal:
            return errors.error(call, *refusal)
        token = _token(call)
        with self.moto_lock:
            if token and token in self.tokens:
                return self._repeated(call, *self.tokens[token])
            try:
                answer = self._moto(environ, body)
            except Exception as failure:
                # 501 and not 500: clients retry 500, and moto would fail again.
                last = traceback.extract_tb(failure.__traceback__)[-1]
                problem = f"moto failed: {failure!r} at {last.filename}:{last.lineno}"
                self.record.violation(call, problem)
                return errors.error(call, 501, "MotoFailure", problem)
            if token and answer[0] < 300:
                self.tokens[token] = (_without_token(call), answer)
        page = dict(answer[1]).get("Content-Type", "").startswith("text/html")
        if answer[0] == 404 and page and call.service != "s3":  # flask's answer, not that of a service
            self.record.violation(call, "moto does not have this operation")
            return errors.error(call, 501, "MotoFailure", f"moto does not have {call.name}")
        return answer

    def _repeated(self, call, first_params, first_answer):
        """AWS recognises the token of a call it has answered; moto would do the work again."""
        if call.name in REFUSES_REPEAT:
            return errors.error(call, *REFUSES_REPEAT[call.name])
        if _without_token(call) == first_params:
            return first_answer
        return errors.error(call, 400, "IdempotentParameterMismatch", "An earlier, different request had this token.")

    def _moto(self, environ, body):
        environ = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        started = []
        with self.moto_lock:
            chunks = self.moto(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
            answer = b"".join(chunks)
        status, headers = started[-1]
        return int(status.split()[0]), headers, answer


def _read_body(environ):
    if environ.get("wsgi.input_terminated"):
        return environ["wsgi.input"].read()
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def _with_length(status, headers, body):
    """Gives the client the length, without which it could not keep the connection."""
    body = json.dumps(body, default=str).encode() if not isinstance(body, bytes) else body
    kept = [(key, value) for key, value in headers if key.lower() not in ("connection", "date", "server")]
    if not any(key.lower() == "content-length" for key, _ in kept):
        kept.append(("Content-Length", str(len(body))))
    return status, kept, body


def _invalid(call):
    if call.model is None or call.model.input_shape is None:
        return []
    shape = call.model.input_shape
    if call.service == "s3":  # its bodies are not read
        return []
    return validate.problems(shape, call.params)


def _failure(call, fault):
    if fault == "throttle":
        return errors.throttled(call)
    if fault == "error-503":
        code = "Unavailable" if call.protocol == "ec2" else "ServiceUnavailable"
        return errors.error(call, 503, code, "The service is unavailable. Please try again.")
    code = "InternalError" if call.protocol == "ec2" else "InternalFailure"
    return errors.error(call, 500, code, "An internal error has occurred.")


def _token_name(call):
    shape = call.model and call.model.input_shape
    for name, member in shape.members.items() if shape else ():
        if name in call.params and (member.metadata.get("idempotencyToken") or name.lower() in TOKENS):
            return name
    return None


def _token(call):
    name = _token_name(call)
    return (call.name, call.region, call.params[name]) if name else None


def _without_token(call):
    return {key: value for key, value in call.params.items() if key != _token_name(call)}
