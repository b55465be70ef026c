"""What the replayer sends instead of an event: where the event is kept, and the token of its claim."""

import json

import patient_lambda_contract as contract

REPLAY = contract.load("maintenance-window/replay")
KEY = REPLAY["pointer"]["key"]
FIELDS = REPLAY["pointer"]["fields"]
PREFIX = REPLAY["pointer"]["prefix"].encode()


def parse_pointer(body: bytes) -> "tuple[str, str] | None":
    """Request id and token; None when it is any other event."""
    if not body.startswith(PREFIX):
        return None
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or list(event) != [KEY]:
        return None
    pointer = event[KEY]
    if not isinstance(pointer, dict) or sorted(pointer) != sorted(FIELDS) or not all(isinstance(value, str) for value in pointer.values()):
        return None
    return pointer["requestId"], pointer["token"]
