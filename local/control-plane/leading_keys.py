"""The partition keys that a DynamoDB request names: what IAM's condition key dynamodb:LeadingKeys is compared with."""

import json
from collections.abc import Iterator
from typing import Any


def leading_keys(body: bytes) -> list[str]:
    """Of every Key and Item in the request, single, batch or transaction, sorted; of queries none. Needs the whole body."""
    try:
        request = json.loads(body)
    except ValueError:
        return []
    return sorted({key for table, attributes in _addressed(request) if (key := _partition_key(table, attributes)) is not None})


def _addressed(request: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, attributes) of each item that the request addresses."""
    yield from _of_operation(request.get("TableName"), request)
    for item in request.get("TransactItems") or []:
        for operation in item.values():
            yield from _of_operation(operation.get("TableName"), operation)
    for table, batch in (request.get("RequestItems") or {}).items():
        if isinstance(batch, dict):
            for key in batch.get("Keys") or []:
                yield table, key
        else:
            for write in batch:
                for operation in write.values():
                    yield from _of_operation(table, operation)


def _of_operation(table: str | None, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    attributes = operation.get("Key") or operation.get("Item")
    if table and isinstance(attributes, dict):
        yield table, attributes


def _partition_key(table: str, attributes: dict[str, Any]) -> str | None:
    from ministack.services import dynamodb

    description = dynamodb._tables.get(table.rpartition("/")[2])
    typed = attributes.get(description["pk_name"]) if description else None
    return str(next(iter(typed.values()))) if isinstance(typed, dict) and typed else None
