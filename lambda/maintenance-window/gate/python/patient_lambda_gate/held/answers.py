"""What a held invocation is answered: the shapes of lambda/contract/maintenance-window/answers.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import patient_lambda_contract as contract

from patient_lambda_gate.held.sources import Source
from patient_lambda_gate.quiet.errors import EventNotStored, MaintenanceWindowActive, MaintenanceWindowUnknown
from patient_lambda_gate.quiet.times import iso

MESSAGES: dict[str, str] = contract.load("maintenance-window/answers")["messages"]
RETRY_AFTER: dict[str, int] = contract.load("maintenance-window/timing")["retryAfterSeconds"]
STATUS = {202: "Accepted", 503: "Service Unavailable"}


def deferred(source: Source, event: object, body: bytes, request_id: str, until: float | None) -> bytes:
    """The reply to a source whose event is kept: what looks at it finds the deferral marker."""
    marker = {"maintenanceWindow": {"status": "DEFERRED", "requestId": request_id, "until": _iso(until)}}
    if source["answer"] == "echo":
        return body
    if source["answer"] in ("http", "alb"):
        return _http(source, event, 202, {}, marker)
    return _bytes({"batchItemFailures": [], **marker} if "batch" in source else marker)


def rejected(source: Source, event: object, now: float, until: float | None, reason: str | None) -> bytes:
    """The reply to an HTTP source whose event is not kept."""
    if until is None:
        seconds = RETRY_AFTER["unknownEnd"]
    else:
        seconds = min(max(math.ceil((until - now) / 1000), RETRY_AFTER["least"]), RETRY_AFTER["most"])
    return _http(source, event, 503, {"Retry-After": str(seconds)}, {"message": MESSAGES["http"], "until": _iso(until), "reason": reason})


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


def _http(source: Source, event: object, status: int, more: dict[str, str], content: Mapping[str, object]) -> bytes:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **more}
    reply: dict[str, object] = {"statusCode": status}
    if source["answer"] == "alb":
        reply["statusDescription"] = f"{status} {STATUS[status]}"
    if source["answer"] == "alb" and isinstance(event, dict) and "multiValueHeaders" in event:
        reply["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    else:
        reply["headers"] = headers
    return _bytes({**reply, "body": json.dumps(content, separators=(",", ":"), ensure_ascii=False), "isBase64Encoded": False})


def _bytes(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _iso(time: float | None) -> str | None:
    return None if time is None else iso(time)
