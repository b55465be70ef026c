"""The deferred events table: its operations, each repeated until it is clear or the time is over."""

import hashlib

import patient_lambda_contract as contract
from patient_lambda_aws.client import AwsClient, AwsError

from patient_lambda_gate.held.items import Update, decode_item, encode_item

STORE = contract.load("maintenance-window/store")
LIMITS = {name: limit["value"] for name, limit in STORE["limits"].items()}
PAST_WRITING = tuple(state for state in STORE["states"] if state != "WRITING")
CONDITION_FAILED = "ConditionalCheckFailedException"


class StoreError(Exception):
    """The store did not do what was asked; the message is the cause."""


class Conflict(Exception):
    """A condition failed; ``row`` is the item as it stands, None when there is none."""

    def __init__(self, row: "dict | None") -> None:
        super().__init__("condition failed")
        self.row = row


def shard(request_id: str) -> int:
    """The first hexadecimal digit of sha256 over the request id."""
    return int(hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).hexdigest()[0], 16)


def backlog(group: str, request_id: str) -> str:
    """Value of the index's partition key."""
    return f"{group}#{shard(request_id):02d}"


def event_key(function_key: str, request_id: str) -> str:
    """Key of an event's row."""
    return f"{function_key}#{request_id}"


def chunk_key(event_id: str, write_id: str, number: int) -> str:
    """Key of one part of an event's body."""
    return f"{event_id}#{write_id}#{number}"


def list_bytes(texts: list) -> int:
    """About what a list of texts takes in a row: DynamoDB counts one byte for each element, and up to three for the list."""
    return sum(len(text.encode("utf-8", "surrogatepass")) + 4 for text in texts)


class Table:
    """``until`` of every operation: epoch milliseconds after which no further attempt begins."""

    def __init__(self, client: AwsClient, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, key: str, until: float) -> "dict | None":
        """A consistent read. Raises StoreError."""
        answer = self._call("GetItem", {"TableName": self.name, "Key": {"pk": {"S": key}}, "ConsistentRead": True}, until)
        return decode_item(answer["Item"]) if answer.get("Item") else None

    def put(self, item: dict, until: float) -> None:
        """Overwrites: for chunks, whose key has one writer. Raises StoreError."""
        self._call("PutItem", {"TableName": self.name, "Item": encode_item(item)}, until)

    def create(self, item: dict, until: float) -> None:
        """Raises Conflict when the row exists, StoreError."""
        request = {
            "TableName": self.name,
            "Item": encode_item(item),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        self._conditional("PutItem", request, item["pk"], until)

    def update(self, key: str, change: Update, until: float) -> dict:
        """The row after the change. Raises Conflict, StoreError."""
        return decode_item(self._conditional("UpdateItem", change.request(self.name, key), key, until).get("Attributes", {}))

    def get_many(self, keys: list, until: float) -> dict:
        """Consistent reads by key, at most 100; keys without an item are absent. Raises StoreError."""
        found = {}
        wanted = {self.name: {"Keys": [{"pk": {"S": key}} for key in keys], "ConsistentRead": True}}
        while wanted:
            answer = self._call("BatchGetItem", {"RequestItems": wanted}, until)
            items = answer.get("Responses", {}).get(self.name, [])
            found.update((item["pk"], item) for item in map(decode_item, items))
            wanted = answer.get("UnprocessedKeys") or {}
            if wanted and not items:
                self._pause(until)
        return found

    def _pause(self, until: float) -> None:
        try:
            self._client.pause(until)
        except AwsError as error:
            raise StoreError(f"dynamodb:BatchGetItem failed, {error}") from error

    def _conditional(self, operation: str, request: dict, key: str, until: float) -> dict:
        try:
            return self._client.call("dynamodb", operation, request, until)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise StoreError(f"dynamodb:{operation} failed, {error}") from error
            row = error.details.get("Item")
        # An endpoint that does not return the row says nothing about whether it exists
        raise Conflict(decode_item(row) if row else self.get(key, until))

    def _call(self, operation: str, request: dict, until: float) -> dict:
        try:
            return self._client.call("dynamodb", operation, request, until)
        except AwsError as error:
            raise StoreError(f"dynamodb:{operation} failed, {error}") from error
