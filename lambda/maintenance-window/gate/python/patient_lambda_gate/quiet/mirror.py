"""Reads the window's item in the mirror with one consistent GetItem call. lambda/contract/maintenance-window/mirror.json."""

from __future__ import annotations

import patient_lambda_contract as contract
from patient_lambda_aws.client import AwsClient, AwsError

from patient_lambda_gate.quiet.reading import ReadFailed, Reading
from patient_lambda_gate.window.value import parse_operator, parse_planned

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Item = dict[str, Any]
    Value = TypeVar("Value")

NAMES = contract.load("names")


class Mirrored:
    """What an item says; ``checked_at``: when Parameter Store was last asked and answered, epoch milliseconds."""

    def __init__(self, reading: Reading, checked_at: float) -> None:
        self.reading = reading
        self.checked_at = checked_at


def mirror_table(operator_parameter: str) -> str | None:
    """The table that mirrors this parameter, None when its name is not that of a window of a stack's own."""
    prefix = NAMES["parameters"]["prefix"]
    if not operator_parameter.startswith(prefix):
        return None
    stack, *rest = operator_parameter[len(prefix) :].split("/")
    if not stack or len(rest) != 2 or not rest[0] or rest[1] != NAMES["parameters"]["operator"]:
        return None
    return f"{NAMES['mirror']['tablePrefix']}{stack}"


def read_mirror(client: AwsClient, table: str, operator_parameter: str, planned: bool, budget: float, elsewhere: bool) -> Mirrored:
    """Reads, and again with back-off after a throttle, a server's error or no answer, within ``budget`` milliseconds.

    ``planned``: the function has a planned parameter. ``elsewhere``: Parameter Store is asked after it, so that a first connection from a slow
    environment has all the time, not half of it. Raises ReadFailed, also when there is no item."""
    request = {"TableName": table, "Key": {"pk": {"S": operator_parameter}}, "ConsistentRead": True}
    try:
        answer = client.call("dynamodb", "GetItem", request, client.clock() + budget, elsewhere)
    except AwsError as error:
        raise ReadFailed(f"dynamodb:GetItem failed, {error}") from error
    try:
        return read_item(answer.get("Item"), planned)
    except ReadFailed as error:
        raise ReadFailed(f"the mirror {table} {error}") from error


def read_item(item: Item | None, planned: bool) -> Mirrored:
    """What an item in DynamoDB's form says. ``planned``: the function has a planned parameter. Raises ReadFailed saying what the mirror lacks."""
    if not isinstance(item, dict) or not item:
        raise ReadFailed("has no item of this window: the planner makes it within a minute")
    reading = Reading(
        _value(item, "operator", parse_operator),
        int(_number(item, "operatorVersion")),
        _number(item, "operatorModified"),
        _value(item, "planned", parse_planned) if planned else None,
    )
    return Mirrored(reading, _number(item, "checkedAt"))


def _value(item: Item, name: str, parse: Callable[[str], Value]) -> Value:
    text = _content(item, name, "S")
    if text is None:
        raise ReadFailed(f"has no {name}")
    try:
        return parse(text)
    except ValueError as error:
        raise ReadFailed(f"has a value of {name} that cannot be read, {error}") from error


def _number(item: Item, name: str) -> float:
    """A version or a time."""
    try:
        number = float(_content(item, name, "N") or "")
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise ReadFailed(f"has no number {name}")
    return number


def _content(item: Item, name: str, kind: str) -> str | None:
    """None also when it is of another type."""
    attribute = item.get(name)
    content = attribute.get(kind) if isinstance(attribute, dict) else None
    return content if isinstance(content, str) else None
