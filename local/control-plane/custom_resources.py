"""Custom resources as CloudFormation runs them: an asynchronous invocation, then one answer to a ResponseURL.

What the ResponseURL refuses, and who refuses it on AWS:
- An unknown URL, or one without its signature: 403, as S3 answers to a signature it does not know.
- A content type: 403. AWS's URLs of signature version 2 sign an empty one; those of version 4 don't care. The bed is strict.
- Anything else is taken with 200, as S3 does; the first of a request is judged: longer than 4096 bytes, not JSON, a field missing or of
  the wrong kind, other ids than the request's. Those fail the resource with CloudFormation's kind of reason.
- Later ones of the same request are taken too, and change nothing here. Whether CloudFormation looks at the first or at the last is not known, so
  the parent is told of every one: two that differ are a mistake of whoever sent them.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from delivery import encode

log = logging.getLogger("bed.custom-resources")

MAX_ANSWER_BYTES = 4096  # CloudFormation User Guide, "Custom resource response objects"
MAX_PHYSICAL_ID_BYTES = 1024  # the same page
MAX_SERVICE_TIMEOUT_S = 3600  # AWS::CloudFormation::CustomResource, ServiceTimeout
PATH = "/_ministack/cfn-response/"  # where the emulator's ResponseURLs point
SIGNATURE = "X-Amz-Signature"
URL_SECONDS = 7200  # X-Amz-Expires in every published sample of a request
SIGNER = "ASIABEDCLOUDFORMATN"  # no function has this access key: an answer counts for none of them


# (stack id, stack name, logical id, type, properties, physical id)
CreateFailed = Callable[[str, str, str, str, dict, str | None], None]


class RequestFailed(Exception):
    """The function was called and the resource failed; the text is the stack event's reason."""

    def __init__(self, reason: str, physical_id: str | None = None) -> None:
        super().__init__(reason)
        self.physical_id = physical_id


class InvalidAnswer(RequestFailed):
    """An answer that CloudFormation can't use."""


@dataclass
class Request:
    """One request to a custom resource that waits for its answer."""

    stack_id: str
    request_id: str
    logical_id: str
    request_type: str
    signature: str = field(default_factory=lambda: secrets.token_hex(32))
    answered: threading.Event = field(default_factory=threading.Event)
    body: bytes = b""
    cancelled: bool = False

    def outcome(self, timeout: int) -> dict[str, Any]:
        """Waits for the answer and returns a SUCCESS. Raises RequestFailed."""
        if not self.answered.wait(timeout):
            raise RequestFailed(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId "
                f"[{self.request_id}]. If you are using the Python cfn-response module, you may need to update your Lambda function code "
                "so that CloudFormation can attach the updated version."
            )
        if self.cancelled:
            raise RequestFailed(f"Resource {'creation' if self.request_type == 'Create' else 'update'} cancelled")
        answer = judge(self)
        if answer["Status"] == "FAILED":
            raise RequestFailed(
                f"Received response status [FAILED] from custom resource. Message returned: {answer['Reason']} (RequestId: {self.request_id})",
                answer["PhysicalResourceId"],
            )
        return answer


