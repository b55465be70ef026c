"""Which service sent an event, by its shape: the rows of lambda/contract/maintenance-window/sources.json, the first that the event fits."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_python import json

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypedDict

    class SourceRequest(TypedDict):
        """Where an HTTP request has what."""

        method: list[str | int]
        path: list[str | int]

    class SourceAlways(TypedDict):
        """What every source has."""

        name: str
        match: list[dict[str, Any]]
        action: str
        answer: str

    class Source(SourceAlways, total=False):
        """A source as the contract has it."""

        # Other shapes of the source's events.
        also: list[list[dict[str, Any]]]
        # Path of the source's own ids.
        ids: list[str | int]
        # Name of the list of items, None when the event is the list; and paths of an item's id, of which the first that is there counts.
        batch: list[str | None]
        # Whether an item that is reported as failed stands for every item after it too.
        checkpoint: bool
        # Whether the row's action is a guess, because the event does not tell how it was sent, as long as the construct does not say otherwise.
        assumed: bool
        # Path of an item's count of receives.
        receiveCount: str
        # Whether a status of 500 or more is a failure.
        http: bool
        # Paths of an HTTP request's method and path.
        request: SourceRequest

    Path = Sequence[str | int]

SOURCES: list[Source] = contract.load("maintenance-window/sources")["sources"]
TYPES = {"string": str, "object": dict, "array": list}
DIRECT = "direct"
HOP_KEY: str = contract.load("custom-resource/custom-resource")["continuationKey"]
# What parse gives for an event that is not JSON.
NOT_JSON = object()
# What is at a path that an event does not have.
ABSENT = object()


def parse(body: bytes | str) -> object:
    """The event, or NOT_JSON: for NaN, a byte order mark and bytes that are not UTF-8 too."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
        return json.loads(text)
    except (ValueError, RecursionError):
        return NOT_JSON


def is_hop(event: object) -> bool:
    """Whether it is an execution of a running custom-resource operation, which always runs."""
    return isinstance(event, dict) and len(event) == 1 and HOP_KEY in event


def detect(event: object) -> Source:
    """The source of an event; ``direct`` when no other matches."""
    return next(source for source in SOURCES if any(_is(shape, event) for shape in [source["match"], *source.get("also", [])]))


def source_named(name: object) -> Source:
    """The source of a name; ``direct`` for a name that a newer version may have stored."""
    return next((source for source in SOURCES if source["name"] == name), SOURCES[-1])


def source_ids(source: Source, event: object) -> list[str]:
    """The source's own ids in the event, in order. Only text counts."""
    return [value for value in _collect(event, source["ids"]) if isinstance(value, str)] if "ids" in source else []


def items_of(source: Source, event: object) -> list[Any] | None:
    """The items of a batch, None when it is not one."""
    if "batch" not in source:
        return None
    name = source["batch"][0]
    items = event if name is None else _at(event, [name])
    return items if isinstance(items, list) else None


def item_id(source: Source, item: object) -> str | None:
    """The id by which a batch's item is reported as failed."""
    paths = [path for path in source.get("batch", [])[1:] if path is not None]
    ids = (_at(item, path.split(".")) for path in paths)
    return next((value for value in ids if isinstance(value, str)), None)


def request_of(source: Source, event: object) -> tuple[str, str] | None:
    """Method and path of an HTTP request, as its source gives them; None for an event that is not one."""
    if "request" not in source:
        return None
    method, path = (_at(event, source["request"]["method"]), _at(event, source["request"]["path"]))
    return (method, path) if isinstance(method, str) and isinstance(path, str) else None


def received_messages(source: Source, event: object) -> list[dict[str, str | int | None]] | None:
    """What tells a redelivered batch's items from those of another row; None for sources that do not count."""
    items = items_of(source, event) if "receiveCount" in source else None
    if items is None:
        return None
    path = source["receiveCount"].split(".")
    return [{"messageId": item_id(source, item), "receiveCount": _whole_number(_at(item, path))} for item in items]


def _whole_number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None


def _collect(value: object, path: Path) -> list[object]:
    if not path:
        return [value]
    if path[0] == "*":
        return [found for item in (value if isinstance(value, list) else []) for found in _collect(item, path[1:])]
    inner = _at(value, path[:1])
    return [] if inner is ABSENT else _collect(inner, path[1:])


def _at(value: object, path: Path) -> object:
    """The value at a path, ABSENT when there is none."""
    for step in path:
        if isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        elif isinstance(step, str) and isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return ABSENT
    return value


def _is(shape: list[dict[str, Any]], event: object) -> bool:
    return all(_holds(condition, event) for condition in shape)


def _holds(condition: dict[str, Any], event: object) -> bool:
    value = _at(event, condition["path"])
    if value is ABSENT:
        return False
    if "present" in condition:
        return True
    if "equals" in condition:
        return bool(value == condition["equals"])
    if "oneOf" in condition:
        return value in condition["oneOf"]
    if "type" in condition:
        return isinstance(value, TYPES[condition["type"]])
    if not isinstance(value, str):
        return False
    if "startsWith" in condition:
        return value.startswith(condition["startsWith"])
    if "endsWith" in condition:
        return value.endswith(condition["endsWith"])
    return condition["contains"] in value
