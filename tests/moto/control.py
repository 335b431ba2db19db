"""The control endpoints under /_test/, through which a test steers and reads the front."""

import json
from urllib.parse import parse_qs

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import inventory

BACKDOOR = "HTTP_X_TEST_BACKDOOR"  # a request with this header goes straight to moto
REGION = "ap-southeast-1"


class Control:
    def __init__(self, front, address):
        self.front = front
        self.address = address
        self.session = botocore.session.get_session()
        self.clients = {}
        self.endpoints = {
            ("POST", "reset"): self._reset,
            ("POST", "snapshot"): self._snapshot,
            ("POST", "restore"): self._restore,
            ("GET", "calls"): self._calls,
            ("POST", "calls/clear"): self._clear,
            ("GET", "violations"): lambda body, query: front.record.violations,
            ("POST", "delay"): self._delay,
            ("POST", "fault"): self._fault,
            ("GET", "faults"): lambda body, query: front.faults.as_json(),
            ("GET", "held"): lambda body, query: front.holds.count,
            ("GET", "inventory"): self._inventory,
            ("POST", "call"): lambda body, query: self.call(**body),
        }

    def answer(self, environ, path, body):
        """(status, headers, JSON value) of a control request."""
        endpoint = self.endpoints.get((environ["REQUEST_METHOD"], path.removeprefix("/_test/")))
        headers = [("Content-Type", "application/json")]
        if endpoint is None:
            return 404, headers, {"error": f"no endpoint {environ['REQUEST_METHOD']} {path}"}
        try:
            value = endpoint(json.loads(body or b"{}"), parse_qs(environ.get("QUERY_STRING", "")))
        except (TypeError, ValueError) as mistake:
            return 400, headers, {"error": str(mistake)}
        return 200, headers, value

    def call(self, service, operation, params=None, region=REGION):
        """Makes an AWS call that is neither counted, checked nor disturbed."""
        client = self._client(service, region)
        names = {api: python for python, api in client.meta.method_to_api_mapping.items()}
        if operation not in names:
            raise ValueError(f"{service} has no operation {operation}")
        try:
            result = getattr(client, names[operation])(**(params or {}))
        except ClientError as refused:
            error = refused.response["Error"]
            return {"error": error["Code"], "message": error.get("Message", "")}
        except BotoCoreError as mistake:
            raise ValueError(str(mistake)) from mistake
        result.pop("ResponseMetadata", None)
        return {k: v.read().decode(errors="replace") if hasattr(v, "read") else v for k, v in result.items()}

    def _client(self, service, region):
        if (service, region) not in self.clients:
            client = self.session.create_client(
                service,
                region,
                endpoint_url=self.address,
                config=Config(
                    retries={"total_max_attempts": 1}, inject_host_prefix=False, s3={"addressing_style": "path"}
                ),
            )
            client.meta.events.register("before-sign", _knock)
            self.clients[service, region] = client
        return self.clients[service, region]

    def _reset(self, body, query):
        self.front.reset()
        return {}

    def _snapshot(self, body, query):
        self.front.keep()
        return {}

    def _restore(self, body, query):
        self.front.restore()
        return {}

    def _calls(self, body, query):
        return self.front.record.as_json(with_params="params" in query)

    def _clear(self, body, query):
        self.front.record.clear()
        return {}

    def _delay(self, body, query):
        self.front.delay = body["ms"] / 1000
        return {}

    def _fault(self, body, query):
        self.front.faults.arm(**body)
        return {}

    def _inventory(self, body, query):
        with self.front.moto_lock:
            return inventory.everything()


def _knock(request, **_):
    request.headers["X-Test-Backdoor"] = "1"
