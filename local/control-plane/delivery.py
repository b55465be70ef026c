"""Hands invocations to the data plane, byte for byte, and brings its answers back."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# What the caller of Lambda's Invoke may send along, by the name it has on the wire
FORWARDED_HEADERS = ("x-amz-client-context", "x-amzn-trace-id", "x-amz-log-type", "x-amz-tenant-id")

# They belong to the data plane's connection, not to the answer
HOP_HEADERS = ("connection", "keep-alive", "transfer-encoding", "content-length", "date", "server")


@dataclass(frozen=True)
class Answer:
    """Exactly what the caller of Invoke gets."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class Invocation:
    door: str
    mode: str
    function: str
    payload: bytes
    qualifier: str = ""
    forwarded: dict[str, str] = field(default_factory=dict)


class DataPlane:
    """The data plane's HTTP address. One connection per invocation: an invocation may last for 15 minutes."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port

    def invoke(self, invocation: Invocation) -> Answer:
        """Blocks until the data plane has answered. Raises OSError or HTTPException when it cannot be reached."""
        connection = http.client.HTTPConnection(self._host, self._port)
        headers = {
            "x-bed-function": invocation.function,
            "x-bed-qualifier": invocation.qualifier,
            "x-bed-mode": invocation.mode,
            "x-bed-door": invocation.door,
            **invocation.forwarded,
        }
        try:
            connection.request("POST", "/invoke", invocation.payload, headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return Answer(response.status, [(k, v) for k, v in response.getheaders() if k.lower() not in HOP_HEADERS], body)


def unreachable(error: Exception) -> Answer:
    """What Invoke says when Lambda itself fails."""
    body = {"Type": "Service", "Message": f"The bed's data plane did not answer: {type(error).__name__}: {error}"}
    return Answer(500, [("content-type", "application/json"), ("x-amzn-errortype", "ServiceException")], json.dumps(body).encode())


def encode(event: Any) -> bytes:
    """An event that the emulator built, as AWS's services write JSON: compact, UTF-8."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def emulator_result(answer: Answer) -> dict[str, Any]:
    """An answer in the shape that the emulator's synchronous callers read: body, error, function_error, log, throttle."""
    try:
        body = json.loads(answer.body) if answer.body else None
    except ValueError:
        body = answer.body.decode("utf-8", errors="replace")
    if answer.status == 429:
        return {"throttle": True, "error": True, "body": body, "log": ""}
    if answer.status >= 300:
        message = body.get("Message") or body.get("message") if isinstance(body, dict) else str(body)
        return {
            "error": True,
            "function_error": "Unhandled",
            "log": "",
            "body": {"errorType": answer.header("x-amzn-errortype") or "ServiceException", "errorMessage": message},
        }
    function_error = answer.header("x-amz-function-error")
    return {"body": body, "error": function_error is not None, "function_error": function_error, "log": ""}
