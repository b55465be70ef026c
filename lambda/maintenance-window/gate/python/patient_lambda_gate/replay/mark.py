"""The mark in the client context by which a handler can tell that it replays. Only the gate may set it."""

import json

import patient_lambda_contract as contract

from patient_lambda_gate.quiet.times import iso

KEY = contract.load("maintenance-window/replay")["clientContext"]["key"]


def with_marker(original: "str | None", row: dict, messages: "list | None" = None) -> str:
    """The original client context as JSON text, with the mark of this run; ``messages`` of a batch whose items are counted by their queue."""
    try:
        context = json.loads(original) if original else {}
    except ValueError:
        context = {}
    if not isinstance(context, dict):
        context = {}
    custom = context.get("custom")
    mark = {
        "originalRequestId": row["requestId"],
        "deferredAt": iso(row["deferredAt"]),
        "attempt": row["attempt"],
        "run": row.get("run"),
    }
    if messages is not None:
        mark["messages"] = messages
    context["custom"] = {**(custom if isinstance(custom, dict) else {}), KEY: mark}
    return json.dumps(context)


def without_marker(context: str) -> str:
    """A client context that a caller sent, without a forged mark; the same text when there is none."""
    try:
        value = json.loads(context)
    except ValueError:
        return context
    custom = value.get("custom") if isinstance(value, dict) else None
    if not isinstance(custom, dict) or KEY not in custom:
        return context
    del custom[KEY]
    return json.dumps(value)
