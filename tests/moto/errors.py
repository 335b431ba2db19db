"""Errors in the form of each protocol."""

import json
from xml.sax.saxutils import escape

REQUEST_ID = "00000000-0000-4000-8000-000000000000"

# How AWS says "too many requests", by protocol: code and HTTP status.
THROTTLED = {
    "ec2": ("RequestLimitExceeded", 503),
    "query": ("Throttling", 400),
    "rest-xml": ("Throttling", 400),
    "json": ("ThrottlingException", 400),
    "rest-json": ("TooManyRequestsException", 429),
    "rpc-v2-cbor": ("ThrottlingException", 400),
}


def error(call, status, code, message):
    """(status, headers, body) of an error, in the form of the call's protocol."""
    text, request_id = escape(message), f"<RequestId>{REQUEST_ID}</RequestId>"
    inner = f"<Code>{code}</Code><Message>{text}</Message>"
    if call.protocol == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
    elif call.service == "s3":
        body = f"<Error>{inner}{request_id}</Error>"
    elif call.protocol in ("query", "rest-xml"):
        side = "Sender" if status < 500 else "Receiver"
        body = f"<ErrorResponse><Error><Type>{side}</Type>{inner}</Error>{request_id}</ErrorResponse>"
    else:
        headers = [("Content-Type", "application/json"), ("X-Amzn-ErrorType", code), ("x-amzn-requestid", REQUEST_ID)]
        return status, headers, json.dumps({"__type": code, "message": message}).encode()
    return status, [("Content-Type", "text/xml")], body.encode()


# And where a service says it otherwise than others of its protocol.
THROTTLED_BY = {"eks": ("ThrottlingException", 429), "s3": ("SlowDown", 503)}


def throttled(call):
    code, status = THROTTLED_BY.get(call.service, THROTTLED[call.protocol])
    return error(call, status, code, "Request limit exceeded.")
