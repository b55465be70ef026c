"""The deferred events table: its operations, each repeated until it is clear or the time is over."""

from __future__ import annotations

from patient_lambda_aws.client import AwsClient, AwsError
from patient_lambda_python.taken import Chance, Clock

from patient_lambda_gate.held.items import Update, decode_row, encode_row

TYPE_CHECKING = False  # as in typing, which user code may have a module of the name of
if TYPE_CHECKING:
    from patient_lambda_gate.held.items import Item
    from patient_lambda_gate.store.row import Row

CONDITION_FAILED = "ConditionalCheckFailedException"
# Milliseconds before the rest of a partial answer is asked for, when it brought nothing. With less than the longest left it is given up.
FIRST_PAUSE = 50
LONGEST_PAUSE = 1000


class StoreError(Exception):
    """The store did not do what was asked; the message is the cause."""


class Conflict(Exception):
    """A condition failed; ``row`` is the item as it stands, None when there is none."""

    def __init__(self, row: Row | None) -> None:
        super().__init__("condition failed")
        self.row = row


class Table:
    """``until`` of every operation: epoch milliseconds after which no further attempt begins."""

    def __init__(self, client: AwsClient, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: str, until: float) -> Row | None:
        """A consistent read; None when there is no such row. Raises StoreError."""
        answer = self._call("GetItem", {"TableName": self._name, "Key": {"pk": {"S": key}}, "ConsistentRead": True}, until)
        return decode_row(answer["Item"]) if answer.get("Item") else None

    def put(self, row: Row, until: float) -> None:
        """Overwrites: for chunks, whose key has one writer. Raises StoreError."""
        self._call("PutItem", {"TableName": self._name, "Item": encode_row(row)}, until)

    def create(self, row: Row, until: float) -> None:
        """Raises Conflict when the row exists, StoreError."""
        request = {
            "TableName": self._name,
            "Item": encode_row(row),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        self._conditional("PutItem", request, row["pk"], until)

    def update(self, key: str, change: Update, until: float) -> Row:
        """The row after the change. Raises Conflict, StoreError."""
        return decode_row(self._conditional("UpdateItem", change.request(self._name, key), key, until).get("Attributes") or {})

    def get_many(self, keys: list[str], until: float) -> dict[str, Row]:
        """Consistent reads by key, at most 100; keys without an item are absent. Raises StoreError."""
        found: dict[str, Row] = {}
        wanted: Item = {self._name: {"Keys": [{"pk": {"S": key}} for key in keys], "ConsistentRead": True}}
        pause = FIRST_PAUSE
        while wanted:
            answer = self._call("BatchGetItem", {"RequestItems": wanted}, until)
            rows = [decode_row(item) for item in (answer.get("Responses") or {}).get(self._name, [])]
            found.update((row["pk"], row) for row in rows)
            wanted = answer.get("UnprocessedKeys") or {}
            if wanted and not rows:
                self._wait(pause, until)
                pause = min(pause * 2, LONGEST_PAUSE)
        return found

    def _wait(self, pause: float, until: float) -> None:
        if self._client.clock() + LONGEST_PAUSE >= until:
            raise StoreError("dynamodb:BatchGetItem failed, NoTimeLeft: the invocation ends before the rest can be read")
        Clock.sleep(Chance.between(pause / 2, pause) / 1000)

    def _conditional(self, operation: str, request: Item, key: str, until: float) -> Item:
        try:
            return self._client.call("dynamodb", operation, request, until)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise StoreError(f"dynamodb:{operation} failed, {error}") from error
            item = error.details.get("Item")
        # An endpoint that does not return the row says nothing about whether it exists
        raise Conflict(decode_row(item) if item else self.get(key, until))

    def _call(self, operation: str, request: Item, until: float) -> Item:
        try:
            return self._client.call("dynamodb", operation, request, until)
        except AwsError as error:
            raise StoreError(f"dynamodb:{operation} failed, {error}") from error
