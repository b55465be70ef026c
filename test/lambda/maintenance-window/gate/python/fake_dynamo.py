"""As much of DynamoDB as the gate uses, with faults. What it really does is shown by test/clients, against DynamoDB Local."""

import json
import re
import threading

from fake_services import DROP, failing
from patient_lambda_gate.held.items import decode_row

LOSE_ANSWER = "lose the answer"


class FakeDynamo:
    """As much of DynamoDB as the gate uses. ``faults``: consumed one for each call, called with (operation, request); None lets the call through."""

    def __init__(self) -> None:
        self.items = {}
        self.faults = []
        self.always = None
        self.calls = []
        self._lock = threading.Lock()

    def answer(self, operation: str, body: bytes, headers):
        request = json.loads(body)
        with self._lock:
            self.calls.append((operation, request))
            fault = self.always or (self.faults.pop(0) if self.faults else None)
            outcome = fault(operation, request) if callable(fault) else fault
            if outcome not in (None, LOSE_ANSWER):
                return outcome
            answered = getattr(self, operation)(request)
            return DROP if outcome == LOSE_ANSWER else answered

    def row(self, key: str) -> dict:
        return decode_row(self.items[key])

    def PutItem(self, request):
        key = request["Item"]["pk"]["S"]
        assert len(json.dumps(request["Item"])) < 600_000, "an item that DynamoDB would refuse"
        if "ConditionExpression" in request:
            assert request["ConditionExpression"] == "attribute_not_exists(pk)"
            if key in self.items:
                return self._conflict(key)
        self.items[key] = request["Item"]
        return 200, {}

    def GetItem(self, request):
        assert request["ConsistentRead"] is True
        item = self.items.get(request["Key"]["pk"]["S"])
        return 200, {"Item": item} if item else {}

    def BatchGetItem(self, request):
        ((table, wanted),) = request["RequestItems"].items()
        assert wanted["ConsistentRead"] is True
        keys = wanted["Keys"]
        now, later = keys[:2], keys[2:]  # DynamoDB may leave any number unprocessed
        found = [self.items[key["pk"]["S"]] for key in now if key["pk"]["S"] in self.items]
        rest = {table: {"Keys": later, "ConsistentRead": True}} if later else {}
        return 200, {"Responses": {table: found}, "UnprocessedKeys": rest}

    def UpdateItem(self, request):
        key = request["Key"]["pk"]["S"]
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        item = dict(self.items.get(key, {}))
        for name, value in re.findall(r"(#\w+) = (:v\d+)", request["ConditionExpression"]):
            if item.get(names[name]) != values[value]:
                return self._conflict(key)
        sets, _, removes = request["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
        for part in re.split(r", (?=#\w+ = )", sets):
            name, expression = part.split(" = ", 1)
            item[names[name]] = self._evaluate(expression, item, names, values)
        for name in filter(None, removes.split(", ")):
            item.pop(names[name], None)
        self.items[key] = item
        return 200, {"Attributes": item}

    @staticmethod
    def _evaluate(expression: str, item: dict, names: dict, values: dict) -> dict:
        if match := re.fullmatch(r"(#\w+) \+ (:v\d+)", expression):
            return {"N": str(int(item[names[match[1]]]["N"]) + int(values[match[2]]["N"]))}
        if match := re.fullmatch(r"list_append\(if_not_exists\((#\w+), (:v\d+)\), (:v\d+)\)", expression):
            return {"L": item.get(names[match[1]], values[match[2]])["L"] + values[match[3]]["L"]}
        return values[expression]

    def _conflict(self, key: str):
        item = self.items.get(key)
        return failing(400, "ConditionalCheckFailedException", **({"Item": item} if item else {}))
