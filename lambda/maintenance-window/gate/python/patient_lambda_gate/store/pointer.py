"""The pointer that the replayer sends in place of an event: where the event is kept, and the token of its claim."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python import json

POINTER = contract.load("maintenance-window/replay")["pointer"]
PREFIX: bytes = POINTER["prefix"].encode()


class Pointer:
    """One claim of a kept event. The token is random for each claim."""

    def __init__(self, request_id: str, token: str) -> None:
        self.request_id = request_id
        self.token = token


def parse_pointer(body: bytes) -> Pointer | None:
    """The pointer that a body is; None when it is any other event."""
    if not body.startswith(PREFIX):
        return None
    try:
        event: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    inner = event.get(POINTER["key"]) if isinstance(event, dict) and len(event) == 1 else None
    if not isinstance(inner, dict) or sorted(inner) != sorted(POINTER["fields"]) or not all(isinstance(value, str) for value in inner.values()):
        return None
    return Pointer(inner["requestId"], inner["token"])
