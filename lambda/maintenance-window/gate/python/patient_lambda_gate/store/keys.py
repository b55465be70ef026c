"""Keys of the deferred events table and of its index. lambda/contract/maintenance-window/store.json."""

from patient_lambda_python.taken import Digest


def event_key(function_key: str, request_id: str) -> str:
    """Key of an event's row. Formed from the function's own key, so that a request id cannot name another function's row."""
    return f"{function_key}#{request_id}"


def chunk_key(event_id: str, write_id: str, number: int) -> str:
    """Key of one part of an event's body."""
    return f"{event_id}#{write_id}#{number}"


def chunk_keys(event_id: str, write_id: str, chunks: int) -> list[str]:
    """Keys of all parts that one writer stored, in order."""
    return [chunk_key(event_id, write_id, number) for number in range(chunks)]


def backlog_key(group: str, request_id: str) -> str:
    """The index's partition key of an event's row."""
    return f"{group}#{shard_of(request_id):02d}"


def shard_of(request_id: str) -> int:
    """The first hexadecimal digit of sha256 over the request id."""
    return int(Digest.of(request_id.encode("utf-8", "surrogatepass"))[0], 16)


def backlog_sort_key(function_key: str, deferred_at: int, request_id: str) -> str:
    """The index's sort key of an event's row: by function, the oldest first."""
    return f"{function_key}#{deferred_at}#{request_id}"
