"""AWS on this machine, for the integration tests: moto behind a small front.

    python serve.py

binds a free port of 127.0.0.1, prints `listening http://127.0.0.1:PORT` once it can answer
quickly, and serves until its standard input is closed, so that a test that is killed leaves
no process behind. README.md describes the front and its control endpoints.
"""

import os
import sys

sys.dont_write_bytecode = True  # the test folder of the project stays free of __pycache__

# moto reads these when it is imported.
os.environ.update(
    MOTO_ACCOUNT_ID="123456789012",  # else each call searches the keys of all partitions
    MOTO_IAM_LOAD_MANAGED_POLICIES="true",  # else AWS managed policies do not exist
    MOTO_ACM_VALIDATION_WAIT="0",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="ap-southeast-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
)
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
    os.environ.pop(name, None)

import socket  # noqa: E402
import threading  # noqa: E402

from moto.moto_server.werkzeug_app import MotoRequestHandler  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from front import Front, HangUp  # noqa: E402


class Handler(MotoRequestHandler):
    """One connection of a client, kept alive from request to request.

    werkzeug's own handler closes the connection after every answer and then waits 10 ms for
    left-over bytes; real AWS keeps connections open, and the product's client pools them.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the client's receipt of the header

    def run_wsgi(self):
        environ = self.make_environ()
        try:
            answer = self.server.app.answer(environ)
        except HangUp:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for key, value in answer.headers:
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log(self, type, message, *args):
        """Quiet: the tests own the terminal."""


def main():
    front = Front()
    server = make_server("127.0.0.1", 0, front, threaded=True, request_handler=Handler)
    address = f"http://127.0.0.1:{server.port}"
    front.start(address)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    front.warm_up()
    print(f"listening {address}", flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)  # threads that hold a call must not delay the end


if __name__ == "__main__":
    main()
