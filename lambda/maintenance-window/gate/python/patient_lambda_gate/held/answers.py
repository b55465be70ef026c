"""What a held invocation is answered: the shapes of lambda/contract/maintenance-window/answers.json."""

import json
import math

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.errors import typed
from patient_lambda_gate.quiet.times import iso

MESSAGES = contract.load("maintenance-window/answers")["messages"]
RETRY_AFTER = contract.load("maintenance-window/timing")["retryAfterSeconds"]
STATUS = {202: "Accepted", 503: "Service Unavailable"}


def marker(request_id: str, until: "float | None") -> dict:
    """Tells a caller that looks at the reply that its event is kept."""
    return {"maintenanceWindow": {"status": "DEFERRED", "requestId": request_id, "until": None if until is None else iso(until)}}


def deferred(row: dict, event: object, body: bytes, request_id: str, until: "float | None") -> bytes:
    """The reply to a source whose event is kept."""
    kept = marker(request_id, until)
    if row["answer"] == "echo":
        return body
    if row["answer"] in ("http", "alb"):
        return _http(row, event, 202, {}, _text(kept))
    if "batch" in row:
        return _bytes({"batchItemFailures": [], **kept})
    return _bytes(kept)


def rejected(row: dict, event: object, now: float, until: "float | None", reason: "str | None") -> bytes:
    """The reply to an HTTP source whose event is not kept."""
    if until is None:
        seconds = RETRY_AFTER["unknownEnd"]
    else:
        seconds = min(max(math.ceil((until - now) / 1000), RETRY_AFTER["least"]), RETRY_AFTER["most"])
    content = {"message": MESSAGES["http"], "until": None if until is None else iso(until), "reason": reason}
    return _http(row, event, 503, {"Retry-After": str(seconds)}, _text(content))


def window_active(action: str, until: "float | None", reason: "str | None") -> Exception:
    """The error by which a source keeps its event, or a caller learns that it must come back."""
    end = "" if until is None else f" until {iso(until)}"
    why = "" if reason is None else f" ({reason})"
    kept = "the event was left at its source" if action == "LEAVE" else "the event was not kept"
    return typed("windowActive", f"A maintenance window is on{end}{why}: the handler was not called and {kept}.")


def window_unknown(cause: str) -> Exception:
    """The error of onWindowUnknown FAIL."""
    return typed("windowUnknown", MESSAGES["windowUnknown"].replace("<cause>", cause))


def not_stored(cause: str) -> Exception:
    """The error to a source whose event could not be kept."""
    return typed("notStored", MESSAGES["notStored"].replace("<cause>", cause))


def _http(row: dict, event: object, status: int, extra: dict, body: str) -> bytes:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **extra}
    reply = {"statusCode": status}
    if row["answer"] == "alb":
        reply["statusDescription"] = f"{status} {STATUS[status]}"
    if row["answer"] == "alb" and isinstance(event, dict) and "multiValueHeaders" in event:
        reply["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    else:
        reply["headers"] = headers
    return _bytes({**reply, "body": body, "isBase64Encoded": False})


def _text(value: dict) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _bytes(value: dict) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