class CustomResources:
    def __init__(self, deliver: Callable[[str, bytes], bool], region: str, tell: Callable[[dict[str, Any]], None]) -> None:
        self._deliver = deliver
        self._tell = tell
        self._create_failed: CreateFailed = lambda *_failed: None
        self._region = region
        self._lock = threading.Lock()
        self._requests: dict[str, Request] = {}

    def on_create_failed(self, listener: CreateFailed) -> None:
        """`listener` is told of each Create that reached its function and failed."""
        self._create_failed = listener

    def take(self, token: str, signature: str, content_type: str, body: bytes) -> tuple[int, bytes]:
        """A PUT to a ResponseURL: the status and body that S3 answers with."""
        with self._lock:
            request = self._requests.get(token)
            if request is None or signature != request.signature:
                return 403, _s3_error("SignatureDoesNotMatch", "unknown ResponseURL, or not all of it")
            if content_type:
                return 403, _s3_error("SignatureDoesNotMatch", f"the content type must be empty, not {content_type!r}")
            if not request.answered.is_set():
                request.body = body
                request.answered.set()
            self._tell(
                {
                    "stackId": request.stack_id,
                    "logicalId": request.logical_id,
                    "requestType": request.request_type,
                    "requestId": request.request_id,
                    "body": body[: MAX_ANSWER_BYTES + 1].decode("utf-8", "replace"),
                }
            )
            return 200, b""

    def cancel(self, stack_id: str) -> None:
        """Nobody waits any more for the answers that this stack's resources owe."""
        with self._lock:
            for request in self._requests.values():
                if request.stack_id == stack_id and not request.answered.is_set():
                    request.cancelled = True
                    request.answered.set()

    def invoke(
        self,
        request_type: str,
        logical_id: str,
        props: dict,
        stack_name: str,
        stack_id: str,
        resource_type: str,
        physical_id: str | None = None,
        old_props: dict | None = None,
    ) -> tuple[str, dict]:
        """Stands in the emulator's door of the same parameters: blocks until answered, returns (physical id, Data)."""
        from ministack.core.responses import new_uuid
        from ministack.services.cloudformation import custom_resource as emulator

        service_token = props.get("ServiceToken", "")
        if ":function:" not in service_token:
            raise ValueError(f"ServiceToken {service_token!r}: this bed serves custom resources by functions only")
        timeout = service_timeout(props.get("ServiceTimeout"))
        token = new_uuid()
        request = Request(stack_id, new_uuid(), logical_id, request_type)
        event: dict[str, Any] = {
            "RequestType": request_type,
            "ServiceToken": service_token,
            "ResponseURL": f"{emulator._response_url(token)}?{signed(request.signature, self._region)}",
            "StackId": stack_id,
            "RequestId": request.request_id,
            "LogicalResourceId": logical_id,
        }
        if physical_id is not None:
            event["PhysicalResourceId"] = physical_id
        event["ResourceType"] = resource_type
        event["ResourceProperties"] = emulator._normalise_resource_properties(props)
        if old_props is not None:
            event["OldResourceProperties"] = emulator._normalise_resource_properties(old_props)

        with self._lock:
            self._requests[token] = request
        try:
            if not self._deliver(service_token, encode(event)):
                raise RuntimeError(f"Lambda did not accept the request for {logical_id} (ServiceToken {service_token})")
            answer = request.outcome(timeout)
        except RequestFailed as failure:
            if request_type == "Create":
                self._create_failed(stack_id, stack_name, logical_id, resource_type, props, failure.physical_id)
            raise
        return answer["PhysicalResourceId"], answer.get("Data") or {}


def signed(signature: str, region: str) -> str:
    """The query of a URL that CloudFormation signed now, in the form of its published samples."""
    now = time.gmtime()
    return urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", now),
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Expires": URL_SECONDS,
            "X-Amz-Credential": f"{SIGNER}/{time.strftime('%Y%m%d', now)}/{region}/s3/aws4_request",
            SIGNATURE: signature,
        }
    )


def service_timeout(value: Any) -> int:
    """Seconds to wait for the answer. Raises ValueError, as CloudFormation refuses the template's value."""
    if value is None:
        return MAX_SERVICE_TIMEOUT_S
    try:
        seconds = int(value)
    except (TypeError, ValueError):
        seconds = 0
    if not 1 <= seconds <= MAX_SERVICE_TIMEOUT_S:
        raise ValueError(f"ServiceTimeout {value!r} is not a number of seconds between 1 and {MAX_SERVICE_TIMEOUT_S}")
    return seconds


def judge(request: Request) -> dict[str, Any]:
    """The answer, checked as CloudFormation checks it. Raises InvalidAnswer with the reason for the stack's event."""
    if len(request.body) > MAX_ANSWER_BYTES:
        raise InvalidAnswer("Response object is too long.")
    try:
        answer = json.loads(request.body)
    except ValueError:
        raise InvalidAnswer("Response is not valid JSON") from None
    if not isinstance(answer, dict):
        raise InvalidAnswer("Invalid Response object: it is not a JSON object")
    status = answer.get("Status")
    if status not in ("SUCCESS", "FAILED"):
        raise InvalidAnswer(f"Invalid Response object: {status!r} is not a valid ResponseStatus")
    for name, expected in (("StackId", request.stack_id), ("RequestId", request.request_id), ("LogicalResourceId", request.logical_id)):
        if answer.get(name) != expected:
            raise InvalidAnswer(f"Invalid Response object: {name} is {answer.get(name)!r}, the request's is {expected!r}")
    if status == "FAILED" and not (isinstance(answer.get("Reason"), str) and answer["Reason"]):
        raise InvalidAnswer("Invalid Response object: Reason is required when Status is FAILED")
    physical_id = answer.get("PhysicalResourceId")
    if not isinstance(physical_id, str) or not physical_id or len(physical_id.encode()) > MAX_PHYSICAL_ID_BYTES:
        raise InvalidAnswer("Invalid PhysicalResourceId")
    if not isinstance(answer.get("Data") or {}, dict):
        raise InvalidAnswer("Invalid Response object: Data is not a JSON object")
    return answer


def _s3_error(code: str, message: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'.encode()
