"""DynamoDB's form of the values that rows hold, and the one conditional change of a row."""

from __future__ import annotations

from patient_lambda_python.taken import Packing

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from patient_lambda_gate.store.row import Row

    # DynamoDB's form of a value or of an item.
    Item = dict[str, Any]


def encode(value: object) -> Item:
    """DynamoDB's form of a value. Raises TypeError for what no row holds."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": str(int(value)) if value == int(value) else repr(value)}
    if isinstance(value, bytes):
        return {"B": Packing.base64(value)}
    if isinstance(value, list):
        return {"L": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"M": encode_row(value)}
    raise TypeError(f"a row does not hold a {type(value).__name__}")


def encode_row(row: Mapping[str, object]) -> Item:
    """DynamoDB's form of a row."""
    return {name: encode(value) for name, value in row.items()}


def decode_row(item: Item) -> Row:
    """A row from DynamoDB's form. Types that the gate never writes come as they are."""
    row: Any = {name: _decode(value) for name, value in item.items()}
    return row  # type: ignore[no-any-return]


def list_bytes(texts: list[str]) -> int:
    """About what a list of texts takes in a row: DynamoDB counts one byte for each element, and up to three for the list."""
    return sum(len(text.encode("utf-8", "surrogatepass")) + 4 for text in texts)


def _decode(value: Item) -> object:
    ((kind, content),) = value.items()
    if kind == "N":
        return _number(content)
    if kind == "B":
        return Packing.from_base64(content)
    if kind == "L":
        return [_decode(item) for item in content]
    if kind == "M":
        return decode_row(content)
    text: object = content
    return text


def _number(text: str) -> int | float:
    number = float(text)
    return int(text) if text.lstrip("-").isdigit() else int(number) if number.is_integer() else number


class Update:
    """A change of one row under conditions, written step by step. Every name goes through a placeholder: many are reserved words."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: Item = {}
        self._sets: list[str] = []
        self._removed: list[str] = []
        self._conditions: list[str] = []

    def set(self, name: str, value: object) -> Update:
        self._sets.append(f"{self._name(name)} = {self._value(value)}")
        return self

    def add(self, name: str, amount: int) -> Update:
        self._sets.append(f"{self._name(name)} = {self._name(name)} + {self._value(amount)}")
        return self

    def append(self, name: str, values: list[Any]) -> Update:
        self._sets.append(f"{self._name(name)} = list_append(if_not_exists({self._name(name)}, {self._value([])}), {self._value(values)})")
        return self

    def remove(self, *names: str) -> Update:
        self._removed += [self._name(name) for name in names]
        return self

    def when(self, name: str, value: object) -> Update:
        self._conditions.append(f"{self._name(name)} = {self._value(value)}")
        return self

    def request(self, table: str, key: str) -> Item:
        """The request of UpdateItem."""
        removed = f" REMOVE {', '.join(self._removed)}" if self._removed else ""
        return {
            "TableName": table,
            "Key": {"pk": {"S": key}},
            "UpdateExpression": f"SET {', '.join(self._sets)}{removed}",
            "ConditionExpression": " AND ".join(self._conditions),
            "ExpressionAttributeNames": {alias: name for name, alias in self._names.items()},
            "ExpressionAttributeValues": self._values,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _name(self, name: str) -> str:
        return self._names.setdefault(name, f"#n{len(self._names)}")

    def _value(self, value: object) -> str:
        alias = f":v{len(self._values)}"
        self._values[alias] = encode(value)
        return alias
