"""The replay mark in the client context, by which a handler can tell that it replays. Only the gate may set it."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python import json

from patient_lambda_gate.quiet.times import iso

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from typing import Any

    from patient_lambda_gate.store.row import Row

KEY: str = contract.load("maintenance-window/replay")["clientContext"]["key"]


def with_mark(original: str | None, row: Row, messages: list[dict[str, str | int | None]] | None = None) -> str:
    """The original client context as JSON text, with the mark of this run; ``messages`` of a batch whose items are counted by their queue."""
    context = _object(original)
    custom = context.get("custom")
    mark: dict[str, object] = {
        "originalRequestId": row["requestId"],
        "deferredAt": iso(row["deferredAt"]),
        "attempt": row["attempt"],
        "run": row.get("run"),
    }
    if messages is not None:
        mark["messages"] = messages
    return json.dumps({**context, "custom": {**(custom if isinstance(custom, dict) else {}), KEY: mark}})


def without_mark(context: str) -> str:
    """A client context that a caller sent, without a forged mark; the same text when there is none."""
    value = _object(context)
    custom = value.get("custom")
    if not isinstance(custom, dict) or KEY not in custom:
        return context
    del custom[KEY]
    return json.dumps(value)


def _object(text: str | None) -> dict[str, Any]:
    """A JSON text's object, empty when it is anything else."""
    try:
        value: object = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
