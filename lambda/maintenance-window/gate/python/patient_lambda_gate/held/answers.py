"""What a held invocation is answered: the shapes of lambda/contract/maintenance-window/answers.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import patient_lambda_contract as contract

from patient_lambda_gate.held.rejection import filled_body, merged_headers
from patient_lambda_gate.held.sources import Source
from patient_lambda_gate.held.streaming import streamed
from patient_lambda_gate.quiet.errors import EventNotStored, MaintenanceWindowActive, MaintenanceWindowUnknown
from patient_lambda_gate.quiet.times import iso

if TYPE_CHECKING:
    from patient_lambda_gate.quiet.http_options import Rejection

ANSWERS = contract.load("maintenance-window/answers")
MESSAGES: dict[str, str] = ANSWERS["messages"]
STATUS_TEXTS: dict[str, str] = ANSWERS["statusTexts"]
RETRY_AFTER: dict[str, int] = contract.load("maintenance-window/timing")["retryAfterSeconds"]
DEFAULT_HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def deferred(source: Source, event: object, body: bytes, request_id: str, until: float | None, streams: bool = False) -> bytes:
    """The reply to a source whose event is kept: what looks at it finds the deferral marker. ``streams``: whether it streams its responses."""
    marker = {"maintenanceWindow": {"status": "DEFERRED", "requestId": request_id, "until": _iso(until)}}
    if source["answer"] == "echo":
        return body
    if source["answer"] in ("http", "alb"):
        return _http(source, event, streams, 202, DEFAULT_HEADERS, _json(marker))
    return _bytes({"batchItemFailures": [], **marker} if "batch" in source else marker)


def rejected(
    source: Source,
    event: object,
    now: float,
    until: float | None,
    reason: str | None,
    rejection: Rejection | None = None,
    streams: bool = False,
) -> bytes:
    """The reply to an HTTP source whose event is not kept. The function's own ``rejection`` is for those alone that speak HTTP to their caller."""
    if until is None:
        seconds = RETRY_AFTER["unknownEnd"]
    else:
        seconds = min(max(math.ceil((until - now) / 1000), RETRY_AFTER["least"]), RETRY_AFTER["most"])
    own: Rejection = rejection if rejection is not None and "http" in source else {}
    headers = merged_headers({**DEFAULT_HEADERS, "Retry-After": str(seconds)}, own.get("headers", {}))
    if "body" in own:
        body = filled_body(own["body"], headers, _iso(until), reason)
    else:
        body = _json({"message": MESSAGES["http"], "until": _iso(until), "reason": reason})
    return _http(source, event, streams, own.get("statusCode", 503), headers, body)


def window_active(action: str, until: float | None, reason: str | None) -> MaintenanceWindowActive:
    """The error by which a source keeps its event, or a caller learns that it must come back."""
    end = "" if until is None else f" until {_iso(until)}"
    why = "" if reason is None else f" ({reason})"
    kept = "the event was left at its source" if action == "LEAVE" else "the event was not kept"
    return MaintenanceWindowActive(f"A maintenance window is on{end}{why}: the handler was not called and {kept}.")


def window_unknown(cause: str) -> MaintenanceWindowUnknown:
    """The error of onWindowUnknown FAIL."""
    return MaintenanceWindowUnknown(MESSAGES["windowUnknown"].replace("<cause>", cause))


def not_stored(cause: str) -> EventNotStored:
    """The error to a source whose event could not be kept."""
    return EventNotStored(MESSAGES["notStored"].replace("<cause>", cause))


def _http(source: Source, event: object, streams: bool, status: int, headers: Mapping[str, str], body: str) -> bytes:
    if streams:
        return streamed(status, headers, body)
    reply: dict[str, object] = {"statusCode": status}
    if source["answer"] == "alb" and str(status) in STATUS_TEXTS:
        reply["statusDescription"] = f"{status} {STATUS_TEXTS[str(status)]}"
    if source["answer"] == "alb" and isinstance(event, dict) and "multiValueHeaders" in event:
        reply["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    else:
        reply["headers"] = headers
    return _bytes({**reply, "body": body, "isBase64Encoded": False})


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _bytes(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _iso(time: float | None) -> str | None:
    return None if time is None else iso(time)
