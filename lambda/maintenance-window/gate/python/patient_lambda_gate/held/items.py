"""DynamoDB's attribute values and expressions, as far as the store needs them."""

import base64


def encode(value: object) -> dict:
    """One attribute value. Raises TypeError for what the store never holds."""
    if isinstance(value, bool):
        raise TypeError("the store holds no booleans")
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, (int, float)):
        return {"N": str(int(value))}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return {"L": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"M": {name: encode(item) for name, item in value.items()}}
    raise TypeError(f"the store holds no {type(value).__name__}")


def encode_item(item: dict) -> dict:
    """A whole item; members that are None are left out."""
    return {name: encode(value) for name, value in item.items() if value is not None}


def decode(value: dict) -> object:
    """The Python value of one attribute value; numbers as int."""
    ((kind, content),) = value.items()
    if kind == "N":
        return int(float(content)) if "." in content or "E" in content.upper() else int(content)
    if kind == "B":
        return base64.b64decode(content)
    if kind == "L":
        return [decode(item) for item in content]
    if kind == "M":
        return decode_item(content)
    return content


def decode_item(item: dict) -> dict:
    """A whole item."""
    return {name: decode(value) for name, value in item.items()}


class Update:
    """Collects an update's expression. Every name goes through a placeholder: many are reserved words."""

    def __init__(self) -> None:
        self._sets = []
        self._removes = []
        self._conditions = []
        self.names = {}
        self.values = {}

    def set(self, name: str, value: object) -> "Update":
        self._sets.append(f"{self._name(name)} = {self._value(value)}")
        return self

    def add(self, name: str, amount: int) -> "Update":
        self._sets.append(f"{self._name(name)} = {self._name(name)} + {self._value(amount)}")
        return self

    def append(self, name: str, items: list) -> "Update":
        self._sets.append(f"{self._name(name)} = list_append(if_not_exists({self._name(name)}, {self._value([])}), {self._value(items)})")
        return self

    def remove(self, *names: str) -> "Update":
        self._removes += [self._name(name) for name in names]
        return self

    def when(self, name: str, value: object) -> "Update":
        self._conditions.append(f"{self._name(name)} = {self._value(value)}")
        return self

    def request(self, table: str, key: str) -> dict:
        """The UpdateItem request."""
        expression = "SET " + ", ".join(self._sets)
        if self._removes:
            expression += " REMOVE " + ", ".join(self._removes)
        return {
            "TableName": table,
            "Key": {"pk": {"S": key}},
            "UpdateExpression": expression,
            "ConditionExpression": " AND ".join(self._conditions),
            "ExpressionAttributeNames": self.names,
            "ExpressionAttributeValues": self.values,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _name(self, name: str) -> str:
        self.names["#" + name] = name
        return "#" + name

    def _value(self, value: object) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = encode(value)
        return placeholder
