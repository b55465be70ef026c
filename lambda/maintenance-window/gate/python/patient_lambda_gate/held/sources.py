"""Which service sent an event, by its shape: the rows of lambda/contract/maintenance-window/sources.json, the first whose conditions all hold."""

import json

import patient_lambda_contract as contract

TYPES = {"string": str, "object": dict, "array": list}
DIRECT = "direct"
HOP_KEY = contract.load("custom-resource/custom-resource")["envelopeKey"]
MISSING = object()


class NotJson(ValueError):
    """The bytes are no JSON text."""


def _refuse_constant(name: str) -> None:
    raise NotJson(name)


def parse(body: bytes) -> object:
    """The event, or MISSING when it is no JSON: NaN, a byte order mark and bytes that are no UTF-8 included."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return MISSING


def is_hop(event: object) -> bool:
    """Whether it is an execution of a running custom-resource operation, which always runs."""
    return isinstance(event, dict) and len(event) == 1 and HOP_KEY in event


def detect(event: object) -> dict:
    """The row; ``direct`` when no other matches."""
    rows = contract.load("maintenance-window/sources")["sources"]
    if event is MISSING:
        return rows[-1]
    return next(row for row in rows if all(_holds(condition, event) for condition in row["match"]))


def source_ids(row: dict, event: object) -> list:
    """The source's own ids in the event: text values at the row's path, in order."""
    return [value for value in _collect(event, row["ids"]) if isinstance(value, str)] if "ids" in row else []


def item_id(row: dict, item: object) -> "str | None":
    """The id by which a batch's item is reported as failed."""
    value = _at(item, row["batch"][1].split("."))
    return value if isinstance(value, str) else None


def received_messages(row: dict, event: object) -> "list | None":
    """What tells a redelivered batch's items from those of another row; None for sources that do not count."""
    items = _at(event, row["batch"][:1]) if "receiveCount" in row else None
    if not isinstance(items, list):
        return None
    path = row["receiveCount"].split(".")
    return [{"messageId": item_id(row, item), "receiveCount": _whole_number(_at(item, path))} for item in items]


def _whole_number(text: object) -> "int | None":
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None


def _collect(value: object, path: list) -> list:
    if not path:
        return [value]
    if path[0] == "*":
        return [found for item in (value if isinstance(value, list) else []) for found in _collect(item, path[1:])]
    inner = _at(value, path[:1])
    return [] if inner is MISSING else _collect(inner, path[1:])


def _at(value: object, path: list) -> object:
    for step in path:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return MISSING
        elif not isinstance(value, dict) or step not in value:
            return MISSING
        value = value[step]
    return value


def _holds(condition: dict, event: object) -> bool:
    value = _at(event, condition["path"])
    if value is MISSING:
        return False
    if "equals" in condition:
        return value == condition["equals"]
    if "oneOf" in condition:
        return value in condition["oneOf"]
    if "type" in condition:
        return isinstance(value, TYPES[condition["type"]])
    if "present" in condition:
        return True
    if not isinstance(value, str):
        return False
    if "startsWith" in condition:
        return value.startswith(condition["startsWith"])
    if "endsWith" in condition:
        return value.endswith(condition["endsWith"])
    return condition["contains"] in value
